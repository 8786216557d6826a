// alert_list.tsx -- alerts, open ones first: each in a sentence with its line, and what can be done about it.
import { App, Button, Checkbox, Segmented, Select, Space } from 'antd'
import { alertsChanged } from '~/app/alerts_open'
import { useMay } from '~/app/session'
import { useChange, useData, usePages, type Page } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { useQuestion } from '~/base/question'
import { Mark } from '~/parts/mark'
import { Rows, type Column } from '~/parts/rows'
import { Spark } from '~/parts/spark'
import { Failure, Nothing } from '~/parts/states'
import { AlertPanel } from './alert_panel'
import { figureText, severities, severityTones, stateTones, type AlertRow, type Rule } from './forms'

const states = ['open', 'acknowledged', 'resolved', 'all'] as const

export function AlertList() {
  const say = useSay()
  const may = useMay()
  const { message } = App.useApp()
  const { asked, put } = useQuestion(['state', 'severity', 'rule', 'mine', 'alert', 'tab'] as const)
  const state = asked.state ?? 'open'
  const list = usePages<AlertRow>('/v1/alerts', { state, severity: asked.severity, rule: asked.rule, mine: asked.mine })
  const rules = useData<Page<Rule>>('/v1/alert-rules')
  const change = useChange()
  const again = () => {
    list.reload()
    alertsChanged()
  }
  const acknowledge = async (row: AlertRow) => {
    if (await change.run('POST', `/v1/alerts/${row.id}/acknowledge`, {})) again()
  }
  const check = async () => {
    const done = await change.run<{ rules: number; raised: number; resolved: number; broken: number }>('POST', '/v1/alerts/check', {})
    if (!done) return
    message.success(say('alerts.checked', { rules: done.rules, raised: done.raised, resolved: done.resolved, broken: done.broken }))
    again()
  }
  const columns: Column<AlertRow>[] = [
    {
      key: 'words', title: say('page.alerts'), width: 520,
      cell: (row) => (
        <div className="alert-what">
          <span className="alert-head">
            <Mark tone={severityTones[row.severity]}>{say(`alerts.severity.${row.severity}`)}</Mark>
            <Button type="link" className="flush" onClick={() => put({ alert: String(row.id) })} aria-label={say('alerts.more', { name: row.rule_name })}>{row.rule_name}</Button>
          </span>
          <span className="wraps alert-words">{row.words}</span>
        </div>
      ),
    },
    { key: 'spark', title: say('alerts.chart'), cell: (row) => <Line row={row} /> },
    { key: 'state', title: say('alerts.state'), cell: (row) => <State row={row} /> },
    {
      key: 'do', title: say('actions'),
      cell: (row) => row.state !== 'raised' || !may('segments:write') ? '–' : (
        <Space wrap>
          <Button size="small" loading={change.busy} onClick={() => void acknowledge(row)}>{say('alerts.acknowledge')}</Button>
        </Space>
      ),
    },
  ]
  const nothing = (rules.data?.items.length ?? 1) === 0
  return (
    <>
      <div className="tab-body">
        {change.error && <Failure error={change.error} title={say('failed_change')} />}
        <div className="filters flat">
          <Segmented
            className="alert-states" aria-label={say('alerts.state')} value={state} onChange={(to) => put({ state: to === 'open' ? undefined : String(to) })}
            options={states.map((value) => ({ value, label: say(`alerts.state.${value}`) }))}
          />
          <Select
            aria-label={say('alerts.severity')} value={asked.severity ?? ''} popupMatchSelectWidth={false} onChange={(severity) => put({ severity })}
            options={[{ value: '', label: say('alerts.severity.any') }, ...severities.map((value) => ({ value, label: say(`alerts.severity.${value}`) }))]}
          />
          <Select
            aria-label={say('alerts.tab.rules')} value={asked.rule ?? ''} popupMatchSelectWidth={false} onChange={(rule) => put({ rule })}
            options={[{ value: '', label: say('alerts.rule.any') }, ...(rules.data?.items ?? []).map((rule) => ({ value: String(rule.id), label: rule.name }))]}
          />
          <Checkbox className="alert-mine" checked={asked.mine === 'true'} onChange={(event) => put({ mine: event.target.checked ? 'true' : undefined })}>{say('alerts.mine')}</Checkbox>
          <span className="space" />
          {may('segments:write') && <Button loading={change.busy} onClick={() => void check()}>{say('alerts.check')}</Button>}
        </div>
      </div>
      <Rows
        from={list} columns={columns} id={(row) => row.id} open={(row) => put({ alert: String(row.id) })}
        empty={
          <Nothing text={nothing ? say('alerts.none.rules') : state === 'open' && !asked.severity && !asked.rule ? say('alerts.none') : say('alerts.none.such')}>
            {nothing && <Button type="primary" onClick={() => put({ tab: 'rules' })}>{say('alerts.to_rules')}</Button>}
          </Nothing>
        }
      />
      <AlertPanel id={asked.alert ? Number(asked.alert) : undefined} close={() => put({ alert: undefined })} changed={again} />
    </>
  )
}

function Line({ row }: { row: AlertRow }) {
  const say = useSay()
  const format = useFormat()
  if (row.grouped || row.points.length < 2) return <>–</>
  const band = row.kind === 'anomaly' ? row.points.map((point) => [point.low, point.high].map((v) => (v === null ? null : Number(v)))) : undefined
  return (
    <Spark
      values={row.points.map((point) => Number(point.value ?? 0))} band={band as [number | null, number | null][] | undefined}
      label={say('alerts.spark', { value: figureText(format, say, row.unit, row.figure) })}
    />
  )
}

export function State({ row }: { row: AlertRow }) {
  const say = useSay()
  const format = useFormat()
  return (
    <>
      <Mark tone={stateTones[row.state]}>{say(`alerts.state.${row.state}`)}</Mark>
      <span className="fact-note number">{say('alerts.raised_at', { at: format.when(row.raised_at) })}</span>
      {row.times > 1 && <span className="fact-note">{say('alerts.times', { n: row.times })}</span>}
      {row.assigned_name && <span className="fact-note">{say('alerts.assigned_to', { name: row.assigned_name })}</span>}
      {row.muted_until && <span className="fact-note">{say('alerts.muted_until', { at: format.when(row.muted_until) })}</span>}
      {row.state === 'resolved' && <span className="fact-note">{say(`alerts.ending.${row.ending}`)}</span>}
    </>
  )
}

// rules.tsx -- rules that watch, each as a sentence; templates to begin with.
import { App, Button, Popconfirm, Space, Switch } from 'antd'
import { useState } from 'react'
import { alertsChanged } from '~/app/alerts_open'
import { useMay } from '~/app/session'
import { useChange, useData, type Page } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { useQuestion } from '~/base/question'
import { Mark } from '~/parts/mark'
import { Rows, type Column } from '~/parts/rows'
import { Failure, Loaded, Nothing } from '~/parts/states'
import { severityTones, type Rule, type Template } from './forms'
import { RuleDialog } from './rule_dialog'

export function Rules() {
  const say = useSay()
  const format = useFormat()
  const may = useMay()
  const { asked, put } = useQuestion(['rule', 'tab'] as const)
  const list = useData<Page<Rule>>('/v1/alert-rules')
  const templates = useData<Page<Template>>('/v1/alert-templates')
  const change = useChange()
  const [editing, edit] = useState<Rule | 'new'>()
  const chosen = list.data?.items.find((rule) => String(rule.id) === asked.rule)
  const again = () => {
    list.reload()
    templates.reload()
    alertsChanged()
  }
  const act = async (method: 'PUT' | 'DELETE' | 'POST', path: string, body?: object) => {
    if (await change.run(method, path, body)) again()
  }
  const columns: Column<Rule>[] = [
    {
      key: 'name', title: say('alerts.rule.name'), width: 560,
      cell: (rule) => (
        <div className="alert-what">
          <span className="alert-head">
            <Mark tone={severityTones[rule.severity]}>{say(`alerts.severity.${rule.severity}`)}</Mark> <b>{rule.name}</b>
          </span>
          <span className="wraps alert-words">{rule.sentence}</span>
          {rule.problem && <span className="wraps wrong">{say('alerts.rule.broken', { why: rule.problem })}</span>}
          {rule.note && <span className="fact-note wraps">{rule.note}</span>}
        </div>
      ),
    },
    {
      key: 'state', title: say('alerts.state'),
      cell: (rule) => (
        <>
          {may('segments:write') ? (
            <Switch
              size="small" checked={rule.enabled} loading={change.busy} aria-label={say('alerts.rule.switch', { name: rule.name })}
              onChange={(enabled) => void act('PUT', `/v1/alert-rules/${rule.id}/enabled`, { enabled })}
            />
          ) : <Mark tone={rule.enabled ? 'green' : 'grey'}>{say(rule.enabled ? 'alerts.rule.on' : 'alerts.rule.off')}</Mark>}
          <span className="fact-note">{rule.checked_at ? say('alerts.rule.checked', { at: format.when(rule.checked_at) }) : say('alerts.rule.never')}</span>
          {rule.owner_name && <span className="fact-note">{say('alerts.assigned_to', { name: rule.owner_name })}</span>}
          {rule.muted_until && <span className="fact-note">{say('alerts.muted_until', { at: format.when(rule.muted_until) })}</span>}
        </>
      ),
    },
    {
      key: 'open', title: say('page.alerts'),
      cell: (rule) => rule.open === 0 ? '–' : (
        <Button type="link" className="flush" onClick={() => put({ tab: undefined, rule: String(rule.id) })}>{say('alerts.rule.open', { n: rule.open })}</Button>
      ),
    },
    ...(may('segments:write') ? [{
      key: 'do', title: say('actions'),
      cell: (rule: Rule) => (
        <Space wrap>
          <Button size="small" onClick={() => edit(rule)} aria-label={say('alerts.rule.change', { name: rule.name })}>{say('alerts.rule.edit')}</Button>
          <Popconfirm title={say('alerts.rule.remove.sure', { name: rule.name })} onConfirm={() => act('DELETE', `/v1/alert-rules/${rule.id}`)}>
            <Button size="small" danger>{say('alerts.rule.remove')}</Button>
          </Popconfirm>
        </Space>
      ),
    }] : []),
  ]
  const from = chosen && list.data ? { ...list, data: { items: [chosen] } } : list
  return (
    <>
      <div className="tab-body">
        {change.error && <Failure error={change.error} title={say('failed_change')} />}
        <div className="filters flat">
          {chosen && <Button onClick={() => put({ rule: undefined })}>{say('alerts.rule.any')}</Button>}
          <span className="space" />
          {may('segments:write') && <Button type="primary" onClick={() => edit('new')}>{say('alerts.rule.add')}</Button>}
        </div>
      </div>
      <Rows from={from} columns={columns} id={(rule) => rule.id} empty={<Nothing text={say('alerts.none.rules')} />} />
      <section className="tab-body">
        <Templates from={templates} again={again} />
      </section>
      {editing && (
        <RuleDialog
          rule={editing === 'new' ? undefined : editing} close={() => edit(undefined)}
          done={() => {
            edit(undefined)
            again()
          }}
        />
      )}
    </>
  )
}

function Templates({ from, again }: { from: ReturnType<typeof useData<Page<Template>>>; again: () => void }) {
  const say = useSay()
  const may = useMay()
  const { message } = App.useApp()
  const change = useChange()
  const take = async (names: string[]) => {
    const done = await change.run<{ taken: number }>('POST', '/v1/alert-templates', { names })
    if (!done) return
    message.success(say('alerts.templates.done', { n: done.taken }))
    again()
  }
  return (
    <Loaded from={from}>
      {(page) => (
        <>
          <div className="alert-templates">
            <h2>{say('alerts.templates')}</h2>
            <span className="quiet">{say('alerts.templates.what')}</span>
            <span className="space" />
            {may('segments:write') && page.items.some((one) => one.rule === null) && (
              <Button loading={change.busy} onClick={() => void take([])}>{say('alerts.templates.all')}</Button>
            )}
          </div>
          {change.error && <Failure error={change.error} title={say('failed_change')} />}
          <ul className="templates">
            {page.items.map((one) => (
              <li key={one.name} className="template alert-template">
                <span><Mark tone={severityTones[one.severity]}>{say(`alerts.severity.${one.severity}`)}</Mark> <b>{one.label}</b></span>
                <span className="quiet">{one.why}</span>
                {one.rule !== null ? <Mark tone="green">{say('alerts.templates.taken')}</Mark> : may('segments:write') && (
                  <Button size="small" loading={change.busy} aria-label={`${say('alerts.templates.one')} ${one.label}`} onClick={() => void take([one.name])}>{say('alerts.templates.one')}</Button>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
    </Loaded>
  )
}

// alert_panel.tsx -- one alert: its chart, the parts that moved, the way to what is behind it, its history; and what is done with it.
import { App, Button, Drawer, Dropdown, Input, Modal, Select, Space } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { useMay } from '~/app/session'
import { useChange, useData } from '~/base/data'
import { useFormat } from '~/base/format'
import { isWord, useSay } from '~/base/locale'
import { segmentLink } from '~/base/segment_link'
import { Mark } from '~/parts/mark'
import { Rows, still } from '~/parts/rows'
import { Failure, Loaded } from '~/parts/states'
import { AlertChart } from './alert_chart'
import { State } from './alert_list'
import { dimensionText, figureText, severityTones, type AlertOne, type AlertRow, type Person, type Step } from './forms'

export function AlertPanel({ id, close, changed }: { id: number | undefined; close: () => void; changed: () => void }) {
  const say = useSay()
  const read = useData<AlertOne>(id === undefined ? null : `/v1/alerts/${id}`)
  return (
    <Drawer open={id !== undefined} onClose={close} size={680} title={read.data?.alert.rule_name ?? say('page.alerts')} destroyOnHidden>
      <Loaded from={read} rows={10}>
        {(one) => <Panel one={one} changed={() => {
          read.reload()
          changed()
        }} />}
      </Loaded>
    </Drawer>
  )
}

const day = 86_400_000

function Actions({ alert, changed }: { alert: AlertRow; changed: () => void }) {
  const say = useSay()
  const { message } = App.useApp()
  const people = useData<{ items: Person[] }>('/v1/alerts/people')
  const change = useChange()
  const [resolving, resolve] = useState(false)
  const [note, write] = useState('')
  const act = async (what: string, body: object) => {
    if (!(await change.run('POST', `/v1/alerts/${alert.id}/${what}`, body))) return
    resolve(false)
    message.success(say('saved'))
    changed()
  }
  const mute = (days: number) => act('mute', { until: new Date(Date.now() + days * day).toISOString() })
  return (
    <>
      {change.error && <Failure error={change.error} title={say('failed_change')} />}
      <Space wrap>
        {alert.state === 'raised' && <Button type="primary" loading={change.busy} onClick={() => void act('acknowledge', {})}>{say('alerts.acknowledge')}</Button>}
        {alert.state !== 'resolved' && (
          <>
            <Button onClick={() => resolve(true)}>{say('alerts.resolve')}</Button>
            <Select
              className="alert-assign" aria-label={say('alerts.assign')} prefix={<span className="quiet">{say('alerts.assign')}</span>} popupMatchSelectWidth={false}
              value={alert.assigned} onChange={(user) => void act('assign', { user })}
              options={[{ value: 0, label: say('alerts.nobody') }, ...(people.data?.items ?? []).map((one) => ({ value: one.id, label: one.name }))]}
            />
          </>
        )}
        {alert.muted_until ? <Button onClick={() => void act('mute', { until: null })}>{say('alerts.unmute')}</Button> : (
          <Dropdown
            trigger={['click']}
            menu={{
              items: [
                { key: '1', label: say('alerts.mute.day'), onClick: () => void mute(1) },
                { key: '7', label: say('alerts.mute.week'), onClick: () => void mute(7) },
                { key: '30', label: say('alerts.mute.month'), onClick: () => void mute(30) },
              ],
            }}
          >
            <Button>{say('alerts.mute')}</Button>
          </Dropdown>
        )}
      </Space>
      <Modal
        open={resolving} title={say('alerts.resolve.sure')} okText={say('alerts.resolve')} cancelText={say('cancel')} confirmLoading={change.busy}
        onOk={() => void act('resolve', note.trim() ? { note: note.trim() } : {})} onCancel={() => resolve(false)}
      >
        <p className="quiet">{say('alerts.resolve.what')}</p>
        <Input value={note} maxLength={60} aria-label={say('alerts.note')} placeholder={say('alerts.note')} onChange={(event) => write(event.target.value)} />
      </Modal>
    </>
  )
}

/** The page of the figure, over the periods that the alert has seen. */
function figureLink(alert: AlertRow): string {
  const search = new URLSearchParams({ from: alert.points[0]?.from ?? alert.from, to: alert.to })
  const one = alert.value && alert.by && ['shop', 'touchpoint', 'category'].includes(alert.by)
  if (one) search.set(alert.by!, alert.value!)
  else if (alert.by) search.set('by', alert.by)
  return `/figures/${alert.metric}?${search}`
}

/** Where to look next: the members, the products, the page of the figure. */
function Ways({ alert }: { alert: AlertRow }) {
  const say = useSay()
  const may = useMay()
  const ways: [string, string][] = []
  if (alert.segment && may('members:read')) ways.push([segmentLink(alert.segment), say('alerts.see.members')])
  if (alert.metric.startsWith('product.')) ways.push([`/products${alert.metric.endsWith('sellout_days') ? '?advice=restock' : ''}`, say('alerts.see.products')])
  else if (alert.metric.startsWith('budget.')) ways.push([alert.value ? `/budgets/${encodeURIComponent(alert.value)}` : '/budgets', say('alerts.see.budget')])
  else if (alert.metric.startsWith('points_')) ways.push(['/points', say('alerts.see.points')])
  if (!/^(product|budget)\./.test(alert.metric)) ways.push([figureLink(alert), say('alerts.see.figure')])
  if (['gmv', 'sales', 'net_sales', 'placed', 'orders'].includes(alert.metric))
    ways.push([`/gmv-tree?${new URLSearchParams({ from: alert.from, to: alert.to })}`, say('alerts.see.tree')])
  ways.push([`/alerts?tab=rules&rule=${alert.rule}`, say('alerts.see.rule')])
  return <Space wrap>{ways.map(([to, text]) => <Link key={to} to={to}>{text}</Link>)}</Space>
}

function Panel({ one, changed }: { one: AlertOne; changed: () => void }) {
  const say = useSay()
  const format = useFormat()
  const may = useMay()
  const { alert, steps } = one
  const figure = (value: string | null | undefined) => figureText(format, say, alert.unit, value)
  // Parts of a ratio are those of its numerator: money has decimals, counts have none.
  const part = (value: string | null | undefined) => figureText(format, say, alert.parts_of ? (value?.includes('.') ? 'money' : 'count') : alert.unit, value)
  return (
    <div className="stack alert-panel">
      <p className="flat alert-words"><Mark tone={severityTones[alert.severity]}>{say(`alerts.severity.${alert.severity}`)}</Mark> {alert.words}</p>
      <div className="flat"><State row={alert} /></div>
      {may('segments:write') && <Actions alert={alert} changed={changed} />}
      <Ways alert={alert} />
      {!alert.grouped && alert.points.length > 1 && (
        <section>
          <h2>{say('alerts.chart')}</h2>
          <AlertChart points={alert.points} unit={alert.unit} name={[alert.metric_label, alert.label].filter(Boolean).join(' ')} />
        </section>
      )}
      {alert.parts.length > 0 && (
        <section>
          <h2>{say('alerts.parts')}</h2>
          <Rows
            from={still(alert.parts)} id={(row) => `${row.by}/${row.value}`}
            columns={[
              { key: 'value', title: say('alerts.value'), cell: (row) => <>{row.value}<span className="fact-note">{dimensionText(say, row.by)}</span></> },
              { key: 'now', title: say('alerts.part.now'), right: true, cell: (row) => part(row.now) },
              { key: 'before', title: say('alerts.part.before'), right: true, cell: (row) => part(row.before) },
              { key: 'change', title: say('alerts.part.change'), right: true, cell: (row) => part(row.change) },
            ]}
          />
        </section>
      )}
      {alert.grouped && (
        <section>
          <h2>{say('alerts.values', { n: format.count(alert.values_n) })}</h2>
          <Rows
            from={still(alert.values)} id={(row) => row.value}
            columns={[
              { key: 'label', title: alert.by ? dimensionText(say, alert.by) : say('alerts.value'), cell: (row) => row.label },
              { key: 'figure', title: say('alerts.figure'), right: true, cell: (row) => figure(row.figure) },
              ...(alert.kind === 'threshold' ? [] : [{ key: 'expected', title: say('alerts.part.before'), right: true, cell: (row: (typeof alert.values)[number]) => figure(row.expected) }]),
            ]}
          />
        </section>
      )}
      <section>
        <h2>{say('alerts.steps')}</h2>
        <Steps steps={steps} />
      </section>
    </div>
  )
}

function Steps({ steps }: { steps: Step[] }) {
  const say = useSay()
  const format = useFormat()
  const who = (actor: string) => (actor === 'system' ? say('alerts.by_itself') : actor.replace(/^(user|key):/, ''))
  const noteOf = (step: Step) => {
    if (!step.note) return ''
    const ending = `alerts.ending.${step.note}`
    if (step.kind === 'resolved' && isWord(ending)) return say(ending)
    return step.kind === 'muted' ? format.when(step.note) : step.note
  }
  return (
    <ol className="alert-steps">
      {steps.map((step, i) => {
        const kind = `alerts.step.${step.kind}`
        return (
          <li key={i}>
            <span className="quiet number">{format.when(step.at)}</span> <b>{isWord(kind) ? say(kind) : step.kind}</b> <span className="quiet">{who(step.actor)}</span>
            {noteOf(step) && <span> · {noteOf(step)}</span>}
          </li>
        )
      })}
    </ol>
  )
}

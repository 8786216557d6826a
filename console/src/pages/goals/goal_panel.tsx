// goal_panel.tsx -- one goal: in words, as a line with its forecast, what moved it, who is behind it, how its target changed.
import { App, Button, Descriptions, Drawer, Form, Input, Popconfirm, Space } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { useMay } from '~/app/session'
import { useChange, useData } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { segmentLink } from '~/base/segment_link'
import { FormDialog } from '~/parts/form_dialog'
import { GoalBar, GoalStatus, useGoalText, type Goal } from '~/parts/goal_card'
import { How } from '~/parts/how'
import { Rows, still, type Column } from '~/parts/rows'
import { Failure, Loaded } from '~/parts/states'
import { ChangeForm } from './goal_form'
import { GoalLine } from './goal_line'
import type { Detail, Mover } from './forms'

/** The metric's own page, over the same days and of the same orders. */
function figureLink(goal: Goal): string {
  const { segment, shop, touchpoint, category } = goal
  const asked = Object.entries({ from: goal.from, to: goal.progress.as_of, segment, shop, touchpoint, category }).filter((one): one is [string, string] => Boolean(one[1]))
  return `/figures/${goal.metric}?${new URLSearchParams(asked)}`
}

export function GoalPanel({ id, close, changed }: { id: string | undefined; close: () => void; changed: () => void }) {
  const say = useSay()
  const read = useData<Detail>(id === undefined ? null : `/v1/goals/${id}`)
  const again = () => {
    read.reload()
    changed()
  }
  return (
    <Drawer open={id !== undefined} onClose={close} size={760} title={read.data?.goal.label ?? say('page.goals')} destroyOnHidden>
      <Loaded from={read} rows={10}>{(one) => <Panel one={one} changed={again} gone={() => { changed(); close() }} />}</Loaded>
    </Drawer>
  )
}

function Panel({ one, changed, gone }: { one: Detail; changed: () => void; gone: () => void }) {
  const say = useSay()
  const format = useFormat()
  const { goal } = one
  const text = useGoalText(goal.unit)
  const { progress } = goal
  const forecast = progress.forecast
  const baseline = goal.baseline
    ? `${text(goal.baseline)} · ${goal.baseline_from ? `${say(`goals.base.${goal.baseline_of ?? 'given'}`)} ${goal.baseline_from} – ${goal.baseline_to}` : say('goals.base.given')}`
    : say('goals.base.none')
  const facts: [string, string][] = [
    [say('goals.target'), text(goal.target)],
    [say('goals.actual'), progress.actual || progress.status !== 'not_begun' ? text(progress.actual) : '–'],
    [say('goals.pace'), progress.pace ? `${text(progress.pace)} · ${progress.pace_words}` : '–'],
    [say('goals.forecast'), forecast ? `${text(forecast.value)}（${say('goals.range', { low: text(forecast.low), high: text(forecast.high) })}）` : progress.forecast_words || '–'],
    [say('goals.baseline'), baseline],
    [say('goals.owner'), goal.owner || say('goals.nobody')],
    ...(goal.note ? [[say('goals.note'), goal.note] as [string, string]] : []),
    ...(goal.close_reason ? [[say('goals.close.why'), goal.close_reason] as [string, string]] : []),
  ]
  return (
    <div className="stack">
      <div className="goal-words">
        <GoalStatus progress={progress} />
        <p className="flat">{progress.sentence}</p>
        <GoalBar goal={goal} />
      </div>
      <Space wrap>
        {progress.status !== 'not_begun' && !progress.problem && <Link to={figureLink(goal)}>{say('goals.figure')}</Link>}
        {one.members && <Link to={segmentLink(one.members, one.members_at)}>{say('goals.behind')}</Link>}
        {goal.unit === 'money' && progress.status !== 'not_begun' && <Link to={`/gmv-tree?from=${goal.from}&to=${progress.as_of}&compare=year`}>{say('goals.tree')}</Link>}
      </Space>
      <Actions goal={goal} changed={changed} gone={gone} />
      {one.points.length > 1 && (
        <section>
          <h2>{say('goals.line')}</h2>
          <GoalLine one={one} />
        </section>
      )}
      <Descriptions className="product-facts" column={1} size="small" items={facts.map(([label, children]) => ({ key: label, label, children }))} />
      {one.movers.length > 0 && (
        <section>
          <h2>{say('goals.movers')}</h2>
          <p className="quiet">{say('goals.movers.what', { from: one.compared_from ?? '', to: one.compared_to ?? '' })}</p>
          <Movers one={one} />
        </section>
      )}
      {one.versions.length > 1 && (
        <section>
          <h2>{say('goals.versions')}</h2>
          <ol className="goal-versions">
            {one.versions.map((version) => (
              <li key={version.number}>
                <b className="number">{text(version.target)}</b> {version.reason || say('goals.versions.first')}{' '}
                <span className="quiet">{(version.by ?? '').replace(/^(user|key):/, '')} <span className="number">{format.when(version.at)}</span></span>
              </li>
            ))}
          </ol>
        </section>
      )}
      <How text={[goal.definition, one.how, progress.forecast_words].filter(Boolean).join('\n\n')} />
    </div>
  )
}

function Movers({ one }: { one: Detail }) {
  const say = useSay()
  const text = useGoalText(one.goal.unit)
  const size = (value: string | null) =>
    one.goal.unit === 'ratio' ? `${(Number(value) * 100).toLocaleString('en-US', { maximumFractionDigits: 2 })} ${say('goals.points')}` : text(value)
  const signed = (value: string | null) => (value && !value.startsWith('-') ? `+${size(value)}` : size(value))
  const columns: Column<Mover>[] = [
    { key: 'group', title: say('goals.movers.group'), cell: (it) => <>{it.group} <span className="quiet">{it.dimension_label}</span></> },
    { key: 'before', title: say('goals.movers.before'), right: true, cell: (it) => text(it.before) },
    { key: 'now', title: say('goals.movers.now'), right: true, cell: (it) => text(it.now) },
    { key: 'contribution', title: say('goals.movers.contribution'), right: true, cell: (it) => <b>{signed(it.contribution)}</b> },
  ]
  return <Rows from={still(one.movers)} columns={columns} id={(it) => `${it.dimension} ${it.group}`} />
}

function Actions({ goal, changed, gone }: { goal: Goal; changed: () => void; gone: () => void }) {
  const say = useSay()
  const may = useMay()('segments:write')
  const { message } = App.useApp()
  const [doing, act] = useState<'change' | 'close'>()
  const removal = useChange()
  const remove = async () => {
    if (!(await removal.run('DELETE', `/v1/goals/${goal.id}`))) return
    message.success(say('goals.removed'))
    gone()
  }
  if (!may) return null
  return (
    <>
      {removal.error && <Failure error={removal.error} title={say('failed_change')} />}
      <Space wrap>
        {goal.state === 'open' && <Button onClick={() => act('change')}>{say('goals.change')}</Button>}
        {goal.state === 'open' && <Button onClick={() => act('close')}>{say('goals.close')}</Button>}
        <Popconfirm title={say('goals.remove.sure')} onConfirm={remove}>
          <Button danger>{say('goals.remove')}</Button>
        </Popconfirm>
      </Space>
      {doing === 'change' && <ChangeForm goal={goal} close={() => act(undefined)} done={changed} />}
      {doing === 'close' && <Close goal={goal} close={() => act(undefined)} done={changed} />}
    </>
  )
}

function Close({ goal, close, done }: { goal: Goal; close: () => void; done: () => void }) {
  const say = useSay()
  const { message } = App.useApp()
  const [form] = Form.useForm<{ reason?: string }>()
  const change = useChange()
  const send = async ({ reason }: { reason?: string }) => {
    if (!(await change.run('POST', `/v1/goals/${goal.id}/close`, { reason: reason?.trim() }))) return
    message.success(say('goals.closed'))
    done()
    close()
  }
  return (
    <FormDialog title={`${say('goals.close')} · ${goal.label}`} form={form} change={change} close={close} ok={say('goals.close')}>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={send}>
        <Form.Item name="reason" label={say('goals.close.why')}><Input.TextArea maxLength={60} rows={2} autoFocus /></Form.Item>
      </Form>
    </FormDialog>
  )
}

// rewards.tsx -- everything that was given, by where it stands; what is held for review is released or rejected here.
import { App, Button, Form, Input, Segmented, Select, Space } from 'antd'
import { useState } from 'react'
import type { Budget, RewardRow, Task } from '~/api'
import type { Tone } from '~/app/theme'
import { useMay } from '~/app/session'
import { useChange, useData, usePages, type Page } from '~/base/data'
import { useFormat } from '~/base/format'
import { useQuestion } from '~/base/question'
import { useSay } from '~/base/locale'
import { FormDialog } from '~/parts/form_dialog'
import { Mark } from '~/parts/mark'
import { MemberLink } from '~/parts/member_link'
import { useRewardText } from '~/parts/reward_text'
import { Rows, type Column } from '~/parts/rows'
import { Nothing } from '~/parts/states'
import { Who } from '~/parts/who'
import { useTaskName } from '../tasks/task_words'
import { useForText } from './for_text'

type State = RewardRow['state']
const states = ['held', 'given', 'no_budget', 'rejected', 'taken_back'] as const satisfies readonly State[]
const tones: Record<State, Tone> = { held: 'amber', given: 'green', no_budget: 'red', rejected: 'grey', taken_back: 'grey' }
type Verdict = 'release' | 'reject'

export function Rewards() {
  const say = useSay()
  const format = useFormat()
  const may = useMay()
  const { asked, put } = useQuestion(['state', 'budget'] as const)
  const state = asked.state ?? 'held'
  const list = usePages<RewardRow>('/v1/rewards', { state: state === 'all' ? undefined : state, budget: asked.budget })
  const budgets = useData<Page<Budget>>('/v1/budgets').data?.items ?? []
  const { one } = useRewardText()
  const forText = useForText()
  const taskName = useTaskName()
  const tasks = useData<Page<Task>>('/v1/tasks').data?.items ?? []
  /** "task:7:line:31:0": a task's reward begins with its number. */
  const taskOf = (id: string) => {
    const task = tasks.find((it) => id.startsWith(`task:${it.id}:`))
    return task && taskName(task)
  }
  const [deciding, decide] = useState<{ row: RewardRow; verdict: Verdict }>()
  const columns: Column<RewardRow>[] = [
    { key: 'what', title: say('rewards.of'), cell: (row) => <strong>{one(row)}</strong> },
    { key: 'member', title: say('member'), cell: (row) => <MemberLink id={row.member} name={row.name} /> },
    { key: 'for', title: say('rewards.for'), cell: (row) => <span title={row.id}>{forText(row.reason)}<span className="fact-note">{taskOf(row.id)}</span></span> },
    ...(state === 'all' ? [{ key: 'state', title: say('state'), cell: (row: RewardRow) => <Mark tone={tones[row.state]}>{say(`rewards.state.${row.state}`)}</Mark> }] : []),
    ...(state === 'held' ? [{ key: 'why', title: say('rewards.held'), cell: (row: RewardRow) => <Held row={row} /> }] : []),
    { key: 'cost', title: say('rewards.cost'), right: true, cell: (row) => <>{format.money(row.cost)}{row.budget && <span className="fact-note">{budgets.find((one) => one.code === row.budget)?.name ?? row.budget}</span>}</> },
    { key: 'at', title: say('rewards.at'), cell: (row) => <span className="number">{format.when(row.at)}</span> },
    ...(state === 'rejected' || state === 'taken_back' || state === 'all'
      ? [{ key: 'decided', title: say('rewards.decided'), cell: (row: RewardRow) => (row.decided_at ? <div className="approval-text"><Who actor={row.decided_by} at={row.decided_at} />{row.note && <div>{row.note}</div>}</div> : '–') }]
      : []),
  ]
  if (may('loyalty:write') && (state === 'held' || state === 'no_budget' || state === 'all'))
    columns.push({
      key: 'do', title: say('actions'),
      cell: (row) => row.state === 'held' ? (
        <Space>
          <Button size="small" type="primary" onClick={() => decide({ row, verdict: 'release' })}>{say('rewards.release')}</Button>
          <Button size="small" danger onClick={() => decide({ row, verdict: 'reject' })}>{say('rewards.reject')}</Button>
        </Space>
      ) : row.state === 'no_budget' ? <Button size="small" onClick={() => decide({ row, verdict: 'release' })}>{say('rewards.give_now')}</Button> : '–',
    })
  return (
    <>
      <div className="tab-bar">
        <p className="quiet">{say('rewards.what')}</p>
        {budgets.length > 0 && (
          <Select
            aria-label={say('budget')}
            className="filter-wide"
            value={asked.budget ?? ''}
            onChange={(budget: string) => put({ budget: budget || undefined })}
            options={[{ value: '', label: say('rewards.any_budget') }, ...budgets.map((budget) => ({ value: budget.code, label: budget.name }))]}
          />
        )}
        <Segmented<string>
          aria-label={say('state')}
          value={state}
          className="wrap-choice"
          onChange={(to) => put({ state: to === 'held' ? undefined : to })}
          options={[...states.map((one) => ({ value: one, label: say(`rewards.state.${one}`) })), { value: 'all', label: say('all') }]}
        />
      </div>
      <Rows from={list} columns={columns} id={(row) => row.number} empty={<Nothing text={say(state === 'held' ? 'rewards.none.held' : 'rewards.none')} />} />
      {deciding && <Decide {...deciding} what={one(deciding.row)} close={() => decide(undefined)} changed={list.reload} />}
    </>
  )
}

function Held({ row }: { row: RewardRow }) {
  const say = useSay()
  const format = useFormat()
  return (
    <div className="approval-text">
      {row.review}
      <span className="fact-note">{say('rewards.held.until', { at: format.when(row.held_until) })}</span>
    </div>
  )
}

interface DecideProps {
  row: RewardRow
  verdict: Verdict
  what: string
  close: () => void
  changed: () => void
}

function Decide({ row, verdict, what, close, changed }: DecideProps) {
  const say = useSay()
  const { message } = App.useApp()
  const [form] = Form.useForm<{ note?: string }>()
  const change = useChange()
  const rejecting = verdict === 'reject'
  const word = rejecting ? 'rewards.reject' : row.state === 'held' ? 'rewards.release' : 'rewards.give_now'
  const send = async ({ note }: { note?: string }) => {
    const done = await change.run('POST', `/v1/rewards/${row.member}/${encodeURIComponent(row.id)}/${verdict}`, { note: note?.trim() || null })
    changed() // also when it was refused: somebody else may have decided
    if (!done) return
    message.success(say(rejecting ? 'rewards.rejected' : 'rewards.released'))
    close()
  }
  return (
    <FormDialog title={`${say(word)} · ${what}`} form={form} change={change} close={close} ok={say(word)}>
      {row.review && <p className="flat">{say('rewards.held')}：{row.review}</p>}
      <Form form={form} layout="vertical" requiredMark={false} onFinish={send}>
        <Form.Item
          name="note"
          label={say(rejecting ? 'rewards.note.needed' : 'rewards.note')}
          rules={rejecting ? [{ required: true, whitespace: true, message: say('required') }] : []}
        >
          <Input.TextArea maxLength={60} rows={2} autoFocus />
        </Form.Item>
      </Form>
    </FormDialog>
  )
}

// task_rows.tsx -- the tasks: state, what they give, how much is done; a check-in opens to its month.
import { App, Button, Modal, Space, Switch } from 'antd'
import { useState, type ReactNode } from 'react'
import type { Forms, Task } from '~/api'
import { useMay } from '~/app/session'
import { useChange, type Data, type Page } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { Mark } from '~/parts/mark'
import { useRewardText } from '~/parts/reward_text'
import { Rows, type Column } from '~/parts/rows'
import { Failure, Nothing } from '~/parts/states'
import { CodesDialog } from './codes_dialog'
import { MonthGrid } from './month_grid'
import { stateTones, taskState, useTaskName, useTaskWords } from './task_words'

interface RowsProps {
  list: Data<Page<Task>>
  figures: Forms['task_figures_page'] | undefined
  edit: (task: Task) => void
  add: ReactNode
}

export function TaskRows({ list, figures, edit, add }: RowsProps) {
  const say = useSay()
  const format = useFormat()
  const may = useMay()('loyalty:write')
  const { message } = App.useApp()
  const nameOf = useTaskName()
  const words = useTaskWords()
  const change = useChange()
  const [coding, code] = useState<Task>()
  const [now] = useState(() => Date.now())
  const figuresOf = (task: Task) => figures?.items.find((one) => one.task === task.id)
  const put = async (task: Task, opened: boolean) => {
    if (!(await change.run('PATCH', `/v1/tasks/${task.id}`, { opened }))) return
    message.success(say('saved'))
    list.reload()
  }
  const columns: Column<Task>[] = [
    {
      key: 'name', title: say('tasks.task'),
      cell: (task) => (
        <div className="rule-name">
          {nameOf(task)} <Mark tone="teal">{say(`task.kind.${task.kind}`)}</Mark>
          <div className="quiet small number">{words.period(task)}</div>
        </div>
      ),
    },
    {
      key: 'state', title: say('state'),
      cell: (task) => {
        const state = taskState(task, now)
        return <Mark tone={stateTones[state]}>{say(`tasks.state.${state}`)}</Mark>
      },
    },
    { key: 'gives', title: say('tasks.gives'), cell: (task) => <div className="gives"><Gives task={task} /></div> },
    { key: 'limits', title: say('tasks.limits'), cell: (task) => <div className="gives">{words.limits(task)}</div> },
    {
      key: 'done', title: say('tasks.done'), right: true,
      cell: (task) => {
        const of = figuresOf(task)
        return <>{format.count(of?.done)}{of && of.today > 0 && <div className="quiet small">{say('tasks.done.today', { n: format.count(of.today) })}</div>}</>
      },
    },
    { key: 'members', title: say('tasks.members'), right: true, cell: (task) => format.count(figuresOf(task)?.members) },
  ]
  if (may)
    columns.push({
      key: 'do', title: say('actions'),
      cell: (task) => (
        <Space wrap>
          <Switch size="small" checked={task.opened} disabled={change.busy} aria-label={say('tasks.switch', { name: nameOf(task) })} onChange={(on) => put(task, on)} />
          <Button size="small" onClick={() => edit(task)}>{say('edit')}</Button>
          {task.proof === 'code' && <Button size="small" onClick={() => code(task)}>{say('task.codes')}</Button>}
        </Space>
      ),
    })
  return (
    <>
      <div className="tab-bar">
        <p className="quiet">{say('tasks.what', { n: figures?.days ?? 30 })}</p>
        {add}
      </div>
      {change.error && <Failure error={change.error} title={say('failed_change')} />}
      <Rows from={list} columns={columns} id={(task) => task.id} empty={<Nothing text={say('tasks.none')}>{add}</Nothing>} />
      {coding && <CodesDialog task={coding} close={() => code(undefined)} />}
    </>
  )
}

function Gives({ task }: { task: Task }) {
  const say = useSay()
  const nameOf = useTaskName()
  const { all } = useRewardText()
  const [open, show] = useState(false)
  const each = all(task.gifts.rewards)
  if (task.kind !== 'check_in') return <>{each || say('reward.none')}</>
  return (
    <>
      {each && <div>{each}</div>}
      <Button type="link" className="plain-link" onClick={() => show(true)}>{say('task.calendar')}</Button>
      <Modal open={open} title={nameOf(task)} footer={null} onCancel={() => show(false)} width={640} destroyOnHidden>
        <MonthGrid gifts={task.gifts} cycle={task.cycle} />
      </Modal>
    </>
  )
}

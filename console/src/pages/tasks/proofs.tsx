// proofs.tsx -- what members sent to prove a task: looked at, approved or rejected with a reason.
import { App, Button, Form, Input, Popconfirm, Segmented, Space } from 'antd'
import { useState } from 'react'
import type { Task, TaskProof } from '~/api'
import { useMay } from '~/app/session'
import { useChange, usePages } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { useQuestion } from '~/base/question'
import { FormDialog } from '~/parts/form_dialog'
import { Mark } from '~/parts/mark'
import { MemberLink } from '~/parts/member_link'
import { Rows, type Column } from '~/parts/rows'
import { Failure, Nothing } from '~/parts/states'
import { useTaskName } from './task_words'

const states = ['waiting', 'approved', 'rejected'] as const
const tones = { waiting: 'amber', approved: 'green', rejected: 'red' } as const

export function Proofs({ tasks, changed }: { tasks: Task[]; changed: () => void }) {
  const say = useSay()
  const format = useFormat()
  const nameOf = useTaskName()
  const may = useMay()('loyalty:write')
  const { message } = App.useApp()
  const { asked, put } = useQuestion(['proofs'] as const)
  const state = states.find((one) => one === asked.proofs) ?? 'waiting'
  const list = usePages<TaskProof>('/v1/tasks/reviews', { state, limit: 20 })
  const [rejecting, reject] = useState<TaskProof>()
  const approval = useChange()
  const decided = () => {
    list.reload()
    changed()
  }
  const approve = async (it: TaskProof) => {
    if (!(await approval.run('POST', `/v1/tasks/reviews/${it.number}/approve`, {}))) return
    message.success(say('proofs.approved_now'))
    decided()
  }
  const taskOf = (it: TaskProof) => tasks.find((one) => one.id === it.task)
  const columns: Column<TaskProof>[] = [
    { key: 'proof', title: say('proofs.proof'), cell: (it) => <Proof it={it} /> },
    { key: 'task', title: say('tasks.task'), cell: (it) => { const task = taskOf(it); return task ? nameOf(task) : `#${it.task}` } },
    { key: 'member', title: say('member'), cell: (it) => <MemberLink id={it.member} name={it.name} /> },
    { key: 'sent', title: say('proofs.sent'), cell: (it) => <span className="number">{format.when(it.at)}</span> },
  ]
  if (state !== 'waiting')
    columns.push({
      key: 'decided', title: say('proofs.decided'),
      cell: (it) => (
        <div className="approval-text">
          <Mark tone={tones[it.state]}>{say(`proofs.state.${it.state}`)}</Mark>
          <div className="quiet">{it.decided_by?.replace(/^(user|key):/, '')} <span className="number">{format.when(it.decided_at)}</span></div>
          {it.note && <div>{it.note}</div>}
        </div>
      ),
    })
  else if (may)
    columns.push({
      key: 'do', title: say('actions'),
      cell: (it) => (
        <Space>
          <Popconfirm title={say('proofs.approve.sure')} onConfirm={() => approve(it)}>
            <Button size="small" type="primary" disabled={approval.busy}>{say('proofs.approve')}</Button>
          </Popconfirm>
          <Button size="small" danger onClick={() => reject(it)}>{say('proofs.reject')}</Button>
        </Space>
      ),
    })
  return (
    <>
      <div className="tab-bar">
        <Segmented<string>
          aria-label={say('state')}
          value={state}
          onChange={(to) => put({ proofs: to === 'waiting' ? undefined : to })}
          options={states.map((one) => ({ value: one, label: say(`proofs.state.${one}`) }))}
        />
      </div>
      {approval.error && <Failure error={approval.error} title={say('failed_change')} />}
      <Rows from={list} columns={columns} id={(it) => it.number} empty={<Nothing text={say(state === 'waiting' ? 'proofs.none.waiting' : 'proofs.none')} />} />
      {rejecting && <Reject it={rejecting} close={() => reject(undefined)} done={decided} />}
    </>
  )
}

/** A member's own words and link: shown as they are, opened only on purpose. */
function Proof({ it }: { it: TaskProof }) {
  const say = useSay()
  if (!it.url && !it.text) return <span className="quiet">{say('proofs.hidden')}</span>
  return (
    <div className="proof">
      {it.text && <div>{it.text}</div>}
      {it.url && (
        <a href={it.url} target="_blank" rel="noopener noreferrer" title={say('proofs.open.new', { url: it.url })}>
          {say('proofs.open')} <span className="quiet proof-url">{it.url}</span>
        </a>
      )}
    </div>
  )
}

function Reject({ it, close, done }: { it: TaskProof; close: () => void; done: () => void }) {
  const say = useSay()
  const { message } = App.useApp()
  const [form] = Form.useForm<{ note: string }>()
  const change = useChange()
  const send = async ({ note }: { note: string }) => {
    if (!(await change.run('POST', `/v1/tasks/reviews/${it.number}/reject`, { note: note.trim() }))) return
    message.success(say('proofs.rejected_now'))
    done()
    close()
  }
  return (
    <FormDialog title={say('proofs.reject')} form={form} change={change} close={close} ok={say('proofs.reject')}>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={send}>
        <Form.Item name="note" label={say('proofs.reject.why')} rules={[{ required: true, whitespace: true, message: say('required') }]}>
          <Input.TextArea maxLength={60} rows={2} autoFocus />
        </Form.Item>
      </Form>
    </FormDialog>
  )
}

// approvals.tsx -- what one person asked for and another decides: waiting, and how it ended.
import { App, Button, Form, Input, Modal, Popconfirm, Segmented, Space } from 'antd'
import { useState } from 'react'
import type { Approval, ApprovalState } from '~/api'
import { approvalsChanged } from '~/app/waiting'
import { useChange, usePages } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { useQuestion } from '~/base/question'
import { Head } from '~/parts/head'
import { Mark } from '~/parts/mark'
import { Rows, type Column } from '~/parts/rows'
import { Failure, Nothing } from '~/parts/states'
import { Who } from '~/parts/who'

type Verdict = 'approve' | 'reject'

const states = ['open', 'approved', 'rejected', 'withdrawn', 'expired'] as const satisfies readonly ApprovalState[]
const tones = { open: 'amber', approved: 'green', rejected: 'red', withdrawn: 'grey', expired: 'grey' } as const

export default function Approvals() {
  const say = useSay()
  const format = useFormat()
  const { asked, put } = useQuestion(['state'] as const)
  const state = asked.state ?? 'open'
  const list = usePages<Approval>('/v1/approvals', { state: state === 'all' ? undefined : state })
  const [deciding, decide] = useState<{ it: Approval; verdict: Verdict }>()
  const withdrawal = useChange()
  const withdraw = async (it: Approval) => {
    if (await withdrawal.run('POST', `/v1/approvals/${it.id}/withdraw`, {})) list.reload()
  }
  const columns: Column<Approval>[] = [
    { key: 'what', title: say('approvals.ask'), cell: (it) => <What it={it} /> },
    { key: 'amount', title: say('approvals.amount'), right: true, cell: (it) => it.amount ?? '–' },
    { key: 'reason', title: say('approvals.reason'), cell: (it) => <div className="approval-text">{it.reason}</div> },
    { key: 'asked', title: say('approvals.asked'), cell: (it) => <Who actor={it.asked_by} at={it.asked_at} /> },
    ...(state === 'all'
      ? [{ key: 'state', title: say('state'), cell: (it: Approval) => <Mark tone={tones[it.state]}>{say(`approvals.state.${it.state}`)}</Mark> }]
      : []),
    state === 'open'
      ? { key: 'until', title: say('approvals.until'), cell: (it) => <span className="number">{format.when(it.expires_at)}</span> }
      : { key: 'ended', title: say('approvals.ended'), cell: (it) => <Ended it={it} /> },
  ]
  if (state === 'open' || state === 'all')
    columns.push({
      key: 'do', title: say('actions'),
      cell: (it) => it.state !== 'open' ? '–' : it.may_decide ? (
        <Space wrap>
          <Button size="small" type="primary" onClick={() => decide({ it, verdict: 'approve' })}>{say('approvals.approve')}</Button>
          <Button size="small" danger onClick={() => decide({ it, verdict: 'reject' })}>{say('approvals.reject')}</Button>
        </Space>
      ) : (
        <Space wrap>
          <Mark>{say('approvals.own')}</Mark>
          {it.own && (
            <Popconfirm title={say('approvals.withdraw.sure')} onConfirm={() => withdraw(it)}>
              <Button size="small" loading={withdrawal.busy}>{say('approvals.withdraw')}</Button>
            </Popconfirm>
          )}
        </Space>
      ),
    })
  return (
    <>
      <Head title={say('page.approvals')} />
      <p className="quiet flat">{say('approvals.what')}</p>
      <div className="filters approval-states">
        <Segmented<string>
          aria-label={say('state')}
          value={state}
          onChange={(to) => put({ state: to === 'open' ? undefined : to })}
          options={[...states.map((one) => ({ value: one, label: say(`approvals.state.${one}`) })), { value: 'all', label: say('all') }]}
        />
      </div>
      {withdrawal.error && <Failure error={withdrawal.error} title={say('failed_change')} />}
      <section className="panel card-list">
        <Rows
          from={list}
          columns={columns}
          id={(it) => it.id}
          empty={<Nothing text={say(state === 'open' ? 'approvals.none.open' : 'approvals.none')} />}
        />
      </section>
      {deciding && <Decide {...deciding} close={() => decide(undefined)} changed={list.reload} />}
    </>
  )
}

/** The kind, what it would do, and what went wrong when it was tried. */
function What({ it }: { it: Approval }) {
  const say = useSay()
  const format = useFormat()
  return (
    <div className="approval-text">
      <strong>{it.title}</strong>
      {it.what && <div>{it.what}</div>}
      {it.problem && it.state === 'open' && (
        <div className="approval-problem">{say('approvals.problem', { at: format.when(it.problem_at), why: it.problem })}</div>
      )}
    </div>
  )
}

function Ended({ it }: { it: Approval }) {
  return (
    <div className="approval-text">
      <Who actor={it.decided_by} at={it.decided_at} />
      {it.note && <div>{it.note}</div>}
    </div>
  )
}

function Decide({ it, verdict, close, changed }: { it: Approval; verdict: Verdict; close: () => void; changed: () => void }) {
  const say = useSay()
  const { message } = App.useApp()
  const [form] = Form.useForm<{ note?: string }>()
  const change = useChange()
  const rejecting = verdict === 'reject'
  const send = async ({ note }: { note?: string }) => {
    const done = await change.run('POST', `/v1/approvals/${it.id}/${verdict}`, { note: note?.trim() || null })
    approvalsChanged()
    changed() // also when it was refused: somebody else may have decided, or the reason is kept
    if (!done) return
    message.success(say(rejecting ? 'approvals.rejected_now' : 'approvals.approved_now'))
    close()
  }
  return (
    <Modal
      open
      title={`${say(`approvals.${verdict}`)} · ${it.title}`}
      okText={say(`approvals.${verdict}`)}
      okButtonProps={{ danger: rejecting }}
      cancelText={say('cancel')}
      confirmLoading={change.busy}
      onOk={form.submit}
      onCancel={close}
    >
      {change.error && <Failure error={change.error} title={say('failed_change')} />}
      <dl className="approval-facts">
        {it.what && <div><dt>{say('approvals.ask')}</dt><dd>{it.what}</dd></div>}
        {it.amount && <div><dt>{say('approvals.amount')}</dt><dd>{it.amount}</dd></div>}
        <div><dt>{say('approvals.reason')}</dt><dd>{it.reason}</dd></div>
        <div><dt>{say('approvals.asked')}</dt><dd><Who actor={it.asked_by} at={it.asked_at} /></dd></div>
      </dl>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={send}>
        <Form.Item
          name="note"
          label={say(rejecting ? 'approvals.note.needed' : 'approvals.note')}
          rules={rejecting ? [{ required: true, whitespace: true, message: say('required') }] : []}
        >
          <Input.TextArea maxLength={60} rows={2} autoFocus />
        </Form.Item>
      </Form>
    </Modal>
  )
}

// budget_dialogs.tsx -- a budget is made or topped up; above a limit somebody else decides.
import { App, DatePicker, Form, Input, InputNumber, Modal } from 'antd'
import type { Dayjs } from 'dayjs'
import { useState } from 'react'
import { Link } from 'react-router'
import type { Budget, BudgetDone } from '~/api'
import { approvalsChanged } from '~/app/waiting'
import { useChange } from '~/base/data'
import { dayPlus, midnightOf, todayIs, useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { newKey } from '~/base/new_key'
import type { Word } from '~/base/words'
import { FormDialog } from '~/parts/form_dialog'

type Waits = NonNullable<BudgetDone['approval']>

/** Says what became of it: done, or it waits for a second person. */
function useDone(close: () => void, done: () => void) {
  const say = useSay()
  const { message } = App.useApp()
  const [waits, wait] = useState<Waits>()
  const tell = (answer: BudgetDone | undefined, word: Word) => {
    if (!answer) return
    done()
    if (answer.approval) {
      approvalsChanged()
      return wait(answer.approval)
    }
    message.success(say(word))
    close()
  }
  return { tell, waiting: waits && <Asked approval={waits} close={close} /> }
}

function Asked({ approval, close }: { approval: Waits; close: () => void }) {
  const say = useSay()
  const format = useFormat()
  return (
    <Modal open title={say('budget.asked')} onOk={close} onCancel={close} okText={say('close')} cancelButtonProps={{ hidden: true }}>
      <p>{approval.hint || say('budget.asked.what', { n: approval.deciders, at: format.when(approval.expires_at) })}</p>
      <Link to="/approvals">{say('budget.asked.see')}</Link>
    </Modal>
  )
}

interface DialogProps {
  close: () => void
  done: () => void
}

export function BudgetDialog({ close, done }: DialogProps) {
  const say = useSay()
  const [form] = Form.useForm<{ code: string; name: string; amount: string; last?: Dayjs | null }>()
  const change = useChange()
  const { tell, waiting } = useDone(close, done)
  const send = async ({ code, name, amount, last }: { code: string; name: string; amount: string; last?: Dayjs | null }) => {
    const ends_at = last ? midnightOf(dayPlus(last.format('YYYY-MM-DD'), 1)) : null
    tell(await change.run<BudgetDone>('POST', '/v1/budgets', { code: code.trim(), name: name.trim(), amount, ends_at }), 'saved')
  }
  if (waiting) return waiting
  const needed = [{ required: true, whitespace: true, message: say('required') }]
  return (
    <FormDialog title={say('budget.add')} form={form} change={change} close={close}>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={send}>
        <Form.Item name="name" label={say('budget.name')} rules={needed}><Input maxLength={60} autoFocus /></Form.Item>
        <Form.Item name="code" label={say('budget.code')} extra={say('budget.code.what')} rules={needed}><Input maxLength={24} /></Form.Item>
        <Form.Item name="amount" label={say('budget.amount')} rules={needed}><InputNumber stringMode min="0.01" precision={2} className="full" /></Form.Item>
        <Form.Item name="last" label={say('budget.last')}>
          <DatePicker placeholder={say('budget.no_end')} disabledDate={(day) => day.format('YYYY-MM-DD') < todayIs()} className="full" />
        </Form.Item>
      </Form>
    </FormDialog>
  )
}

export function RaiseDialog({ budget, close, done }: DialogProps & { budget: Budget }) {
  const say = useSay()
  const [form] = Form.useForm<{ amount: string; reason: string }>()
  const change = useChange()
  const [key] = useState(newKey) // the same for a retry: it is put in once
  const { tell, waiting } = useDone(close, done)
  const send = async ({ amount, reason }: { amount: string; reason: string }) =>
    tell(await change.run<BudgetDone>('POST', `/v1/budgets/${budget.code}/raise`, { key, amount, reason: reason.trim() }), 'budget.raised')
  if (waiting) return waiting
  const needed = [{ required: true, whitespace: true, message: say('required') }]
  return (
    <FormDialog title={say('budget.raise.of', { name: budget.name })} form={form} change={change} close={close} ok={say('budget.raise')}>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={send}>
        <Form.Item name="amount" label={say('budget.raise.amount')} rules={needed}><InputNumber stringMode min="0.01" precision={2} autoFocus className="full" /></Form.Item>
        <Form.Item name="reason" label={say('budget.raise.reason')} rules={needed}><Input.TextArea maxLength={60} rows={2} /></Form.Item>
      </Form>
    </FormDialog>
  )
}

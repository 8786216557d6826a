// credit_dialog.tsx -- shopping credit by hand: a top-up or a spend of elsewhere is recorded, a bonus is given.
import { Alert, App, Form, Input, InputNumber, Modal } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import type { CreditAct, Forms } from '~/api'
import { approvalsChanged } from '~/app/waiting'
import { useChange } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { newKey } from '~/base/new_key'
import { FormDialog } from '~/parts/form_dialog'

interface Values {
  amount: string
  key: string
}

export function CreditDialog({ member, kind, close, done }: { member: number; kind: 'topup' | 'spend'; close: () => void; done: () => void }) {
  const say = useSay()
  const format = useFormat()
  const { message } = App.useApp()
  const [form] = Form.useForm<Values>()
  const change = useChange()
  const send = async ({ amount, key }: Values) => {
    const act = await change.run<CreditAct>('POST', `/v1/members/${member}/credit/${kind}`, { amount: Number(amount).toFixed(2), key: key.trim() })
    if (!act) return
    message.success(say(`credit.${kind}.done`, { principal: format.money(act.principal), bonus: format.money(act.bonus) }))
    if (act.bonus_refused) message.warning(say('credit.topup.no_bonus'))
    close()
    done()
  }
  return (
    <FormDialog title={say(`credit.${kind}`)} form={form} change={change} close={close} ok={say(`credit.${kind}.do`)}>
      <p className="quiet flat">{say(`credit.${kind}.what`)}</p>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={send}>
        <Form.Item name="amount" label={say('credit.amount')} rules={[{ required: true, message: say('required') }]}>
          <InputNumber<string> stringMode min="0.01" precision={2} className="full" autoFocus />
        </Form.Item>
        <Form.Item name="key" label={say(`credit.${kind}.key`)} extra={say('paid.buy.key.what')} rules={[{ required: true, whitespace: true, message: say('required') }]}>
          <Input maxLength={60} />
        </Form.Item>
      </Form>
    </FormDialog>
  )
}

interface Gift {
  amount: string
  valid_days?: number | null
  reason: string
}

/** A bonus by hand; above the limit of one person a second one decides. */
export function CreditGiftDialog({ member, close, done }: { member: number; close: () => void; done: () => void }) {
  const say = useSay()
  const { message } = App.useApp()
  const [form] = Form.useForm<Gift>()
  const change = useChange()
  const [key] = useState(newKey) // the same for a retry: it is given once
  const [asked, ask] = useState<Forms['credit_granted']['approval']>()
  const send = async ({ amount, valid_days, reason }: Gift) => {
    const body = { key, amount: Number(amount).toFixed(2), valid_days: valid_days ?? null, reason: reason.trim() }
    const given = await change.run<Forms['credit_granted']>('POST', `/v1/members/${member}/credit/grant`, body)
    if (!given) return
    done()
    if (given.approval) {
      approvalsChanged()
      return ask(given.approval)
    }
    message.success(say('credit.gift.done'))
    close()
  }
  if (asked) return <Asked approval={asked} close={close} />
  return (
    <FormDialog title={say('credit.gift')} form={form} change={change} close={close} ok={say('credit.gift.do')}>
      <Alert type="info" showIcon role="status" title={say('credit.gift.what')} className="failure" />
      <Form form={form} layout="vertical" requiredMark={false} onFinish={send}>
        <Form.Item name="amount" label={say('credit.amount')} rules={[{ required: true, message: say('required') }]}>
          <InputNumber<string> stringMode min="0.01" precision={2} className="full" autoFocus />
        </Form.Item>
        <Form.Item name="valid_days" label={say('credit.gift.days')}><InputNumber min={1} max={3650} precision={0} className="full" /></Form.Item>
        <Form.Item name="reason" label={say('points.hand.reason')} rules={[{ required: true, whitespace: true, message: say('required') }]}>
          <Input maxLength={60} />
        </Form.Item>
      </Form>
    </FormDialog>
  )
}

function Asked({ approval, close }: { approval: NonNullable<Forms['credit_granted']['approval']>; close: () => void }) {
  const say = useSay()
  const format = useFormat()
  return (
    <Modal open title={say('points.hand.asked')} onOk={close} onCancel={close} okText={say('close')} cancelButtonProps={{ hidden: true }}>
      <p>{approval.hint || say('points.hand.asked.what', { n: approval.deciders, at: format.when(approval.expires_at) })}</p>
      <Link to="/approvals">{say('points.hand.see')}</Link>
    </Modal>
  )
}

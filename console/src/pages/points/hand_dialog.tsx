// hand_dialog.tsx -- points given or taken by hand, with a reason; large ones are asked for and decided by somebody else.
import { Alert, App, AutoComplete, Form, InputNumber, Modal, Segmented } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import type { PointsHanded } from '~/api'
import { approvalsChanged } from '~/app/waiting'
import { useChange } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { newKey } from '~/base/new_key'
import { FormDialog } from '~/parts/form_dialog'
import { MemberSelect } from '~/parts/member_select'
import { usePointsSettings } from './policy'

interface Values {
  id: number
  way: 'give' | 'take'
  amount: number
  reason: string
}

export function HandDialog({ member, close, done }: { member?: number; close: () => void; done: (member: number) => void }) {
  const say = useSay()
  const format = useFormat()
  const { message } = App.useApp()
  const [form] = Form.useForm<Values>()
  const change = useChange()
  const { of } = usePointsSettings()
  const [key] = useState(newKey) // the same for a retry: it is given once
  const [asked, ask] = useState<PointsHanded['approval']>()
  const amount = Form.useWatch('amount', form) ?? 0
  const most = Number(of('approval_above') || 0)
  const above = amount > most
  const send = async ({ id, way, amount, reason }: Values) => {
    const body = { key, amount: way === 'take' ? -amount : amount, reason: reason.trim() }
    const handed = await change.run<PointsHanded>('POST', `/v1/members/${id}/points`, body)
    if (!handed) return
    done(id)
    if (handed.approval) {
      approvalsChanged()
      return ask(handed.approval)
    }
    message.success(say('points.hand.given'))
    close()
  }
  if (asked) return <Asked approval={asked} close={close} />
  return (
    <FormDialog title={say('points.hand')} form={form} change={change} close={close} ok={above ? say('points.hand.ask') : say('confirm')}>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={send} initialValues={{ id: member, way: 'give' }}>
        <Form.Item name="id" hidden={member !== undefined} label={say('member')} rules={[{ required: true, message: say('required_choice') }]}>
          <MemberSelect />
        </Form.Item>
        <Form.Item name="way">
          <Segmented options={(['give', 'take'] as const).map((one) => ({ value: one, label: say(`points.hand.${one}`) }))} />
        </Form.Item>
        <Form.Item name="amount" label={say('points.hand.amount')} rules={[{ required: true, message: say('required') }]}>
          <InputNumber min={1} max={1000000000} precision={0} className="full" />
        </Form.Item>
        <Form.Item name="reason" label={say('points.hand.reason')} rules={[{ required: true, whitespace: true, message: say('required') }]}>
          <AutoComplete maxLength={60} options={([1, 2, 3] as const).map((n) => ({ value: say(`points.hand.reason.${n}`) }))} />
        </Form.Item>
      </Form>
      <Alert
        type={above ? 'warning' : 'info'}
        showIcon
        role="status"
        title={say(above ? 'points.hand.above' : 'points.hand.below', { n: format.count(most) })}
      />
    </FormDialog>
  )
}

function Asked({ approval, close }: { approval: NonNullable<PointsHanded['approval']>; close: () => void }) {
  const say = useSay()
  const format = useFormat()
  return (
    <Modal open title={say('points.hand.asked')} onOk={close} onCancel={close} okText={say('close')} cancelButtonProps={{ hidden: true }}>
      <p>{approval.hint || say('points.hand.asked.what', { n: approval.deciders, at: format.when(approval.expires_at) })}</p>
      <Link to="/approvals">{say('points.hand.see')}</Link>
    </Modal>
  )
}

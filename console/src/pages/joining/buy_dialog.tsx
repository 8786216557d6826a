// buy_dialog.tsx -- a paid membership that was paid for elsewhere is recorded: what it comes to is seen before.
import { App, Form, Input, InputNumber, Select } from 'antd'
import { useEffect } from 'react'
import type { Forms, MembershipView } from '~/api'
import { useChange, useData } from '~/base/data'
import { useFormat } from '~/base/format'
import { isWord, useSay } from '~/base/locale'
import { FormDialog } from '~/parts/form_dialog'
import { Loaded } from '~/parts/states'
import { usePlans } from './plans'

interface Values {
  plan: string
  paid: string
  key: string
}

export function BuyDialog({ member, plan, close, done }: { member: number; plan?: string | null; close: () => void; done: () => void }) {
  const say = useSay()
  const { message } = App.useApp()
  const { list, nameOf } = usePlans()
  const [form] = Form.useForm<Values>()
  const change = useChange()
  const sold = list.data?.items.filter((one) => !one.ended) ?? []
  const chosen = Form.useWatch('plan', form)
  const quote = useData<Forms['membership_quote']>(chosen ? `/v1/members/${member}/membership/quote` : null, { plan: chosen })
  const due = quote.loading ? undefined : quote.data?.due
  useEffect(() => {
    if (due) form.setFieldsValue({ paid: due })
  }, [form, due])
  const send = async ({ plan: code, paid, key }: Values) => {
    const body = { plan: code, paid: Number(paid).toFixed(2), key: key.trim() }
    if (!(await change.run<MembershipView>('POST', `/v1/members/${member}/membership`, body))) return
    message.success(say('paid.bought'))
    close()
    done()
  }
  return (
    <FormDialog title={say('paid.buy')} form={form} change={change} close={close} ok={say('paid.buy.do')}>
      <p className="quiet flat">{say('paid.buy.what')}</p>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={send} initialValues={{ plan: plan ?? undefined }}>
        <Form.Item name="plan" label={say('plan')} rules={[{ required: true, message: say('required_choice') }]}>
          <Select loading={list.loading} options={sold.map((one) => ({ value: one.code, label: nameOf(one.code) }))} notFoundContent={say('plans.none')} />
        </Form.Item>
        {chosen && <Loaded from={quote} rows={3}>{(it) => <Quoted it={it} />}</Loaded>}
        <Form.Item name="paid" label={say('paid.buy.paid')} rules={[{ required: true, message: say('required') }]}>
          <InputNumber<string> stringMode min="0" precision={2} className="full" />
        </Form.Item>
        <Form.Item name="key" label={say('paid.buy.key')} extra={say('paid.buy.key.what')} rules={[{ required: true, whitespace: true, message: say('required') }]}>
          <Input maxLength={60} />
        </Form.Item>
      </Form>
    </FormDialog>
  )
}

function Quoted({ it }: { it: Forms['membership_quote'] }) {
  const say = useSay()
  const format = useFormat()
  const kind = `paid.buy.kind.${it.kind ?? ''}`
  return (
    <dl className="sum">
      <div><dt>{isWord(kind) ? say(kind) : it.kind}</dt><dd className="number">{it.starts_on} – {it.last_day}</dd></div>
      <div><dt>{say('plan.price')}</dt><dd className="number">{format.money(it.price)}</dd></div>
      {Number(it.unused) > 0 && <div><dt>{say('paid.buy.unused')}</dt><dd className="number">{format.money(`-${it.unused}`)}</dd></div>}
      <div className="sum-total"><dt>{say('paid.buy.due')}</dt><dd className="number">{format.money(it.due)}</dd></div>
    </dl>
  )
}

// stock_dialog.tsx -- pieces that come into the stock of a good, or go out of it, with a reason.
import { App, AutoComplete, Form, InputNumber, Segmented } from 'antd'
import { useState } from 'react'
import type { MallGood } from '~/api'
import { useChange } from '~/base/data'
import { useSay } from '~/base/locale'
import { newKey } from '~/base/new_key'
import { FormDialog } from '~/parts/form_dialog'
import { useGoodWords } from './good_words'

interface Values {
  way: 'in' | 'out'
  amount: number
  reason: string
}

export function StockDialog({ good, close, saved }: { good: MallGood; close: () => void; saved: () => void }) {
  const say = useSay()
  const { message } = App.useApp()
  const words = useGoodWords()
  const [form] = Form.useForm<Values>()
  const change = useChange()
  const [key] = useState(newKey) // the same for a retry: it is counted once
  const send = async ({ way, amount, reason }: Values) => {
    const body = { key, amount: way === 'out' ? -amount : amount, reason: reason.trim() }
    if (!(await change.run('POST', `/v1/mall/goods/${good.id}/stock`, body))) return
    message.success(say('saved'))
    saved()
    close()
  }
  return (
    <FormDialog title={`${say('mall.stock')} · ${words.name(good)}`} form={form} change={change} close={close}>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={send} initialValues={{ way: 'in' }}>
        <Form.Item name="way">
          <Segmented options={(['in', 'out'] as const).map((one) => ({ value: one, label: say(`mall.stock.way.${one}`) }))} />
        </Form.Item>
        <Form.Item name="amount" label={say('mall.stock.amount')} rules={[{ required: true, message: say('required') }]}>
          <InputNumber min={1} max={1000000} precision={0} className="full" autoFocus />
        </Form.Item>
        <Form.Item name="reason" label={say('mall.stock.reason')} rules={[{ required: true, whitespace: true, message: say('required') }]}>
          <AutoComplete maxLength={60} options={([1, 2, 3] as const).map((n) => ({ value: say(`mall.stock.reason.${n}`) }))} />
        </Form.Item>
      </Form>
    </FormDialog>
  )
}

// ship_dialog.tsx -- ships one exchange, or many by a list of lines.
import { App, AutoComplete, Button, Form, Input, Modal, Upload } from 'antd'
import { useState } from 'react'
import type { Forms, MallExchange } from '~/api'
import { useChange } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { FormDialog } from '~/parts/form_dialog'

const carriers = ['顺丰', '京东', '中通', '圆通', '申通', '韵达', 'EMS', '极兔']

export function ShipDialog({ it, close, saved }: { it: MallExchange; close: () => void; saved: () => void }) {
  const say = useSay()
  const { message } = App.useApp()
  const [form] = Form.useForm<{ carrier: string; tracking: string }>()
  const change = useChange()
  const send = async (values: { carrier: string; tracking: string }) => {
    if (!(await change.run('POST', `/v1/exchanges/${it.id}/ship`, values))) return
    message.success(say('saved'))
    saved()
    close()
  }
  const required = [{ required: true, whitespace: true, message: say('required') }]
  return (
    <FormDialog title={`${say('exchange.ship')} · #${it.id}`} form={form} change={change} close={close} ok={say('exchange.ship')}>
      {it.address && <p className="quiet flat">{it.receiver} {it.phone}<br />{it.address}</p>}
      <Form form={form} layout="vertical" requiredMark={false} onFinish={send} initialValues={{ carrier: it.carrier, tracking: it.tracking }}>
        <Form.Item name="carrier" label={say('exchange.carrier')} rules={required}>
          <AutoComplete options={carriers.map((value) => ({ value }))} showSearch={{ filterOption: (text, option) => String(option?.value).includes(text) }} />
        </Form.Item>
        <Form.Item name="tracking" label={say('exchange.tracking')} rules={required}><Input maxLength={60} /></Form.Item>
      </Form>
    </FormDialog>
  )
}

export function ShipManyDialog({ close, saved }: { close: () => void; saved: () => void }) {
  const say = useSay()
  const format = useFormat()
  const [form] = Form.useForm<{ csv: string }>()
  const change = useChange()
  const [done, show] = useState<Forms['parcels_shipped']>()
  const send = async (values: { csv: string }) => {
    const shipped = await change.run<Forms['parcels_shipped']>('POST', '/v1/exchanges/ship', values)
    if (!shipped) return
    show(shipped)
    saved()
  }
  if (done)
    return (
      <Modal open title={say('exchange.ship.done', { n: format.count(done.shipped) })} onCancel={close} footer={<Button type="primary" onClick={close}>{say('close')}</Button>}>
        <ul className="facts">
          {done.faults?.map((one) => <li key={one.line}>{say('exchange.ship.fault', { line: one.line ?? 0, why: one.reason ?? '' })}</li>)}
        </ul>
      </Modal>
    )
  return (
    <FormDialog title={say('exchange.ship.many')} form={form} change={change} close={close} ok={say('exchange.ship')}>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={send}>
        <Form.Item name="csv" label={say('exchange.ship.csv')} rules={[{ required: true, whitespace: true, message: say('required') }]}>
          <Input.TextArea rows={8} className="number" spellCheck={false} placeholder={'12,顺丰,SF1234567890'} />
        </Form.Item>
      </Form>
      <Upload
        accept=".txt,.csv"
        showUploadList={false}
        beforeUpload={async (file) => {
          form.setFieldValue('csv', await file.text())
          return Upload.LIST_IGNORE
        }}
      >
        <Button size="small">{say('mall.codes.file')}</Button>
      </Upload>
    </FormDialog>
  )
}

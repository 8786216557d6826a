// benefit_dialog.tsx -- a benefit members can use a number of times: what it is, its terms, what one use costs the shop.
import { App, Form, Input, InputNumber, Select, Switch } from 'antd'
import type { Benefit } from '~/api'
import { useChange } from '~/base/data'
import { useSay } from '~/base/locale'
import { FormDialog } from '~/parts/form_dialog'

const kinds: Benefit['kind'][] = ['coupon', 'buy_free', 'member_price', 'shipping', 'service', 'trade_in', 'pack']

export function BenefitDialog({ benefit, close, saved }: { benefit: Partial<Benefit>; close: () => void; saved: () => void }) {
  const say = useSay()
  const { message } = App.useApp()
  const [form] = Form.useForm<Benefit>()
  const change = useChange()
  const kind = Form.useWatch('kind', form) ?? benefit.kind ?? 'coupon'
  const save = async ({ code, ...row }: Benefit) => {
    const body = { ...row, value: kind === 'coupon' ? row.value : null, threshold: kind === 'coupon' || kind === 'buy_free' ? row.threshold || null : null, cost: row.cost || '0' }
    if (!(await change.run('PUT', `/v1/benefits/${encodeURIComponent(code.trim())}`, body))) return
    message.success(say('saved'))
    saved()
    close()
  }
  const needed = [{ required: true, whitespace: true, message: say('required') }]
  return (
    <FormDialog title={say(benefit.code ? 'benefit.edit' : 'benefit.add')} form={form} change={change} close={close} width={640}>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={save} className="grid-form" initialValues={{ kind: 'coupon', ended: false, ...benefit }}>
        <Form.Item name="kind" label={say('benefit.kind')}>
          <Select options={kinds.map((one) => ({ value: one, label: say(`benefit.kind.${one}`) }))} />
        </Form.Item>
        <Form.Item name="code" label={say('benefit.code')} extra={say('benefit.code.what')} rules={needed}>
          <Input maxLength={40} readOnly={benefit.code !== undefined} />
        </Form.Item>
        <Form.Item name="zh" label={say('benefit.zh')} rules={needed}><Input maxLength={40} /></Form.Item>
        <Form.Item name="en" label={say('benefit.en')} rules={needed}><Input maxLength={60} /></Form.Item>
        {kind === 'coupon' && (
          <Form.Item name="value" label={say('benefit.value')} rules={[{ required: true, message: say('required') }]}>
            <InputNumber stringMode min="0.01" precision={2} className="full" />
          </Form.Item>
        )}
        {kind === 'coupon' && (
          <Form.Item name="threshold" label={say('benefit.threshold')}>
            <InputNumber stringMode min="0" precision={2} placeholder={say('benefit.threshold.none')} className="full" />
          </Form.Item>
        )}
        {kind === 'buy_free' && (
          <Form.Item name="threshold" label={say('benefit.pieces')} rules={[{ required: true, message: say('required') }]}>
            <InputNumber stringMode min="2" precision={0} className="full" />
          </Form.Item>
        )}
        <Form.Item name="valid_days" label={say('benefit.valid_days')}>
          <InputNumber min={1} max={3660} precision={0} placeholder={say('benefit.no_end')} className="full" />
        </Form.Item>
        <Form.Item name="cost" label={say('benefit.cost')} extra={say('benefit.cost.what')}>
          <InputNumber stringMode min="0" precision={2} placeholder="0.00" className="full" />
        </Form.Item>
        <Form.Item name="ended" label={say('benefit.stop')} extra={say('benefit.stop.what')} valuePropName="checked"><Switch /></Form.Item>
      </Form>
    </FormDialog>
  )
}

// good_dialog.tsx -- makes or changes a good of the mall.
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { App, Button, DatePicker, Form, Input, InputNumber, Segmented, Select } from 'antd'
import type { MallGood } from '~/api'
import { useChange } from '~/base/data'
import { instantsOf, spanOf, type DaySpan } from '~/base/day_span'
import { useSay } from '~/base/locale'
import { FormDialog } from '~/parts/form_dialog'
import { useBenefits } from '~/parts/reward_text'
import { useTiers } from '~/parts/tiers'
import { AudienceInputs } from './audience_inputs'

type Values = Partial<Omit<MallGood, 'id' | 'state'>> & { days?: DaySpan }
const kinds: MallGood['kind'][] = ['goods', 'coupon', 'gift_card', 'code']

/** What is sent: an emptied term is emptied there too. */
function bodyOf({ days, ...values }: Values, was: Partial<MallGood>) {
  const span = instantsOf(days, { from: was.starts_at, until: was.ends_at })
  const clear = [
    ...(span.from ? [] : ['starts_at']), ...(span.until ? [] : ['ends_at']),
    ...(values.tier_limits?.length ? [] : ['tier_limits']),
  ]
  return {
    ...values,
    en: values.en ?? '', picture: values.picture ?? '', description: values.description ?? '',
    tier: values.tier ?? '', segment: values.segment ?? '',
    price: values.price ? String(values.price) : '0',
    points: values.points ?? 0,
    per_member: values.per_member ?? 0, per_day: values.per_day ?? 0, per_month: values.per_month ?? 0,
    benefit: values.kind === 'coupon' ? values.benefit : '',
    starts_at: span.from, ends_at: span.until,
    ...(was.id ? { clear } : {}),
  }
}

export function GoodDialog({ good, close, saved }: { good: Partial<MallGood>; close: () => void; saved: () => void }) {
  const say = useSay()
  const { message } = App.useApp()
  const [form] = Form.useForm<Values>()
  const change = useChange()
  const benefits = useBenefits()
  const kind = Form.useWatch('kind', form) ?? good.kind ?? 'goods'
  const save = async (values: Values) => {
    const { kind: chosen, ...body } = bodyOf({ ...values, kind: good.kind ?? values.kind }, good)
    const done = good.id
      ? await change.run('PATCH', `/v1/mall/goods/${good.id}`, body)
      : await change.run('POST', '/v1/mall/goods', { ...body, kind: chosen })
    if (!done) return
    message.success(say('saved'))
    saved()
    close()
  }
  const start: Values = good.id
    ? {
        ...good, days: spanOf({ from: good.starts_at, until: good.ends_at }), tier: good.tier || undefined, segment: good.segment || undefined,
        per_member: good.per_member || undefined, per_day: good.per_day || undefined, per_month: good.per_month || undefined,
        price: Number(good.price) ? good.price : undefined,
      }
    : { kind: 'goods', points: 100 }
  const limit = (name: 'per_member' | 'per_day' | 'per_month', label: string) => (
    <Form.Item name={name} label={label}><InputNumber min={1} precision={0} className="full" /></Form.Item>
  )
  return (
    <FormDialog title={say(good.id ? 'mall.edit' : 'mall.add')} form={form} change={change} close={close} width={720}>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={save} initialValues={start} className="grid-form">
        <Form.Item name="kind" label={say('mall.kind')} className="whole" extra={say(`mall.kind.${kind}.what`)}>
          <Segmented disabled={good.id !== undefined} options={kinds.map((one) => ({ value: one, label: say(`mall.kind.${one}`) }))} />
        </Form.Item>
        <Form.Item name="zh" label={say('mall.name_zh')} rules={[{ required: true, whitespace: true, message: say('required') }]}>
          <Input maxLength={40} />
        </Form.Item>
        <Form.Item name="en" label={say('mall.name_en')}><Input maxLength={60} /></Form.Item>
        <Form.Item name="points" label={say('mall.points')}><InputNumber min={0} precision={0} className="full" /></Form.Item>
        <Form.Item name="price" label={say('mall.money')}><InputNumber<string> stringMode min="0" precision={2} placeholder="0.00" className="full" /></Form.Item>
        {kind === 'coupon' && (
          <Form.Item name="benefit" label={say('mall.benefit')} rules={[{ required: true, message: say('required_choice') }]} className="whole">
            <Select options={benefits.items.filter((one) => !one.ended || one.code === good.benefit).map((one) => ({ value: one.code, label: benefits.nameOf(one.code) }))} />
          </Form.Item>
        )}
        <Form.Item name="days" label={say('mall.days')}><DatePicker.RangePicker allowEmpty={[true, true]} className="full" /></Form.Item>
        <Form.Item name="picture" label={say('mall.picture')}><Input placeholder="https://" maxLength={500} /></Form.Item>
        <Form.Item name="description" label={say('mall.description')} className="whole"><Input.TextArea rows={2} maxLength={1000} /></Form.Item>
        <AudienceInputs />
        <h3>{say('mall.limits')}</h3>
        <div className="whole grid-form grid-form-3">
          {limit('per_member', say('mall.limits.member'))}
          {limit('per_day', say('mall.limits.day'))}
          {limit('per_month', say('mall.limits.month'))}
        </div>
        <TierLimits />
      </Form>
    </FormDialog>
  )
}

function TierLimits() {
  const say = useSay()
  const tiers = useTiers()
  return (
    <Form.Item label={say('mall.limits.tiers')} className="whole">
      <Form.List name="tier_limits">
        {(fields, { add, remove }) => (
          <div className="tier-limits">
            {fields.map(({ key, name }) => (
              <div key={key} className="tier-limit">
                <Form.Item name={[name, 'tier']} noStyle rules={[{ required: true, message: say('required_choice') }]}>
                  <Select aria-label={say('mall.audience.tier')} options={tiers.options} />
                </Form.Item>
                <Form.Item name={[name, 'per_member']} noStyle rules={[{ required: true, message: say('required') }]}>
                  <InputNumber aria-label={say('mall.stock.amount')} min={1} precision={0} />
                </Form.Item>
                <Button type="text" icon={<DeleteOutlined />} aria-label={say('remove')} onClick={() => remove(name)} />
              </div>
            ))}
            <Button size="small" type="dashed" icon={<PlusOutlined />} onClick={() => add({ per_member: 1 })}>{say('mall.limits.tier.add')}</Button>
          </div>
        )}
      </Form.List>
    </Form.Item>
  )
}

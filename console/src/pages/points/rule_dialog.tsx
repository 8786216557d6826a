// rule_dialog.tsx -- makes or changes a rule that earns points, and reads it out while it is written.
import { App, Checkbox, DatePicker, Form, Input, InputNumber, Segmented, Select, Switch, TimePicker } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import type { PointsRule, ShopView } from '~/api'
import { useChange, useData, type Page } from '~/base/data'
import { instantsOf, spanOf, type DaySpan } from '~/base/day_span'
import { useSay } from '~/base/locale'
import type { Word } from '~/base/words'
import { BudgetSelect, useBudgets } from '~/parts/budget_select'
import { EventSelect } from '~/parts/event_input'
import { FormDialog } from '~/parts/form_dialog'
import { CategorySelect, ProductSelect } from './scope_inputs'
import { useRuleText, type RuleTerms } from './rule_words'

interface Values extends Omit<PointsRule, 'id' | 'amount' | 'from' | 'until' | 'from_minute' | 'until_minute'> {
  amount?: number | string | null
  days?: DaySpan
  hours?: [Dayjs, Dayjs] | null
}

const atMinute = (minute: number) => dayjs().startOf('day').add(minute % 1440, 'minute')
const minuteOf = (time: Dayjs) => time.hour() * 60 + time.minute()

const start = (rule: Partial<PointsRule>): Partial<Values> => ({
  kind: 'order', points: 1, amount: '1', on: true, times_tier: rule.kind !== 'event', ...rule,
  days: spanOf(rule),
  hours: rule.from_minute === null || rule.from_minute === undefined ? null : [atMinute(rule.from_minute), atMinute(rule.until_minute ?? 0)],
})

/** What is sent: of the fields of the other kind nothing. */
function ruleOf({ days, hours, ...values }: Values, was: Partial<PointsRule>): RuleTerms & { name: string } {
  const order = values.kind === 'order'
  return {
    ...values,
    ...instantsOf(days, was),
    name: values.name?.trim() ?? '',
    amount: order && values.amount ? String(values.amount) : null,
    event: order ? null : values.event,
    shops: order ? values.shops : [],
    categories: order ? values.categories : [],
    products: order ? values.products : [],
    times_tier: order && values.times_tier,
    from_minute: hours ? minuteOf(hours[0]) : null,
    // Midnight as an end is the end of the day.
    until_minute: hours ? minuteOf(hours[1]) || 1440 : null,
  }
}

export function RuleDialog({ rule, close, saved }: { rule: Partial<PointsRule>; close: () => void; saved: () => void }) {
  const say = useSay()
  const { message } = App.useApp()
  const textOf = useRuleText()
  const [form] = Form.useForm<Values>()
  const change = useChange()
  const budgets = useBudgets()
  const values = Form.useWatch([], form) as Values | undefined
  const kind = values?.kind ?? rule.kind ?? 'order'
  const save = async (given: Values) => {
    // What the form does not show of a rule is kept.
    const { id, ...kept } = rule
    const body = { ...kept, ...ruleOf({ ...given, on: rule.on ?? true }, rule) }
    if (!(await (id ? change.run('PUT', `/v1/points/rules/${id}`, body) : change.run('POST', '/v1/points/rules', body)))) return
    message.success(say('saved'))
    saved()
    close()
  }
  return (
    <FormDialog title={say(rule.id ? 'points.rule.edit' : 'points.rule.add')} form={form} change={change} close={close} width={720}>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={save} initialValues={start(rule)} className="grid-form">
        <Form.Item name="name" label={say('name')} rules={[{ required: true, whitespace: true, message: say('required') }]} className="whole">
          <Input maxLength={60} autoFocus />
        </Form.Item>
        <Form.Item name="kind" label={say('points.rule.kind')} className="whole">
          <Segmented
            disabled={rule.id !== undefined}
            options={(['order', 'event'] as const).map((one) => ({ value: one, label: say(`points.rule.kind.${one}`) }))}
          />
        </Form.Item>
        {kind === 'order' ? (
          <Form.Item name="amount" label={say('points.rule.for_every')} rules={[{ required: true, message: say('required') }]}>
            <InputNumber stringMode min="0.01" precision={2} className="full" />
          </Form.Item>
        ) : (
          <Form.Item name="event" label={say('points.rule.event')} rules={[{ required: true, message: say('required_choice') }]}>
            <EventSelect />
          </Form.Item>
        )}
        <Form.Item name="points" label={say('points.rule.gives')} rules={[{ required: true, message: say('required') }]}>
          <InputNumber min={1} max={1000000} precision={0} className="full" />
        </Form.Item>
        {kind === 'order' && <Scope />}
        <h3>{say('points.rule.time')}</h3>
        <Form.Item name="days" label={say('points.rule.days')}>
          <DatePicker.RangePicker allowEmpty={[true, true]} className="full" />
        </Form.Item>
        <Form.Item name="hours" label={say('points.rule.hours')}>
          <TimePicker.RangePicker format="HH:mm" order={false} needConfirm={false} className="full" />
        </Form.Item>
        <Form.Item name="weekdays" label={say('points.rule.weekdays')} className="whole">
          <Checkbox.Group options={[1, 2, 3, 4, 5, 6, 7].map((day) => ({ value: day, label: say(`weekday.${day}` as Word) }))} />
        </Form.Item>
        <h3>{say('points.rule.how')}</h3>
        <Form.Item name="cap_day" label={say('points.rule.cap_day')}>
          <InputNumber min={1} precision={0} placeholder={say('points.rule.no_cap')} className="full" />
        </Form.Item>
        <Form.Item name="cap_total" label={say('points.rule.cap_total')}>
          <InputNumber min={1} precision={0} placeholder={say('points.rule.no_cap')} className="full" />
        </Form.Item>
        {budgets.length > 0 && <Form.Item name="budget" label={say('reward.budget')} className="whole"><BudgetSelect /></Form.Item>}
        {kind === 'order' && (
          <Form.Item name="times_tier" label={say('points.rule.times_tier')} valuePropName="checked"><Switch /></Form.Item>
        )}
        <Form.Item name="adds" label={say('points.rule.adds')} valuePropName="checked"><Switch /></Form.Item>
      </Form>
      {values && (
        <div className="reads" aria-live="polite">
          <span className="quiet">{say('points.rule.preview')}</span>
          <strong>{textOf(ruleOf(values, rule))}</strong>
        </div>
      )}
    </FormDialog>
  )
}

function Scope() {
  const say = useSay()
  const shops = useData<Page<ShopView>>('/v1/shops')
  return (
    <>
      <h3>{say('points.rule.scope')}</h3>
      <Form.Item name="shops" label={say('points.rule.shops')}>
        <Select mode="multiple" placeholder={say('points.rule.all')} options={shops.data?.items.map((shop) => ({ value: shop.name, label: shop.name }))} />
      </Form.Item>
      <Form.Item name="categories" label={say('points.rule.categories')}>
        <CategorySelect />
      </Form.Item>
      <Form.Item name="products" label={say('points.rule.products')} className="whole">
        <ProductSelect />
      </Form.Item>
    </>
  )
}

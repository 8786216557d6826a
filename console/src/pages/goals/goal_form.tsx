// goal_form.tsx -- a goal set, and one changed; what the server refuses stands at its field.
import { App, DatePicker, Form, Input, Segmented, Select } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useChange, useData, type Page } from '~/base/data'
import { useSay } from '~/base/locale'
import { FormDialog } from '~/parts/form_dialog'
import type { Goal } from '~/parts/goal_card'
import { SegmentFilter } from '~/parts/segment_filter'
import { quarterOf, type Detail, type Metric } from './forms'

type Kind = 'quarter' | 'month' | 'year' | 'days'
interface Values {
  metric: string
  kind: Kind
  period: Dayjs
  days?: [Dayjs, Dayjs]
  target: string
  baseline_of: string
  baseline?: string
  segment?: string
  shop?: string
  touchpoint?: string
  category?: string
  owner?: string
  note?: string
}

const kinds: Kind[] = ['quarter', 'month', 'year', 'days']
const bases = ['auto', 'year_ago', 'before', 'given', 'none'] as const
const orderFilters = ['shop', 'touchpoint', 'category'] as const

function periodOf({ kind, period, days }: Values) {
  if (kind === 'days') return { from: days?.[0].format('YYYY-MM-DD'), to: days?.[1].format('YYYY-MM-DD') }
  const day = period.format('YYYY-MM-DD')
  return { period: kind === 'quarter' ? quarterOf(day) : day.slice(0, kind === 'month' ? 7 : 4) }
}

export function GoalForm({ close, done }: { close: () => void; done: () => void }) {
  const say = useSay()
  const { message } = App.useApp()
  const [form] = Form.useForm<Values>()
  const change = useChange()
  const metrics = useData<Page<Metric>>('/v1/goal-metrics')
  const chosen = Form.useWatch('metric', form)
  const kind = Form.useWatch('kind', form) ?? 'quarter'
  const base = Form.useWatch('baseline_of', form) ?? 'auto'
  const metric = metrics.data?.items.find((one) => one.name === chosen)
  const required = [{ required: true, message: say('required') }]
  const send = async (values: Values) => {
    const { metric: name, target, baseline_of, baseline, segment, shop, touchpoint, category, owner, note } = values
    const given = baseline_of === 'given'
    const body = {
      metric: name, ...periodOf(values), target: target.trim(), ...(given ? { baseline: baseline?.trim() } : { baseline_of }),
      segment, shop, touchpoint, category, owner: owner?.trim(), note,
    }
    if (!(await change.run<Detail>('POST', '/v1/goals', body))) return
    message.success(say('goals.set'))
    done()
    close()
  }
  const by = (name: string) => metric?.by.includes(name) ?? false
  return (
    <FormDialog title={say('goals.add')} form={form} change={change} close={close} width={640}>
      <Form
        form={form} layout="vertical" requiredMark={false} onFinish={send}
        initialValues={{ metric: 'net_sales', kind: 'quarter', period: dayjs(), baseline_of: 'auto' }}
      >
        <Form.Item name="metric" label={say('goals.metric')} rules={required} extra={metric?.definition}>
          <Select showSearch={{ optionFilterProp: 'label' }} loading={metrics.loading} options={(metrics.data?.items ?? []).map((one) => ({ value: one.name, label: one.label }))} />
        </Form.Item>
        <div className="goal-fields">
          <Form.Item name="kind" label={say('goals.period')}>
            <Segmented options={kinds.map((one) => ({ value: one, label: say(`goals.kind.${one}`) }))} />
          </Form.Item>
          {kind === 'days'
            ? <Form.Item name="days" label={say('goals.kind.days')} rules={required}><DatePicker.RangePicker className="full" allowClear={false} /></Form.Item>
            : <Form.Item name="period" label={say(`goals.kind.${kind}`)} rules={required}><DatePicker picker={kind} className="full" allowClear={false} /></Form.Item>}
        </div>
        <div className="goal-fields">
          <Form.Item name="target" label={say('goals.target')} rules={required} extra={metric?.better === 'less' ? say('goals.less') : metric && !metric.foreseen ? say('goals.not_foreseen') : undefined}>
            <Input inputMode="decimal" placeholder={metric && say(`goals.target.${metric.unit}`)} />
          </Form.Item>
          <Form.Item name="baseline_of" label={say('goals.baseline')}>
            <Select options={bases.map((one) => ({ value: one, label: say(`goals.base.${one}`) }))} />
          </Form.Item>
        </div>
        {base === 'given' && (
          <Form.Item name="baseline" label={say('goals.base.value')} rules={required}><Input inputMode="decimal" placeholder={metric && say(`goals.target.${metric.unit}`)} /></Form.Item>
        )}
        {metric && metric.by.length > 0 && (
          <>
            <p className="quiet flat">{say('goals.filter')} · {say('goals.filter.what')}</p>
            {by('member') && <Form.Item name="segment" trigger="change" label={say('goals.segment')}><Segment /></Form.Item>}
            <div className="goal-fields">
              {orderFilters.filter(by).map((one) => (
                <Form.Item key={one} name={one} label={say(`goals.${one}`)}><Input maxLength={60} /></Form.Item>
              ))}
            </div>
          </>
        )}
        <div className="goal-fields">
          <Form.Item name="owner" label={say('goals.owner')} extra={say('goals.owner.what')}><Input maxLength={60} /></Form.Item>
          <Form.Item name="note" label={say('goals.note')}><Input maxLength={200} /></Form.Item>
        </div>
      </Form>
    </FormDialog>
  )
}

/** The form gives value and change. */
function Segment({ value, change }: { value?: string; change?: (text: string | undefined) => void }) {
  const say = useSay()
  return <SegmentFilter value={value} change={(text) => change?.(text)} label={say('goals.segment')} />
}

interface ChangeValues {
  target: string
  baseline?: string
  owner?: string
  note?: string
  reason?: string
}

export function ChangeForm({ goal, close, done }: { goal: Goal; close: () => void; done: () => void }) {
  const say = useSay()
  const { message } = App.useApp()
  const [form] = Form.useForm<ChangeValues>()
  const change = useChange()
  const send = async ({ target, baseline, owner, note, reason }: ChangeValues) => {
    const body = {
      target: target.trim() === goal.target ? undefined : target.trim(), baseline: !baseline || baseline.trim() === goal.baseline ? undefined : baseline.trim(),
      owner: (owner ?? '') === (goal.owner ?? '') ? undefined : owner?.trim(), note: note ?? '', reason: reason?.trim(),
    }
    if (!(await change.run('PATCH', `/v1/goals/${goal.id}`, body))) return
    message.success(say('saved'))
    done()
    close()
  }
  return (
    <FormDialog title={`${say('goals.change')} · ${goal.label}`} form={form} change={change} close={close}>
      <Form
        form={form} layout="vertical" requiredMark={false} onFinish={send}
        initialValues={{ target: goal.target ?? '', baseline: goal.baseline ?? '', owner: goal.owner ?? '', note: goal.note ?? '' }}
      >
        <Form.Item name="target" label={say('goals.target')} rules={[{ required: true, message: say('required') }]} extra={say(`goals.target.${goal.unit}`)}><Input inputMode="decimal" /></Form.Item>
        <Form.Item name="baseline" label={say('goals.baseline')}><Input inputMode="decimal" /></Form.Item>
        <Form.Item name="reason" label={say('goals.reason')} extra={say('goals.reason.what')}><Input maxLength={60} /></Form.Item>
        <Form.Item name="owner" label={say('goals.owner')} extra={say('goals.owner.what')}><Input maxLength={60} /></Form.Item>
        <Form.Item name="note" label={say('goals.note')}><Input maxLength={200} /></Form.Item>
      </Form>
    </FormDialog>
  )
}

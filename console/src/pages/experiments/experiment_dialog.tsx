// experiment_dialog.tsx -- makes or changes an experiment; of a running one only what may still change.
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Alert, App, AutoComplete, Button, DatePicker, Form, Input, InputNumber, Radio } from 'antd'
import type { Dayjs } from 'dayjs'
import { useChange, useData, type Page } from '~/base/data'
import { civilOf, instantAt } from '~/base/day_span'
import { useSay } from '~/base/locale'
import { Hint } from '~/parts/figure'
import { FormDialog } from '~/parts/form_dialog'
import { SegmentFilter } from '~/parts/segment_filter'
import type { Experiment, Guard } from './forms'
import { MetricInput, partsOf, useCountables } from './metric_input'

interface ArmValue {
  name: string
  weight: number
}
interface Values {
  name: string
  hypothesis?: string
  arms: ArmValue[]
  control: number
  audience?: string
  layer?: string
  share: number
  metric: string
  guardrails: Guard[]
  window_days: number
  ends_at?: Dayjs | null
  base?: number | null
  lift?: number | null
}

interface DialogProps {
  experiment?: Experiment
  /** What a new one is to find, as a share. */
  plan?: { base: number; lift: number }
  close: () => void
  saved: (experiment: Experiment) => void
}

const percent = (share: number | null | undefined) => (share === null || share === undefined ? undefined : Number((share * 100).toPrecision(6)))

export function ExperimentDialog({ experiment, plan, close, saved }: DialogProps) {
  const say = useSay()
  const { message } = App.useApp()
  const [form] = Form.useForm<Values>()
  const change = useChange()
  const all = useCountables()
  const layers = [...new Set((useData<Page<Experiment>>('/v1/experiments', { limit: 200 }).data?.items ?? []).map((one) => one.layer).filter(Boolean))] as string[]
  const draft = !experiment || experiment.state === 'draft'
  const metric = Form.useWatch('metric', form) ?? experiment?.metric ?? 'purchase'
  const rate = all.find((one) => one.metric === partsOf(metric).what)?.rate ?? true
  const initial: Partial<Values> = experiment
    ? {
        ...experiment, hypothesis: experiment.hypothesis ?? '', audience: experiment.audience ?? '', layer: experiment.layer ?? '',
        arms: experiment.arms.map((arm) => ({ name: arm.name, weight: arm.weight ?? 1 })), control: Math.max(0, experiment.arms.findIndex((arm) => arm.control)),
        guardrails: experiment.guardrails.map((one) => ({ ...one, margin: percent(one.margin) ?? null })),
        ends_at: experiment.ends_at ? civilOf(experiment.ends_at) : null, base: percent(experiment.base), lift: percent(experiment.lift),
      }
    : {
        arms: [{ name: say('exp.arm.control'), weight: 1 }, { name: say('exp.arm.new'), weight: 1 }], control: 0, share: 100, metric: 'purchase', guardrails: [],
        window_days: 30, base: percent(plan?.base), lift: percent(plan?.lift),
      }
  const save = async (given: Values) => {
    const gone = experiment ? null : undefined // what a change empties it says
    const ends_at = given.ends_at ? instantAt(given.ends_at) : gone
    const planned = rate && given.base && given.lift
    const open = { hypothesis: given.hypothesis?.trim() ?? '', share: given.share, ends_at }
    const body = draft
      ? {
          ...open, name: given.name.trim(), audience: given.audience ?? '', layer: given.layer?.trim() ?? '', metric: given.metric, window_days: given.window_days,
          arms: given.arms.map((arm, i) => ({ ...arm, name: arm.name.trim(), control: i === given.control })),
          guardrails: given.guardrails.map((one) => ({ metric: one.metric, margin: (one.margin ?? 0) / 100 })),
          base: planned ? given.base! / 100 : gone, lift: planned ? given.lift! / 100 : gone,
        }
      : open
    const kept = await (experiment ? change.run<Experiment>('PATCH', `/v1/experiments/${experiment.id}`, body) : change.run<Experiment>('POST', '/v1/experiments', body))
    if (!kept) return
    message.success(say('saved'))
    saved(kept)
    close()
  }
  return (
    <FormDialog title={say(experiment ? 'exp.edit' : 'exp.add')} form={form} change={change} close={close} width={780}>
      {!draft && <Alert type="info" showIcon role="status" title={say('exp.fixed')} className="failure" />}
      <Form<Values> form={form} layout="vertical" requiredMark={false} onFinish={save} initialValues={initial} className="grid-form">
        {draft && (
          <Form.Item name="name" label={say('name')} rules={[{ required: true, whitespace: true, message: say('required') }]} className="whole">
            <Input maxLength={60} autoFocus />
          </Form.Item>
        )}
        <Form.Item name="hypothesis" label={say('exp.hypothesis')} className="whole">
          <Input.TextArea rows={2} maxLength={1000} placeholder={say('exp.hypothesis.like')} />
        </Form.Item>
        {draft && <Arms />}
        {draft && (
          <Form.Item name="audience" label={say('exp.audience')} className="whole"><Audience /></Form.Item>
        )}
        {draft && (
          <Form.Item name="layer" label={<>{say('exp.layer')} <Hint text={say('exp.layer.what')} about={say('exp.layer')} /></>}>
            <AutoComplete options={layers.map((value) => ({ value }))} placeholder={say('exp.layer.none')} allowClear />
          </Form.Item>
        )}
        <Form.Item name="share" label={<>{say('exp.share')} <Hint text={say('exp.share.what')} about={say('exp.share')} /></>} rules={[{ required: true, message: say('required') }]}>
          <InputNumber min={draft ? 1 : experiment.share} max={100} precision={0} suffix="%" className="full" />
        </Form.Item>
        {draft && (
          <>
            <Form.Item name="metric" label={<>{say('exp.metric')} <Hint text={say('exp.metric.what')} about={say('exp.metric')} /></>} className="whole"><MetricInput /></Form.Item>
            <Form.Item name="window_days" label={<>{say('exp.window')} <Hint text={say('exp.window.what')} about={say('exp.window')} /></>} rules={[{ required: true, message: say('required') }]}>
              <InputNumber min={1} max={365} precision={0} suffix={say('exp.days')} className="full" />
            </Form.Item>
          </>
        )}
        <Form.Item name="ends_at" label={say('exp.ends')}>
          <DatePicker showTime={{ format: 'HH:mm' }} format="YYYY-MM-DD HH:mm" className="full" placeholder={say('exp.ends.open')} />
        </Form.Item>
        {draft && rate && (
          <>
            <Form.Item name="base" label={<>{say('exp.base')} <Hint text={say('exp.base.what')} about={say('exp.base')} /></>}>
              <InputNumber min={0.01} max={99.99} suffix="%" className="full" />
            </Form.Item>
            <Form.Item name="lift" label={say('exp.lift')}>
              <InputNumber min={-99} max={1000} suffix="%" className="full" />
            </Form.Item>
          </>
        )}
        {draft && <Guards />}
      </Form>
    </FormDialog>
  )
}

/** The filter of segments as a field of a form. */
function Audience({ value, onChange }: { value?: string; onChange?: (text: string) => void }) {
  const say = useSay()
  return <SegmentFilter label={say('exp.audience.who')} value={value || undefined} change={(text) => onChange?.(text ?? '')} />
}

function Arms() {
  const say = useSay()
  return (
    <>
      <h3>{say('exp.arms')}</h3>
      <Form.Item name="control" className="whole arms-item">
        <Radio.Group className="full">
          <Form.List name="arms">
            {(fields, { add, remove }) => (
              <div className="arms">
                {fields.map(({ key, name }, i) => (
                  <div key={key} className="arm" role="group" aria-label={`${say('exp.arm')} ${i + 1}`}>
                    <Form.Item name={[name, 'name']} rules={[{ required: true, whitespace: true, message: say('required') }]}><Input aria-label={say('exp.arm')} maxLength={40} /></Form.Item>
                    <Form.Item name={[name, 'weight']} rules={[{ required: true, message: say('required') }]}><InputNumber aria-label={say('exp.weight')} min={1} max={10000} precision={0} prefix={<span className="quiet">{say('exp.weight')}</span>} /></Form.Item>
                    <Radio value={i}>{say('exp.control')}</Radio>
                    <Button type="text" icon={<DeleteOutlined />} disabled={fields.length <= 2} aria-label={say('exp.arm.remove')} onClick={() => remove(name)} />
                  </div>
                ))}
                {fields.length < 20 && <Button size="small" type="dashed" icon={<PlusOutlined />} onClick={() => add({ name: '', weight: 1 })}>{say('exp.arm.add')}</Button>}
              </div>
            )}
          </Form.List>
        </Radio.Group>
      </Form.Item>
    </>
  )
}

function Guards() {
  const say = useSay()
  return (
    <>
      <h3>{say('exp.guards')} <Hint text={say('exp.guards.what')} about={say('exp.guards')} /></h3>
      <Form.List name="guardrails">
        {(fields, { add, remove }) => (
          <div className="arms whole">
            {fields.map(({ key, name }, i) => (
              <div key={key} className="arm" role="group" aria-label={`${say('exp.guards')} ${i + 1}`}>
                <Form.Item name={[name, 'metric']}><MetricInput label={say('exp.guards')} /></Form.Item>
                <Form.Item name={[name, 'margin']}><InputNumber aria-label={say('exp.margin')} min={0} max={100} suffix="%" prefix={<span className="quiet">{say('exp.margin')}</span>} /></Form.Item>
                <Button type="text" icon={<DeleteOutlined />} aria-label={say('exp.guard.remove')} onClick={() => remove(name)} />
              </div>
            ))}
            {fields.length < 10 && <Button size="small" type="dashed" icon={<PlusOutlined />} onClick={() => add({ metric: 'refunded', margin: 5 })}>{say('exp.guard.add')}</Button>}
          </div>
        )}
      </Form.List>
    </>
  )
}

// ladder_form.tsx -- the rules of a ladder as a form: what counts over which time, how long a tier is held, and its steps.
import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Card, Form, Input, InputNumber, Select, Switch, type FormInstance } from 'antd'
import { useSay } from '~/base/locale'
import { useLadderWords } from './ladder'
import { ladderOf, type LadderValues } from './ladder_values'

const measures = ['spent', 'growth', 'orders'] as const
const spans = ['days', 'year', 'ever'] as const
const expiries = ['one_down', 'recompute'] as const
const most = 20

interface FormProps {
  form: FormInstance<LadderValues>
  start: LadderValues
  /** Codes in force: members hold them, so they stay as they are. */
  known: string[]
  fixed: boolean
}

export function LadderForm({ form, start, known, fixed }: FormProps) {
  const say = useSay()
  const words = useLadderWords()
  const values = Form.useWatch([], form) as LadderValues | undefined
  const { measure, span, term_months: term } = values ?? start
  const needed = [{ required: true, message: say('required') }]
  return (
    <Form form={form} layout="vertical" requiredMark={false} initialValues={start} disabled={fixed} className="stack">
      <Card title={say('rules.climb')}>
        <div className="grid-form grid-form-3">
          <Form.Item name="measure" label={say('rules.measure')}>
            <Select options={measures.map((one) => ({ value: one, label: say(`rules.measure.${one}`) }))} />
          </Form.Item>
          <Form.Item name="span" label={say('rules.span')}>
            <Select options={spans.map((one) => ({ value: one, label: say(`rules.span.${one}`) }))} />
          </Form.Item>
          {span === 'days' ? (
            <Form.Item name="span_days" label={say('rules.span_days')} rules={needed}>
              <InputNumber min={1} max={3660} precision={0} className="full" />
            </Form.Item>
          ) : <span />}
          <Form.Item name="term_months" label={say('rules.term')} extra={say('rules.term.what')}>
            <InputNumber min={0} max={120} precision={0} className="full" />
          </Form.Item>
          <Form.Item name="on_expiry" label={say('rules.expiry')}>
            <Select disabled={fixed || !term} options={expiries.map((one) => ({ value: one, label: say(`rules.expiry.${one}`) }))} />
          </Form.Item>
          <Form.Item name="to_month_end" label={say('rules.month_end')} valuePropName="checked">
            <Switch disabled={fixed || !term} />
          </Form.Item>
        </div>
        <p className="reads flat" aria-live="polite">{words.sentence(ladderOf(values ?? start))}</p>
      </Card>
      <Card title={say('rules.steps')}>
        <p className="quiet flat">{say('rules.steps.what')}</p>
        <Form.List name="tiers">
          {(fields, { add, remove, move }) => (
            <>
              <ol className="tier-rows">
                {fields.map((field, i) => (
                  <li key={field.key} className="tier-row">
                    <span className="step-number">{i + 1}</span>
                    <Step name={field.name} measure={measure} known={known} />
                    <span className="step-tools">
                      <Button type="text" icon={<ArrowUpOutlined />} disabled={fixed || i === 0} aria-label={say('rules.step.up', { n: i + 1 })} onClick={() => move(i, i - 1)} />
                      <Button type="text" icon={<ArrowDownOutlined />} disabled={fixed || i === fields.length - 1} aria-label={say('rules.step.down', { n: i + 1 })} onClick={() => move(i, i + 1)} />
                      <Button type="text" icon={<DeleteOutlined />} disabled={fixed || fields.length === 1} aria-label={say('rules.step.remove', { n: i + 1 })} onClick={() => remove(i)} />
                    </span>
                  </li>
                ))}
              </ol>
              {fields.length < most && !fixed && (
                <Button icon={<PlusOutlined />} className="add" onClick={() => add({ multiplier: 1 })}>{say('rules.step.add')}</Button>
              )}
            </>
          )}
        </Form.List>
      </Card>
    </Form>
  )
}

function Step({ name, measure, known }: { name: number; measure: LadderValues['measure']; known: string[] }) {
  const say = useSay()
  const form = Form.useFormInstance<LadderValues>()
  const code = Form.useWatch(['tiers', name, 'code'], form) as string | undefined
  const threshold = Form.useWatch(['tiers', name, 'threshold'], form) as string | null | undefined
  const needed = [{ required: true, whitespace: true, message: say('required') }]
  const unit = say(`rules.unit.${measure}`)
  const precision = measure === 'spent' ? 2 : 0
  return (
    <>
      <Form.Item name={[name, 'zh']} label={say('rules.zh')} rules={needed}><Input maxLength={20} /></Form.Item>
      <Form.Item name={[name, 'en']} label={say('rules.en')} rules={needed}><Input maxLength={30} /></Form.Item>
      <Form.Item name={[name, 'code']} label={say('rules.code')} rules={needed}>
        <Input maxLength={24} readOnly={code !== undefined && known.includes(code)} title={code !== undefined && known.includes(code) ? say('rules.code.known') : undefined} />
      </Form.Item>
      <Form.Item name={[name, 'threshold']} label={say('rules.in', { what: say('tier.reach'), unit })}>
        <InputNumber stringMode min="0" precision={precision} placeholder={say('tier.by_invitation')} className="full" />
      </Form.Item>
      <Form.Item name={[name, 'keep']} label={say('rules.in', { what: say('tier.keep'), unit })}>
        <InputNumber stringMode min="0" precision={precision} disabled={!threshold || Number(threshold) === 0} placeholder={threshold && Number(threshold) !== 0 ? say('rules.keep.same') : '–'} className="full" />
      </Form.Item>
      <Form.Item name={[name, 'multiplier']} label={say('tier.multiplier')} rules={[{ required: true, message: say('required') }]}>
        <InputNumber min={0.001} max={100} step={0.1} className="full" />
      </Form.Item>
    </>
  )
}

// grab_dialog.tsx -- makes or changes a first-come grab: how many win, what, when, for whom.
import { App, DatePicker, Form, Input, InputNumber, Segmented, Select } from 'antd'
import type { Dayjs } from 'dayjs'
import dayjs from 'dayjs'
import type { Grab, MallGood, Reward } from '~/api'
import { useChange } from '~/base/data'
import { useSay } from '~/base/locale'
import { FormDialog } from '~/parts/form_dialog'
import { RewardsInput } from '~/parts/rewards_input'
import { AudienceInputs } from './audience_inputs'
import { useGoodWords } from './good_words'

interface Values {
  zh: string
  en?: string
  of: 'good' | 'reward'
  good?: number
  rewards?: Reward[]
  units: number
  span?: [Dayjs | null, Dayjs | null] | null
  per_member?: number
  tier?: string
  segment?: string
}

export function GrabDialog({ grab, goods, close, saved }: { grab: Partial<Grab>; goods: MallGood[]; close: () => void; saved: () => void }) {
  const say = useSay()
  const { message } = App.useApp()
  const words = useGoodWords()
  const [form] = Form.useForm<Values>()
  const change = useChange()
  const of = Form.useWatch('of', form) ?? 'good'
  const save = async ({ of: prize, good, rewards, units, span, ...values }: Values) => {
    const terms = {
      ...values, en: values.en ?? '', tier: values.tier ?? '', segment: values.segment ?? '', per_member: values.per_member ?? 1,
      starts_at: span?.[0]?.toISOString() ?? null, ends_at: span?.[1]?.toISOString() ?? null,
    }
    const body = { ...terms, units, ...(prize === 'good' ? { good } : { prize: rewards?.[0] }) }
    const done = grab.id ? await change.run('PATCH', `/v1/grabs/${grab.id}`, terms) : await change.run('POST', '/v1/grabs', body)
    if (!done) return
    message.success(say('saved'))
    saved()
    close()
  }
  const required = [{ required: true, message: say('required') }]
  const start: Partial<Values> = {
    of: 'good', zh: grab.zh ?? undefined, en: grab.en ?? undefined, tier: grab.tier || undefined, segment: grab.segment || undefined,
    per_member: grab.per_member ?? 1, rewards: [{ kind: 'points', amount: 100 }],
    span: grab.starts_at || grab.ends_at ? [grab.starts_at ? dayjs(grab.starts_at) : null, grab.ends_at ? dayjs(grab.ends_at) : null] : null,
  }
  return (
    <FormDialog title={say(grab.id ? 'grab.edit' : 'grab.add')} form={form} change={change} close={close} width={720}>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={save} initialValues={start} className="grid-form">
        <Form.Item name="zh" label={say('mall.name_zh')} rules={[{ ...required[0], whitespace: true }]}><Input maxLength={40} autoFocus /></Form.Item>
        <Form.Item name="en" label={say('mall.name_en')}><Input maxLength={60} /></Form.Item>
        {!grab.id && (
          <>
            <Form.Item name="of" label={say('grab.prize')} className="whole">
              <Segmented options={(['good', 'reward'] as const).map((one) => ({ value: one, label: say(`grab.prize.${one}`) }))} />
            </Form.Item>
            {of === 'good' ? (
              <Form.Item name="good" label={say('grab.prize.good')} rules={[{ required: true, message: say('required_choice') }]}>
                <Select options={goods.map((one) => ({ value: one.id, label: `${words.name(one)}（${say('mall.left')} ${one.left}）` }))} />
              </Form.Item>
            ) : (
              <Form.Item
                name="rewards" label={say('grab.prize.reward')} className="whole"
                rules={[{ validator: (_, given: Reward[]) => (given.length === 1 ? Promise.resolve() : Promise.reject(new Error(say('grab.prize.one')))) }]}
              >
                <RewardsInput label={say('grab.prize')} />
              </Form.Item>
            )}
            <Form.Item name="units" label={say('grab.units')} rules={required}><InputNumber min={1} precision={0} className="full" /></Form.Item>
          </>
        )}
        <Form.Item name="per_member" label={say('grab.per_member')}><InputNumber min={1} max={1000} precision={0} className="full" /></Form.Item>
        <Form.Item name="span" label={say('grab.days')} className="whole">
          <DatePicker.RangePicker showTime={{ format: 'HH:mm' }} format="YYYY-MM-DD HH:mm" allowEmpty={[true, true]} className="full" />
        </Form.Item>
        <AudienceInputs />
      </Form>
    </FormDialog>
  )
}

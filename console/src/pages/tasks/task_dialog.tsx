// task_dialog.tsx -- makes or changes a task: only the fields that its kind has; a check-in with its month in sight.
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { App, Button, DatePicker, Form, Input, InputNumber, Select } from 'antd'
import type { FieldView, Task, TagView, TaskGifts } from '~/api'
import { useChange, useData, type Page } from '~/base/data'
import { instantsOf, spanOf, type DaySpan } from '~/base/day_span'
import { todayIs } from '~/base/format'
import { useSay, useSpeech } from '~/base/locale'
import { EventSelect } from '~/parts/event_input'
import { FormDialog } from '~/parts/form_dialog'
import { RewardsInput } from '~/parts/rewards_input'
import { useTiers } from '~/parts/tiers'
import { MonthGrid } from './month_grid'
import { MilestonesInput, SpecialsInput } from './streak_inputs'
import { choosesProof, onceByNature, proofsToChoose } from './task_words'

type Values = Omit<Task, 'id' | 'created_at' | 'opened' | 'starts_at' | 'ends_at' | 'gifts'> & { days?: DaySpan; gifts: TaskGifts }

const kinds: Task['kind'][] = ['check_in', 'event', 'upload', 'code', 'profile', 'birthday', 'invite', 'favourite', 'review', 'share']
const nothing: TaskGifts = { rewards: [], milestones: [], specials: [] }
const week: TaskGifts = {
  ...nothing,
  milestones: [5, 5, 10, 10, 15, 15, 50].map((amount, i) => ({ day: i + 1, rewards: [{ kind: 'points', amount }] })),
}

const usualProof = (kind: Task['kind']): Task['proof'] =>
  kind === 'check_in' || kind === 'upload' || kind === 'code' || kind === 'invite' ? kind : onceByNature(kind) ? 'facts' : 'event'

/** What a new task of a kind begins with. */
const start = (kind: Task['kind']): Partial<Values> => ({
  kind,
  proof: usualProof(kind),
  code: `${kind.replace('_', '-')}-${todayIs().slice(5).replace('-', '')}`,
  often: onceByNature(kind) ? 'once' : kind === 'invite' ? 'month' : 'day',
  times: kind === 'invite' ? 10 : 1,
  counts: 'first_order', fields: kind === 'profile' ? ['gender', 'city'] : [],
  event: kind === 'favourite' ? { kind: 'Shop Favorited' } : kind === 'review' ? { kind: 'Product Reviewed' } : kind === 'share' ? { kind: 'Product Shared' } : null,
  cycle: 7, make_ups: 3, make_up_points: 10, make_up_days: 31,
  gifts: kind === 'check_in' ? week : { ...nothing, rewards: [{ kind: 'points', amount: 10 }] },
})

/** What is sent: only what the kind has. Numbers left empty are no limit. */
function bodyOf({ days, ...values }: Values, was?: Task) {
  const { kind, proof } = values
  const span = instantsOf(days, { from: was?.starts_at, until: was?.ends_at })
  const checkIn = kind === 'check_in'
  const common = {
    zh: values.zh?.trim(), en: values.en?.trim(), starts_at: span.from, ends_at: span.until,
    often: checkIn ? 'day' : onceByNature(kind) ? 'once' : values.often,
    times: checkIn || onceByNature(kind) || values.often === 'once' ? 1 : values.times,
    per_member: values.per_member ?? 0, total: values.total ?? 0, tier: values.tier ?? '', tag: values.tag ?? '',
    proof: choosesProof(kind) ? proof : null,
    event: proof === 'event' ? values.event : null,
    fields: kind === 'profile' ? values.fields : [],
    counts: kind === 'invite' ? values.counts : null,
    gifts: {
      rewards: values.gifts.rewards ?? [],
      milestones: checkIn ? values.gifts.milestones.toSorted((a, b) => a.day - b.day) : [],
      specials: checkIn ? values.gifts.specials.toSorted((a, b) => a.on.localeCompare(b.on)) : [],
    },
    ...(checkIn && {
      cycle: values.cycle ?? 0, make_ups: values.make_ups ?? 0, make_up_points: values.make_up_points ?? 0, make_up_days: values.make_up_days ?? 0,
    }),
  }
  return was ? common : { ...common, kind, code: values.code?.trim() }
}

export function TaskDialog({ task, close, saved }: { task?: Task; close: () => void; saved: () => void }) {
  const say = useSay()
  const { message } = App.useApp()
  const [form] = Form.useForm<Values>()
  const change = useChange()
  const values = Form.useWatch([], form) as Values | undefined
  const kind = values?.kind ?? task?.kind ?? 'check_in'
  const save = async (given: Values) => {
    const body = bodyOf(given, task)
    if (!(await (task ? change.run('PATCH', `/v1/tasks/${task.id}`, body) : change.run('POST', '/v1/tasks', body)))) return
    message.success(say('saved'))
    saved()
    close()
  }
  const initial = task
    ? { ...task, days: spanOf({ from: task.starts_at, until: task.ends_at }), per_member: task.per_member || undefined, total: task.total || undefined, tier: task.tier || undefined, tag: task.tag || undefined }
    : start('check_in')
  const wanted = [{ required: true, whitespace: true, message: say('required') }]
  return (
    <FormDialog title={say(task ? 'tasks.edit' : 'tasks.add')} form={form} change={change} close={close} width={860}>
      <Form<Values> form={form} layout="vertical" requiredMark={false} onFinish={save} initialValues={initial} className="grid-form">
        <Form.Item name="kind" label={say('task.kind')} extra={say(`task.kind.${kind}.what`)} className={task ? 'whole' : undefined}>
          <Select
            disabled={task !== undefined}
            onChange={(to: Task['kind']) => form.setFieldsValue(start(to) as Values)}
            options={kinds.map((one) => ({ value: one, label: say(`task.kind.${one}`) }))}
          />
        </Form.Item>
        {!task && <Form.Item name="code" label={say('task.code')} rules={wanted}><Input maxLength={24} /></Form.Item>}
        <Form.Item name="zh" label={say('task.zh')} rules={wanted}><Input maxLength={40} /></Form.Item>
        <Form.Item name="en" label={say('task.en')} rules={wanted}><Input maxLength={60} /></Form.Item>
        <Form.Item name="days" label={say('task.days')}>
          <DatePicker.RangePicker allowEmpty={[true, true]} className="full" />
        </Form.Item>
        <Often kind={kind} often={values?.often} />
        <Who />
        <Proof kind={kind} proof={values?.proof} />
        {kind === 'check_in' && <CheckIn />}
        <Form.Item name={['gifts', 'rewards']} label={say(kind === 'invite' ? 'task.rewards.invite' : 'task.rewards')} className="whole">
          <RewardsInput />
        </Form.Item>
        {kind === 'check_in' && values?.gifts && (
          <div className="whole"><MonthGrid gifts={{ ...nothing, ...values.gifts }} cycle={values.cycle ?? 0} /></div>
        )}
        {kind === 'check_in' && (
          <>
            <Form.Item name={['gifts', 'milestones']} label={say('task.milestones')} className="whole"><MilestonesInput /></Form.Item>
            <Form.Item name={['gifts', 'specials']} label={say('task.specials')} className="whole"><SpecialsInput /></Form.Item>
          </>
        )}
        {!choosesProof(kind) && <Form.Item name="proof" hidden><Input /></Form.Item>}
      </Form>
    </FormDialog>
  )
}

function Often({ kind, often }: { kind: Task['kind']; often: Task['often'] | undefined }) {
  const say = useSay()
  const fixed = kind === 'check_in' || onceByNature(kind)
  const limit = (name: 'per_member' | 'total') => (
    <Form.Item name={name} label={say(`task.${name}`)}>
      <InputNumber min={1} precision={0} placeholder={say('task.no_limit')} className="full" />
    </Form.Item>
  )
  return (
    <>
      {!fixed && (
        <div className="beside">
          <Form.Item name="often" label={say('task.often')}>
            <Select options={(['once', 'day', 'week', 'month'] as const).map((one) => ({ value: one, label: say(`task.often.${one}`) }))} />
          </Form.Item>
          {often !== 'once' && (
            <Form.Item name="times" label={say('task.times')} rules={[{ required: true, message: say('required') }]}>
              <InputNumber min={1} max={1000} precision={0} className="full" />
            </Form.Item>
          )}
        </div>
      )}
      {!onceByNature(kind) && limit('per_member')}
      {limit('total')}
    </>
  )
}

function Who() {
  const say = useSay()
  const tiers = useTiers()
  const tags = useData<Page<TagView>>('/v1/tags').data?.items ?? []
  return (
    <>
      <Form.Item name="tier" label={say('task.tier')}>
        <Select allowClear placeholder={say('task.anybody')} options={tiers.options} />
      </Form.Item>
      <Form.Item name="tag" label={say('task.tag')}>
        <Select allowClear showSearch placeholder={say('task.anybody')} options={tags.map((one) => ({ value: one.name, label: one.name }))} />
      </Form.Item>
    </>
  )
}

/** How it is known to be done. */
function Proof({ kind, proof }: { kind: Task['kind']; proof: Task['proof'] | undefined }) {
  const say = useSay()
  const { locale } = useSpeech()
  const fields = useData<Page<FieldView>>(kind === 'profile' ? '/v1/fields' : null).data?.items ?? []
  const textOf = (one: FieldView) => (locale === 'zh-CN' ? one.zh : one.en) || one.name
  return (
    <>
      {choosesProof(kind) && (
        <Form.Item name="proof" label={say('task.proof')}>
          <Select options={proofsToChoose.map((one) => ({ value: one, label: say(`task.proof.${one}`) }))} />
        </Form.Item>
      )}
      {proof === 'event' && (
        <>
          <Form.Item name={['event', 'kind']} label={say('task.event')} rules={[{ required: true, message: say('required_choice') }]}>
            <EventSelect />
          </Form.Item>
          <Form.Item label={say('task.props')} className="whole"><Props /></Form.Item>
        </>
      )}
      {kind === 'profile' && (
        <Form.Item name="fields" label={say('task.fields')} className="whole" rules={[{ required: true, message: say('required_choice') }]}>
          <Select
            mode="multiple"
            options={[{ value: 'name', label: say('name') }, { value: 'phone', label: say('phone') }, ...fields.map((one) => ({ value: one.name, label: textOf(one) }))]}
          />
        </Form.Item>
      )}
      {kind === 'invite' && (
        <Form.Item name="counts" label={say('task.counts')}>
          <Select options={(['at_once', 'first_order'] as const).map((one) => ({ value: one, label: say(`task.counts.${one}`) }))} />
        </Form.Item>
      )}
    </>
  )
}

function Props() {
  const say = useSay()
  const wanted = [{ required: true, message: say('required') }]
  return (
    <Form.List name={['event', 'props']}>
      {(rows, { add, remove }) => (
        <div className="props-list">
          {rows.map((row) => (
            <div key={row.key} className="props-row">
              <Form.Item name={[row.name, 'name']} rules={wanted}><Input aria-label={say('behaviour.prop')} placeholder={say('behaviour.prop')} maxLength={60} /></Form.Item>
              <Form.Item name={[row.name, 'value']} rules={wanted}><Input aria-label={say('behaviour.value')} placeholder={say('behaviour.value')} maxLength={60} /></Form.Item>
              <Button type="text" icon={<DeleteOutlined />} aria-label={say('task.prop.remove')} onClick={() => remove(row.name)} />
            </div>
          ))}
          <Button size="small" type="dashed" icon={<PlusOutlined />} onClick={() => add({ name: '', value: '' })}>{say('task.prop.add')}</Button>
        </div>
      )}
    </Form.List>
  )
}

function CheckIn() {
  const say = useSay()
  const number = (name: 'cycle' | 'make_ups' | 'make_up_points' | 'make_up_days', max: number) => (
    <Form.Item name={name} label={say(`task.${name}`)}>
      <InputNumber min={0} max={max} precision={0} placeholder={name === 'cycle' ? say('task.cycle.none') : undefined} className="full" />
    </Form.Item>
  )
  return (
    <>
      {number('cycle', 3660)}
      {number('make_ups', 31)}
      {number('make_up_points', 1000000)}
      {number('make_up_days', 366)}
    </>
  )
}

// entry_dialog.tsx -- one entry written or changed: a touchpoint's day.
import { App, AutoComplete, DatePicker, Form, Input, InputNumber } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useChange } from '~/base/data'
import { todayIs } from '~/base/format'
import { useSay } from '~/base/locale'
import { FormDialog, useUnder } from '~/parts/form_dialog'
import { useTouchpoints, type Entry } from './forms'
import { amountOf } from './paste'

interface Values {
  touchpoint: string
  day: Dayjs
  amount?: string
  followers?: number | null
  note?: string
}

interface EntryProps {
  /** The one that is changed; none: a new one. */
  entry: Entry | undefined
  entries: Entry[]
  close: () => void
  done: () => void
}

export function EntryDialog({ entry, entries, close, done }: EntryProps) {
  const say = useSay()
  const { message } = App.useApp()
  const [form] = Form.useForm<Values>()
  const change = useChange()
  const touchpoints = useTouchpoints(entries)
  const today = dayjs(todayIs())
  const required = { required: true, whitespace: true, message: say('required') }
  const send = async ({ touchpoint, day, amount, followers, note }: Values) => {
    const item = { touchpoint: touchpoint.trim(), day: day.format('YYYY-MM-DD'), amount: amountOf(amount ?? '') || '0', followers: followers ?? 0, note: note?.trim() || undefined }
    // Written so, it would take the entry away.
    if (Number(item.amount) === 0 && item.followers === 0) return form.setFields([{ name: 'amount', errors: [say('spend.wrong.empty')] }])
    if (!(await change.run('POST', '/v1/costs', { items: [item] }))) return
    message.success(say('saved'))
    done()
    close()
  }
  return (
    <FormDialog title={say(entry ? 'spend.edit' : 'spend.add')} form={form} change={useUnder(change, '/items/0')} close={close}>
      <Form<Values>
        form={form} layout="vertical" requiredMark={false} onFinish={send}
        initialValues={entry
          ? { ...entry, day: dayjs(entry.day), amount: entry.amount.replace(/\.00$/, ''), followers: entry.followers || undefined }
          : { day: today.subtract(1, 'day') }}
      >
        {!entry && <p className="quiet flat">{say('spend.replaces')}</p>}
        <div className="grid-form">
          <Form.Item name="touchpoint" label={say('touchpoint')} rules={[required]} extra={!entry && say('spend.touchpoint.what')}>
            <AutoComplete
              disabled={!!entry} maxLength={60} showSearch={{ filterOption: (typed, option) => option!.value.toLowerCase().includes(typed.trim().toLowerCase()) }}
              options={touchpoints.map((value) => ({ value }))}
            />
          </Form.Item>
          <Form.Item name="day" label={say('date')} rules={[{ required: true, message: say('required') }]}>
            <DatePicker className="full" allowClear={false} maxDate={today} disabled={!!entry} />
          </Form.Item>
          <Form.Item
            name="amount" label={say('spend.amount')}
            rules={[{ validator: (_, text?: string) => (amountOf(text ?? '') === undefined ? Promise.reject(new Error(say('spend.wrong.amount', { text: text ?? '' }))) : Promise.resolve()) }]}
          >
            <Input inputMode="decimal" placeholder="300.00" />
          </Form.Item>
          <Form.Item name="followers" label={say('spend.followers')} extra={say('spend.followers.what')}>
            <InputNumber className="full" precision={0} min={-1e9} max={1e9} />
          </Form.Item>
          <Form.Item name="note" label={say('spend.note')} className="whole"><Input maxLength={60} /></Form.Item>
        </div>
      </Form>
    </FormDialog>
  )
}

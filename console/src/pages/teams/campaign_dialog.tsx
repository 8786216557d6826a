// campaign_dialog.tsx -- makes or changes a campaign of teams: when, how large a team, whether people may leave.
import { App, DatePicker, Form, Input, InputNumber, Switch } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import type { TeamCampaign } from '~/api'
import { useChange } from '~/base/data'
import { civilOf, instantAt } from '~/base/day_span'
import { todayIs } from '~/base/format'
import { useSay } from '~/base/locale'
import { FormDialog } from '~/parts/form_dialog'

interface Values {
  name: string
  starts_at: Dayjs
  ends_at: Dayjs
  size_min: number
  size_max: number
  may_leave: boolean
}

export function CampaignDialog({ campaign, close, saved }: { campaign?: TeamCampaign; close: () => void; saved: (it: TeamCampaign) => void }) {
  const say = useSay()
  const { message } = App.useApp()
  const [form] = Form.useForm<Values>()
  const change = useChange()
  const save = async (values: Values) => {
    const body = { ...values, name: values.name.trim(), starts_at: instantAt(values.starts_at), ends_at: instantAt(values.ends_at) }
    // What was not touched is not sent: of a campaign that has begun, not all may change.
    const sent = campaign ? Object.fromEntries(Object.entries(body).filter(([name]) => form.isFieldTouched(name as keyof Values))) : body
    const kept = await (campaign
      ? change.run<TeamCampaign>('PATCH', `/v1/team-campaigns/${campaign.id}`, sent)
      : change.run<TeamCampaign>('POST', '/v1/team-campaigns', sent))
    if (!kept) return
    message.success(say('saved'))
    saved(kept)
    close()
  }
  const initial = campaign
    ? { ...campaign, starts_at: civilOf(campaign.starts_at), ends_at: civilOf(campaign.ends_at) }
    : { starts_at: dayjs(todayIs()).add(3, 'day'), ends_at: dayjs(todayIs()).add(17, 'day'), size_min: 3, size_max: 5, may_leave: false }
  const time = { showTime: { format: 'HH:mm' }, format: 'YYYY-MM-DD HH:mm', allowClear: false, className: 'full' }
  const wanted = [{ required: true, message: say('required') }]
  return (
    <FormDialog title={say(campaign ? 'teams.edit' : 'teams.add')} form={form} change={change} close={close} width={620}>
      <Form<Values> form={form} layout="vertical" requiredMark={false} onFinish={save} initialValues={initial} className="grid-form">
        <Form.Item name="name" label={say('name')} rules={[{ required: true, whitespace: true, message: say('required') }]} className="whole">
          <Input maxLength={60} autoFocus />
        </Form.Item>
        <Form.Item name="starts_at" label={say('board.starts')}><DatePicker {...time} /></Form.Item>
        <Form.Item name="ends_at" label={say('board.ends')}><DatePicker {...time} /></Form.Item>
        <Form.Item name="size_min" label={say('team.size_min')} rules={wanted}><InputNumber min={1} max={100} precision={0} className="full" /></Form.Item>
        <Form.Item name="size_max" label={say('team.size_max')} rules={wanted}><InputNumber min={1} max={100} precision={0} className="full" /></Form.Item>
        <Form.Item name="may_leave" label={say('team.may_leave')} valuePropName="checked" className="whole"><Switch /></Form.Item>
      </Form>
    </FormDialog>
  )
}

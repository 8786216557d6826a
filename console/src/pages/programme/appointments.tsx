// appointments.tsx -- whom people gave a tier by hand: brand KOCs, service cases; appointed and dismissed with a reason.
import { PlusOutlined } from '@ant-design/icons'
import { App, Button, DatePicker, Form, Input, Select } from 'antd'
import type { Dayjs } from 'dayjs'
import { useState } from 'react'
import { Link } from 'react-router'
import type { Appointee, Ladder } from '~/api'
import { useMay } from '~/app/session'
import { useChange, usePages } from '~/base/data'
import { dayPlus, midnightOf, todayIs, useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { FormDialog } from '~/parts/form_dialog'
import { MemberSelect } from '~/parts/member_select'
import { Rows, type Column } from '~/parts/rows'
import { Nothing } from '~/parts/states'
import { Who } from '~/parts/who'
import { useTierName } from './ladder'

export function Appointments({ ladder, changed }: { ladder: Ladder; changed: () => void }) {
  const say = useSay()
  const format = useFormat()
  const may = useMay()
  const nameOf = useTierName(ladder.tiers)
  const list = usePages<Appointee>('/v1/tiers/appointments')
  const [appointing, appoint] = useState(false)
  const [dismissing, dismiss] = useState<Appointee>()
  const done = () => {
    list.reload()
    changed()
  }
  const columns: Column<Appointee>[] = [
    {
      key: 'member', title: say('member'),
      cell: (row) => (may('members:read') ? <Link to={`/members/${row.member}`} className="member-name">{row.name || say('nameless')}</Link> : row.name || say('nameless')),
    },
    { key: 'tier', title: say('tier'), cell: (row) => nameOf(row.tier) },
    { key: 'until', title: say('appoint.until'), cell: (row) => (row.until ? <span className="number">{format.when(row.until)}</span> : say('appoint.open_end')) },
    { key: 'reason', title: say('appoint.reason'), cell: (row) => <div className="rule-text">{row.reason}</div> },
    { key: 'who', title: say('appoint.by'), cell: (row) => <Who actor={row.actor} at={row.at} /> },
  ]
  if (may('points:grant')) columns.push({ key: 'do', title: say('actions'), cell: (row) => <Button size="small" danger onClick={() => dismiss(row)}>{say('dismiss')}</Button> })
  const add = may('points:grant') && <Button icon={<PlusOutlined />} onClick={() => appoint(true)}>{say('appoint')}</Button>
  return (
    <>
      <div className="tab-bar">
        <p className="quiet">{say('appoint.what')}</p>
        {add}
      </div>
      <Rows from={list} columns={columns} id={(row) => row.member} empty={<Nothing text={say('appoint.none')}>{add}</Nothing>} />
      {appointing && <AppointDialog ladder={ladder} close={() => appoint(false)} done={done} />}
      {dismissing && <DismissDialog of={dismissing} close={() => dismiss(undefined)} done={done} />}
    </>
  )
}

interface Values {
  member: number
  tier: string
  last?: Dayjs | null
  reason: string
}

function AppointDialog({ ladder, close, done }: { ladder: Ladder; close: () => void; done: () => void }) {
  const say = useSay()
  const { message } = App.useApp()
  const nameOf = useTierName(ladder.tiers)
  const [form] = Form.useForm<Values>()
  const change = useChange()
  const highest = ladder.tiers.findLast((step) => !step.threshold) ?? ladder.tiers.at(-1)
  const send = async ({ member, tier, last, reason }: Values) => {
    const until = last ? midnightOf(dayPlus(last.format('YYYY-MM-DD'), 1)) : null
    if (!(await change.run('POST', `/v1/members/${member}/tier`, { tier, until, reason: reason.trim() }))) return
    message.success(say('appoint.done'))
    close()
    done()
  }
  return (
    <FormDialog title={say('appoint')} form={form} change={change} close={close} ok={say('appoint')}>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={send} initialValues={{ tier: highest?.code }}>
        <Form.Item name="member" label={say('member')} rules={[{ required: true, message: say('required_choice') }]}><MemberSelect autoFocus /></Form.Item>
        <Form.Item name="tier" label={say('tier')} extra={say('appoint.higher')}>
          <Select options={ladder.tiers.map((step) => ({ value: step.code, label: nameOf(step.code) }))} />
        </Form.Item>
        <Form.Item name="last" label={say('appoint.last')}>
          <DatePicker placeholder={say('appoint.open_end')} disabledDate={(day) => day.format('YYYY-MM-DD') < todayIs()} className="full" />
        </Form.Item>
        <Form.Item name="reason" label={say('appoint.reason')} extra={say('appoint.reason.what')} rules={[{ required: true, whitespace: true, message: say('required') }]}>
          <Input.TextArea maxLength={60} rows={2} />
        </Form.Item>
      </Form>
    </FormDialog>
  )
}

function DismissDialog({ of, close, done }: { of: Appointee; close: () => void; done: () => void }) {
  const say = useSay()
  const { message } = App.useApp()
  const [form] = Form.useForm<{ reason: string }>()
  const change = useChange()
  const send = async ({ reason }: { reason: string }) => {
    if (!(await change.run('DELETE', `/v1/members/${of.member}/tier?${new URLSearchParams({ reason: reason.trim() })}`))) return
    message.success(say('dismiss.done'))
    close()
    done()
  }
  return (
    <FormDialog title={`${say('dismiss')} · ${of.name || say('nameless')}`} form={form} change={change} close={close} ok={say('dismiss')}>
      <p className="flat">{say('dismiss.what')}</p>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={send}>
        <Form.Item name="reason" label={say('appoint.reason')} extra={say('appoint.reason.what')} rules={[{ required: true, whitespace: true, message: say('required') }]}>
          <Input.TextArea maxLength={60} rows={2} autoFocus />
        </Form.Item>
      </Form>
    </FormDialog>
  )
}

// pairs.tsx -- mentors and mentees: who looks after whom, what each brought meanwhile; made and ended by the shop.
import { PlusOutlined } from '@ant-design/icons'
import { App, Button, DatePicker, Form, Popconfirm, Segmented } from 'antd'
import type { Dayjs } from 'dayjs'
import { useState } from 'react'
import type { KocPair, Money } from '~/api'
import { useMay } from '~/app/session'
import { useChange, usePages } from '~/base/data'
import { dayOf, dayPlus, midnightOf, todayIs, useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { useQuestion } from '~/base/question'
import { FormDialog } from '~/parts/form_dialog'
import { Mark } from '~/parts/mark'
import { MemberSelect } from '~/parts/member_select'
import { Rows, type Column } from '~/parts/rows'
import { Failure, Nothing } from '~/parts/states'
import { KocName, useLevelOf } from './koc_words'

/** It holds now: not ended, its last day not over. */
const holds = (it: KocPair) => !it.until || Date.parse(it.until) > Date.now()

export function Pairs() {
  const say = useSay()
  const format = useFormat()
  const may = useMay()('loyalty:write')
  const { message } = App.useApp()
  const { asked, put } = useQuestion(['state'] as const)
  const all = asked.state === 'all'
  const levelOf = useLevelOf()
  const list = usePages<KocPair>('/v1/koc/mentors', { running: all ? undefined : true, limit: 20 })
  const ending = useChange()
  const [making, make] = useState(false)
  const end = async (it: KocPair) => {
    if (!(await ending.run('DELETE', `/v1/koc/mentors/${it.number}`))) return
    message.success(say('koc.pair.ended_now'))
    list.reload()
  }
  const columns: Column<KocPair>[] = [
    {
      key: 'mentor', title: say('koc.pair.mentor'),
      cell: (it) => <One member={it.mentor} name={it.mentor_name} level={levelOf(it.mentor_level)} orders={it.mentor_orders} amount={it.mentor_amount} />,
    },
    {
      key: 'mentee', title: say('koc.pair.mentee'),
      cell: (it) => <One member={it.mentee} name={it.mentee_name} level={levelOf(it.level)} orders={it.orders} amount={it.amount} />,
    },
    {
      key: 'time', title: say('koc.pair.time'),
      cell: (it) => (
        <>
          <span className="number">{format.day(it.from)} – {it.until ? dayOf(new Date(Date.parse(it.until) - 1)) : ''}</span>
          <div>{holds(it) ? <Mark tone="green">{say('koc.pair.holds')}</Mark> : <Mark>{say('koc.pair.ended')}</Mark>}</div>
        </>
      ),
    },
  ]
  if (may)
    columns.push({
      key: 'do', title: say('actions'),
      cell: (it) => holds(it) ? (
        <Popconfirm title={say('koc.pair.end.sure')} onConfirm={() => end(it)}>
          <Button size="small" disabled={ending.busy}>{say('koc.pair.end')}</Button>
        </Popconfirm>
      ) : '–',
    })
  const add = may && <Button icon={<PlusOutlined />} onClick={() => make(true)}>{say('koc.pair.make')}</Button>
  return (
    <>
      <div className="tab-bar">
        <Segmented<string>
          aria-label={say('state')}
          value={all ? 'all' : 'running'}
          onChange={(to) => put({ state: to === 'all' ? 'all' : undefined })}
          options={[{ value: 'running', label: say('koc.pair.running') }, { value: 'all', label: say('all') }]}
        />
        <p className="quiet">{say('koc.pair.what')}</p>
        {add}
      </div>
      {ending.error && <Failure error={ending.error} title={say('failed_change')} />}
      <Rows from={list} columns={columns} id={(it) => it.number} empty={<Nothing text={say('koc.pair.none')}>{add}</Nothing>} />
      {making && <PairDialog close={() => make(false)} done={list.reload} />}
    </>
  )
}

/** One of the two: his level now, and what he brought while they were a pair. */
function One({ member, name, level, orders, amount }: { member: number; name: string | null; level: string; orders: number; amount: Money }) {
  const say = useSay()
  const format = useFormat()
  return (
    <>
      <KocName member={member} name={name} /> {level && <Mark tone="teal">{level}</Mark>}
      <div className="quiet number small">{say('koc.pair.brought', { orders: format.count(orders), amount: format.money(amount) })}</div>
    </>
  )
}

interface Values {
  mentor: number
  mentee: number
  last?: Dayjs | null
}

function PairDialog({ close, done }: { close: () => void; done: () => void }) {
  const say = useSay()
  const { message } = App.useApp()
  const [form] = Form.useForm<Values>()
  const change = useChange()
  const send = async ({ mentor, mentee, last }: Values) => {
    const until = last ? midnightOf(dayPlus(last.format('YYYY-MM-DD'), 1)) : null
    if (!(await change.run('POST', '/v1/koc/mentors', { mentor, mentee, until }))) return
    message.success(say('koc.pair.made_now'))
    done()
    close()
  }
  const chosen = [{ required: true, message: say('required_choice') }]
  return (
    <FormDialog title={say('koc.pair.make')} form={form} change={change} close={close} ok={say('koc.pair.make')}>
      <p className="quiet">{say('koc.pair.make.what')}</p>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={send}>
        <Form.Item name="mentor" label={say('koc.pair.mentor')} rules={chosen}><MemberSelect autoFocus /></Form.Item>
        <Form.Item name="mentee" label={say('koc.pair.mentee')} rules={chosen}><MemberSelect /></Form.Item>
        <Form.Item name="last" label={say('koc.pair.last')}>
          <DatePicker placeholder={say('koc.pair.open_end')} disabledDate={(day) => day.format('YYYY-MM-DD') < todayIs()} className="full" />
        </Form.Item>
      </Form>
    </FormDialog>
  )
}

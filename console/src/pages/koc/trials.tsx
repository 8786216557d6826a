// trials.tsx -- products KOCs ask to try: approved or refused, sent, reported on.
import { App, Button, Form, Input, Popconfirm, Segmented, Space } from 'antd'
import { useState } from 'react'
import type { KocTrial } from '~/api'
import { useMay } from '~/app/session'
import { useChange, usePages } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { useQuestion } from '~/base/question'
import { FormDialog } from '~/parts/form_dialog'
import { Mark } from '~/parts/mark'
import { Rows, type Column } from '~/parts/rows'
import { Failure, Nothing } from '~/parts/states'
import { KocName } from './koc_words'
import { ReasonDialog } from '~/parts/reason_dialog'

const states = ['asked', 'approved', 'shipped', 'reported', 'refused'] as const satisfies readonly KocTrial['state'][]

export function Trials() {
  const say = useSay()
  const format = useFormat()
  const may = useMay()('loyalty:write')
  const { message } = App.useApp()
  const { asked, put } = useQuestion(['state'] as const)
  const state = states.find((one) => one === asked.state) ?? 'asked'
  const list = usePages<KocTrial>('/v1/koc/trials', { state, limit: 20 })
  const approval = useChange()
  const [refusing, refuse] = useState<KocTrial>()
  const [shipping, ship] = useState<KocTrial>()
  const approve = async (it: KocTrial) => {
    if (!(await approval.run('POST', `/v1/koc/trials/${it.number}/review`, { approve: true }))) return
    message.success(say('koc.approved_now'))
    list.reload()
  }
  const columns: Column<KocTrial>[] = [
    { key: 'what', title: say('koc.trial'), cell: (it) => <div className="approval-text"><strong>{it.product}</strong>{it.text && <div>{it.text}</div>}</div> },
    { key: 'who', title: say('koc.who'), cell: (it) => <KocName member={it.member} name={it.name} /> },
    { key: 'asked', title: say('koc.trial.asked'), cell: (it) => <span className="number">{format.when(it.asked_at)}</span> },
  ]
  if (state === 'shipped' || state === 'reported')
    columns.push({
      key: 'report', title: say('koc.trial.report'),
      cell: (it) => (
        <div className="approval-text">
          {it.report && <div>{it.report}</div>}
          {!it.report && (it.overdue ? <Mark tone="red">{say('koc.trial.overdue')}</Mark> : say('koc.trial.due', { day: format.day(it.report_due) }))}
          <div className="quiet">{it.shipment}</div>
        </div>
      ),
    })
  if (state === 'refused') columns.push({ key: 'why', title: say('koc.refuse'), cell: (it) => it.note ?? '–' })
  if (may && state === 'asked')
    columns.push({
      key: 'do', title: say('actions'),
      cell: (it) => (
        <Space>
          <Popconfirm title={say('koc.approve')} onConfirm={() => approve(it)}>
            <Button size="small" type="primary" disabled={approval.busy}>{say('koc.approve')}</Button>
          </Popconfirm>
          <Button size="small" danger onClick={() => refuse(it)}>{say('koc.refuse')}</Button>
        </Space>
      ),
    })
  if (may && state === 'approved')
    columns.push({ key: 'do', title: say('actions'), cell: (it) => <Button size="small" type="primary" onClick={() => ship(it)}>{say('koc.trial.ship')}</Button> })
  return (
    <>
      <div className="tab-bar">
        <Segmented<string>
          aria-label={say('state')}
          value={state}
          onChange={(to) => put({ state: to === 'asked' ? undefined : to })}
          options={states.map((one) => ({ value: one, label: say(`koc.trial.state.${one}`) }))}
        />
      </div>
      {approval.error && <Failure error={approval.error} title={say('failed_change')} />}
      <Rows from={list} columns={columns} id={(it) => it.number} empty={<Nothing text={say('koc.trial.none')} />} />
      {shipping && <Ship it={shipping} close={() => ship(undefined)} done={list.reload} />}
      {refusing && (
        <ReasonDialog
          title={say('koc.refuse')}
          label={say('koc.refuse.why')}
          said={say('koc.refused_now')}
          method="POST"
          path={`/v1/koc/trials/${refusing.number}/review`}
          body={(note) => ({ approve: false, note })}
          close={() => refuse(undefined)}
          done={list.reload}
        />
      )}
    </>
  )
}

function Ship({ it, close, done }: { it: KocTrial; close: () => void; done: () => void }) {
  const say = useSay()
  const { message } = App.useApp()
  const [form] = Form.useForm<{ shipment: string }>()
  const change = useChange()
  const send = async ({ shipment }: { shipment: string }) => {
    if (!(await change.run('POST', `/v1/koc/trials/${it.number}/shipment`, { shipment: shipment.trim() }))) return
    message.success(say('koc.trial.shipped_now'))
    done()
    close()
  }
  return (
    <FormDialog title={`${say('koc.trial.ship')} · ${it.product}`} form={form} change={change} close={close} ok={say('koc.trial.ship')}>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={send}>
        <Form.Item name="shipment" label={say('koc.trial.shipment')} rules={[{ required: true, whitespace: true, message: say('required') }]}>
          <Input maxLength={60} autoFocus />
        </Form.Item>
      </Form>
    </FormDialog>
  )
}

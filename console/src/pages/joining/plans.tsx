// plans.tsx -- the plans of paid membership: price, term, multiplier, and what they give on start and each month.
import { PlusOutlined } from '@ant-design/icons'
import { App, Button, Form, Input, InputNumber, Space, Switch } from 'antd'
import { useState } from 'react'
import type { Plan } from '~/api'
import { useMay } from '~/app/session'
import { useChange, useData, type Page } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSpeech } from '~/base/locale'
import { FormDialog } from '~/parts/form_dialog'
import { Mark } from '~/parts/mark'
import { useRewardText } from '~/parts/reward_text'
import { Rows, type Column } from '~/parts/rows'
import { Nothing } from '~/parts/states'
import { PackDialog } from './pack_dialog'
import { usePacks } from './packs'

/** Plans by what the reader calls them. */
export function usePlans() {
  const { locale } = useSpeech()
  const list = useData<Page<Plan>>('/v1/membership-plans')
  const nameOf = (code: string | null | undefined) => {
    const found = list.data?.items.find((one) => one.code === code)
    return found ? (locale === 'zh-CN' ? found.zh : found.en) : (code ?? '')
  }
  return { list, nameOf }
}

export function Plans() {
  const { say } = useSpeech()
  const format = useFormat()
  const may = useMay()('loyalty:write')
  const { list, nameOf } = usePlans()
  const packs = usePacks()
  const { all } = useRewardText()
  const [editing, edit] = useState<Partial<Plan>>()
  const [packing, pack] = useState<{ pack: string; name: string }>()
  const gives = (name: string) => (packs.of(name).length > 0 ? all(packs.of(name)) : '–')
  const columns: Column<Plan>[] = [
    { key: 'name', title: say('plan'), cell: (row) => <div className="rule-name">{nameOf(row.code)}<span className="fact-note"><code>{row.code}</code></span></div> },
    { key: 'price', title: say('plan.price'), right: true, cell: (row) => format.money(row.price) },
    { key: 'months', title: say('plan.months'), right: true, cell: (row) => say('plan.months.n', { n: row.months }) },
    { key: 'times', title: say('plan.multiplier'), right: true, cell: (row) => (row.multiplier ? say('tier.times', { n: row.multiplier / 1000 }) : '–') },
    { key: 'start', title: say('plan.start_pack'), cell: (row) => <div className="tier-gives">{gives(`plan-${row.code}`)}</div> },
    { key: 'month', title: say('plan.month_pack'), cell: (row) => <div className="tier-gives">{gives(`plan-${row.code}-month`)}</div> },
    { key: 'state', title: say('state'), cell: (row) => <Mark tone={row.ended ? 'grey' : 'green'}>{say(row.ended ? 'plan.ended' : 'plan.sold')}</Mark> },
  ]
  if (may)
    columns.push({
      key: 'do', title: say('actions'),
      cell: (row) => (
        <Space wrap>
          <Button size="small" onClick={() => edit(row)}>{say('edit')}</Button>
          <Button size="small" onClick={() => pack({ pack: `plan-${row.code}`, name: `${nameOf(row.code)} · ${say('plan.start_pack')}` })}>{say('plan.start_pack')}</Button>
          <Button size="small" onClick={() => pack({ pack: `plan-${row.code}-month`, name: `${nameOf(row.code)} · ${say('plan.month_pack')}` })}>{say('plan.month_pack')}</Button>
        </Space>
      ),
    })
  const add = <Button type="primary" icon={<PlusOutlined />} onClick={() => edit({})}>{say('plan.add')}</Button>
  return (
    <>
      <div className="tab-bar">
        <p className="quiet">{say('plans.what')}</p>
        {may && add}
      </div>
      <Rows from={list} columns={columns} id={(row) => row.code} empty={<Nothing text={say('plans.none')}>{may && add}</Nothing>} />
      {editing && <PlanDialog plan={editing} close={() => edit(undefined)} saved={list.reload} />}
      {packing && <PackDialog {...packing} rewards={packs.of(packing.pack)} close={() => pack(undefined)} saved={packs.read.reload} />}
    </>
  )
}

function PlanDialog({ plan, close, saved }: { plan: Partial<Plan>; close: () => void; saved: () => void }) {
  const { say } = useSpeech()
  const { message } = App.useApp()
  const [form] = Form.useForm<Plan>()
  const change = useChange()
  const save = async ({ code, multiplier, ...row }: Plan) => {
    const body = { ...row, multiplier: multiplier ? Math.round(multiplier * 1000) : null }
    if (!(await change.run('PUT', `/v1/membership-plans/${encodeURIComponent(code.trim())}`, body))) return
    message.success(say('saved'))
    saved()
    close()
  }
  const needed = [{ required: true, whitespace: true, message: say('required') }]
  const counted = [{ required: true, message: say('required') }]
  return (
    <FormDialog title={say(plan.code ? 'plan.edit' : 'plan.add')} form={form} change={change} close={close} width={640}>
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        onFinish={save}
        className="grid-form"
        initialValues={{ months: 12, ended: false, ...plan, multiplier: plan.multiplier ? plan.multiplier / 1000 : null }}
      >
        <Form.Item name="zh" label={say('plan.zh')} rules={needed}><Input maxLength={40} /></Form.Item>
        <Form.Item name="en" label={say('plan.en')} rules={needed}><Input maxLength={60} /></Form.Item>
        <Form.Item name="code" label={say('plan.code')} extra={say('plan.code.what')} rules={needed}><Input maxLength={40} readOnly={plan.code !== undefined} /></Form.Item>
        <Form.Item name="price" label={say('plan.price.yuan')} rules={counted}><InputNumber stringMode min="0" precision={2} className="full" /></Form.Item>
        <Form.Item name="months" label={say('plan.months')} rules={counted}><InputNumber min={1} max={120} precision={0} className="full" /></Form.Item>
        <Form.Item name="multiplier" label={say('plan.multiplier')} extra={say('plan.multiplier.what')}><InputNumber min={1} max={10} step={0.1} className="full" /></Form.Item>
        <Form.Item name="ended" label={say('plan.stop')} extra={say('plan.stop.what')} valuePropName="checked"><Switch /></Form.Item>
      </Form>
    </FormDialog>
  )
}

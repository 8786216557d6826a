// months.tsx -- commission by the month: settled, looked at KOC by KOC, exported, paid.
import { App, Button, Form, Input, Popconfirm, Select } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import type { Forms, KocMonth, KocStatement, KocStatementLine } from '~/api'
import { useMay } from '~/app/session'
import { approvalsChanged } from '~/app/waiting'
import { useChange, useData, usePages, type Page } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { useQuestion } from '~/base/question'
import { Figure } from '~/parts/figure'
import { FileButton } from '~/parts/file_button'
import { FormDialog } from '~/parts/form_dialog'
import { Mark } from '~/parts/mark'
import { Rows, still, type Column } from '~/parts/rows'
import { Failure, Loaded, Nothing } from '~/parts/states'
import { KocName, rateText } from './koc_words'

const tones = { running: 'blue', due: 'amber', waiting: 'plum', final: 'green' } as const

export function Months() {
  const list = useData<Page<KocMonth>>('/v1/koc/months')
  return <Loaded from={list} rows={8}>{({ items }) => <Chosen months={items} reload={list.reload} />}</Loaded>
}

/** The month asked for, else the first that is to be settled, agreed to or paid, else the one that runs. */
function Chosen({ months, reload }: { months: KocMonth[]; reload: () => void }) {
  const say = useSay()
  const { asked, put } = useQuestion(['month'] as const)
  const waits = months.findLast((one) => one.state === 'due' || one.state === 'waiting' || (one.state === 'final' && one.paid !== one.payable))
  const month = months.find((one) => one.month === asked.month) ?? waits ?? months[0]
  if (!month) return <Nothing text={say('koc.month.none')} />
  return (
    <div className="tab-body">
      <div className="tab-bar">
        <Select
          aria-label={say('koc.month')}
          className="koc-month"
          value={month.month}
          onChange={(to) => put({ month: to })}
          options={months.map((one) => ({ value: one.month, label: `${one.month} · ${say(`koc.month.state.${one.state}`)}` }))}
        />
        <Doings month={month} changed={reload} />
      </div>
      <Sums month={month} />
      <Statements key={`${month.month} ${month.state}`} month={month} changed={reload} />
    </div>
  )
}

function Doings({ month, changed }: { month: KocMonth; changed: () => void }) {
  const say = useSay()
  const may = useMay()
  const { message } = App.useApp()
  const change = useChange()
  const settle = async () => {
    const now = await change.run<Forms['koc_month']>('POST', `/v1/koc/months/${month.month}/settle`, {})
    if (!now) return
    if (now.state === 'waiting') approvalsChanged()
    message.success(say(now.state === 'waiting' ? 'koc.settled_waiting' : 'koc.settled_now'))
    changed()
  }
  const settled = month.state === 'waiting' || month.state === 'final'
  return (
    <div className="koc-doings">
      {month.state === 'waiting' && <Link to="/approvals">{say('koc.month.see')}</Link>}
      {settled && month.statements > 0 && <FileButton name={say('koc.export')} path="/v1/koc/export" query={{ month: month.month }} />}
      {month.state === 'due' && may('points:grant') && (
        <Popconfirm title={say('koc.settle.sure')} onConfirm={settle}>
          <Button type="primary" loading={change.busy}>{say('koc.settle', { month: month.month })}</Button>
        </Popconfirm>
      )}
      {change.error && <Failure error={change.error} title={say('failed_change')} />}
    </div>
  )
}

function Sums({ month }: { month: KocMonth }) {
  const say = useSay()
  const format = useFormat()
  return (
    <div className="figures figures-inner">
      <Figure
        name={say('koc.month.statements')}
        value={format.count(month.statements)}
        below={<Mark tone={tones[month.state]}>{say(`koc.month.state.${month.state}`)}</Mark>}
      />
      <Figure name={say('koc.month.net')} value={format.shortMoney(month.net)} full={format.money(month.net)} />
      <Figure
        name={say('koc.month.earned')}
        value={format.money(month.earned)}
        below={Number(month.taken_back) < 0 && <span className="quiet">{say('koc.month.taken_back')} {format.money(month.taken_back)}</span>}
      />
      <Figure
        name={say('koc.month.payable')}
        value={format.money(month.payable)}
        below={<span className="quiet">{say('koc.month.paid')} {format.money(month.paid)}</span>}
      />
    </div>
  )
}

function Statements({ month, changed }: { month: KocMonth; changed: () => void }) {
  const say = useSay()
  const format = useFormat()
  const may = useMay()('points:grant')
  const list = usePages<KocStatement>('/v1/koc/statements', { month: month.month, limit: 20 })
  const [paying, pay] = useState<KocStatement>()
  const open = month.state === 'running' || month.state === 'due'
  const columns: Column<KocStatement>[] = [
    { key: 'who', title: say('koc.who'), cell: (it) => <KocName member={it.member} name={it.name} /> },
    { key: 'lines', title: say('koc.orders'), right: true, cell: (it) => say('koc.month.lines', { orders: it.orders, lines: it.lines }) },
    { key: 'net', title: say('koc.month.net'), right: true, cell: (it) => format.money(it.net) },
    { key: 'earned', title: say('koc.month.earned'), right: true, cell: (it) => format.money(it.earned) },
    { key: 'back', title: say('koc.month.taken_back'), right: true, cell: (it) => (Number(it.taken_back) ? format.money(it.taken_back) : '–') },
    { key: 'carried', title: say('koc.month.carried'), right: true, cell: (it) => (Number(it.carried) ? format.money(it.carried) : '–') },
    {
      key: 'payable', title: say('koc.month.payable'), right: true,
      cell: (it) => (
        <>
          <strong>{format.money(it.payable)}</strong>
          {Number(it.carries) !== 0 && <div className="koc-debt">{say('koc.month.carries')} {format.money(it.carries)}</div>}
        </>
      ),
    },
  ]
  if (!open)
    columns.push({
      key: 'paid', title: say('koc.month.paid'),
      cell: (it) =>
        it.paid_at ? (
          <>{it.reference}<div className="quiet number">{format.when(it.paid_at)}</div></>
        ) : may && month.state === 'final' && Number(it.payable) > 0 ? (
          <Button size="small" type="primary" onClick={() => pay(it)}>{say('koc.payout')}</Button>
        ) : (
          '–'
        ),
    })
  return (
    <div className="tab-table">
      {open && <p className="quiet koc-note">{say('koc.month.preview')}</p>}
      <Rows
        from={list}
        columns={columns}
        id={(it) => it.number || -it.member}
        detail={open ? undefined : (it) => <Lines number={it.number} />}
        empty={<Nothing text={say('koc.month.none')} />}
      />
      {paying && <Payout it={paying} close={() => pay(undefined)} done={() => { list.reload(); changed() }} />}
    </div>
  )
}

function Lines({ number }: { number: number }) {
  const say = useSay()
  const format = useFormat()
  const read = useData<{ lines: KocStatementLine[] }>(`/v1/koc/statements/${number}`)
  const columns: Column<KocStatementLine>[] = [
    { key: 'order', title: say('koc.line.order'), cell: (it) => <span className="number">{it.shop} {it.number}</span> },
    { key: 'product', title: say('koc.line.product'), cell: (it) => it.product || '–' },
    { key: 'paid', title: say('koc.line.paid_at'), cell: (it) => <span className="number">{format.when(it.paid_at)}</span> },
    { key: 'net', title: say('koc.line.net'), right: true, cell: (it) => format.money(it.net) },
    { key: 'rate', title: say('koc.rate'), right: true, cell: (it) => rateText(it.rate) },
    { key: 'commission', title: say('koc.line.commission'), right: true, cell: (it) => format.money(it.commission) },
  ]
  return <Loaded from={read} rows={3}>{({ lines }) => <Rows from={still(lines)} columns={columns} id={(it) => `${it.order_id} ${it.line}`} />}</Loaded>
}

function Payout({ it, close, done }: { it: KocStatement; close: () => void; done: () => void }) {
  const say = useSay()
  const format = useFormat()
  const { message } = App.useApp()
  const [form] = Form.useForm<{ reference: string }>()
  const change = useChange()
  const send = async ({ reference }: { reference: string }) => {
    if (!(await change.run('POST', `/v1/koc/statements/${it.number}/payout`, { reference: reference.trim() }))) return
    message.success(say('koc.payout_now'))
    done()
    close()
  }
  return (
    <FormDialog title={`${say('koc.payout')} · ${format.money(it.payable)}`} form={form} change={change} close={close} ok={say('koc.payout')}>
      <p className="quiet">{say('koc.payout.what')}</p>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={send}>
        <Form.Item name="reference" label={say('koc.payout.reference')} rules={[{ required: true, whitespace: true, message: say('required') }]}>
          <Input maxLength={60} autoFocus />
        </Form.Item>
      </Form>
    </FormDialog>
  )
}

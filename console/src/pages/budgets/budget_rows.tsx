// budget_rows.tsx -- all budgets: what is left of each and what it warned of; made, topped up, ended.
import { PlusOutlined } from '@ant-design/icons'
import { Alert, App, Button, Popconfirm, Space } from 'antd'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import type { Budget, BudgetAlert } from '~/api'
import type { Tone } from '~/app/theme'
import { useMay } from '~/app/session'
import { useChange, useData, type Page } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { Bar } from '~/parts/bar'
import { Mark } from '~/parts/mark'
import { Rows, type Column } from '~/parts/rows'
import { Failure, Nothing } from '~/parts/states'
import { BudgetDialog, RaiseDialog } from './budget_dialogs'

type State = 'on' | 'low' | 'empty' | 'over'
const tones: Record<State, Tone> = { on: 'green', low: 'amber', empty: 'red', over: 'grey' }
const kinds = { 'budget.low': 'low', 'budget.exhausted': 'exhausted' } as const

export function stateOf(budget: Budget, alerts: readonly BudgetAlert[], now: number): State {
  if (budget.ends_at && Date.parse(budget.ends_at) <= now) return 'over'
  const mine = alerts.filter((one) => one.code === budget.code).map((one) => one.kind)
  return mine.includes('budget.exhausted') ? 'empty' : mine.includes('budget.low') ? 'low' : 'on'
}

export function StateMark({ state }: { state: State }) {
  const say = useSay()
  return <Mark tone={tones[state]}>{say(`budget.state.${state}`)}</Mark>
}

/** What it warned of since it was last topped up. */
export function Warnings({ code, alerts }: { code: string; alerts: readonly BudgetAlert[] }) {
  const say = useSay()
  const format = useFormat()
  // Who refused is low, too.
  const mine = alerts.filter((one) => one.code === code)
  const worst = mine.filter((one) => one.kind === 'budget.exhausted' || mine.length === 1)
  return worst.map((one) => (
    <div key={one.kind} className="approval-problem">{say(`budget.alert.${kinds[one.kind as keyof typeof kinds]}`, { at: format.when(one.at) })}</div>
  ))
}

export function BudgetRows() {
  const say = useSay()
  const format = useFormat()
  const may = useMay()('loyalty:write')
  const go = useNavigate()
  const list = useData<Page<Budget> & { alerts: BudgetAlert[] }>('/v1/budgets')
  const [now] = useState(() => Date.now())
  const [adding, setAdding] = useState(false)
  const [raising, raise] = useState<Budget>()
  const alerts = list.data?.alerts ?? []
  const unknown = alerts.filter((one) => !list.data?.items.some((budget) => budget.code === one.code))
  const columns: Column<Budget>[] = [
    {
      key: 'name', title: say('budget'),
      cell: (row) => <div className="rule-name"><a href={`/budgets/${row.code}`} onClick={(event) => { event.preventDefault(); go(`/budgets/${row.code}`) }}>{row.name}</a><span className="fact-note"><code>{row.code}</code></span></div>,
    },
    { key: 'state', title: say('state'), cell: (row) => <><StateMark state={stateOf(row, alerts, now)} /><Warnings code={row.code} alerts={alerts} /></> },
    { key: 'used', title: say('budget.used'), width: 170, cell: (row) => <Used budget={row} /> },
    { key: 'left', title: say('budget.left'), right: true, cell: (row) => <strong>{format.money(row.left)}</strong> },
    { key: 'reserved', title: say('budget.reserved'), right: true, cell: (row) => format.money(row.reserved) },
    { key: 'total', title: say('budget.total'), right: true, cell: (row) => format.money(row.total) },
    { key: 'ends', title: say('budget.ends'), cell: (row) => <span className="number">{row.ends_at ? format.when(row.ends_at) : say('budget.no_end')}</span> },
  ]
  if (may)
    columns.push({
      key: 'do', title: say('actions'),
      cell: (row) => stateOf(row, alerts, now) === 'over' ? '–' : (
        <Space>
          <Button size="small" onClick={() => raise(row)}>{say('budget.raise')}</Button>
          <End budget={row} done={list.reload} />
        </Space>
      ),
    })
  const add = <Button type="primary" icon={<PlusOutlined />} onClick={() => setAdding(true)}>{say('budget.add')}</Button>
  return (
    <>
      <div className="tab-bar">
        <p className="quiet">{say('budgets.what')}</p>
        {may && add}
      </div>
      {unknown.map((one) => <Alert key={`${one.code} ${one.kind}`} type="warning" showIcon role="status" className="tab-alert" title={say('budget.unknown', { code: one.code })} />)}
      <Rows from={list} columns={columns} id={(row) => row.code} open={(row) => go(`/budgets/${row.code}`)} empty={<Nothing text={say('budgets.none')}>{may && add}</Nothing>} />
      {adding && <BudgetDialog close={() => setAdding(false)} done={list.reload} />}
      {raising && <RaiseDialog budget={raising} close={() => raise(undefined)} done={list.reload} />}
    </>
  )
}

export function Used({ budget }: { budget: Budget }) {
  const format = useFormat()
  const share = Number(budget.total) > 0 ? (Number(budget.spent) + Number(budget.reserved)) / Number(budget.total) : 0
  return <Bar share={share} text={format.percent(share)} />
}

export function End({ budget, done, size = 'small' }: { budget: Budget; done: () => void; size?: 'small' | 'middle' }) {
  const say = useSay()
  const { message } = App.useApp()
  const change = useChange()
  const end = async () => {
    if (!(await change.run('POST', `/v1/budgets/${budget.code}/end`, {}))) return
    message.success(say('saved'))
    done()
  }
  return (
    <>
      <Popconfirm title={say('budget.end.sure')} onConfirm={end}>
        <Button size={size} danger loading={change.busy}>{say('budget.end')}</Button>
      </Popconfirm>
      {change.error && <Failure error={change.error} title={say('failed_change')} />}
    </>
  )
}

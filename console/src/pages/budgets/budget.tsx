// budget.tsx -- one budget: what is left, how it ran down day by day, how long it lasts at that pace, what it went for.
import { ArrowLeftOutlined } from '@ant-design/icons'
import { Button, Card } from 'antd'
import { useMemo, useState } from 'react'
import { Link, useParams } from 'react-router'
import type { Budget, BudgetAlert, BudgetDay, BudgetDetail } from '~/api'
import { line, palette, quiet } from '~/app/theme'
import { useMay } from '~/app/session'
import { useData, type Page } from '~/base/data'
import { dayPlus, daysBetween, todayIs, useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { ChartBox } from '~/parts/chart_box'
import { tooltip } from '~/parts/chart_look'
import { Figure } from '~/parts/figure'
import { Head } from '~/parts/head'
import { Rows, still, type Column } from '~/parts/rows'
import { Loaded, Nothing } from '~/parts/states'
import { useForText } from './for_text'
import { End, StateMark, Used, Warnings, stateOf } from './budget_rows'
import { RaiseDialog } from './budget_dialogs'

const paceDays = 7

export default function BudgetPage() {
  const { code = '' } = useParams()
  const read = useData<BudgetDetail>(`/v1/budgets/${encodeURIComponent(code)}`)
  const all = useData<Page<Budget> & { alerts: BudgetAlert[] }>('/v1/budgets')
  const changed = () => {
    read.reload()
    all.reload()
  }
  return <Loaded from={read} rows={12}>{(detail) => <Shown detail={detail} alerts={all.data?.alerts ?? []} changed={changed} />}</Loaded>
}

function Shown({ detail: { budget, days, uses }, alerts, changed }: { detail: BudgetDetail; alerts: BudgetAlert[]; changed: () => void }) {
  const say = useSay()
  const format = useFormat()
  const may = useMay()('loyalty:write')
  const [now] = useState(() => Date.now())
  const [raising, raise] = useState(false)
  const forText = useForText()
  const state = stateOf(budget, alerts, now)
  const columns: Column<BudgetDetail['uses'][number]>[] = [
    { key: 'for', title: say('budget.use'), cell: (row) => forText(row.reason) },
    { key: 'charges', title: say('budget.use.charges'), right: true, cell: (row) => format.count(row.charges) },
    { key: 'amount', title: say('budget.use.amount'), right: true, cell: (row) => format.money(row.amount) },
  ]
  return (
    <>
      <Head title={<><Link to="/budgets" aria-label={say('back')} className="back"><ArrowLeftOutlined /></Link>{budget.name} <StateMark state={state} /></>}>
        <Link to={`/budgets?tab=rewards&state=all&budget=${budget.code}`}><Button>{say('budget.to_rewards')}</Button></Link>
        {may && state !== 'over' && (
          <>
            <End budget={budget} done={changed} size="middle" />
            <Button type="primary" onClick={() => raise(true)}>{say('budget.raise')}</Button>
          </>
        )}
      </Head>
      <div className="stack">
        <section className="panel figures">
          <Figure name={say('budget.left')} value={format.money(budget.left)} below={<Used budget={budget} />} />
          <Figure name={say('budget.spent')} value={format.money(budget.spent)} below={<Warnings code={budget.code} alerts={alerts} />} />
          <Figure name={say('budget.reserved')} value={format.money(budget.reserved)} />
          <Figure name={say('budget.total')} value={format.money(budget.total)} below={<span className="quiet">{say('budget.ends')} {budget.ends_at ? format.when(budget.ends_at) : say('budget.no_end')}</span>} />
        </section>
        <Card title={say('budget.burn')}>
          <Pace budget={budget} days={days} />
          <Burn days={days} />
        </Card>
        <Card title={say('budget.uses')} className="card-flush">
          <Rows from={still(uses)} columns={columns} id={(row) => row.reason ?? ''} empty={<Nothing text={say('budget.uses.none')} />} />
        </Card>
      </div>
      {raising && <RaiseDialog budget={budget} close={() => raise(false)} done={changed} />}
    </>
  )
}

function Pace({ budget, days }: { budget: Budget; days: BudgetDay[] }) {
  const say = useSay()
  const format = useFormat()
  const from = dayPlus(todayIs(), 1 - paceDays)
  const spent = days.filter((one) => one.day >= from).reduce((sum, one) => sum + Number(one.spent), 0)
  // A budget that is younger is measured by the days it has.
  const n = Math.min(paceDays, days[0] ? daysBetween(days[0].day, todayIs()) + 1 : paceDays)
  const rate = spent / n
  return (
    <p className="sentence">
      {rate > 0 ? say('budget.pace', { n, rate: format.money(rate.toFixed(2)), days: format.count(Math.floor(Number(budget.left) / rate)) }) : say('budget.pace.none')}
    </p>
  )
}

/** Days without a movement keep what was left. */
function everyDay(days: BudgetDay[]): BudgetDay[] {
  const out: BudgetDay[] = []
  for (const one of days) {
    for (let last = out.at(-1); last && dayPlus(last.day, 1) < one.day; last = out.at(-1)) out.push({ ...last, day: dayPlus(last.day, 1), put_in: '0.00', spent: '0.00' })
    out.push(one)
  }
  for (let last = out.at(-1); last && last.day < todayIs(); last = out.at(-1)) out.push({ ...last, day: dayPlus(last.day, 1), put_in: '0.00', spent: '0.00' })
  return out
}

function Burn({ days: moved }: { days: BudgetDay[] }) {
  const say = useSay()
  const format = useFormat()
  const days = useMemo(() => everyDay(moved), [moved])
  const option = useMemo(() => ({
    grid: { left: 4, right: 12, top: 16, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    tooltip: {
      ...tooltip,
      trigger: 'axis',
      formatter: (at: { dataIndex: number }[]) => {
        const one = days[at[0]?.dataIndex ?? 0]
        return one ? `${one.day}<br>${say('budget.burn.balance')} <b>${format.money(one.balance)}</b><br>${say('budget.burn.spent')} ${format.money(one.spent)}` : ''
      },
    },
    xAxis: {
      type: 'category', data: days.map((one) => one.day),
      axisLabel: { color: quiet, formatter: (day: string) => day.slice(5), hideOverlap: true },
      axisLine: { lineStyle: { color: line } }, axisTick: { show: false },
    },
    yAxis: { type: 'value', min: 0, axisLabel: { color: quiet, formatter: (n: number) => format.shortMoney(n) }, splitLine: { lineStyle: { color: line } } },
    series: [
      { type: 'bar', data: days.map((one) => Number(one.spent)), itemStyle: { color: palette[1] }, barMaxWidth: 18 },
      {
        type: 'line', step: 'end', data: days.map((one) => Number(one.balance)), showSymbol: days.length === 1, symbolSize: 7,
        lineStyle: { width: 2.2, color: palette[0] }, itemStyle: { color: palette[0] }, areaStyle: { color: palette[0], opacity: 0.08 },
      },
    ],
  }), [days, say, format])
  const balances = days.map((one) => Number(one.balance))
  if (days.length === 0) return <Nothing />
  return (
    <>
      <ChartBox
        option={option}
        height={260}
        label={say('budget.burn.label', {
          from: days[0]!.day, to: days.at(-1)!.day, max: format.money(Math.max(...balances).toFixed(2)), now: format.money(days.at(-1)!.balance),
        })}
      />
      <ul className="chart-legend legend-below">
        <li><span className="dot" style={{ background: palette[0] }} /> {say('budget.burn.balance')}</li>
        <li><span className="dot" style={{ background: palette[1] }} /> {say('budget.burn.spent')}</li>
      </ul>
    </>
  )
}

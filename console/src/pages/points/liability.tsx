// liability.tsx -- what is owed in points: month by month given, spent, expired and taken back, and what it comes to in money.
import { DatePicker } from 'antd'
import dayjs from 'dayjs'
import { useMemo } from 'react'
import type { PointsLiability, PointsMonth } from '~/api'
import { line, palette, quiet } from '~/app/theme'
import { useData } from '~/base/data'
import { todayIs, useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { useQuestion } from '~/base/question'
import { ChartBox } from '~/parts/chart_box'
import { tooltip } from '~/parts/chart_look'
import { ExportMenu } from '~/parts/export_menu'
import { Figure } from '~/parts/figure'
import { How } from '~/parts/how'
import { Rows, still, type Column } from '~/parts/rows'
import { Loaded, Nothing } from '~/parts/states'

/** What comes in stands above the line, what goes out below. */
const flows = [
  { figure: 'issued', sign: 1, color: palette[0]! },
  { figure: 'granted', sign: 1, color: palette[2]! },
  { figure: 'spent', sign: -1, color: palette[1]! },
  { figure: 'expired', sign: -1, color: palette[6]! },
  { figure: 'reversed', sign: -1, color: palette[3]! },
] as const

export function Liability() {
  const say = useSay()
  const { asked, put } = useQuestion(['from', 'to'] as const)
  const read = useData<PointsLiability>('/v1/points/liability', asked)
  const today = todayIs()
  return (
    <div className="tab-body">
      <div className="filters flat">
        <DatePicker.RangePicker
          picker="month"
          aria-label={say('period')}
          value={asked.from && asked.to ? [dayjs(asked.from), dayjs(asked.to)] : [dayjs(today).add(-11, 'month'), dayjs(today)]}
          maxDate={dayjs(today)}
          allowClear={false}
          onChange={(months) => {
            const to = months?.[1]?.endOf('month').format('YYYY-MM-DD') ?? today
            if (months?.[0]) put({ from: months[0].startOf('month').format('YYYY-MM-DD'), to: to < today ? to : today })
          }}
        />
        <ExportMenu path="/v1/points/liability/export" asked={asked} name="points" label={say('liability.export')} />
      </div>
      <Loaded from={read} rows={8}>{(owed) => <Owed owed={owed} />}</Loaded>
    </div>
  )
}

function Owed({ owed }: { owed: PointsLiability }) {
  const say = useSay()
  const format = useFormat()
  const now = owed.months.at(-1)
  const columns: Column<PointsMonth>[] = [
    { key: 'month', title: say('liability.month'), cell: (one) => <span className="number">{one.month}</span> },
    ...flows.map(({ figure }) => ({ key: figure, title: say(`liability.${figure}`), right: true, cell: (one: PointsMonth) => format.count(one[figure]) })),
    { key: 'outstanding', title: say('liability.outstanding'), right: true, cell: (one) => <strong>{format.count(one.outstanding)}</strong> },
    { key: 'value', title: say('liability.value'), right: true, cell: (one) => format.money(one.value) },
  ]
  const moved = owed.months.filter((one) => one.outstanding !== 0 || flows.some(({ figure }) => one[figure] !== 0))
  return (
    <div className="owed">
      <div className="figures figures-inner">
        <Figure name={say('liability.outstanding')} hint={say('liability.outstanding.what')} value={format.tile(owed.outstanding)} full={format.count(owed.outstanding)} metric={{ name: 'points_outstanding' }} />
        <Figure
          name={say('liability.value')}
          value={format.money(owed.outstanding_value)}
          metric={{ name: 'points_liability' }}
          below={<span className="quiet">{say('liability.price', { price: format.money(owed.price) })}</span>}
        />
        <Figure name={say('liability.breakage')} hint={say('liability.breakage.what')} value={format.percent(owed.breakage_rate)} />
        <Figure
          name={say('liability.issued')}
          value={format.tile((now?.issued ?? 0) + (now?.granted ?? 0))}
          below={<span className="quiet">{say('liability.in_month', { month: now?.month ?? '' })}</span>}
        />
      </div>
      <ul className="chart-legend">
        {flows.map((one) => <li key={one.figure}><span className="dot" style={{ background: one.color }} />{say(`liability.${one.figure}`)}</li>)}
        <li><span className="liability-line" />{say('liability.outstanding')}</li>
      </ul>
      <Chart months={owed.months} />
      <div className="tab-table">
        <Rows from={still(moved.toReversed())} columns={columns} id={(one) => one.month} empty={<Nothing text={say('liability.none')} />} />
      </div>
      <How text={owed.how} took_us={owed.took_us} />
    </div>
  )
}

function Chart({ months }: { months: PointsMonth[] }) {
  const say = useSay()
  const format = useFormat()
  const option = useMemo(() => ({
    grid: { left: 4, right: 4, top: 16, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    tooltip: {
      ...tooltip,
      trigger: 'axis',
      formatter: (at: { dataIndex: number }[]) => {
        const one = months[at[0]?.dataIndex ?? 0]
        if (!one) return ''
        const rows = [...flows.map(({ figure }) => [say(`liability.${figure}`), one[figure]] as const), [say('liability.outstanding'), one.outstanding] as const]
        return `${one.month}${rows.map(([name, n]) => `<br>${name} <b>${format.count(n)}</b>`).join('')}`
      },
    },
    xAxis: { type: 'category', data: months.map((one) => one.month), axisLabel: { color: quiet, hideOverlap: true }, axisLine: { lineStyle: { color: line } }, axisTick: { show: false } },
    yAxis: { type: 'value', minInterval: 1, axisLabel: { color: quiet, formatter: (n: number) => format.short(n) }, splitLine: { lineStyle: { color: line } } },
    series: [
      ...flows.map(({ figure, sign, color }) => ({
        type: 'bar', stack: 'flow', name: say(`liability.${figure}`), barMaxWidth: 28, itemStyle: { color }, data: months.map((one) => sign * one[figure]),
      })),
      {
        type: 'line', name: say('liability.outstanding'), data: months.map((one) => one.outstanding), symbolSize: 6,
        lineStyle: { width: 2.2, color: palette[4] }, itemStyle: { color: palette[4] }, z: 3,
      },
    ],
  }), [months, say, format])
  const last = months.at(-1)
  const label = say('liability.chart', { from: months[0]?.month ?? '', to: last?.month ?? '', n: format.count(last?.outstanding) })
  return <ChartBox option={option} height={300} label={label} />
}

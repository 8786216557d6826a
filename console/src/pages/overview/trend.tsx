// trend.tsx -- one figure day by day.
import { Card, Segmented } from 'antd'
import { useMemo, useState } from 'react'
import type { OverviewDay, OverviewReport } from '~/api'
import { line, palette, quiet } from '~/app/theme'
import { todayIs, useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { ChartBox } from '~/parts/chart_box'
import { tooltip } from '~/parts/chart_look'

const stroke = { type: 'line', lineStyle: { width: 2.2, color: palette[0] }, itemStyle: { color: palette[0] } } as const

type Line = Exclude<keyof OverviewDay, 'day'>
const lines: { figure: Line; money?: boolean }[] = [
  { figure: 'net', money: true },
  { figure: 'orders' },
  { figure: 'buyers' },
  { figure: 'new_members' },
]

export function Trend({ report }: { report: OverviewReport }) {
  const say = useSay()
  const format = useFormat()
  const [shown, show] = useState<Line>('net')
  const money = lines.find((one) => one.figure === shown)?.money
  const values = report.days.map((one) => Number(one[shown]))
  const text = money ? (n: number) => format.shortMoney(n) : (n: number) => format.count(n)
  const name = say(`figure.${shown}`)
  const option = useMemo(() => {
    const short = money ? (n: number) => format.shortMoney(n) : (n: number) => format.short(n)
    // Today is not over: its way there is dashed.
    const last = report.days.length - 1
    const whole = report.days[last]?.day === todayIs() && last > 0 ? last - 1 : last
    const full = money ? (n: number) => format.money(n.toFixed(2)) : (n: number) => format.count(n)
    return {
      grid: { left: 4, right: 12, top: 16, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      tooltip: {
        ...tooltip,
        trigger: 'axis',
        formatter: (at: { dataIndex: number }[]) => {
          const one = report.days[at[0]?.dataIndex ?? 0]
          return one ? `${one.day}<br>${name} <b>${full(Number(one[shown]))}</b>` : ''
        },
      },
      xAxis: {
        type: 'category',
        data: report.days.map((one) => one.day),
        boundaryGap: report.days.length === 1,
        axisLabel: { color: quiet, formatter: (day: string) => day.slice(5), hideOverlap: true },
        axisLine: { lineStyle: { color: line } },
        axisTick: { show: false },
      },
      yAxis: {
        type: 'value',
        minInterval: money ? 0 : 1,
        axisLabel: { color: quiet, formatter: short },
        splitLine: { lineStyle: { color: line } },
      },
      series: [
        {
          ...stroke,
          data: report.days.map((one, i) => (i > whole ? null : Number(one[shown]))),
          showSymbol: report.days.length === 1,
          symbolSize: 7,
          areaStyle: { color: palette[0], opacity: 0.08 },
        },
        {
          ...stroke,
          data: report.days.map((one, i) => (i < whole ? null : Number(one[shown]))),
          showSymbol: false,
          lineStyle: { ...stroke.lineStyle, type: 'dashed' },
        },
      ],
    }
  }, [report, shown, money, name, format])
  return (
    <Card
      title={say('trend')}
      extra={
        <Segmented<Line>
          value={shown}
          onChange={show}
          options={lines.map((one) => ({ value: one.figure, label: say(`figure.${one.figure}`) }))}
        />
      }
      className="card-tools"
    >
      <ChartBox
        option={option}
        height={280}
        label={say('trend.label', {
          what: name, from: report.from, to: report.to, max: text(Math.max(...values)), min: text(Math.min(...values)),
        })}
      />
    </Card>
  )
}

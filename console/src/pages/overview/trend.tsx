// trend.tsx -- one figure day by day.
import { Card, Segmented } from 'antd'
import { useMemo, useState } from 'react'
import type { OverviewDay, OverviewReport } from '~/api'
import { line, palette, quiet } from '~/app/theme'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { ChartBox } from '~/parts/chart_box'

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
    const full = money ? (n: number) => format.money(n.toFixed(2)) : (n: number) => format.count(n)
    return {
      grid: { left: 4, right: 12, top: 16, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      tooltip: { trigger: 'axis', valueFormatter: full, confine: true },
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
      series: [{
        type: 'line',
        name,
        data: report.days.map((one) => Number(one[shown])),
        showSymbol: report.days.length === 1,
        symbolSize: 7,
        lineStyle: { width: 2.2, color: palette[0] },
        areaStyle: { color: palette[0], opacity: 0.08 },
      }],
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

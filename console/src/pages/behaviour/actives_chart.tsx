// actives_chart.tsx -- a line a value, told apart by colour, stroke and mark; one line when nothing is split.
import { Card } from 'antd'
import { useMemo } from 'react'
import type { ActivesAnswer } from '~/api'
import { line, palette, quiet } from '~/app/theme'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { ChartBox } from '~/parts/chart_box'
import { tooltip } from '~/parts/chart_look'
import { isRunning, linesOf, type Line, type Unit } from './actives_lines'

/** As the chart draws it: for the legend. */
function Sample({ one }: { one: Line }) {
  const dash = typeof one.stroke === 'string' ? { solid: undefined, dashed: '8 4', dotted: '2 3' }[one.stroke] : one.stroke.join(' ')
  return (
    <svg width="34" height="12" aria-hidden className="legend-line">
      <line x1="0" x2="34" y1="6" y2="6" stroke={one.color} strokeWidth="2.5" strokeDasharray={dash} />
      {one.symbol === 'circle' && <circle cx="17" cy="6" r="4" fill={one.color} />}
      {one.symbol === 'rect' && <rect x="13" y="2" width="8" height="8" fill={one.color} />}
      {one.symbol === 'triangle' && <path d="M17 1 L22 10 L12 10 Z" fill={one.color} />}
      {one.symbol === 'diamond' && <path d="M17 0.5 L22 6 L17 11.5 L12 6 Z" fill={one.color} />}
      {one.symbol === 'emptyCircle' && <circle cx="17" cy="6" r="3.5" fill="#fff" stroke={one.color} strokeWidth="2" />}
      {one.symbol === 'emptyRect' && <rect x="13.5" y="2.5" width="7" height="7" fill="#fff" stroke={one.color} strokeWidth="2" />}
    </svg>
  )
}

export function ActivesChart({ answer, unit }: { answer: ActivesAnswer; unit: Unit }) {
  const say = useSay()
  const format = useFormat()
  const lines = useMemo(() => linesOf(answer), [answer])
  const option = useMemo(() => {
    const nameOf = (one: Line) => one.value || say('flows.unknown')
    const last = answer.days.length - 1
    // What is not over: its way there is dashed.
    const whole = last > 0 && isRunning(answer.days[last]!.day, unit) ? last - 1 : last
    const series = lines.length === 0
      ? [{
          type: 'line',
          name: say('actives.all'),
          data: answer.days.map((one, i) => (i > whole ? null : one.members)),
          showSymbol: answer.days.length === 1,
          lineStyle: { width: 2.2, color: palette[0] },
          itemStyle: { color: palette[0] },
          areaStyle: { color: palette[0], opacity: 0.08 },
        }, {
          type: 'line',
          data: answer.days.map((one, i) => (i < whole ? null : one.members)),
          showSymbol: false,
          lineStyle: { width: 2.2, color: palette[0], type: 'dashed' },
          itemStyle: { color: palette[0] },
        }]
      : lines.map((one) => ({
          type: 'line',
          name: nameOf(one),
          data: answer.days.map((day) => day.values[one.at] ?? 0),
          symbol: one.symbol,
          symbolSize: 7,
          lineStyle: { width: 2, color: one.color, type: one.stroke },
          itemStyle: { color: one.color },
        }))
    return {
      grid: { left: 4, right: 16, top: 16, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      tooltip: {
        ...tooltip,
        trigger: 'axis',
        formatter: (at: { dataIndex: number }[]) => {
          const day = answer.days[at[0]?.dataIndex ?? 0]
          if (!day) return ''
          const box = document.createElement('div')
          const put = (text: string) => box.appendChild(Object.assign(document.createElement('div'), { textContent: text }))
          put(day.day)
          put(`${say('actives.all')} ${format.count(day.members)}`)
          for (const one of lines) put(`${nameOf(one)} ${format.count(day.values[one.at] ?? 0)}`)
          return box
        },
      },
      xAxis: {
        type: 'category',
        data: answer.days.map((one) => one.day),
        boundaryGap: answer.days.length === 1,
        axisLabel: { color: quiet, formatter: (day: string) => day.slice(5), hideOverlap: true },
        axisLine: { lineStyle: { color: line } },
        axisTick: { show: false },
      },
      yAxis: {
        type: 'value',
        minInterval: 1,
        axisLabel: { color: quiet, formatter: (n: number) => format.short(n) },
        splitLine: { lineStyle: { color: line } },
      },
      series,
    }
  }, [answer, unit, lines, say, format])
  const counts = answer.days.map((one) => one.members)
  const more = answer.values.filter((_, i) => answer.days.some((one) => one.values[i])).length - lines.length
  return (
    <Card title={say('actives.chart')}>
      {lines.length > 0 && (
        <ul className="chart-legend" aria-hidden>
          {lines.map((one) => <li key={one.at}><Sample one={one} /> {one.value || say('flows.unknown')}</li>)}
          {more > 0 && <li className="quiet">{say('actives.more_values', { n: more })}</li>}
        </ul>
      )}
      <ChartBox
        option={option}
        height={300}
        label={say('actives.chart.label', {
          from: answer.days[0]!.day, to: answer.days.at(-1)!.day, max: format.count(Math.max(...counts)), min: format.count(Math.min(...counts)),
        })}
      />
    </Card>
  )
}

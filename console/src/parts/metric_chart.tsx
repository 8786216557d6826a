// metric_chart.tsx -- a metric by step: one line, or several told apart by colour, dashes and marks; what is not over is dashed.
import { useMemo } from 'react'
import type { MetricPoint, MetricUnit } from '~/api'
import { line as rule, palette, quiet } from '~/app/theme'
import { daysBetween, todayIs } from '~/base/format'
import { useSay } from '~/base/locale'
import { useMetricText } from '~/base/metric_text'
import { ChartBox } from './chart_box'
import { tooltip } from './chart_look'
import { Nothing } from './states'

export interface MetricLine {
  name: string
  points: MetricPoint[]
}

const dashes = ['solid', 'dashed', 'dotted', [12, 3, 2, 3], [3, 6], 'dashed', 'dotted'] as const
const svgDashes = ['', '7 4', '2 3', '12 3 2 3', '3 6', '7 4', '2 3']
const marks = ['none', 'circle', 'rect', 'triangle', 'diamond', 'emptyCircle', 'emptyRect'] as const
/** More lines than these nobody tells apart. */
export const LINES_MAX = palette.length

const number = (point: MetricPoint | undefined) => (point?.value === null || point === undefined ? null : Number(point.value))
const named = (point: MetricPoint) => (point.from === point.to ? point.from : `${point.from} – ${point.to.slice(5)}`)

/** Which line is which; needed from the second on. */
function Legend({ lines, bars }: { lines: MetricLine[]; bars: boolean }) {
  return (
    <ul className="legend">
      {lines.map((one, i) => (
        <li key={one.name}>
          <svg width="28" height="10" aria-hidden><line x1="0" x2="28" y1="5" y2="5" stroke={palette[i]} strokeWidth={bars ? 8 : 2.4} strokeDasharray={bars ? undefined : svgDashes[i]} /></svg> {one.name}
        </li>
      ))}
    </ul>
  )
}

/** `lines[0]` gives the steps; the others are laid beside it, step by step. Give the same array while nothing changes. */
export function MetricChart({ lines, unit, bars = false, height = 280 }: { lines: MetricLine[]; unit: MetricUnit; bars?: boolean; height?: number }) {
  const say = useSay()
  const text = useMetricText()
  const shown = useMemo(() => lines.slice(0, LINES_MAX), [lines])
  const option = useMemo(() => {
    const steps = shown[0]?.points ?? []
    const last = steps.length - 1
    const open = last > 0 && steps[last]!.to >= todayIs() // today is not over
    const single = shown.length === 1
    const years = last > 0 && daysBetween(steps[0]!.from, steps[last]!.from) > 366
    const smooth = { type: 'line', symbolSize: 6, connectNulls: false } as const
    const lineSeries = shown.flatMap((one, i): object[] => {
      const style = { width: 2.2, color: palette[i], type: dashes[i] }
      const values = steps.map((_, k) => number(one.points[k]))
      const base = { ...smooth, name: one.name, itemStyle: { color: palette[i] }, symbol: steps.length === 1 ? 'circle' : marks[i], showSymbol: steps.length < 20 }
      if (!single || !open) return [{ ...base, data: values, lineStyle: style, ...(single && { areaStyle: { color: palette[0], opacity: 0.08 } }) }]
      return [
        { ...base, data: values.map((value, k) => (k === last ? null : value)), lineStyle: style, areaStyle: { color: palette[0], opacity: 0.08 } },
        { ...base, data: values.map((value, k) => (k < last - 1 ? null : value)), lineStyle: { ...style, type: 'dashed' } },
      ]
    })
    const barSeries = shown.map((one, i) => ({
      type: 'bar', name: one.name, data: steps.map((_, k) => number(one.points[k])), barMaxWidth: 28,
      itemStyle: { color: palette[i], borderRadius: [3, 3, 0, 0] },
    }))
    return {
      grid: { left: 4, right: 12, top: 16, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      tooltip: {
        ...tooltip,
        trigger: 'axis',
        formatter: (at: { dataIndex: number }[]) => {
          const k = at[0]?.dataIndex ?? 0
          const step = steps[k]
          if (!step) return ''
          const box = document.createElement('div')
          box.append(named(step))
          for (const one of shown) {
            const row = document.createElement('div')
            const value = document.createElement('b')
            value.textContent = text.full(unit, one.points[k]?.value)
            row.append(one.name, ' ', value)
            box.append(row)
          }
          return box
        },
      },
      xAxis: {
        type: 'category',
        data: steps.map((one) => one.from),
        boundaryGap: bars || steps.length === 1,
        axisLabel: { color: quiet, formatter: (day: string) => (years ? day.slice(2, 7) : day.slice(5)), hideOverlap: true },
        axisLine: { lineStyle: { color: rule } },
        axisTick: { show: false },
      },
      yAxis: {
        type: 'value',
        minInterval: unit === 'count' || unit === 'days' ? 1 : 0,
        axisLabel: { color: quiet, formatter: (value: number) => text.axis(unit, value) },
        splitLine: { lineStyle: { color: rule } },
      },
      series: bars ? barSeries : lineSeries,
    }
  }, [shown, unit, bars, text])
  const first = shown[0]
  if (!first || first.points.length === 0) return null
  const values = first.points.map(number).filter((value) => value !== null)
  if (values.length === 0) return <Nothing text={say('metric.chart.none')} />
  const ends = { max: Math.max(...values), min: Math.min(...values) }
  return (
    <>
      <ChartBox
        option={option}
        height={height}
        label={say('metric.chart', {
          what: shown.map((one) => one.name).join(', '), from: first.points[0]!.from, to: first.points.at(-1)!.to,
          max: values.length ? text.axis(unit, ends.max) : '–', min: values.length ? text.axis(unit, ends.min) : '–',
        })}
      />
      {shown.length > 1 && <Legend lines={shown} bars={bars} />}
    </>
  )
}

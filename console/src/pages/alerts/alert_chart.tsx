// alert_chart.tsx -- a figure over time with the range it usually keeps, and where it would raise an alarm.
import { useMemo } from 'react'
import { koi, line, palette, quiet } from '~/app/theme'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { ChartBox } from '~/parts/chart_box'
import { tooltip } from '~/parts/chart_look'
import { figureText, type Point, type Unit } from './forms'

const numberOf = (text: string | null | undefined) => (text === null || text === undefined ? null : Number(text))

export function AlertChart({ points, unit, name, raised }: { points: Point[]; unit: Unit; name: string; raised?: string[] }) {
  const say = useSay()
  const format = useFormat()
  const option = useMemo(() => {
    const values = points.map((point) => numberOf(point.value))
    const floor = values.some((value) => value !== null && value < 0) ? -Infinity : 0 // what cannot fall below 0 has no range there
    const ends = points.map((point) => ({ low: numberOf(point.low), high: numberOf(point.high) }))
    const both = ends.map(({ low, high }) => low !== null && high !== null)
    const low = ends.map((end, i) => (both[i] ? Math.max(end.low!, floor) : null))
    const band = ends.map((end, i) => (both[i] ? end.high! - Math.max(end.low!, floor) : null))
    const limit = ends.map((end, i) => (both[i] ? null : end.high ?? (end.low === null ? null : Math.max(end.low, floor))))
    const plain = { type: 'line', showSymbol: points.length === 1 } as const
    const alarms = new Set(raised ?? points.filter((point) => point.verdict === 'holds').map((point) => point.from))
    const text = (value: string | null | undefined) => figureText(format, say, unit, value)
    return {
      grid: { left: 4, right: 12, top: 16, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      tooltip: {
        ...tooltip, trigger: 'axis',
        formatter: (at: { dataIndex: number }[]) => {
          const point = points[at[0]?.dataIndex ?? 0]
          if (!point) return ''
          const limits = point.low !== null && point.high !== null ? `${text(point.low)} – ${text(point.high)}` : text(point.low ?? point.high)
        const range = point.low !== null || point.high !== null ? `<br>${say(point.low !== null && point.high !== null ? 'alerts.chart.band' : 'alerts.chart.limit')} ${limits}` : ''
          const base = point.expected !== null ? `<br>${say('alerts.chart.expected')} ${text(point.expected)}` : ''
          return `${point.from}<br>${say('alerts.chart.figure')} <b>${text(point.value)}</b>${base}${range}${alarms.has(point.from) ? `<br>${say('alerts.chart.alarm')}` : ''}`
        },
      },
      xAxis: { type: 'category', data: points.map((point) => point.from), axisLabel: { color: quiet, hideOverlap: true }, axisLine: { lineStyle: { color: line } }, axisTick: { show: false } },
      yAxis: {
        type: 'value', splitLine: { lineStyle: { color: line } },
        axisLabel: { color: quiet, formatter: (value: number) => (unit === 'ratio' ? format.percent(value) : unit === 'money' ? format.shortMoney(value) : format.short(value)) },
      },
      series: [
        { ...plain, stack: 'band', stackStrategy: 'all', data: low, lineStyle: { opacity: 0 }, symbol: 'none', silent: true },
        { ...plain, stack: 'band', stackStrategy: 'all', data: band, lineStyle: { opacity: 0 }, symbol: 'none', silent: true, areaStyle: { color: palette[2], opacity: 0.3 } },
        { ...plain, data: points.map((point) => numberOf(point.expected)), lineStyle: { type: 'dashed', color: palette[2], width: 1.6 }, symbol: 'none', silent: true },
        { ...plain, data: limit, lineStyle: { type: 'dotted', color: koi, width: 1.6 }, symbol: 'none', silent: true },
        { ...plain, data: values, lineStyle: { color: palette[0], width: 2.2 }, itemStyle: { color: palette[0] } },
        {
          type: 'scatter', symbol: 'diamond', symbolSize: 12, silent: true, itemStyle: { color: koi, borderColor: '#fff', borderWidth: 1 },
          data: points.map((point, i) => (alarms.has(point.from) ? values[i] : null)),
        },
      ],
    }
  }, [points, unit, raised, format, say])
  const last = points.at(-1)
  return (
    <>
      <ChartBox option={option} height={220} label={say('alerts.chart.label', { name, value: figureText(format, say, unit, last?.value) })} />
      <p className="quiet flat">
        — {say('alerts.chart.figure')}
        {points.some((point) => point.expected !== null) && <>　- - {say('alerts.chart.expected')}</>}
        {points.some((point) => point.low !== null && point.high !== null) && <>　▒ {say('alerts.chart.band')}</>}
        {points.some((point) => (point.low === null) !== (point.high === null)) && <>　··· {say('alerts.chart.limit')}</>}
        {'　'}{say('alerts.chart.alarm')}
      </p>
    </>
  )
}

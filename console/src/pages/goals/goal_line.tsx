// goal_line.tsx -- a goal's line: actual, what should stand, the forecast with its interval, the target.
import { useMemo } from 'react'
import { line, palette, quiet } from '~/app/theme'
import { daysBetween, useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { ChartBox } from '~/parts/chart_box'
import { tooltip } from '~/parts/chart_look'
import { useGoalText } from '~/parts/goal_card'
import type { Detail, Point } from './forms'

const number = (value: string | null | undefined) => (value === null || value === undefined ? null : Number(value))

/** The forecast goes on from the last day that stands; where only the end is foreseen, in a straight fan. */
function fanned(points: Point[], foreseen: boolean): Point[] {
  const last = points.map((point) => point.actual !== null && point.forecast === null).lastIndexOf(true)
  const end = points[points.length - 1]
  const from = points[last]
  if (!foreseen || !end || !from) return points
  const total = daysBetween(from.day, end.day) || 1
  return points.map((point, i) => {
    if (i < last || point.forecast !== null) return point
    const share = daysBetween(from.day, point.day) / total
    const between = (to: string | null) => (to === null ? null : String(Number(from.actual) + (Number(to) - Number(from.actual)) * share))
    return { ...point, forecast: between(end.forecast), low: between(end.low), high: between(end.high) }
  })
}

export function GoalLine({ one }: { one: Detail }) {
  const say = useSay()
  const format = useFormat()
  const { unit, target, progress } = one.goal
  const text = useGoalText(unit)
  const option = useMemo(() => {
    const points = fanned(one.points, Boolean(progress.forecast))
    const of = (pick: (point: Point) => string | null) => points.map((point) => number(pick(point)))
    const plain = { type: 'line', showSymbol: false, symbol: 'none', connectNulls: true } as const
    return {
      grid: { left: 4, right: 16, top: 20, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      tooltip: {
        ...tooltip, trigger: 'axis',
        formatter: (at: { dataIndex: number }[]) => {
          const point = one.points[at[0]?.dataIndex ?? 0]
          if (!point) return ''
          const rows: [string, string | null][] = [[say('goals.legend.actual'), point.actual], [say('goals.legend.pace'), point.pace], [say('goals.legend.forecast'), point.forecast]]
          const shown = rows.filter(([, value]) => value !== null).map(([name, value]) => `${name} <b>${text(value)}</b>`)
          if (point.low) shown.push(say('goals.range', { low: text(point.low), high: text(point.high) }))
          return [point.day, ...shown].join('<br>')
        },
      },
      xAxis: { type: 'category', boundaryGap: false, data: points.map((point) => point.day.slice(5)), axisLabel: { color: quiet, hideOverlap: true }, axisLine: { lineStyle: { color: line } }, axisTick: { show: false } },
      yAxis: {
        type: 'value', scale: unit === 'ratio', splitLine: { lineStyle: { color: line } },
        axisLabel: { color: quiet, formatter: (value: number) => (unit === 'ratio' ? format.percent(value) : unit === 'money' ? format.shortMoney(value) : format.short(value)) },
      },
      series: [
        { ...plain, stack: 'band', stackStrategy: 'all', data: of((point) => point.low), lineStyle: { opacity: 0 } },
        {
          ...plain, stack: 'band', stackStrategy: 'all', lineStyle: { opacity: 0 }, areaStyle: { color: palette[2], opacity: 0.35 },
          data: points.map((point) => (point.low === null || point.high === null ? null : Number(point.high) - Number(point.low))),
        },
        { ...plain, data: of((point) => point.pace), lineStyle: { type: 'dashed', color: palette[6], width: 2 } },
        { ...plain, data: of((point) => point.forecast), lineStyle: { type: 'dotted', color: palette[1], width: 2.6 } },
        {
          ...plain, data: of((point) => point.actual), lineStyle: { color: palette[0], width: 2.8 },
          markLine: { silent: true, symbol: 'none', lineStyle: { color: palette[3], type: 'solid', width: 1.2 }, label: { formatter: say('goals.target'), position: 'insideStartTop', color: quiet }, data: [{ yAxis: Number(target) }] },
        },
      ],
    }
  }, [one, progress, unit, target, say, text, format])
  return (
    <>
      <ChartBox option={option} height={280} label={say('goals.chart', { words: progress.sentence })} />
      <p className="goal-legend quiet flat">
        <span><i className="goal-key goal-key-actual" /> {say('goals.legend.actual')}</span>
        <span><i className="goal-key goal-key-pace" /> {say('goals.legend.pace')}</span>
        {progress.forecast && <span><i className="goal-key goal-key-forecast" /> {say('goals.legend.forecast')}</span>}
        {progress.forecast && <span><i className="goal-key goal-key-band" /> {say('goals.legend.band')}</span>}
      </p>
    </>
  )
}

// retention_curve.tsx -- the mean of all groups, day after day.
import { useMemo } from 'react'
import { line, palette, quiet } from '~/app/theme'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { ChartBox } from '~/parts/chart_box'
import { tooltip } from '~/parts/chart_look'
import { Nothing } from '~/parts/states'
import type { Mean, Spacing } from './retention_means'

export function RetentionCurve({ means, spacing }: { means: (Mean | undefined)[]; spacing: Spacing }) {
  const say = useSay()
  const format = useFormat()
  const unit = spacing === 'week' ? 'retention.week_n' : 'retention.day_n'
  const known = means.flatMap((one, i) => (one ? [{ ...one, n: i + 1 }] : []))
  const option = useMemo(() => ({
    grid: { left: 4, right: 16, top: 16, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    tooltip: {
      ...tooltip,
      trigger: 'axis',
      formatter: (at: { dataIndex: number }[]) => {
        const i = at[0]?.dataIndex ?? 0
        const one = means[i]
        return one ? `${say(unit, { n: i + 1 })} <b>${format.percent(one.share)}</b><br>${format.count(one.returned)} / ${format.count(one.members)}` : ''
      },
    },
    xAxis: {
      type: 'category',
      data: means.map((_, i) => say(unit, { n: i + 1 })),
      boundaryGap: means.length === 1,
      axisLabel: { color: quiet, hideOverlap: true },
      axisLine: { lineStyle: { color: line } },
      axisTick: { show: false },
    },
    yAxis: {
      type: 'value',
      axisLabel: { color: quiet, formatter: (share: number) => format.percent(share) },
      splitLine: { lineStyle: { color: line } },
    },
    series: [{
      type: 'line',
      data: means.map((one) => one?.share ?? null),
      symbol: 'circle',
      symbolSize: 6,
      lineStyle: { width: 2.2, color: palette[0] },
      itemStyle: { color: palette[0] },
      areaStyle: { color: palette[0], opacity: 0.08 },
    }],
  }), [means, say, format, unit])
  const first = known[0]
  const last = known.at(-1)
  if (!first || !last) return <Nothing text={say('retention.not_yet')} />
  return (
    <ChartBox
      option={option}
      height={240}
      label={say('retention.curve.label', {
        first: say(unit, { n: first.n }), a: format.percent(first.share), last: say(unit, { n: last.n }), b: format.percent(last.share),
      })}
    />
  )
}

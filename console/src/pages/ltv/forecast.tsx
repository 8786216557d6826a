// forecast.tsx -- what the fit foretold against what came: repeat purchases by week, and by how often members had bought.
import { Card, Segmented } from 'antd'
import { useMemo, useState } from 'react'
import { ink, line, palette, quiet } from '~/app/theme'
import { useFormat } from '~/base/format'
import { useSay, type Say } from '~/base/locale'
import { ChartBox } from '~/parts/chart_box'
import { tooltip } from '~/parts/chart_look'
import { Hint } from '~/parts/figure'
import { Nothing } from '~/parts/states'
import type { Bar, Fit, Holdout, Week } from './forms'

const faces = ['sum', 'week', 'repeats'] as const
type Face = (typeof faces)[number]
const actual = palette[0]!
const expected = palette[1]!
const figure = (n: number | null | undefined, places: number) => (n === null || n === undefined ? '–' : n.toLocaleString('en-US', { maximumFractionDigits: places }))

export function Forecast({ fit }: { fit: Fit }) {
  const say = useSay()
  const [face, show] = useState<Face>('sum')
  const { holdout } = fit
  return (
    <Card
      className="card-tools"
      title={<>{say('ltv.forecast')} <Hint text={say('ltv.forecast.what')} about={say('ltv.forecast')} /></>}
      extra={
        <Segmented<Face>
          aria-label={say('ltv.forecast')} value={face} onChange={show}
          options={faces.map((one) => ({ value: one, label: say(`ltv.face.${one}`) }))}
        />
      }
    >
      <p className="sentence">{holdout ? <Told holdout={holdout} /> : say('ltv.no_holdout')}</p>
      {face !== 'repeats'
        ? fit.weeks.length > 0 ? <Weeks weeks={fit.weeks} sums={face === 'sum'} /> : <Nothing text={say('ltv.no_holdout')} />
        : holdout ? <Repeats bars={holdout.by_repeats} holdout={holdout} /> : <Nothing text={say('ltv.no_holdout')} />}
    </Card>
  )
}

function Told({ holdout }: { holdout: Holdout }) {
  const say = useSay()
  const format = useFormat()
  const { error } = holdout
  const told = {
    from: holdout.from, to: holdout.to, actual: format.count(holdout.actual), expected: figure(holdout.expected, 1),
    error: error === null ? '–' : format.percent(Math.abs(error)),
  }
  return <>{say(error === null ? 'ltv.told.nobody' : error < 0 ? 'ltv.told.less' : 'ltv.told.more', told)}</>
}

const legend = (say: Say) => (
  <ul className="chart-legend" aria-hidden>
    <li><span className="dot" style={{ background: actual }} /> {say('ltv.actual')}</li>
    <li><span className="dot" style={{ background: expected }} /> {say('ltv.expected')}</li>
  </ul>
)
const grid = { left: 4, right: 14, top: 26, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' }
const axes = (names: string[]) => ({
  xAxis: { type: 'category', data: names, axisLabel: { color: quiet, hideOverlap: true }, axisLine: { lineStyle: { color: line } }, axisTick: { show: false } },
  yAxis: { type: 'value', axisLabel: { color: quiet }, splitLine: { lineStyle: { color: line } } },
})

function Weeks({ weeks, sums }: { weeks: Week[]; sums: boolean }) {
  const say = useSay()
  const option = useMemo(() => {
    const of = (week: Week) => (sums ? { actual: week.actual_sum, expected: week.expected_sum } : { actual: week.actual, expected: week.expected })
    const unseen = weeks.find((week) => week.holdout)
    const plain = { type: 'line', showSymbol: weeks.length === 1 } as const
    return {
      grid,
      tooltip: {
        ...tooltip, trigger: 'axis',
        formatter: (at: { dataIndex: number }[]) => {
          const week = weeks[at[0]?.dataIndex ?? 0]
          if (!week) return ''
          return `${say('period.text', { from: week.from, to: week.to })}${week.holdout ? ` · ${say('ltv.unseen')}` : ''}<br>${say('ltv.actual')} <b>${figure(of(week).actual, 0)}</b><br>${say('ltv.expected')} <b>${figure(of(week).expected, 1)}</b>`
        },
      },
      ...axes(weeks.map((week) => week.from)),
      series: [
        {
          ...plain, data: weeks.map((week) => of(week).actual), lineStyle: { color: actual, width: 2.4 }, itemStyle: { color: actual },
          markLine: unseen && {
            silent: true, symbol: 'none', lineStyle: { color: ink, type: 'dotted', width: 1.5 },
            label: { formatter: say('ltv.unseen'), color: quiet, position: 'end', align: 'right' }, data: [{ xAxis: unseen.from }],
          },
        },
        { ...plain, data: weeks.map((week) => of(week).expected), lineStyle: { color: expected, width: 2.4, type: 'dashed' }, itemStyle: { color: expected } },
      ],
    }
  }, [weeks, sums, say])
  const last = weeks.at(-1)!
  return (
    <>
      {legend(say)}
      <ChartBox
        option={option} height={280}
        label={say('ltv.weeks.label', { from: weeks[0]!.from, to: last.to, actual: figure(last.actual_sum, 0), expected: figure(last.expected_sum, 1) })}
      />
    </>
  )
}

/** The last bar is "or more". */
const barName = (bars: Bar[], bar: Bar) => (bar === bars.at(-1) ? `${bar.repeats}+` : String(bar.repeats))

function Repeats({ bars, holdout }: { bars: Bar[]; holdout: Holdout }) {
  const say = useSay()
  const format = useFormat()
  const option = useMemo(() => ({
    grid: { ...grid, bottom: 22 },
    tooltip: {
      ...tooltip, trigger: 'axis', axisPointer: { type: 'shadow' },
      formatter: (at: { dataIndex: number }[]) => {
        const bar = bars[at[0]?.dataIndex ?? 0]
        if (!bar) return ''
        return `${say('ltv.repeats.of', { n: barName(bars, bar), members: format.count(bar.customers) })}<br>${say('ltv.actual')} <b>${figure(bar.actual, 2)}</b><br>${say('ltv.expected')} <b>${figure(bar.expected, 2)}</b>`
      },
    },
    ...axes(bars.map((bar) => barName(bars, bar))),
    series: [
      { type: 'bar', barMaxWidth: 28, data: bars.map((bar) => bar.actual ?? null), itemStyle: { color: actual, borderRadius: 3 } },
      {
        type: 'bar', barMaxWidth: 28, data: bars.map((bar) => bar.expected ?? null),
        itemStyle: { color: expected, borderRadius: 3, decal: { symbol: 'rect', dashArrayX: [1, 0], dashArrayY: [3, 4], rotation: -Math.PI / 4, color: 'rgba(255,255,255,.55)' } },
      },
    ],
  }), [bars, say, format])
  return (
    <>
      {legend(say)}
      <ChartBox
        option={option} height={280}
        label={say('ltv.repeats.label', { all: bars.filter((bar) => bar.customers > 0).map((bar) => `${barName(bars, bar)}: ${figure(bar.actual, 2)} / ${figure(bar.expected, 2)}`).join('; ') })}
      />
      <p className="quiet flat">{say('ltv.repeats.axis', { from: holdout.from, to: holdout.to })}</p>
    </>
  )
}

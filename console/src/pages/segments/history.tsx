// history.tsx -- how a saved segment's size went, and who entered and left between two counts.
import { useMemo, useState } from 'react'
import { koi, line, quiet, water } from '~/app/theme'
import { useData, type Page } from '~/base/data'
import { dayOf, midnightOf, useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { ChartBox } from '~/parts/chart_box'
import { tooltip } from '~/parts/chart_look'
import { Hint } from '~/parts/figure'
import { Loaded, Nothing } from '~/parts/states'
import type { Saved, Size } from './forms'
import { useLookBack } from './trends'

const green = '#4f8f6f'
const dashed = '#8d8a80'

export function History({ saved }: { saved: Saved }) {
  const say = useSay()
  const read = useData<Page<Size>>(`/v1/segments/${saved.id}/sizes`)
  return (
    <div className="tab-body">
      <Loaded from={read}>{(sizes) => (sizes.items.length === 0 ? <Nothing text={say('seg.history.none')} /> : <Drawn sizes={sizes.items} saved={saved} />)}</Loaded>
    </div>
  )
}

interface Moves {
  at: string
  entered: number
  left: number
}

/** Who came and went, day by day. */
function byDay(sizes: Size[]): Moves[] {
  const days = new Map<string, Moves>()
  for (const { at, entered, left } of sizes) {
    const day = dayOf(new Date(at))
    const old = days.get(day) ?? { at, entered: 0, left: 0 }
    days.set(day, { at, entered: old.entered + entered, left: old.left + left })
  }
  return [...days.values()]
}

function Drawn({ sizes, saved }: { sizes: Size[]; saved: Saved }) {
  const now = saved.count
  const kept = sizes.map((size) => size.at).sort()[0]!
  // Before it was kept: counted back.
  const back = useLookBack(saved.text, dayOf(new Date(kept)))
  const say = useSay()
  const format = useFormat()
  const [today] = useState(() => Date.now())
  const option = useMemo(() => {
    const rows = [...sizes].sort((a, b) => a.at.localeCompare(b.at))
    // Filled for the first time nobody came: all were there.
    const moves = byDay(rows.slice(1))
    // A size stands until the next one is noted.
    const path = [...rows.map((row) => [row.at, row.count]), [new Date(today).toISOString(), now]]
    const first = Math.min(Date.parse(rows[0]!.at), today - 29 * 86_400_000)
    const axis = { axisLine: { lineStyle: { color: line } }, axisTick: { show: false }, splitLine: { lineStyle: { color: line } } }
    const time = (gridIndex: number, show: boolean) => ({
      ...axis, type: 'time', gridIndex, min: first, max: today + (today - first) * 0.02, containShape: false, splitLine: { show: false }, axisLabel: { color: quiet, show, hideOverlap: true },
    })
    const bars = (name: string, color: string, values: (string | number)[][]) => ({
      name, type: 'bar', stack: 'moves', xAxisIndex: 1, yAxisIndex: 1, barMaxWidth: 14, barMinWidth: 3, itemStyle: { color }, data: values,
    })
    return {
      tooltip: {
        ...tooltip,
        trigger: 'item',
        formatter: (at: { seriesName: string; value: [string, number] }) => `${at.seriesName} ${format.when(at.value[0])}: <b>${format.count(Math.abs(at.value[1]))}</b>`,
      },
      grid: [{ left: 52, right: 14, top: 14, height: '54%' }, { left: 52, right: 14, bottom: 26, height: '22%' }],
      xAxis: [time(0, false), time(1, true)],
      yAxis: [
        { ...axis, gridIndex: 0, minInterval: 1, scale: true, axisLabel: { color: quiet, formatter: format.short } },
        { ...axis, gridIndex: 1, minInterval: 1, splitNumber: 2, axisLabel: { color: quiet, formatter: (n: number) => format.short(Math.abs(n)) } },
      ],
      series: [
        { name: say('seg.size'), type: 'line', step: 'end', data: path, symbolSize: 6, showSymbol: path.length < 40, lineStyle: { width: 2.5 }, areaStyle: { opacity: 0.08 }, itemStyle: { color: water } },
        {
          name: say('seg.history.back'), type: 'line', data: back.length > 1 ? [...back.map(([day, count]) => [midnightOf(day), count]), [rows[0]!.at, rows[0]!.count]] : [],
          symbolSize: 3, lineStyle: { width: 1.5, type: 'dashed', color: dashed }, itemStyle: { color: dashed },
        },
        bars(say('seg.entered'), green, moves.map((row) => [row.at, row.entered])),
        bars(say('seg.left'), koi, moves.map((row) => [row.at, -row.left])),
      ],
    }
  }, [sizes, now, back, today, say, format])
  return (
    <>
      <ChartBox option={option} height={320} label={say('seg.history.chart')} />
      <p className="legend quiet">
        <span><span className="dot" style={{ background: water }} />{say('seg.size')}</span>
        {back.length > 1 && <span><span className="legend-line" />{say('seg.history.back')}<Hint text={say('seg.history.back.what')} about={say('seg.history.back')} /></span>}
        <span><span className="dot" style={{ background: green }} />{say('seg.entered')}</span>
        <span><span className="dot" style={{ background: koi }} />{say('seg.left')}</span>
      </p>
    </>
  )
}

// block_chart.tsx -- a chart of a block's table: lines told apart by dash and mark, bars by shade and hatching, so that grey says as much.
import { useMemo } from 'react'
import { line, palette, quiet } from '~/app/theme'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { ChartBox } from '~/parts/chart_box'
import { tooltip } from '~/parts/chart_look'
import { drawn, unitOf, valueText, type Block, type Chart } from './forms'

const dashes = ['solid', 'dashed', 'dotted', [10, 3]] as const
const marks = ['circle', 'rect', 'triangle', 'diamond'] as const
const decals = [undefined, { symbol: 'rect', dashArrayX: [1, 0], dashArrayY: [2, 3], rotation: -Math.PI / 4, color: 'rgba(255,255,255,.65)' }] as const

export function BlockChart({ block, chart }: { block: Block; chart: Chart }) {
  const say = useSay()
  const format = useFormat()
  const lines = useMemo(() => drawn(block), [block])
  const columns = useMemo(() => chart.columns.flatMap((at) => (block.columns[at] ? [{ at, column: block.columns[at] }] : [])), [block, chart])
  const option = useMemo(() => {
    const money = columns[0]?.column.unit === 'money'
    const names = lines.map((one) => one.cells[0]?.value ?? '')
    const seriesOf = (which: number, at: number) => {
      const data = lines.map((one) => (one.cells[at]?.value === null || one.cells[at]?.value === undefined ? null : Number(one.cells[at].value)))
      const colour = palette[which % palette.length]
      const name = columns[which]?.column.label
      if (chart.form !== 'line')
        return { name, type: 'bar', data, barMaxWidth: 46, stack: chart.form === 'stack' ? 'all' : undefined, itemStyle: { color: colour, decal: decals[which % decals.length] } }
      return {
        name, type: 'line', data, symbol: marks[which % marks.length], symbolSize: 7, showSymbol: lines.length <= 40,
        lineStyle: { width: 2.2, color: colour, type: dashes[which % dashes.length] }, itemStyle: { color: colour },
      }
    }
    return {
      grid: { left: 4, right: 14, top: 16, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      tooltip: {
        ...tooltip, trigger: 'axis',
        formatter: (at: { dataIndex: number }[]) => {
          const one = lines[at[0]?.dataIndex ?? 0]
          if (!one) return ''
          const rest = columns.map(({ at: k, column }) => {
            const value = one.cells[k]?.value
            return `${column.label} <b>${value === null || value === undefined ? '–' : valueText(value, unitOf(column, one), format)}</b>`
          })
          return [one.cells[0]?.value ?? '', ...rest].join('<br>')
        },
      },
      xAxis: {
        type: 'category', data: names, boundaryGap: chart.form !== 'line' || lines.length === 1,
        axisLabel: { color: quiet, hideOverlap: true, width: 96, overflow: 'truncate' }, axisLine: { lineStyle: { color: line } }, axisTick: { show: false },
      },
      yAxis: {
        type: 'value', minInterval: money ? 0 : 1,
        axisLabel: { color: quiet, formatter: (n: number) => (money ? format.shortMoney(n) : format.short(n)) }, splitLine: { lineStyle: { color: line } },
      },
      series: columns.map(({ at }, which) => seriesOf(which, at)),
    }
  }, [lines, columns, chart, format])
  if (lines.length === 0) return null
  return (
    <figure className="report-chart">
      <figcaption>
        <b>{chart.title}</b>
        {columns.length > 1 && columns.map(({ column }, which) => (
          <span key={column.name} className="report-key">
            <Sample which={which} form={chart.form} /> {column.label}
          </span>
        ))}
      </figcaption>
      <ChartBox
        option={option} height={240}
        label={say('reports.chart.label', { title: chart.title, columns: columns.map(({ column }) => column.label).join(', '), n: lines.length })}
      />
    </figure>
  )
}

/** What stands for a series: its line with its mark, or its shade. */
function Sample({ which, form }: { which: number; form: Chart['form'] }) {
  const colour = palette[which % palette.length]
  if (form !== 'line')
    return (
      <svg width="16" height="12" aria-hidden>
        <rect width="16" height="12" fill={colour} />
        {which % 2 === 1 && <path d="M0 12L12 0M6 12L16 2M-6 12L6 0" stroke="#fff" strokeWidth="2" opacity=".65" />}
      </svg>
    )
  const dash = [undefined, '5 3', '2 2', '10 3'][which % 4]
  return (
    <svg width="26" height="12" aria-hidden>
      <path d="M0 6H26" stroke={colour} strokeWidth="2.2" strokeDasharray={dash} />
      {which % 4 === 0 && <circle cx="13" cy="6" r="3.5" fill={colour} />}
      {which % 4 === 1 && <rect x="10" y="3" width="6" height="6" fill={colour} />}
      {which % 4 === 2 && <path d="M13 2l4 7h-8z" fill={colour} />}
      {which % 4 === 3 && <path d="M13 1.500l4 4.500-4 4.500-4-4.500z" fill={colour} />}
    </svg>
  )
}

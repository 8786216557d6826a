// quadrants.tsx -- categories by purchase frequency and interaction: thresholds moved by sliders or typed, a way to operate each.
import { Button, InputNumber, Slider } from 'antd'
import { useMemo } from 'react'
import { Link } from 'react-router'
import { line, palette, quiet, type Tone } from '~/app/theme'
import { useData } from '~/base/data'
import { useFormat } from '~/base/format'
import { useQuestion } from '~/base/question'
import { useSay } from '~/base/locale'
import { segmentLink } from '~/base/segment_link'
import { ChartBox } from '~/parts/chart_box'
import { tooltip } from '~/parts/chart_look'
import { How } from '~/parts/how'
import { Mark } from '~/parts/mark'
import type { Period } from '~/parts/period'
import { Rows, still, type Column } from '~/parts/rows'
import { Loaded, Nothing } from '~/parts/states'
import { decimals, type Category, type QuadrantsPage } from './forms'

const tones: Record<Category['quadrant'], Tone> = { none: 'grey', both: 'green', frequent: 'teal', lively: 'blue', neither: 'amber' }
const colours: Record<Category['quadrant'], string> = { none: palette[6]!, both: palette[5]!, frequent: palette[0]!, lively: palette[2]!, neither: palette[4]! }
const symbols: Record<Category['quadrant'], string> = { none: 'circle', both: 'circle', frequent: 'rect', lively: 'triangle', neither: 'diamond' }

export function Quadrants({ period }: { period: Period }) {
  const say = useSay()
  const { asked, put } = useQuestion(['frequency', 'interaction'] as const)
  const read = useData<QuadrantsPage>('/v1/reports/quadrants', { ...asked, from: period.from, to: period.to })
  return (
    <div className="tab-body">
      <Loaded from={read} rows={10}>
        {(page) => (page.items.length === 0 ? <Nothing text={say('quadrants.none')} /> : (
          <div className="stack">
            <div className="filters flat">
              <Cut name="frequency" page={page} change={(frequency) => put({ frequency }, true)} />
              <Cut name="interaction" page={page} change={(interaction) => put({ interaction }, true)} />
              {(page.frequency_given || page.interaction_given) && (
                <Button onClick={() => put({ frequency: undefined, interaction: undefined })}>{say('quadrants.medians')}</Button>
              )}
            </div>
            <Scatter page={page} />
            <Ways page={page} to={period.to} />
            <Categories page={page} to={period.to} />
            <How text={page.definition ?? ''} />
          </div>
        ))}
      </Loaded>
    </div>
  )
}

function Cut({ name, page, change }: { name: 'frequency' | 'interaction'; page: QuadrantsPage; change: (value: string | undefined) => void }) {
  const say = useSay()
  const value = page[name] ?? undefined
  const values = page.items.map((one) => one[name]).filter((one): one is number => one !== null && one !== undefined)
  const low = Math.floor(Math.min(...values, value ?? 0) * 10) / 10
  const high = Math.ceil(Math.max(...values, value ?? 1) * 10) / 10 + 0.1
  const label = say(`quadrants.${name}.cut`)
  return (
    <div className="cut cut-wide">
      <span className="quiet">{label}</span>
      <Slider key={value} min={low} max={high} step={0.01} defaultValue={value} onChangeComplete={(to) => change(String(to))} ariaLabelForHandle={label} />
      <InputNumber value={value === undefined ? undefined : Math.round(value * 100) / 100} min={0} step={0.1} aria-label={label} changeOnBlur onChange={(to) => change(to === null ? undefined : String(to))} />
    </div>
  )
}

function Scatter({ page }: { page: QuadrantsPage }) {
  const say = useSay()
  const option = useMemo(() => {
    const placed = page.items.filter((one) => one.quadrant !== 'none')
    const axis = { type: 'value', scale: true, axisLabel: { color: quiet, hideOverlap: true }, splitLine: { show: false }, axisLine: { show: true, lineStyle: { color: line } }, nameTextStyle: { color: quiet } } as const
    const marks = [...(page.frequency ? [{ xAxis: page.frequency }] : []), ...(page.interaction ? [{ yAxis: page.interaction }] : [])]
    return {
      grid: { left: 16, right: 40, top: 34, bottom: 30, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      tooltip: {
        ...tooltip,
        formatter: (at: { name: string; value: [number, number] }) => `${at.name}<br>${say('quadrants.frequency')} <b>${decimals(at.value[0], 2)}</b><br>${say('quadrants.interaction')} <b>${decimals(at.value[1], 2)}</b>`,
      },
      xAxis: { ...axis, name: say('quadrants.frequency'), nameLocation: 'middle', nameGap: 24 },
      yAxis: { ...axis, name: say('quadrants.interaction') },
      series: [{
        type: 'scatter',
        symbolSize: 14,
        data: placed.map((one) => ({ name: one.category, value: [one.frequency, one.interaction], symbol: symbols[one.quadrant], itemStyle: { color: colours[one.quadrant] } })),
        label: { show: true, formatter: '{b}', position: 'right', color: quiet },
        labelLayout: { hideOverlap: true },
        markLine: { silent: true, symbol: 'none', label: { show: false }, lineStyle: { color: palette[1], type: 'dashed', width: 1.5 }, data: marks },
      }],
    }
  }, [page, say])
  return <ChartBox option={option} height={360} label={say('quadrants.label', { n: page.items.length })} />
}

function Ways({ page, to }: { page: QuadrantsPage; to: string }) {
  const say = useSay()
  const format = useFormat()
  return (
    <div className="verdicts ways">
      {page.quadrants.map((one) => (
        <section key={one.quadrant} className="verdict">
          <span><Mark tone={tones[one.quadrant]}>{one.name}</Mark> <b>{say('quadrants.categories', { n: one.categories })}</b></span>
          <span className="number">{format.shortMoney(one.net_sales)}</span>
          <span className="quiet">{one.way}</span>
          {one.segment && <Link to={segmentLink(one.segment, to)}>{say('quadrants.members')}</Link>}
        </section>
      ))}
    </div>
  )
}

function Categories({ page, to }: { page: QuadrantsPage; to: string }) {
  const say = useSay()
  const format = useFormat()
  const columns: Column<Category>[] = [
    { key: 'category', title: say('products.category'), cell: (row) => row.category },
    {
      key: 'quadrant', title: say('quadrants.quadrant'),
      cell: (row) => <Mark tone={tones[row.quadrant]}>{page.quadrants.find((one) => one.quadrant === row.quadrant)?.name ?? say('quadrants.undefined')}</Mark>,
    },
    { key: 'frequency', title: say('quadrants.frequency'), right: true, cell: (row) => decimals(row.frequency, 2) },
    { key: 'interaction', title: say('quadrants.interaction'), right: true, cell: (row) => decimals(row.interaction, 2) },
    { key: 'buyers', title: say('quadrants.buyers'), right: true, cell: (row) => format.count(row.buyers) },
    { key: 'viewers', title: say('quadrants.viewers'), right: true, cell: (row) => format.count(row.viewers) },
    { key: 'sales', title: say('products.net_sales'), right: true, cell: (row) => format.money(row.net_sales) },
    { key: 'members', title: say('quadrants.members'), cell: (row) => (row.segment ? <Link to={segmentLink(row.segment, to)}>{say('quadrants.members')}</Link> : '–') },
  ]
  return <Rows from={still(page.items)} columns={columns} id={(row) => row.category} />
}

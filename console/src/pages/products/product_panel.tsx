// product_panel.tsx -- one product: its figures, its launch beside earlier ones, its counts of stock.
import { Descriptions, Drawer } from 'antd'
import { useMemo } from 'react'
import { line, palette, quiet } from '~/app/theme'
import { useData } from '~/base/data'
import { useFormat } from '~/base/format'
import type { Query } from '~/base/http'
import { useSay } from '~/base/locale'
import { ChartBox } from '~/parts/chart_box'
import { tooltip } from '~/parts/chart_look'
import { Mark } from '~/parts/mark'
import { Loaded } from '~/parts/states'
import { cuts, decimals, tones, type ProductOne } from './forms'

export function ProductPanel({ id, query, close }: { id: number | undefined; query: Query; close: () => void }) {
  const say = useSay()
  const { from, to } = query
  const asked = { from, to, ...Object.fromEntries(cuts.map((cut) => [cut, query[cut]])) }
  const read = useData<ProductOne>(id === undefined ? null : `/v1/reports/products/${id}`, asked)
  const name = read.data?.product.name || read.data?.product.code
  return (
    <Drawer open={id !== undefined} onClose={close} size={640} title={name ?? say('products.product')} destroyOnHidden>
      <Loaded from={read} rows={10}>{(one) => <Panel one={one} />}</Loaded>
    </Drawer>
  )
}

function Panel({ one }: { one: ProductOne }) {
  const say = useSay()
  const format = useFormat()
  const { product, launch } = one
  const facts: [string, string][] = [
    [say('products.net_units'), format.count(product.net_units)],
    [say('products.net_sales'), format.money(product.net_sales)],
    [say('products.refund_rate'), product.refund_rate === null || product.refund_rate === undefined ? '–' : format.percent(product.refund_rate)],
    [say('products.first_sale'), product.first_sale || '–'],
    [say('products.last_sale'), product.last_sale || '–'],
    [say('products.on_hand'), product.on_hand === null || product.on_hand === undefined ? '–' : format.count(product.on_hand)],
    [say('products.turnover'), decimals(product.turnover_days)],
    [say('products.sellout'), product.sellout_days ? `${decimals(product.sellout_days)} · ${say('products.sellout.range', { low: decimals(product.sellout_low, 0), high: decimals(product.sellout_high, 0) })}` : '–'],
  ]
  return (
    <div className="stack">
      <p className="flat"><Mark tone={tones[product.verdict]}>{product.reason}</Mark></p>
      {product.advice_words && <p className="flat">{product.advice_words}</p>}
      <Descriptions className="product-facts" column={1} size="small" items={facts.map(([label, children]) => ({ key: label, label, children }))} />
      <section>
        <h2>{say('products.launch')}</h2>
        <p className="quiet">{launch.words}</p>
        {launch.days.length > 0 && <LaunchChart one={one} />}
      </section>
      {one.counts.length > 0 && (
        <section>
          <h2>{say('products.counts')}</h2>
          <Descriptions className="product-facts" column={1} size="small" items={one.counts.map((count) => ({ key: count.counted_on, label: count.counted_on, children: format.count(count.quantity) }))} />
        </section>
      )}
    </div>
  )
}

function LaunchChart({ one: { launch } }: { one: ProductOne }) {
  const say = useSay()
  const option = useMemo(() => {
    const of = (pick: (day: (typeof launch.days)[number]) => number | null | undefined) => launch.days.map((day) => pick(day) ?? null)
    const plain = { type: 'line', showSymbol: launch.days.length === 1 } as const
    return {
      grid: { left: 4, right: 12, top: 16, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      tooltip: {
        ...tooltip, trigger: 'axis',
        formatter: (at: { dataIndex: number }[]) => {
          const day = launch.days[at[0]?.dataIndex ?? 0]
          if (!day) return ''
          return `${say('products.launch.day', { n: day.day + 1 })}<br>${say('products.launch.units')} <b>${day.units ?? '–'}</b><br>${say('products.launch.median')} ${day.median ?? '–'} (${day.low ?? '–'}–${day.high ?? '–'}, n = ${day.peers})`
        },
      },
      xAxis: { type: 'category', data: launch.days.map((day) => day.day + 1), axisLabel: { color: quiet, hideOverlap: true }, axisLine: { lineStyle: { color: line } }, axisTick: { show: false } },
      yAxis: { type: 'value', minInterval: 1, axisLabel: { color: quiet }, splitLine: { lineStyle: { color: line } } },
      series: [
        { ...plain, stack: 'band', data: of((day) => day.low), lineStyle: { opacity: 0 }, symbol: 'none' },
        { ...plain, stack: 'band', data: of((day) => (day.high === null || day.high === undefined ? null : day.high - (day.low ?? 0))), lineStyle: { opacity: 0 }, symbol: 'none', areaStyle: { color: palette[2], opacity: 0.3 } },
        { ...plain, data: of((day) => day.median), lineStyle: { type: 'dashed', color: palette[2], width: 2 }, itemStyle: { color: palette[2] } },
        { ...plain, data: of((day) => day.units), lineStyle: { color: palette[0], width: 2.4 }, itemStyle: { color: palette[0] } },
      ],
    }
  }, [launch, say])
  return (
    <>
      <ChartBox option={option} height={240} label={say('products.launch.label', { words: launch.words ?? '' })} />
      <p className="quiet flat">— {say('products.launch.units')}　- - {say('products.launch.median')}　▒ {say('products.launch.band')}</p>
    </>
  )
}

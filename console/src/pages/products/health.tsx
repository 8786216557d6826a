// health.tsx -- every product's verdict with its reason: rules with movable thresholds, filters, lists to take away.
import { DownloadOutlined } from '@ant-design/icons'
import { Alert, App, Button, Collapse, Input, InputNumber, Select } from 'antd'
import { useState } from 'react'
import { useMay } from '~/app/session'
import { usePages } from '~/base/data'
import { useFormat } from '~/base/format'
import { download } from '~/base/http'
import { useQuestion } from '~/base/question'
import { useSay } from '~/base/locale'
import { Move } from '~/parts/figure'
import { How } from '~/parts/how'
import { Mark } from '~/parts/mark'
import type { Period } from '~/parts/period'
import { Rows, type Column } from '~/parts/rows'
import { Failure, Nothing } from '~/parts/states'
import { cuts, decimals, tones, type Health as Row, type ProductsPage, type Rule } from './forms'
import { ProductPanel } from './product_panel'

const sorts = ['sales', 'units', 'growth', 'stock_value', 'days_without_sale', 'sellout'] as const

function Rules({ rules, chosen, choose }: { rules: Rule[]; chosen: string | undefined; choose: (verdict: string | undefined) => void }) {
  const say = useSay()
  const format = useFormat()
  return (
    <div className="verdicts">
      {rules.map((one) => (
        <button
          key={one.verdict} type="button" className="verdict" aria-pressed={chosen === one.verdict}
          onClick={() => choose(chosen === one.verdict ? undefined : one.verdict)}
        >
          <span><Mark tone={tones[one.verdict]}>{one.name}</Mark> <b className="number">{say('products.count', { n: format.count(one.products) })}</b></span>
          <span className="number">{format.shortMoney(one.net_sales)}</span>
          <span className="quiet">{one.rule}</span>
          <span className="quiet">
            {say('products.stock_is', { value: format.shortMoney(one.stock_value) })}
            {one.by_price > 0 && ` · ${say('products.some_by_price', { n: one.by_price })}`}
          </span>
        </button>
      ))}
    </div>
  )
}

export function Health({ period }: { period: Period }) {
  const say = useSay()
  const format = useFormat()
  const may = useMay()
  const { message } = App.useApp()
  const { asked, put } = useQuestion(['verdict', 'advice', 'category', 'q', 'sort', ...cuts] as const)
  const [open, show] = useState<number>()
  const [refused, refuse] = useState<Error>()
  const query = { ...asked, from: period.from, to: period.to }
  const list = usePages<Row>('/v1/reports/products', query)
  const report = list.data as ProductsPage | undefined
  const moved = cuts.some((cut) => asked[cut])
  const keepFile = () => {
    refuse(undefined)
    const given = Object.fromEntries(Object.entries(query).filter(([, value]) => value).map(([name, value]) => [name, (cuts as readonly string[]).includes(name) ? Number(value) : value]))
    return download('/v1/reports/products/export', given, `${asked.advice ?? asked.verdict ?? 'products'}.csv`)
      .then(() => message.success(say('products.exported')), refuse)
  }
  const nameOf = (row: Row) => row.name || row.code
  const columns: Column<Row>[] = [
    {
      key: 'name', title: say('products.product'),
      cell: (row) => (
        <div className="rule-name">
          <Button type="link" className="flush" onClick={() => show(row.id)} aria-label={say('products.more', { name: nameOf(row) })}>{nameOf(row)}</Button>
          <span className="fact-note">{[row.shop, row.code, row.category].filter(Boolean).join(' · ')}</span>
        </div>
      ),
    },
    {
      key: 'verdict', title: say('products.verdict'), width: 340,
      cell: (row) => (
        <div className="rule-text">
          <span><Mark tone={tones[row.verdict]}>{report?.rules.find((one) => one.verdict === row.verdict)?.name}</Mark></span>
          <span className="fact-note wraps">{row.reason}</span>
        </div>
      ),
    },
    {
      key: 'sales', title: say('products.net_sales'), right: true,
      cell: (row) => <>{format.money(row.net_sales)}<span className="fact-note">{say('products.units_n', { n: format.count(row.net_units) })}</span></>,
    },
    {
      key: 'growth', title: say('products.growth'), right: true,
      cell: (row) => (row.growth === null || row.growth === undefined ? '–' : <Move now={Number(row.net_sales)} before={Number(row.net_before)} />),
    },
    {
      key: 'stock', title: say('products.on_hand'), right: true,
      cell: (row) => (row.on_hand === null || row.on_hand === undefined ? '–' : (
        <>
          {format.count(row.on_hand)}
          <span className="fact-note">{format.money(row.stock_value)}{row.valued_by_price && ` · ${say('products.by_price')}`}</span>
        </>
      )),
    },
    {
      key: 'sellout', title: say('products.sellout'), right: true,
      cell: (row) => (
        <>
          <span title={row.sellout_low ? say('products.sellout.range', { low: decimals(row.sellout_low, 0), high: decimals(row.sellout_high, 0) }) : undefined}>
            {decimals(row.sellout_days)}
          </span>
          {row.turnover_days !== null && <span className="fact-note">{say('products.turnover_n', { n: decimals(row.turnover_days) })}</span>}
        </>
      ),
    },
    { key: 'advice', title: say('products.advice'), cell: (row) => <span className="wraps advice">{row.advice_words || '–'}</span> },
  ]
  return (
    <>
      <div className="tab-body stack">
        {report && report.behind > 0 && <Alert type="info" showIcon title={say('products.behind', { n: format.count(report.behind) })} />}
        {report && <Rules rules={report.rules} chosen={asked.verdict} choose={(verdict) => put({ verdict })} />}
        <Collapse
          items={[{
            key: 'cuts', label: say('products.thresholds'),
            children: (
              <>
                <p className="quiet flat">{say('products.thresholds.what')}</p>
                <div className="filters">
                  {cuts.map((cut) => (
                    <label key={cut} className="cut">
                      <span className="quiet">{say(`products.cut.${cut}`)}</span>
                      <InputNumber
                        value={asked[cut] ? Number(asked[cut]) : report?.thresholds?.[cut] ?? undefined}
                        min={cut === 'hero_growth' ? -100 : cut === 'slow_units' || cut === 'restock_days' ? 0 : 1} max={1_000_000} precision={0} changeOnBlur
                        aria-label={say(`products.cut.${cut}`)}
                        onChange={(value) => put({ [cut]: value === null ? undefined : String(value) })}
                      />
                    </label>
                  ))}
                </div>
                {moved && <Button onClick={() => put(Object.fromEntries(cuts.map((cut) => [cut, undefined])))}>{say('products.back_to_settings')}</Button>}
              </>
            ),
          }]}
        />
        <div className="filters flat">
          <Select
            aria-label={say('products.advice')} value={asked.advice ?? ''} onChange={(advice) => put({ advice })} popupMatchSelectWidth={false}
            options={[
              { value: '', label: say('products.all') },
              { value: 'restock', label: say('products.restock', { n: report?.restock ?? 0 }) },
              { value: 'clear', label: say('products.clear', { n: report?.clear ?? 0 }) },
            ]}
          />
          <Select
            aria-label={say('products.category')} value={asked.category ?? ''} onChange={(category) => put({ category })} popupMatchSelectWidth={false} showSearch
            options={[{ value: '', label: say('products.every_category') }, ...(report?.categories ?? []).map((one) => ({ value: one, label: one }))]}
          />
          <Select
            aria-label={say('products.sort')} value={asked.sort ?? 'sales'} onChange={(sort) => put({ sort: sort === 'sales' ? undefined : sort })} popupMatchSelectWidth={false}
            options={sorts.map((one) => ({ value: one, label: say(`products.sort.${one}`) }))}
          />
          <Input.Search style={{ width: 240 }} aria-label={say('products.q')} placeholder={say('products.q')} defaultValue={asked.q} allowClear onSearch={(q) => put({ q: q.trim() || undefined })} />
          {may('export') && <Button icon={<DownloadOutlined />} onClick={keepFile}>{say('products.export')}</Button>}
        </div>
        {refused && <Failure error={refused} />}
      </div>
      <Rows
        from={list} columns={columns} id={(row) => row.id}
        empty={<Nothing text={say(report?.rules.some((one) => one.products) ? 'products.none' : 'products.none.shop')} />}
      />
      {report?.definition && <div className="tab-body"><How text={report.definition} /></div>}
      <ProductPanel id={open} query={query} close={() => show(undefined)} />
    </>
  )
}

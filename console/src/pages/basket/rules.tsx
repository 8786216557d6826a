// rules.tsx -- association rules as a table: each leads to the members who lack its right side.
import { Card, Segmented, Select } from 'antd'
import { Link } from 'react-router'
import type { BasketReport, BasketRule } from '~/api'
import { useMay } from '~/app/session'
import { useData } from '~/base/data'
import { useFormat } from '~/base/format'
import { ask } from '~/base/http'
import { useSay } from '~/base/locale'
import { segmentLink } from '~/base/segment_link'
import { Asked, AskBar } from '~/pages/behaviour/ask_bar'
import { Figure, Hint } from '~/parts/figure'
import { How } from '~/parts/how'
import { Rows, still, type Column } from '~/parts/rows'
import { SegmentFilter } from '~/parts/segment_filter'
import { Loaded, Nothing } from '~/parts/states'
import { TableExport, tableOf } from '~/parts/table_export'
import type { Question } from './basket'
import { ProductInput } from './product_input'

const supports = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05]
const confidences = [0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8]
const shown = 100
const filed = 10_000 // rules of a file: as many as the server answers

export function Rules({ asked, put }: Question) {
  const say = useSay()
  const support = Number(asked.support ?? 0.001)
  const confidence = Number(asked.confidence ?? 0.1)
  const of = asked.of === 'category' ? 'category' : 'product'
  const question = { support, confidence, of, item: asked.item, segment: asked.segment, max_items: 4 }
  const read = useData<BasketReport>('/v1/reports/basket', { ...question, limit: shown })
  const all = () => ask<BasketReport>('GET', '/v1/reports/basket', { query: { ...question, limit: filed } })
  return (
    <div className="stack">
      <section className="panel ask" aria-label={say('basket.view.rules')}>
        <AskBar>
          <Asked name={say('basket.of')}>
            <Segmented<'product' | 'category'>
              aria-label={say('basket.of')}
              value={of}
              onChange={(to) => put({ of: to === 'category' ? to : undefined, item: undefined })}
              options={[{ value: 'product', label: say('basket.of.product') }, { value: 'category', label: say('basket.of.category') }]}
            />
          </Asked>
          <Least name="support" value={support} choices={supports} put={(to) => put({ support: to })} />
          <Least name="confidence" value={confidence} choices={confidences} put={(to) => put({ confidence: to })} />
          {of === 'product' && (
            <Asked name={say('basket.item')}>
              <ProductInput label={say('basket.item')} value={asked.item} change={(item) => put({ item })} />
            </Asked>
          )}
          <SegmentFilter label={say('basket.only')} value={asked.segment} change={(segment) => put({ segment })} />
        </AskBar>
      </section>
      <Loaded from={read} rows={12}>{(report) => <Shown report={report} all={all} />}</Loaded>
    </div>
  )
}

function Least({ name, value, choices, put }: { name: 'support' | 'confidence'; value: number; choices: number[]; put: (to: string) => void }) {
  const say = useSay()
  const word = `basket.${name}` as const
  const all = [...new Set([...choices, value])].sort((a, b) => a - b)
  return (
    <Asked name={<>{say(word)} <Hint text={say(`${word}.what`)} about={say(word)} /></>}>
      <Select
        aria-label={say(word)}
        className="field-select"
        value={value}
        onChange={(to: number) => put(String(to))}
        options={all.map((one) => ({ value: one, label: say('basket.least', { share: `${+(one * 100).toFixed(4)}%` }) }))}
      />
    </Asked>
  )
}

function Shown({ report, all }: { report: BasketReport; all: () => Promise<BasketReport> }) {
  const say = useSay()
  const format = useFormat()
  const people = useMay()('members:read')
  const columns: Column<BasketRule>[] = [
    { key: 'lhs', title: say('basket.bought'), cell: (rule) => rule.lhs.join(' + '), file: (rule) => rule.lhs.join(' + ') },
    { key: 'rhs', title: say('basket.also'), cell: (rule) => rule.rhs, file: (rule) => rule.rhs },
    { key: 'support', title: say('basket.support'), right: true, cell: (rule) => `${(rule.support * 100).toFixed(2)}%`, file: (rule) => rule.support },
    { key: 'confidence', title: say('basket.confidence'), right: true, cell: (rule) => format.percent(rule.confidence), file: (rule) => rule.confidence },
    { key: 'lift', title: say('basket.lift'), right: true, cell: (rule) => rule.lift.toFixed(2), file: (rule) => rule.lift },
    { key: 'count', title: say('basket.baskets'), right: true, cell: (rule) => format.count(rule.count), file: (rule) => rule.count },
    {
      key: 'approach', title: '',
      cell: (rule) => people && rule.approach
        && <Link to={segmentLink(rule.approach)} title={say('basket.approach')}>{say('basket.approach.short')}</Link>,
    },
  ]
  const table = async () => tableOf(columns, report.total > report.rules.length ? (await all()).rules : report.rules)
  return (
    <div className="stack">
      <section className="panel">
        <div className="figures figures-3">
          <Figure name={say('basket.baskets')} value={format.tile(report.baskets)} full={format.count(report.baskets)} />
          <Figure name={say('basket.items')} value={format.count(report.items)} />
          <Figure name={say('basket.rules')} value={format.count(report.total)} />
        </div>
      </section>
      <Card title={<>{say('basket.rules')} <Hint text={say('basket.lift.what')} about={say('basket.lift')} /></>} className="card-flush card-tools" extra={<TableExport name="basket-rules" table={table} />}>
        <Rows<BasketRule>
          from={still(report.rules)}
          id={(rule) => `${rule.lhs.join('\n')}\n\n${rule.rhs}`}
          empty={<Nothing text={say('basket.none')} />}
          columns={columns}
        />
      </Card>
      {report.total > report.rules.length && <p className="quiet flat">{say('basket.more', { n: format.count(report.total), shown: report.rules.length })}</p>}
      <How text={report.how} took_us={report.took_ms * 1000} />
    </div>
  )
}

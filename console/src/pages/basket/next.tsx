// next.tsx -- after a product: what its buyers buy next, whom to approach, and the buyers of a sub-hit parted again.
import { Button, Card, Select } from 'antd'
import { Link } from 'react-router'
import type { NextGroup, NextReport, NextRow } from '~/api'
import { useMay } from '~/app/session'
import { useData } from '~/base/data'
import { useFormat } from '~/base/format'
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

const lengths = [7, 14, 30, 60, 90, 180, 365]

export function Next({ asked, put }: Question) {
  const say = useSay()
  const days = Number(asked.days ?? 90)
  const question = { product: asked.product, then: asked.then, days, segment: asked.segment }
  const read = useData<NextReport>(asked.product ? '/v1/reports/next' : null, question)
  return (
    <div className="stack">
      <section className="panel ask" aria-label={say('basket.view.next')}>
        <AskBar>
          <Asked name={say('basket.product')}>
            <ProductInput label={say('basket.product')} value={asked.product} change={(product) => put({ product, then: undefined })} />
          </Asked>
          <Asked name={say('basket.days')}>
            <Select
              aria-label={say('basket.days')}
              className="field-select"
              value={days}
              onChange={(n: number) => put({ days: String(n) })}
              options={[...new Set([...lengths, days])].map((n) => ({ value: n, label: say('basket.n_days', { n }) }))}
            />
          </Asked>
          <SegmentFilter label={say('basket.only')} value={asked.segment} change={(segment) => put({ segment })} />
        </AskBar>
      </section>
      {asked.product
        ? <Loaded from={read} rows={12}>{(report) => <Shown report={report} days={days} then={asked.then} part={(then) => put({ then })} />}</Loaded>
        : <section className="panel"><Nothing text={say('basket.product.first')} /></section>}
    </div>
  )
}

function Shown({ report, days, then, part }: { report: NextReport; days: number; then: string | undefined; part: (then: string) => void }) {
  const say = useSay()
  const format = useFormat()
  const people = useMay()('members:read')
  const members = (text: string, n: number) => (people && n > 0 ? <Link to={segmentLink(text)}>{format.count(n)}</Link> : format.count(n))
  const columns: Column<NextRow>[] = [
    { key: 'product', title: say('basket.next'), cell: (row) => row.product, file: (row) => row.product },
    { key: 'members', title: say('basket.members'), right: true, cell: (row) => format.count(row.members), file: (row) => row.members },
    { key: 'confidence', title: say('basket.confidence'), right: true, cell: (row) => format.percent(row.confidence), file: (row) => row.confidence },
    { key: 'lift', title: say('basket.lift'), right: true, cell: (row) => row.lift?.toFixed(2) ?? '–', file: (row) => row.lift },
    { key: 'gap', title: say('basket.gap'), right: true, cell: (row) => row.median_days?.toFixed(0) ?? '–', file: (row) => row.median_days },
    { key: 'approach', title: say('basket.approach.short'), right: true, cell: (row) => members(row.approach, row.to_approach), file: (row) => row.to_approach },
    { key: 'part', title: '', cell: (row) => <Button size="small" onClick={() => part(row.product)}>{say('basket.part')}</Button> },
  ]
  return (
    <div className="stack">
      <section className="panel">
        <div className="figures figures-3">
          <Figure name={say('basket.buyers', { n: days })} value={format.tile(report.buyers)} full={format.count(report.buyers)} />
          <Figure name={say('basket.active')} value={format.tile(report.active)} full={format.count(report.active)} />
          <Figure name={say('basket.again')} value={format.tile(report.again)} below={report.buyers > 0 && format.percent(report.again / report.buyers)} />
        </div>
      </section>
      <Card title={<>{say('basket.next')} <Hint text={say('basket.lift.what')} about={say('basket.lift')} /></>} className="card-flush card-tools" extra={<TableExport name="next-products" table={() => tableOf(columns, report.next)} />}>
        <Rows<NextRow>
          from={still(report.next)}
          id={(row) => row.product}
          empty={<Nothing text={say('basket.next.none')} />}
          columns={columns}
        />
      </Card>
      {report.groups.length > 0 && then && (
        <Card title={say('basket.groups', { product: then })} className="card-flush">
          <Rows<NextGroup>
            from={still(report.groups)}
            id={(group) => group.group}
            columns={[
              { key: 'name', title: say('basket.members'), cell: (group) => group.name },
              { key: 'members', title: '', right: true, cell: (group) => members(group.text, group.members) },
              { key: 'advice', title: '', cell: (group) => <span className="quiet">{group.advice}</span> },
            ]}
          />
        </Card>
      )}
      <How text={report.how} took_us={report.took_ms * 1000} />
    </div>
  )
}

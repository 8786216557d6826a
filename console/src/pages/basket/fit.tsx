// fit.tsx -- what the buyers of a product have in common, and the members who are most like them, with reasons.
import { Card, Checkbox } from 'antd'
import { Link } from 'react-router'
import type { FitMember, FitReport, FitValue } from '~/api'
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

export function Fit({ asked, put }: Question) {
  const say = useSay()
  const check = asked.check === 'yes'
  const read = useData<FitReport>(asked.product ? '/v1/reports/fit' : null, {
    product: asked.product, segment: asked.segment, check_days: check ? 60 : undefined,
  })
  return (
    <div className="stack">
      <section className="panel ask" aria-label={say('basket.view.fit')}>
        <AskBar>
          <Asked name={say('basket.product')}>
            <ProductInput label={say('basket.product')} value={asked.product} change={(product) => put({ product, then: undefined })} />
          </Asked>
          <SegmentFilter label={say('basket.only')} value={asked.segment} change={(segment) => put({ segment })} />
          <Checkbox checked={check} onChange={(event) => put({ check: event.target.checked ? 'yes' : undefined })}>{say('fit.check')}</Checkbox>
        </AskBar>
      </section>
      {asked.product
        ? <Loaded from={read} rows={12}>{(report) => <Shown report={report} />}</Loaded>
        : <section className="panel"><Nothing text={say('basket.product.first')} /></section>}
    </div>
  )
}

function Shown({ report }: { report: FitReport }) {
  const say = useSay()
  const format = useFormat()
  const check = report.check
  const columns: Column<FitMember>[] = [
    { key: 'member', title: say('basket.members'), cell: (row) => <Link to={`/members/${row.member}`}>{row.name || say('nameless')} <span className="quiet number">#{row.member}</span></Link>, file: (row) => row.member },
    { key: 'score', title: say('fit.score'), right: true, cell: (row) => row.score.toFixed(2), file: (row) => row.score },
    { key: 'reasons', title: say('fit.reasons'), cell: (row) => row.reasons.map((one) => <div key={one}>{one}</div>), file: (row) => row.reasons.join('; ') },
  ]
  return (
    <div className="stack">
      <section className="panel">
        <div className="figures figures-3">
          <Figure name={say('fit.buyers')} value={format.tile(report.buyers)} full={format.count(report.buyers)} />
          <Figure name={say('fit.others')} value={format.tile(report.others)} full={format.count(report.others)} />
          <Figure name={say('fit.candidates')} value={format.tile(report.candidates)} full={format.count(report.candidates)} />
        </div>
        {check && (
          <div className="figures figures-3">
            <Figure name={say('fit.check.auc')} hint={say('fit.check.auc.what')} value={check.auc?.toFixed(3) ?? '–'} />
            <Figure
              name={say('fit.check.top')}
              value={check.top_tenth === null ? '–' : format.percent(check.top_tenth)}
              full={`${format.count(check.later)} / ${format.count(check.candidates)}`}
            />
          </div>
        )}
      </section>
      <Card title={say('fit.members')} className="card-flush card-tools" extra={<TableExport name="fit-members" table={() => tableOf(columns, report.members)} />}>
        <Rows<FitMember>
          from={still(report.members)}
          id={(row) => row.member}
          columns={columns}
        />
      </Card>
      <Card title={<>{say('fit.common')} <Hint text={say('fit.common.what')} about={say('fit.common')} /></>} className="card-flush">
        <Rows<FitValue>
          from={still(report.index)}
          id={(row) => `${row.field} ${row.value}`}
          columns={[
            { key: 'value', title: say('fit.value'), cell: (row) => <Link to={segmentLink(row.text)}>{row.field_name}: {row.value}</Link> },
            { key: 'buyers', title: say('fit.share_buyers'), right: true, cell: (row) => format.percent(row.share_buyers) },
            { key: 'others', title: say('fit.share_others'), right: true, cell: (row) => format.percent(row.share_others) },
            { key: 'tgi', title: 'TGI', right: true, cell: (row) => row.tgi.toFixed(0) },
          ]}
        />
      </Card>
      <How text={report.how} took_us={report.took_ms * 1000} />
    </div>
  )
}

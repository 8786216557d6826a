// people.tsx -- good members who are probably leaving, or all by what is expected of them; those at risk become a segment.
import { Button, Card, Segmented, Select } from 'antd'
import { Link, useNavigate } from 'react-router'
import { usePages } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { useQuestion } from '~/base/question'
import { segmentLink } from '~/base/segment_link'
import { Bar } from '~/parts/bar'
import { Hint } from '~/parts/figure'
import { Rows, type Column } from '~/parts/rows'
import { Nothing } from '~/parts/states'
import { readAll, TableExport, tableOf } from '~/parts/table_export'
import type { Lifetime, Scored } from './forms'

const sorts = ['value', 'alive'] as const

export function AtRisk({ view }: { view: Lifetime }) {
  const say = useSay()
  const format = useFormat()
  const go = useNavigate()
  const { asked, put } = useQuestion(['sort', 'who'] as const)
  const all = asked.who === 'all'
  const sort = sorts.find((one) => one === asked.sort) ?? 'value'
  const question = { sort, at_risk: all ? undefined : true }
  const list = usePages<Scored>('/v1/reports/ltv/members', { ...question, limit: 20 })
  const columns: Column<Scored>[] = [
    { key: 'name', title: say('member'), cell: (row) => <Link to={`/members/${row.id}`} className="member-name">{row.name || say('nameless')} <span className="quiet number">#{row.id}</span></Link>, file: (row) => row.id },
    { key: 'phone', title: say('phone'), wideOnly: true, cell: (row) => <span className="number">{row.phone || '–'}</span>, file: (row) => row.phone },
    { key: 'alive', title: say('ltv.alive'), cell: (row) => <Bar share={row.alive / 100} text={format.percent(row.alive / 100)} />, file: (row) => row.alive / 100 },
    { key: 'orders', title: say('ltv.orders'), right: true, cell: (row) => row.expected_orders.toFixed(2), file: (row) => row.expected_orders },
    { key: 'value', title: say('ltv.value'), right: true, cell: (row) => (row.expected_value === null ? say('ltv.undefined') : format.mean(row.expected_value)), file: (row) => row.expected_value },
    { key: 'spent', title: say('ltv.spent'), right: true, cell: (row) => format.money(row.spent), file: (row) => row.spent },
    { key: 'repeats', title: say('ltv.repeats'), right: true, cell: (row) => format.count(row.repeats), file: (row) => row.repeats },
    { key: 'last', title: say('ltv.last'), right: true, cell: (row) => format.day(row.last_order_at), file: (row) => row.last_order_at },
  ]
  return (
    <Card
      className="card-flush card-tools"
      title={<>{say('ltv.at_risk.list')} <Hint text={say('ltv.at_risk.what', { text: view.at_risk_segment })} about={say('ltv.at_risk')} /></>}
      extra={
        <>
          <TableExport name="ltv-members" table={async () => tableOf(columns, await readAll<Scored>('/v1/reports/ltv/members', question))} />
          <Button type="primary" disabled={view.at_risk === 0} onClick={() => go(segmentLink(view.at_risk_segment))}>{say('ltv.to_segment')}</Button>
        </>
      }
    >
      <div className="tab-body">
        <div className="filters flat">
          <Segmented
            aria-label={say('ltv.who')} value={all ? 'all' : 'risk'} onChange={(who) => put({ who: who === 'all' ? 'all' : undefined })}
            options={[{ value: 'risk', label: say('ltv.who.risk', { n: format.count(view.at_risk) }) }, { value: 'all', label: say('ltv.who.all', { n: format.count(view.members) }) }]}
          />
          <Select
            aria-label={say('ltv.sort')} value={sort} onChange={(to) => put({ sort: to === 'value' ? undefined : to })} popupMatchSelectWidth={false}
            options={sorts.map((one) => ({ value: one, label: say(`ltv.sort.${one}`) }))}
          />
        </div>
        {!all && <code className="template-text">{view.at_risk_segment}</code>}
      </div>
      <Rows from={list} columns={columns} id={(row) => row.id} open={(row) => go(`/members/${row.id}`)} empty={<Nothing text={say('ltv.at_risk.none')} />} />
    </Card>
  )
}

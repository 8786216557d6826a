// metrics.tsx -- the catalogue: every metric, what it means and how it is computed.
import { SearchOutlined } from '@ant-design/icons'
import { Card, Input } from 'antd'
import { Link, useNavigate } from 'react-router'
import type { Metric } from '~/api'
import { useData, type Page } from '~/base/data'
import { useQuestion } from '~/base/question'
import { useSay } from '~/base/locale'
import { metricLink } from '~/base/metric_text'
import { Better } from '~/parts/metric_figure'
import { Head } from '~/parts/head'
import { Rows, still, type Column } from '~/parts/rows'
import { Loaded, Nothing } from '~/parts/states'
import { unitWord, useDimensionName } from './words'

export default function Metrics() {
  const say = useSay()
  const go = useNavigate()
  const dimension = useDimensionName()
  const { asked, put } = useQuestion(['q'] as const)
  const read = useData<Page<Metric>>('/v1/metrics')
  const wanted = (asked.q ?? '').trim().toLowerCase()
  const fits = (one: Metric) => [one.name, one.label, one.definition, one.formula].some((text) => text.toLowerCase().includes(wanted))
  const columns: Column<Metric>[] = [
    {
      key: 'label', title: say('metric'), width: 200,
      cell: (row) => <><Link to={metricLink(row.name)}><strong>{row.label}</strong></Link> <div className="quiet"><code>{row.name}</code></div></>,
    },
    { key: 'definition', title: say('metric.definition'), cell: (row) => <div className="metric-words">{row.definition} <Better metric={row} /></div> },
    {
      key: 'formula', title: say('metric.formula'),
      cell: (row) => (
        <div className="metric-words">
          {row.formula}
          <div className="quiet">{say(unitWord[row.unit])}{row.by.length > 0 && ` · ${say('metric.cuts', { by: row.by.map(dimension).join(say('metric.comma')) })}`}</div>
        </div>
      ),
    },
  ]
  return (
    <>
      <Head title={say('page.metrics')}>
        <Input
          allowClear
          className="search"
          prefix={<SearchOutlined />}
          aria-label={say('metrics.search')}
          placeholder={say('metrics.search')}
          value={asked.q ?? ''}
          onChange={(event) => put({ q: event.target.value }, true)}
        />
      </Head>
      <Card className="card-flush">
        <Loaded from={read} rows={12}>
          {(page) => <Rows from={still(page.items.filter(fits))} columns={columns} id={(row) => row.name} open={(row) => void go(metricLink(row.name))} empty={<Nothing text={say('metrics.none')} />} />}
        </Loaded>
      </Card>
    </>
  )
}

// influences.tsx -- what moves each factor: how it stands, and the page that shows it.
import { Card } from 'antd'
import { Link } from 'react-router'
import type { GmvTree, MetricsAnswer, TreeInfluence } from '~/api'
import { useMay } from '~/app/session'
import { pages } from '~/app/pages'
import { useData } from '~/base/data'
import { useSpeech } from '~/base/locale'
import { metricLink, useMetricText, type MetricQuestion } from '~/base/metric_text'
import { Against } from '~/parts/metric_figure'
import { Rows, still, type Column } from '~/parts/rows'
import { signedText, toneOf, type Factor } from './factor_text'

const kinds = ['content', 'product', 'user_operations', 'promotion'] as const

/** The metric beside an influence, of the tree's days and members. */
function Stands({ name, figures, question }: { name: string; figures: MetricsAnswer; question: MetricQuestion }) {
  const text = useMetricText()
  const one = figures.items.find((item) => item.metric.name === name)
  if (!one) return null
  const year = question.beside === 'year'
  return (
    <div className="tree-stands">
      <Link to={metricLink(name, question)} className="figure-open">{one.metric.label} <strong className="number">{text.short(one.metric.unit, one.value)}</strong></Link>{' '}
      <Against metric={one.metric} beside={year ? one.year_ago : one.before} word={year ? 'metric.year.short' : 'metric.before.short'} />
    </div>
  )
}

export function Influences({ tree, question }: { tree: GmvTree; question: MetricQuestion }) {
  const { say, locale } = useSpeech()
  const may = useMay()
  const names = [...new Set(tree.influences.map((one) => one.metric).filter((name) => name !== null))].sort()
  const figures = useData<MetricsAnswer>(names.length ? '/v1/metrics/board' : null, { names: names.join(), from: question.from, to: question.to, segment: question.segment, step: 'year' })
  /** Links only where this user may go. */
  const open = (page: string | null) => {
    const row = page ? pages.find((one) => one.path === page.split('?')[0]) : undefined
    return row && (!row.right || [row.right].flat().some((right) => may(right))) ? page : null
  }
  const factors = [...new Set(tree.influences.map((one) => one.factor))].map((kind) => tree.factors.find((one) => one.factor === kind)!)
  const cell = (one: TreeInfluence) => {
    const text = locale === 'zh-CN' ? one.zh : one.en
    const to = open(one.page)
    return (
      <div key={one.zh} className="tree-look">
        <span className="quiet">{say(`side.${one.side}`)}</span> {to ? <Link to={to}>{text}</Link> : text}
        {one.metric && figures.data && <Stands name={one.metric} figures={figures.data} question={question} />}
      </div>
    )
  }
  const columns: Column<Factor>[] = [
    {
      key: 'factor', title: say('tree.factor'), width: 150,
      cell: (row) => <>{say(`factor.${row.factor}`)} <div className={`number ${toneOf(row.contribution)}`}>{signedText(row.contribution, say)}</div></>,
    },
    ...kinds.map((kind): Column<Factor> => ({
      key: kind,
      title: say(`influence.${kind}`),
      cell: (row) => tree.influences.filter((one) => one.factor === row.factor && one.by === kind).map(cell),
    })),
  ]
  return (
    <Card title={say('tree.look')} extra={<span className="quiet">{say('tree.look.what')}</span>} className="card-flush card-tools">
      <Rows from={still(factors)} columns={columns} id={(row) => row.factor} />
    </Card>
  )
}

// block.tsx -- one block of a dashboard: a metric drawn as a figure, lines, bars or a table.
import { Card } from 'antd'
import { useMemo, type ReactNode } from 'react'
import { Link } from 'react-router'
import type { DashboardBlock, MetricAnswer, MetricGroup, MetricsAnswer } from '~/api'
import type { Data } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { metricLink, useMetricText, type MetricQuestion } from '~/base/metric_text'
import { useDimensionName } from '~/pages/metrics/words'
import { Bar } from '~/parts/bar'
import { Hint, Move } from '~/parts/figure'
import { MetricChart, type MetricLine } from '~/parts/metric_chart'
import { Against, Better, Meaning, MetricFigure } from '~/parts/metric_figure'
import { Rows, still, type Column } from '~/parts/rows'
import { SegmentWords } from '~/parts/segment_words'
import { Loaded, Nothing } from '~/parts/states'

interface BlockProps {
  block: DashboardBlock
  question: MetricQuestion
  read: Data<MetricsAnswer>
  /** While it is edited: what can be done with it. */
  tools?: ReactNode
}

export function Block({ block, question, read, tools }: BlockProps) {
  const item = (all: MetricsAnswer) => all.items.find((one) => one.metric.name === block.metric)
  return (
    <section className={`block block-${block.size}`} aria-label={block.title ?? block.metric}>
      {tools}
      <Loaded from={read} rows={block.draws === 'figure' ? 2 : 6}>
        {(all) => {
          const answer = item(all)
          return answer ? <Drawn block={block} question={question} answer={answer} /> : <Nothing />
        }}
      </Loaded>
    </section>
  )
}

function Drawn({ block, question, answer }: { block: DashboardBlock; question: MetricQuestion; answer: MetricAnswer }) {
  const text = useMetricText()
  const { metric } = answer
  const dimension = useDimensionName()
  const title = block.title || (question.by ? `${metric.label} · ${dimension(question.by)}` : metric.label)
  if (block.draws === 'figure') return <div className="panel"><MetricFigure of={{ ...answer, metric: { ...metric, label: title } }} question={question} note={<Of question={question} />} /></div>
  return (
    <Card
      title={<>{title} <Hint text={<Meaning metric={metric} />} about={title} /><Better metric={metric} /></>}
      className={block.draws === 'table' ? 'card-flush card-tools' : 'card-tools'}
      extra={<Link to={metricLink(metric.name, question)} className="number" aria-label={`${title} ${text.short(metric.unit, answer.value)}`}>{text.short(metric.unit, answer.value)}</Link>}
    >
      <div className={block.draws === 'table' ? 'block-line block-inset' : 'block-line'}>
        <Against metric={metric} beside={answer.before} word="metric.before.short" />
        <Against metric={metric} beside={answer.year_ago} word="metric.year.short" />
        <Of question={question} />
      </div>
      {block.draws === 'table' ? <Table answer={answer} by={question.by} /> : <Lines answer={answer} bars={block.draws === 'bars'} />}
    </Card>
  )
}

/** Of whom and which orders, where not of all. */
function Of({ question }: { question: MetricQuestion }) {
  const parts = [question.shop, question.touchpoint, question.category].filter(Boolean).join(' · ')
  if (!parts && !question.segment) return null
  return <span className="quiet block-of">{parts}{parts && question.segment && ' · '}{question.segment && <SegmentWords text={question.segment} />}</span>
}

function Lines({ answer, bars }: { answer: MetricAnswer; bars: boolean }) {
  const lines = useMemo((): MetricLine[] =>
    answer.groups.length ? answer.groups.map((one) => ({ name: one.group, points: one.series })) : [{ name: answer.metric.label, points: answer.series }], [answer])
  return <MetricChart lines={lines} unit={answer.metric.unit} bars={bars} height={220} />
}

const SHOWN = 8

function Table({ answer, by }: { answer: MetricAnswer; by: string | undefined }) {
  const say = useSay()
  const format = useFormat()
  const text = useMetricText()
  const dimension = useDimensionName()
  const { unit, adds_up, better } = answer.metric
  type Row = Pick<MetricGroup, 'group' | 'value' | 'share' | 'before'>
  const rows: Row[] = by
    ? answer.groups.slice(0, SHOWN)
    : answer.series.slice(-SHOWN).reverse().map((one) => ({ group: one.from === one.to ? one.from : `${one.from} – ${one.to.slice(5)}`, value: one.value, share: null, before: null }))
  const columns: Column<Row>[] = [
    { key: 'group', title: by ? dimension(by) : say('metric.when'), cell: (row) => row.group },
    {
      key: 'value', title: answer.metric.label, right: true,
      cell: (row) => (
        <>
          {text.short(unit, row.value)}
          {row.value !== null && row.before !== null && <> <small><Move now={Number(row.value)} before={Number(row.before)} lessIsGood={better === 'less'} /></small></>}
        </>
      ),
    },
    ...(by && adds_up ? [{
      key: 'share', title: say('share'), width: 120,
      cell: (row: Row) => (row.share === null ? '–' : <Bar share={Math.max(0, Number(row.share))} text={format.percent(Number(row.share))} />),
    }] : []),
  ]
  return <Rows from={still(rows)} columns={columns} id={(row) => row.group} empty={<Nothing />} />
}

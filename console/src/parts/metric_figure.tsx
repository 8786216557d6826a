// metric_figure.tsx -- a metric as a tile: its value, how it went, and how it stands to the period before and to last year.
import { Skeleton, Tag } from 'antd'
import type { ReactNode } from 'react'
import type { Metric, MetricAnswer, MetricBeside } from '~/api'
import { useSay } from '~/base/locale'
import { useMetricText, type MetricQuestion } from '~/base/metric_text'
import type { Word } from '~/base/words'
import { Change, Figure } from './figure'
import { Spark } from './spark'

/** Definition and formula, as a hint shows them. */
export function Meaning({ metric }: { metric: Metric }) {
  return <>{metric.definition}<br />{metric.formula}</>
}

/** Said where it is not the usual "more is better": colour alone would not tell. */
export function Better({ metric }: { metric: Metric }) {
  const say = useSay()
  return metric.better === 'less' ? <Tag className="figure-mark">{say('metric.less')}</Tag> : null
}

/** The change against another period; the tone follows what is better for this metric. */
export function Against({ metric, beside, word }: { metric: Metric; beside: MetricBeside | null; word: Word }) {
  const say = useSay()
  const text = useMetricText()
  if (!beside) return null
  const was = say('metric.was', { from: beside.from, to: beside.to, value: text.full(metric.unit, beside.value) })
  return (
    <span className="figure-against" title={was}>
      <span className="quiet">{say(word)}</span>{' '}
      {beside.change === null
        ? <span className="quiet">{beside.value !== null && Number(beside.value) === 0 ? say('from_nothing') : '–'}</span>
        : <Change share={Number(beside.change)} lessIsGood={metric.better === 'less'} neither={metric.better === 'neither'} />}
    </span>
  )
}

/** `note`: of which days or whom, where these are not the page's. */
export function MetricFigure({ of, question, note }: { of: MetricAnswer; question: MetricQuestion; note?: ReactNode }) {
  const say = useSay()
  const text = useMetricText()
  const { metric, value, series } = of
  const drawn = series.filter((point) => point.value !== null).map((point) => Number(point.value))
  return (
    <Figure
      name={metric.label}
      hint={<Meaning metric={metric} />}
      mark={<Better metric={metric} />}
      value={text.short(metric.unit, value)}
      full={text.full(metric.unit, value)}
      metric={{ name: metric.name, question }}
      below={
        <>
          {drawn.length > 1 && <Spark values={drawn} label={say('metric.spark', { name: metric.label })} />}
          {note}
          <Against metric={metric} beside={of.before} word="metric.before.short" />
          <Against metric={metric} beside={of.year_ago} word="metric.year.short" />
        </>
      }
    />
  )
}

export function FiguresLoading({ n }: { n: number }) {
  return <>{Array.from({ length: n }, (_, i) => <div className="figure" key={i}><Skeleton active title={false} paragraph={{ rows: 3 }} /></div>)}</>
}

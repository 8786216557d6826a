// metric.tsx -- one metric: what it means, how it went, beside other periods, cut by anything it has, and who stands behind it.
import { TeamOutlined } from '@ant-design/icons'
import { Button, Card, Select, Space } from 'antd'
import { useMemo } from 'react'
import { Link, useParams } from 'react-router'
import type { Metric as Described, MetricAnswer, MetricStep } from '~/api'
import { useMay } from '~/app/session'
import { useData, type Page } from '~/base/data'
import { dayPlus, daysBetween } from '~/base/format'
import { useQuestion } from '~/base/question'
import { useSay } from '~/base/locale'
import { stepOf, useMetricText, yearAgo, type MetricQuestion } from '~/base/metric_text'
import { segmentLink } from '~/base/segment_link'
import { Asked, AskBar } from '~/pages/behaviour/ask_bar'
import { ExportMenu } from '~/parts/export_menu'
import { FieldSelect } from '~/parts/field_select'
import { Head } from '~/parts/head'
import { How } from '~/parts/how'
import { LINES_MAX, MetricChart, type MetricLine } from '~/parts/metric_chart'
import { Against, Better } from '~/parts/metric_figure'
import { PeriodPicker, periodOf, type Period } from '~/parts/period'
import { SegmentFilter } from '~/parts/segment_filter'
import { Loaded } from '~/parts/states'
import { Groups, Steps } from './tables'
import { membersBehind } from './members_behind'
import { UsedIn } from './used_in'
import { memberKinds, unitWord } from './words'

const steps = ['day', 'week', 'month', 'quarter', 'year'] as const
const besides = ['none', 'before', 'year'] as const
type Beside = (typeof besides)[number]
const orderCuts = ['shop', 'touchpoint', 'category'] as const

export default function MetricPage() {
  const { name = '' } = useParams()
  const all = useData<Page<Described>>('/v1/metrics')
  return <Loaded from={all} rows={10}>{(page) => <One key={name} name={name} metric={page.items.find((one) => one.name === name)} />}</Loaded>
}

function One({ name, metric }: { name: string; metric: Described | undefined }) {
  const say = useSay()
  const { asked, put } = useQuestion(['from', 'to', 'step', 'by', 'segment', 'shop', 'touchpoint', 'category', 'beside'] as const)
  const period = periodOf(asked)
  const step = steps.find((one) => one === asked.step) ?? stepOf(period.from, period.to)
  const beside: Beside = besides.find((one) => one === asked.beside) ?? 'before'
  const filters = { segment: asked.segment, shop: asked.shop, touchpoint: asked.touchpoint, category: asked.category }
  const question: MetricQuestion = { ...period, step, by: asked.by, ...filters }
  const path = `/v1/metrics/${encodeURIComponent(name)}`
  const read = useData<MetricAnswer>(path, { ...question })
  const days = daysBetween(period.from, period.to) + 1
  const then: Period = beside === 'year'
    ? yearAgo(period)
    : { from: dayPlus(period.from, -days), to: dayPlus(period.from, -1) }
  // The other period's own steps, drawn beside; only while nothing is cut.
  const other = useData<MetricAnswer>(beside === 'none' || asked.by ? null : path, { ...filters, ...then, step, compare: false })
  const ever = useData<MetricAnswer>('/v1/metrics/placed', { from: 'all', step: 'year', compare: false })
  const narrowed = orderCuts.filter((cut) => asked[cut])
  return (
    <>
      <Head title={metric?.label ?? name}>
        <PeriodPicker value={period} change={put} first={ever.data?.from} />
      </Head>
      <div className="stack">
        {metric && <Definition metric={metric} />}
        <section className="panel ask" aria-label={say('metric.ask')}>
          <AskBar>
            <Asked name={say('metric.step')}>
              <Select aria-label={say('metric.step')} className="field-select" value={step} onChange={(to: MetricStep) => put({ step: to })}
                options={steps.map((one) => ({ value: one, label: say(`metric.step.${one}`) }))} />
            </Asked>
            {metric && metric.by.length > 0 && (
              <Asked name={say('metric.cut')}>
                <FieldSelect
                  label={say('metric.cut')}
                  kinds={metric.by.includes('member') ? memberKinds : []}
                  value={asked.by}
                  none={say('metric.cut.none')}
                  more={orderCuts.filter((cut) => metric.by.includes(cut)).map((cut) => ({ value: cut, label: say(`metric.by.${cut}`) }))}
                  change={(by) => put({ by })}
                />
              </Asked>
            )}
            {!asked.by && (
              <Asked name={say('metric.beside')}>
                <Select aria-label={say('metric.beside')} className="field-select" value={beside} onChange={(to: Beside) => put({ beside: to })}
                  options={besides.map((one) => ({ value: one, label: say(`metric.beside.${one}`) }))} />
              </Asked>
            )}
            {metric?.by.includes('member') && <SegmentFilter label={say('flows.only')} value={asked.segment} change={(segment) => put({ segment })} />}
            {narrowed.map((cut) => (
              <Button key={cut} onClick={() => put({ [cut]: undefined })} aria-label={say('metric.drop', { what: asked[cut]! })}>
                {say(`metric.by.${cut}`)}: {asked[cut]} ×
              </Button>
            ))}
          </AskBar>
        </section>
        <Loaded from={read} rows={10}>
          {(answer) => (
            <Answer answer={answer} question={question} other={asked.by || beside === 'none' ? undefined : other.data} beside={beside} narrow={(cut, to) => put({ [cut]: to, by: undefined })} />
          )}
        </Loaded>
      </div>
    </>
  )
}

function Definition({ metric }: { metric: Described }) {
  const say = useSay()
  return (
    <section className="panel metric-definition" aria-label={say('metric.definition')}>
      <p>{metric.definition} <Better metric={metric} /></p>
      <p className="quiet">{metric.label} = {metric.formula} · {say(unitWord[metric.unit])} · <code>{metric.name}</code></p>
    </section>
  )
}

interface AnswerProps {
  answer: MetricAnswer
  question: MetricQuestion
  other: MetricAnswer | undefined
  beside: Beside
  narrow: (cut: (typeof orderCuts)[number], to: string) => void
}

function Answer({ answer, question, other, beside, narrow }: AnswerProps) {
  const say = useSay()
  const may = useMay()
  const text = useMetricText()
  const { metric, value, before, year_ago } = answer
  const whole = !question.shop && !question.touchpoint && !question.category
  const behind = whole && may('members:read') ? membersBehind(metric.name, answer.from, answer.to, question.segment) : undefined
  const otherWord = say(beside === 'year' ? 'metric.beside.year' : 'metric.beside.before')
  const lines = useMemo((): MetricLine[] => {
    if (answer.groups.length) return answer.groups.slice(0, LINES_MAX).map((one) => ({ name: one.group, points: one.series }))
    return [{ name: metric.label, points: answer.series }, ...(other ? [{ name: otherWord, points: other.series }] : [])]
  }, [answer, metric, other, otherWord])
  return (
    <div className="stack metric-answer">
      <Card
        title={<span className="metric-value number" title={text.full(metric.unit, value)}>{text.full(metric.unit, value)}</span>}
        className="card-tools"
        extra={
          <Space wrap>
            {behind && <Link to={segmentLink(behind.text, answer.to)}><Button icon={<TeamOutlined />}>{say(behind.word)}</Button></Link>}
            <ExportMenu path={`/v1/metrics/${metric.name}/export`} asked={question} name={metric.name} label={say('metric.export')} />
          </Space>
        }
      >
        <p className="metric-beside">
          <Against metric={metric} beside={before} word="metric.before.short" />
          {before && <span className="quiet">{say('metric.was', { from: before.from, to: before.to, value: text.full(metric.unit, before.value) })}</span>}
          <br />
          <Against metric={metric} beside={year_ago} word="metric.year.short" />
          {year_ago && <span className="quiet">{say('metric.was', { from: year_ago.from, to: year_ago.to, value: text.full(metric.unit, year_ago.value) })}</span>}
        </p>
        <MetricChart lines={lines} unit={metric.unit} />
        {answer.groups.length > LINES_MAX && <p className="quiet">{say('metric.lines_of', { n: LINES_MAX })}</p>}
      </Card>
      {question.by && <Groups answer={answer} by={question.by} narrow={narrow} />}
      <Steps answer={answer} other={other} otherWord={otherWord} />
      <UsedIn name={metric.name} />
      <How text={answer.how ?? ''} took_us={answer.took_us}>
        {answer.metric?.sources?.map((one) => (
          <div key={one.measure}>
            <p className="quiet">{say('metric.source')}: {one.measure} ({one.note})</p>
            <p className="how-text"><code>{one.text}</code></p>
          </div>
        ))}
      </How>
    </div>
  )
}

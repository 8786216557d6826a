// reading.tsx -- what came of an experiment: may the split be trusted, a sentence, intervals, tests, guardrails.
import { Alert, Card } from 'antd'
import { Link } from 'react-router'
import { useMay } from '~/app/session'
import { useFormat, type Format } from '~/base/format'
import { useSay, type Say } from '~/base/locale'
import { segmentLink } from '~/base/segment_link'
import { Figure, Hint } from '~/parts/figure'
import { How } from '~/parts/how'
import { Mark } from '~/parts/mark'
import { Rows, still, type Column } from '~/parts/rows'
import { TableExport, tableOf } from '~/parts/table_export'
import { armSegment, guardTones, p_text, useFigures, verdictTones, type Experiment, type Metric, type RateTest, type ReadArm, type Result, type ValueTest } from './forms'
import { Intervals } from './intervals'
import { partsOf, useCountables } from './metric_input'

type Test = RateTest | ValueTest
const testsOf = (metric: Metric): Test[] => (metric.rate ? metric.tests : metric.value_tests)
const levelOf = (metric: Metric, arm: ReadArm) => (metric.rate ? { value: arm.rate, ci: arm.ci } : { value: arm.mean, ci: arm.mean_ci })

export function Reading({ it, result }: { it: Experiment; result: Result }) {
  const say = useSay()
  const format = useFormat()
  const { primary, srm } = result
  const arms = it.arms.length
  return (
    <div className="stack">
      {srm.warn && <Alert type="error" showIcon role="alert" title={say('exp.srm.broken')} description={srm.words} />}
      <section className="panel">
        <div className="figures">
          <Figure
            name={say('exp.exposed')} value={format.tile(result.exposed)} full={format.count(result.exposed)}
            below={result.planned ? <span className="quiet">{say('exp.of_planned', { share: format.percent(result.exposed / (result.planned * arms)), n: format.count(result.planned * arms) })}</span> : undefined}
          />
          <Figure
            name={say('exp.srm')} hint={say('exp.srm.what')} value={srm.p === null ? say('exp.undefined') : say(srm.warn ? 'exp.srm.bad' : 'exp.srm.good')}
            below={srm.p !== null && <span className="quiet number">χ² {srm.chi2?.toFixed(2)} · p {p_text(srm.p)}</span>}
          />
          <Figure name={say('exp.until')} value={<span className="figure-small">{format.when(result.until)}</span>} below={<span className="quiet">{say('exp.until.window', { n: result.window_days })}</span>} />
          <Figure name={say('exp.guards')} value={<Guarded guardrails={result.guardrails} />} />
        </div>
      </section>
      <Card title={say('exp.verdict')}>
        {result.verdicts.map((one) => (
          <p key={one.arm} className="sentence">
            <Mark tone={verdictTones[one.verdict]}>{say(`exp.verdict.${one.verdict}`)}</Mark> <Sentence result={result} arm={one.arm} verdict={one.verdict} />
          </p>
        ))}
      </Card>
      <Figures it={it} metric={primary} title={say('exp.decides', { metric: primary.name })} />
      {result.guardrails.map((one) => <Figures key={one.metric} it={it} metric={one} title={say('exp.guard', { metric: one.name })} />)}
      <How text={result.definition} />
    </div>
  )
}

function Guarded({ guardrails }: { guardrails: Metric[] }) {
  const say = useSay()
  const all = guardrails.flatMap((one) => one.guarded)
  if (all.length === 0) return <span className="quiet">{say('exp.guards.none')}</span>
  const worst = (['harmed', 'open', 'unknown', 'safe'] as const).find((state) => all.some((one) => one.state === state))!
  return <Mark tone={guardTones[worst]} className="tag-big">{say(`exp.guard.${worst}`)}</Mark>
}

/** Money is told where the metric is money. */
const useMoney = (metric: Metric) => {
  const { what } = partsOf(metric.metric)
  return useCountables().find((one) => one.metric === what)?.money ?? false
}

function Sentence({ result, arm, verdict }: { result: Result; arm: string; verdict: Result['verdicts'][number]['verdict'] }) {
  const say = useSay()
  const format = useFormat()
  const metric = result.primary
  const figures = useFigures(metric, useMoney(metric), format)
  const control = metric.arms.find((one) => one.control)
  const test = testsOf(metric).find((one) => one.a === arm && one.b === control?.arm)
  const own = metric.arms.find((one) => one.arm === arm)
  const now = own && levelOf(metric, own).value
  const before = control && levelOf(metric, control).value
  if (verdict === 'unknown' || !test || test.diff === null || typeof now !== 'number' || typeof before !== 'number') return <>{say('exp.sentence.unknown', { arm, n: own?.n ?? 0, m: control?.n ?? 0 })}</>
  const money = 'money' in test && test.money !== null ? test.money : undefined
  return (
    <>
      {say(`exp.sentence.${verdict}`, {
        arm, control: control?.arm ?? '', metric: metric.name, now: figures.level(now), before: figures.level(before), diff: figures.change(test.diff),
        ci: test.ci_sequential ? figures.span(test.ci_sequential) : '–', p: p_text(test.p_sequential) ?? '–',
      })}
      {money && say('exp.sentence.money', { money: format.money(money), ci: 'money_ci' in test && test.money_ci?.length === 2 ? `[${test.money_ci.map((one) => format.money(one)).join(', ')}]` : '–' })}
      {test.small && ` ${say('exp.small')}`}
    </>
  )
}

function Figures({ it, metric, title }: { it: Experiment; metric: Metric; title: string }) {
  const say = useSay()
  const format = useFormat()
  const people = useMay()('members:read')
  const figures = useFigures(metric, useMoney(metric), format)
  const tests = testsOf(metric)
  const columns = columnsOf(metric, figures, say, format)
  const confidence = `${Math.round((1 - (tests[0]?.alpha ?? 0.05)) * 1000) / 10}%`
  return (
    <Card title={<>{title} {metric.guarded.map((one) => <Mark key={one.arm} tone={guardTones[one.state]}>{one.arm} · {say(`exp.guard.${one.state}`)}</Mark>)}</>} className="card-flush card-tools" extra={<TableExport name={`experiment-${it.id}`} table={() => tableOf(columns, tests)} />}>
      <div className="tab-body">
        <h3 className="facet-name">{say('exp.levels')} <Hint text={say(metric.rate ? 'exp.levels.rate' : 'exp.levels.mean', { confidence })} about={say('exp.levels')} /></h3>
        <Intervals
          label={`${title} · ${say('exp.levels')}`} tick={figures.level}
          rows={metric.arms.map((arm) => {
            const { value, ci } = levelOf(metric, arm)
            const n = say('exp.people', { n: format.count(arm.n) })
            return {
              name: <>{arm.arm} {arm.control && <span className="quiet">{say('exp.control')}</span>}</>, value, inner: ci,
              text: (
                <>
                  <b className="number">{value === null ? say('exp.undefined') : figures.level(value)}</b> <span className="quiet number">{ci && figures.span(ci, false)}</span>{' '}
                  {people && arm.n > 0 ? <Link className="number underlined" to={segmentLink(armSegment(it.name, arm.arm))}>{n}</Link> : <span className="quiet number">{n}</span>}
                </>
              ),
            }
          })}
        />
        <h3 className="facet-name">{say('exp.differences')} <Hint text={say('exp.differences.what', { confidence })} about={say('exp.differences')} /></h3>
        <Intervals
          zero label={`${title} · ${say('exp.differences')}`} tick={figures.change}
          rows={tests.map((test) => ({
            name: `${test.a} − ${test.b}`, value: test.diff, inner: test.ci, outer: test.ci_sequential,
            text: <b className="number">{test.diff === null ? say('exp.undefined') : figures.change(test.diff)}</b>,
          }))}
        />
        <p className="quiet flat interval-legend"><span className="interval-key interval-inner" aria-hidden /> {say('exp.interval.once', { confidence })}　<span className="interval-key interval-outer" aria-hidden /> {say('exp.interval.always', { confidence })}</p>
      </div>
      <Rows from={still(tests)} id={(test) => `${test.a} ${test.b}`} columns={columns} />
    </Card>
  )
}

const statistic = (test: Test) => ('z' in test ? test.z : test.t)

function columnsOf(metric: Metric, figures: ReturnType<typeof useFigures>, say: Say, format: Format): Column<Test>[] {
  const p = (value: number | null) => p_text(value) ?? say('exp.undefined')
  return [
    { key: 'pair', title: say('exp.compared'), cell: (test) => <>{test.a} − {test.b} {test.small && <Mark tone="amber">{say('exp.small.short')}</Mark>}</>, file: (test) => `${test.a} − ${test.b}` },
    { key: 'diff', title: say('exp.diff'), right: true, cell: (test) => (test.diff === null ? say('exp.undefined') : <>{figures.change(test.diff)}<div className="quiet">{test.ci && figures.span(test.ci)}</div></>), file: (test) => test.diff },
    { key: 'lift', title: say('exp.lift.is'), right: true, cell: (test) => (test.lift === null ? say('exp.undefined') : <>{test.lift > 0 ? '+' : ''}{format.percent(test.lift)}<div className="quiet">{test.lift_ci && `[${test.lift_ci.map((one) => format.percent(one)).join(', ')}]`}</div></>), file: (test) => test.lift },
    { key: 'z', title: metric.rate ? 'z' : 't', right: true, cell: (test) => statistic(test)?.toFixed(3) ?? say('exp.undefined'), file: statistic },
    { key: 'p', title: say('exp.p'), right: true, cell: (test) => p(test.p), file: (test) => test.p },
    { key: 'holm', title: say('exp.p.holm'), right: true, wideOnly: true, cell: (test) => p(test.p_holm), file: (test) => test.p_holm },
    { key: 'always', title: say('exp.p.always'), right: true, cell: (test) => <b>{p(test.p_sequential)}</b>, file: (test) => test.p_sequential },
    ...(metric.value_tests.some((test) => test.money !== null)
      ? [{ key: 'money', title: say('exp.money'), right: true, cell: (test: Test) => ('money' in test && test.money !== null ? <>{format.money(test.money)}<div className="quiet">{test.money_ci?.length === 2 && `[${test.money_ci.map((one) => format.money(one)).join(', ')}]`}</div></> : say('exp.undefined')), file: (test: Test) => ('money' in test ? test.money : null) }]
      : []),
  ]
}

// forms.ts -- the forms of the pages on experiments, and how their figures are written.
import type { Forms, Given } from '~/api'
import type { Tone } from '~/app/theme'
import type { Format } from '~/base/format'

export type Interval = [low: number, high: number]
export type Arm = Given<Forms['experiment_arm'], 'name'>
export type Guard = Given<Forms['experiment_guard'], 'metric'>
export type Experiment = Omit<Given<Forms['experiment_view'], 'name' | 'state' | 'metric' | 'share' | 'window_days'>, 'arms' | 'guardrails'> & { arms: Arm[]; guardrails: Guard[] }
export type Countable = Given<Forms['experiment_countable'], 'metric' | 'name'>
export type Plan = Given<Forms['experiment_plan'], 'definition'>
export type ReadArm = Omit<Given<Forms['reading_arm'], 'arm'>, 'ci' | 'mean_ci'> & { ci: Interval | null; mean_ci: Interval | null }
type Common = { ci: Interval | null; ci_sequential: Interval | null; lift_ci: Interval | null }
export type RateTest = Omit<Given<Forms['reading_test'], 'a' | 'b'>, keyof Common> & Common
export type ValueTest = Omit<Given<Forms['reading_value_test'], 'a' | 'b'>, keyof Common | 'money_ci'> & Common & { money_ci: string[] | null }
export type Metric = Omit<Given<Forms['experiment_metric_view'], 'metric' | 'name'>, 'arms' | 'tests' | 'value_tests' | 'guarded'> & {
  arms: ReadArm[]
  tests: RateTest[]
  value_tests: ValueTest[]
  guarded: Given<Forms['experiment_guarded'], 'arm' | 'state'>[]
}
export type Judged = Given<Forms['experiment_judged'], 'arm' | 'verdict'>
export type Result = Omit<Given<Forms['experiment_result_view'], 'name' | 'state' | 'definition'>, 'primary' | 'srm' | 'guardrails' | 'verdicts'> & {
  primary: Metric
  srm: Forms['reading_srm']
  guardrails: Metric[]
  verdicts: Judged[]
}
export type Assigned = Given<Forms['experiment_assigned'], 'result'>

export const stateTones: Record<Experiment['state'], Tone> = { draft: 'grey', running: 'green', stopped: 'blue' }
export const verdictTones: Record<Judged['verdict'], Tone> = { unknown: 'grey', open: 'amber', better: 'green', worse: 'red' }
export const guardTones = { unknown: 'grey', open: 'amber', safe: 'green', harmed: 'red' } as const

/** Who is in an arm, in the segment language. */
export const armSegment = (experiment: string, arm: string) => `experiment = "${`${experiment}:${arm}`.replace(/["\\]/g, '\\$&')}"`

export const p_text = (p: number | null) => (p === null ? null : p < 0.0001 ? '< 0.0001' : p.toPrecision(p < 0.01 ? 2 : 3))

/** How figures of a metric are written: rates in percent, money, counts. `signed` for differences. */
export function useFigures(metric: Metric, money: boolean, format: Format) {
  // Differences of rates are points of a percent, not percents; a percent stands at each number, the points once.
  const unit = (signed: boolean) => (metric.rate ? (signed ? ' pp' : '%') : '')
  const plain = (n: number, signed: boolean) => {
    const sign = signed && n > 0 ? '+' : n < 0 ? '−' : ''
    const size = Math.abs(n)
    const text = metric.rate
      ? `${(size * 100).toLocaleString('en-US', { maximumFractionDigits: size < 0.01 ? 3 : 2 })}`
      : money ? format.money(size.toFixed(2)) : size.toLocaleString('en-US', { maximumFractionDigits: 3 })
    return `${sign}${text}`
  }
  return {
    level: (n: number) => plain(n, false) + unit(false),
    change: (n: number) => plain(n, true) + unit(true),
    span: (one: Interval, signed = true) => (signed ? `[${plain(one[0], true)}, ${plain(one[1], true)}]${unit(true)}` : `[${one.map((n) => plain(n, false) + unit(false)).join(', ')}]`),
  }
}

// question.ts -- what a block asks; blocks that ask alike are answered by one question.
import type { DashboardBlock, MetricStep } from '~/api'
import { address } from '~/base/http'
import { stepOf, type MetricQuestion } from '~/base/metric_text'
import type { Period } from '~/parts/period'

/** Points are told of at most 62 steps at once. */
const coarse: Record<string, MetricStep> = { day: 'week', week: 'month' }

export function stepFor(block: DashboardBlock, period: Period): MetricStep {
  if (block.step !== 'fit') return block.step
  const fit = stepOf(period.from, period.to)
  return block.metric.startsWith('points_') ? (coarse[fit] ?? fit) : fit
}

export function questionOf(block: DashboardBlock, period: Period): MetricQuestion {
  const { by, segment, shop, touchpoint, category } = block
  const given = Object.entries({ by, segment, shop, touchpoint, category }).filter(([, value]) => value)
  return { ...period, step: stepFor(block, period), ...Object.fromEntries(given) }
}

/** Metrics whose answer may have to be waited for are not asked with the others. */
const apart = (metric: string) => metric.startsWith('points_') || ['active', 'viewers', 'conversion', 'carters', 'cart_abandonment', 'high_value_share'].includes(metric)

/** The address that answers each block, by its place. */
export function addressesOf(blocks: DashboardBlock[], period: Period): string[] {
  const names: Record<string, Set<string>> = {}
  const keys = blocks.map((block) => {
    const key = JSON.stringify([questionOf(block, period), apart(block.metric) && block.metric.startsWith('points_') ? 'points' : apart(block.metric)])
    names[key] = (names[key] ?? new Set()).add(block.metric)
    return key
  })
  return blocks.map((block, i) => address('/v1/metrics/board', { names: [...names[keys[i]!]!].sort().join(), ...questionOf(block, period) }))
}

// forms.ts -- the forms of the page on channel figures.
import type { Forms, Given, MetricsAnswer } from '~/api'
import { useData } from '~/base/data'
import { lastDays } from '~/parts/period'

/** What a touchpoint cost and whom it won on one day. */
export type Entry = Given<Forms['metric_cost'], 'amount' | 'followers'>

/** What stands for no entry: written over one, it takes it away. */
export const nothing = { amount: '0', followers: 0 }

/** Touchpoints of orders of a year, the greatest first, and those that have entries already. */
export function useTouchpoints(entries: Entry[]): string[] {
  const read = useData<MetricsAnswer>('/v1/metrics/board', { names: 'placed', ...lastDays(365), by: 'touchpoint', step: 'year' })
  const groups = read.data?.items[0]?.groups.filter((one) => !one.rest).map((one) => one.group) ?? []
  return [...new Set([...groups, ...entries.map((one) => one.touchpoint)])]
}

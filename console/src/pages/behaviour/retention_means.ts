// retention_means.ts -- which days of a retention table are over, and the mean of those.
import type { RetentionAnswer } from '~/api'
import { dayPlus, todayIs } from '~/base/format'

export type Spacing = 'day' | 'week'
export interface Mean {
  members: number
  returned: number
  share: number
}

/** Whether the n-th day (week) after a group's day is over, still running, or yet to come. */
export function stateOf(one: RetentionAnswer['cohorts'][number], n: number, spacing: Spacing): 'over' | 'running' | 'coming' {
  if (n <= one.observed) return 'over'
  return dayPlus(one.day, n * (spacing === 'week' ? 7 : 1)) > todayIs() ? 'coming' : 'running'
}

/** Over the groups for which that day is over; undefined where it is for none. */
export function meansOf({ total }: RetentionAnswer): (Mean | undefined)[] {
  return total.observed.map((members, i) => (members > 0 ? { members, returned: total.kept[i]!, share: total.kept[i]! / members } : undefined))
}

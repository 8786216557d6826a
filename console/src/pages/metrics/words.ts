// words.ts -- what units and dimensions of metrics are called.
import type { MetricUnit } from '~/api'
import { useSay } from '~/base/locale'
import type { Word } from '~/base/words'
import { useMemberFields } from '~/parts/field_select'

export const unitWord: Record<MetricUnit, Word> = {
  money: 'metric.unit.money', count: 'metric.unit.count', ratio: 'metric.unit.ratio', times: 'metric.unit.times', days: 'metric.unit.days',
}

/** Of the members' fields those with one value each. */
export const memberKinds = ['choice', 'text', 'flag', 'number', 'count', 'money', 'age', 'date'] as const

/** "shop" and its like, "member" (any field), or a field of members. */
export function useDimensionName() {
  const say = useSay()
  const { nameOf } = useMemberFields(memberKinds)
  return (by: string) =>
    by === 'shop' || by === 'touchpoint' || by === 'category' || by === 'member' ? say(`metric.by.${by}`) : nameOf(by)
}

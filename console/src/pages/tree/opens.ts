// opens.ts -- where the figures of the GMV tree open: the metric each of them is, of the same days and members.
import type { TreeFactor, TreePart } from '~/api'
import { metricLink, type MetricQuestion } from '~/base/metric_text'
import { allOf } from '~/base/segment_link'

export type By = 'none' | 'shop' | 'touchpoint' | 'category' | 'segment'

/** The metric that each factor is; of unknown buyers what they add. */
const metricOf: Record<TreeFactor['factor'], string> = {
  users: 'reached',
  conversion: 'order_conversion',
  frequency: 'order_frequency',
  order_value: 'order_value',
  unknown_buyers: 'unknown_gmv',
}

/** Nowhere: orders without a known buyer are of no segment. */
export function factorLink(factor: TreeFactor, asked: MetricQuestion | undefined): string | undefined {
  if (!asked || (factor.factor === 'unknown_buyers' && asked.segment)) return undefined
  // Users of a shop or category are all active users.
  return metricLink(metricOf[factor.factor], factor.factor === 'users' ? { ...asked, shop: undefined, category: undefined } : asked)
}

const not = (text: string) => `not (${text})`

/** Of a part what the whole is asked of; undefined where a part cannot be asked for alone. `listed`: the segments, of which the first that holds counts. */
export function partQuestion(part: TreePart, by: By, listed: string[], whole: MetricQuestion): MetricQuestion | undefined {
  if (by === 'segment') {
    if (part.kind === 'unknown') return undefined
    const place = part.kind === 'named' ? listed.indexOf(part.part ?? '') : listed.length
    return { ...whole, segment: allOf([whole.segment, listed[place], ...listed.slice(0, place).map(not)]) }
  }
  return part.kind === 'named' && part.part ? { ...whole, [by]: part.part } : undefined
}

// members_behind.ts -- who stands behind a metric, as a text of the segment language, where that can be said.
import { allOf, windowOf } from '~/base/segment_link'
import type { Word } from '~/base/words'

/** What is said of the members, and how; `{w}` is the period as a window that ends with it. */
const behind: Record<string, readonly [Word, string]> = {}
const put = (word: Word, text: string, ...names: string[]) => names.forEach((name) => (behind[name] = [word, text]))

put('metric.members.buyers', 'orders({w}) >= 1',
  'sales', 'sales_gross', 'net_sales', 'orders', 'units', 'aov', 'per_buyer', 'unit_price', 'units_per_order', 'buyers', 'purchase_frequency')
put('metric.members.ordered', 'did("order.placed", {w})', 'gmv', 'placed', 'payment_rate', 'placers', 'known_placed', 'known_gmv', 'order_value', 'order_frequency', 'order_conversion')
put('metric.members.new', 'orders({w}) >= 1 and first_order < {w}', 'new_buyers', 'new_buyer_share', 'ltv', 'cac', 'payback')
put('metric.members.returning', 'orders({w}) >= 1 and first_order >= {w}', 'returning_buyers')
put('metric.members.repeat', 'orders({w}) >= 2', 'repeat_rate')
put('metric.members.once', 'first_order < {w} and orders = 1', 'repurchase_30', 'repurchase_60', 'repurchase_90', 'repurchase_365')
put('metric.members.seen', 'first_seen < {w}', 'new_members')
put('metric.members.viewed', 'did("Product Viewed", {w})', 'viewers')
put('metric.members.viewed_only', 'did("Product Viewed", {w}) and not did("order.paid", {w}) and not did("Order Completed", {w})', 'conversion')
put('metric.members.carted', 'did("Product Added", {w})', 'carters')
put('metric.members.carted_only', 'did("Product Added", {w}) and not did("order.paid", {w}) and not did("Order Completed", {w})', 'cart_abandonment')
put('metric.members.high', 'scene = "high_value"', 'high_value_share')
put('metric.members.points', 'points >= 1', 'points_outstanding', 'points_liability')

/** Undefined where the metric is not of members, or is asked of some orders only. */
export function membersBehind(name: string, from: string, to: string, segment: string | undefined): { word: Word; text: string } | undefined {
  const known = behind[name]
  return known && { word: known[0], text: allOf([known[1].replaceAll('{w}', windowOf(from, to)), segment]) }
}

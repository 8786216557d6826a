// overview.ts -- words of the overview.
import type { Chapter } from './chapter'

export const overview = {
  period: ['时间段', 'Period'],
  'period.today': ['今天', 'Today'],
  'period.yesterday': ['昨天', 'Yesterday'],
  'period.7': ['近 7 天', 'Last 7 days'],
  'period.30': ['近 30 天', 'Last 30 days'],
  'period.90': ['近 90 天', 'Last 90 days'],
  'period.month': ['本月', 'This month'],
  'period.last_month': ['上月', 'Last month'],
  'period.year': ['今年', 'This year'],
  'period.365': ['近一年', 'Last 365 days'],
  'period.ever': ['全部', 'All'],
  'period.custom': ['自选时间', 'Other dates'],
  from_nothing: ['此前为 0', 'from 0'],

  trend: ['走势', 'Trend'],
  'overview.note': ['上期：{before} 至 {until}；去年：去年的同样日期。点数字看定义、走势、构成和背后的会员。', 'Before: {before} to {until}; last year: the same dates. Click a figure for its definition, trend, parts and members.'],
  'overview.cohort': ['首购在 {from} 至 {to}', 'First bought {from} to {to}'],
  'overview.all_metrics': ['全部指标', 'All metrics'],
  'overview.why': ['销售额为什么变了', 'Why sales changed'],
  'overview.to_tree': ['看 GMV 拆解', 'To the GMV tree'],
  'overview.by_shop': ['按店铺', 'By shop'],
  'overview.by_touchpoint': ['按触点（渠道占比）', 'By touchpoint'],
  'overview.open': ['细看', 'Look closer'],
  first_import: ['还没有订单。导入店铺后台导出的订单文件，几秒钟就能看到数据。', 'There are no orders yet. Import the order file of your shop to see figures within seconds.'],
  no_orders_then: ['这段时间没有订单，换个时间段看看', 'No orders in this period; try another'],
  to_import: ['导入订单', 'Import orders'],
  last_orders: ['看最近有订单的 30 天（至 {day}）', 'The last 30 days with orders (to {day})'],
} as const satisfies Chapter

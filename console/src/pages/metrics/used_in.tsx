// used_in.tsx -- where else a metric is looked at.
import { Link } from 'react-router'
import type { Dashboard } from '~/api'
import { useData, type Page } from '~/base/data'
import { useSay } from '~/base/locale'

/** Pages that show it. */
const pagesOf: Record<string, readonly ('/' | '/gmv-tree' | '/points?tab=liability' | '/rfm')[]> = {
  gmv: ['/', '/gmv-tree'], reached: ['/gmv-tree'], order_conversion: ['/gmv-tree'], order_frequency: ['/gmv-tree'], order_value: ['/gmv-tree'], unknown_gmv: ['/gmv-tree'],
  aov: ['/', '/gmv-tree'], buyers: ['/'], active: ['/', '/gmv-tree'], viewers: ['/gmv-tree'], payment_rate: ['/gmv-tree'], repeat_rate: ['/gmv-tree'], units_per_order: ['/gmv-tree'], unit_price: ['/gmv-tree'],
  net_sales: ['/'], sales: ['/'], refund_rate: ['/'], placed: ['/'], orders: ['/'], new_members: ['/', '/gmv-tree'], new_buyers: ['/'], returning_buyers: ['/', '/gmv-tree'], per_buyer: ['/'], repurchase_90: ['/'], ltv: ['/'],
  conversion: ['/', '/gmv-tree'], cart_abandonment: ['/', '/gmv-tree'], high_value_share: ['/', '/gmv-tree', '/rfm'], points_liability: ['/', '/points?tab=liability'], points_outstanding: ['/', '/points?tab=liability'],
}
const words = { '/': 'page.overview', '/gmv-tree': 'page.gmv_tree', '/points?tab=liability': 'page.points', '/rfm': 'page.rfm' } as const

export function UsedIn({ name }: { name: string }) {
  const say = useSay()
  const boards = useData<Page<Dashboard>>('/v1/dashboards')
  const places = pagesOf[name] ?? []
  const shown = (boards.data?.items ?? []).filter((one) => one.blocks.some((block) => block.metric === name))
  if (!places.length && !shown.length) return null
  return (
    <section className="panel panel-title" aria-label={say('metric.used')}>
      <span className="quiet">{say('metric.used')}</span>{' '}
      {places.map((place) => <Link key={place} to={place} className="used-in">{say(words[place])}</Link>)}
      {shown.map((one) => <Link key={one.id} to={one.id ? `/dashboards?id=${one.id}` : '/dashboards'} className="used-in">{say('metric.used.dashboard', { name: one.name })}</Link>)}
    </section>
  )
}

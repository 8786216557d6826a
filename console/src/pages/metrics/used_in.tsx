// used_in.tsx -- where else a metric is looked at.
import { Link } from 'react-router'
import type { Dashboard } from '~/api'
import { useData, type Page } from '~/base/data'
import { useSay } from '~/base/locale'

/** Pages that show it. */
const pagesOf: Record<string, readonly ('/' | '/gmv-tree' | '/points?tab=liability' | '/rfm')[]> = {
  gmv: ['/', '/gmv-tree'], aov: ['/', '/gmv-tree'], purchase_frequency: ['/gmv-tree'], buyers: ['/', '/gmv-tree'], active: ['/', '/gmv-tree'],
  net_sales: ['/'], sales: ['/'], refund_rate: ['/'], placed: ['/'], orders: ['/', '/gmv-tree'], new_members: ['/'], new_buyers: ['/'], returning_buyers: ['/'], per_buyer: ['/'], repurchase_90: ['/'], ltv: ['/'],
  conversion: ['/', '/gmv-tree'], cart_abandonment: ['/'], high_value_share: ['/', '/rfm'], points_liability: ['/', '/points?tab=liability'], points_outstanding: ['/', '/points?tab=liability'],
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

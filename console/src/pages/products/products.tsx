// products.tsx -- products: which carry the shop and which lie dead, categories by quadrant, counts of stock.
import { Card, Tabs } from 'antd'
import { useMay } from '~/app/session'
import { useQuestion } from '~/base/question'
import { useSay } from '~/base/locale'
import { Head } from '~/parts/head'
import { lastDays, PeriodPicker } from '~/parts/period'
import { Health } from './health'
import { Quadrants } from './quadrants'
import { Stock } from './stock'

export default function Products() {
  const say = useSay()
  const may = useMay()
  const { asked, put } = useQuestion(['tab', 'from', 'to'] as const)
  const period = asked.from && asked.to ? { from: asked.from, to: asked.to } : lastDays(90)
  const tab = asked.tab ?? 'health'
  return (
    <>
      <Head title={say('page.products')}>
        {tab !== 'stock' && <PeriodPicker value={period} change={(to) => put({ from: to.from, to: to.to })} />}
      </Head>
      <Card className="tabs-flush">
        <Tabs
          activeKey={tab}
          onChange={(to) => put({ tab: to === 'health' ? undefined : to })}
          destroyOnHidden
          items={[
            { key: 'health', label: say('products.tab.health'), children: <Health period={period} /> },
            { key: 'quadrants', label: say('products.tab.quadrants'), children: <Quadrants period={period} /> },
            ...(may('orders:read') ? [{ key: 'stock', label: say('products.tab.stock'), children: <Stock /> }] : []),
          ]}
        />
      </Card>
    </>
  )
}

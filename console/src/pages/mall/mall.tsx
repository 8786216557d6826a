// mall.tsx -- the points mall: what is offered, what was exchanged, and first-come grabs.
import { Card, Tabs } from 'antd'
import { useSay } from '~/base/locale'
import { useQuestion } from '~/base/question'
import { Head } from '~/parts/head'
import { Exchanges } from './exchanges'
import { Goods } from './goods'
import { Grabs } from './grabs'

export default function Mall() {
  const say = useSay()
  const { asked, put } = useQuestion(['tab', 'state'] as const)
  const items = [
    { key: 'goods', label: say('mall.tab.goods'), children: <Goods /> },
    { key: 'exchanges', label: say('mall.tab.exchanges'), children: <Exchanges state={asked.state} show={(state) => put({ tab: 'exchanges', state })} /> },
    { key: 'grabs', label: say('mall.tab.grabs'), children: <Grabs /> },
  ]
  return (
    <>
      <Head title={say('page.mall')} />
      <Card className="tabs-flush">
        <Tabs activeKey={asked.tab ?? 'goods'} onChange={(tab) => put({ tab: tab === 'goods' ? undefined : tab, state: undefined })} items={items} destroyOnHidden />
      </Card>
    </>
  )
}

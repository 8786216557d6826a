// shops.tsx -- which shop sold how much.
import { Card } from 'antd'
import type { OverviewShop } from '~/api'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { Bar } from '~/parts/bar'
import { Rows, still, type Column } from '~/parts/rows'
import { Nothing } from '~/parts/states'

export function Shops({ shops }: { shops: OverviewShop[] }) {
  const say = useSay()
  const format = useFormat()
  const total = shops.reduce((sum, shop) => sum + Number(shop.net), 0)
  const columns: Column<OverviewShop>[] = [
    { key: 'shop', title: say('shop'), cell: (shop) => shop.shop },
    {
      key: 'share', title: say('share'), width: 150,
      cell: (shop) => <Bar share={total > 0 ? Number(shop.net) / total : 0} text={format.percent(total > 0 ? Number(shop.net) / total : 0)} />,
    },
    { key: 'net', title: say('figure.net'), right: true, cell: (shop) => <span title={format.money(shop.net)}>{format.shortMoney(shop.net)}</span> },
    { key: 'orders', title: say('figure.orders'), right: true, cell: (shop) => format.count(shop.orders) },
    { key: 'buyers', title: say('figure.buyers'), right: true, cell: (shop) => format.count(shop.buyers) },
  ]
  return (
    <Card title={say('by_shop')} className="card-flush">
      <Rows from={still(shops)} columns={columns} id={(shop) => shop.shop} empty={<Nothing />} />
    </Card>
  )
}

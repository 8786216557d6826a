// member_orders.tsx -- a member's orders, each opening to its lines.
import type { OrderRow } from '~/api'
import { usePages } from '~/base/data'
import { useSay } from '~/base/locale'
import { Nothing } from '~/parts/states'
import { OrderRows } from '../orders/order_rows'

export function MemberOrders({ member }: { member: number }) {
  const say = useSay()
  const list = usePages<OrderRow>(`/v1/members/${member}/orders`, { limit: 20 })
  return <OrderRows from={list} without={['member']} empty={<Nothing text={say('no_orders')} />} />
}

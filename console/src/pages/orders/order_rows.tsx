// order_rows.tsx -- a list of orders; each opens to its lines.
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import type { OrderRow, OrderState } from '~/api'
import type { Pages } from '~/base/data'
import type { Tone } from '~/app/theme'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { Rows, type Column } from '~/parts/rows'
import { OrderDetail } from './order_detail'
import { Mark } from '~/parts/mark'

const colours: Record<OrderState, Tone> = {
  placed: 'amber', paid: 'teal', shipped: 'blue', completed: 'green', cancelled: 'grey', refunded: 'red',
}

export function OrderStateMark({ state }: { state: OrderState }) {
  const say = useSay()
  return <Mark tone={colours[state]}>{say(`state.${state}`)}</Mark>
}

export function OrderRows({ from, without = [], empty }: { from: Pages<OrderRow>; without?: string[]; empty: ReactNode }) {
  const say = useSay()
  const format = useFormat()
  const columns: Column<OrderRow>[] = [
    { key: 'number', title: say('order_number'), cell: (row) => <span className="number">{row.number}</span> },
    { key: 'shop', title: say('shop'), cell: (row) => row.shop },
    {
      key: 'member', title: say('buyer'),
      cell: (row) => row.member ? <Link to={`/members/${row.member}`}>{row.name} <span className="number">#{row.member}</span></Link> : <span className="quiet">{say('no_buyer')}</span>,
    },
    { key: 'state', title: say('state'), cell: (row) => <OrderStateMark state={row.state} /> },
    { key: 'at', title: say('placed_at'), cell: (row) => <span className="number">{format.when(row.at)}</span> },
    { key: 'paid', title: say('order.paid'), right: true, cell: (row) => format.money(row.paid, row.currency) },
    { key: 'refund', title: say('order.refund'), right: true, cell: (row) => (Number(row.refund) ? format.money(row.refund, row.currency) : <span className="quiet">–</span>) },
    { key: 'net', title: say('order.net'), right: true, cell: (row) => format.money(row.net, row.currency) },
  ]
  return (
    <Rows
      from={from}
      columns={columns.filter((column) => !without.includes(column.key))}
      id={(row) => row.id}
      empty={empty}
      detail={(row) => <OrderDetail id={row.id} />}
    />
  )
}

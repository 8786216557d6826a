// order_detail.tsx -- one order's lines and the rest of what is known; read when opened.
import { Button, Grid } from 'antd'
import { useState } from 'react'
import type { OrderLine, OrderView } from '~/api'
import { useData } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { Loaded } from '~/parts/states'

export function OrderDetail({ id }: { id: number }) {
  const say = useSay()
  const wide = Grid.useBreakpoint().md ?? true
  const [open, setOpen] = useState(false)
  // A table row is opened by its own button; a card has one here.
  if (!wide && !open) return <Button size="small" type="link" className="card-more" onClick={() => setOpen(true)}>{say('lines')}</Button>
  return <Detail id={id} />
}

function Detail({ id }: { id: number }) {
  const say = useSay()
  const format = useFormat()
  const read = useData<OrderView>(`/v1/orders/${id}`)
  return (
    <Loaded from={read} rows={2}>
      {(order) => (
        <div className="order-detail">
          {order.lines.length === 0 ? <p className="quiet">{say('no_lines')}</p> : (
            <ul className="order-lines">
              {order.lines.map((one, i) => <Line key={one.line_id ?? i} line={one} />)}
            </ul>
          )}
          <dl className="order-more">
            <Item name={say('source_status')} value={order.status} />
            <Item name={say('paid_at')} value={order.paid_at && format.when(order.paid_at)} />
            <Item name={say('order.total')} value={order.total && format.money(order.total)} />
            <Item name={say('postage')} value={order.postage && format.money(order.postage)} />
            <Item name={say('touchpoint')} value={order.touchpoint} />
            <Item name={say('region')} value={[order.province, order.city].filter(Boolean).join(' ')} />
          </dl>
        </div>
      )}
    </Loaded>
  )
}

function Item({ name, value }: { name: string; value: string | null | undefined }) {
  return value ? <div><dt>{name}</dt><dd>{value}</dd></div> : null
}

function Line({ line }: { line: OrderLine }) {
  const say = useSay()
  const format = useFormat()
  return (
    <li>
      <span className="order-product">
        {line.product || line.product_id || say('product')}
        {line.category && <span className="quiet"> · {line.category}</span>}
      </span>
      <span className="number">{format.money(line.price)} × {line.quantity}</span>
      <span className="number order-amount">
        {format.money(line.amount)}
        {Number(line.refund) > 0 && <span className="move-down"> −{format.money(line.refund)}</span>}
      </span>
    </li>
  )
}

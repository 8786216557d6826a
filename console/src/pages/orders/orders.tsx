// orders.tsx -- orders of every shop: by number, shop, state and time.
import { Button, DatePicker, Input, Select } from 'antd'
import dayjs from 'dayjs'
import { Link } from 'react-router'
import type { OrderRow, OrderState, ShopView } from '~/api'
import { useMay } from '~/app/session'
import { useData, usePages, type Page } from '~/base/data'
import { useQuestion } from '~/base/question'
import { useSay } from '~/base/locale'
import { Head } from '~/parts/head'
import { Nothing } from '~/parts/states'
import { OrderRows } from './order_rows'

const states: OrderState[] = ['placed', 'paid', 'shipped', 'completed', 'cancelled', 'refunded']
const questions = ['q', 'shop', 'state', 'from', 'to'] as const

export default function Orders() {
  const say = useSay()
  const may = useMay()
  const { asked, put, clear, filtered } = useQuestion(questions)
  const list = usePages<OrderRow>('/v1/orders', { ...asked, limit: 50 })
  const shops = useData<Page<ShopView>>('/v1/shops')
  return (
    <>
      <Head title={say('page.orders')} />
      <div className="filters" role="search">
        <Input.Search
          key={asked.q ?? ''}
          defaultValue={asked.q}
          placeholder={say('search_orders')}
          aria-label={say('search_orders')}
          onSearch={(text) => put({ q: text.trim() })}
          allowClear
          className="filter-wide"
        />
        <Select
          aria-label={say('shop')}
          placeholder={say('all_shops')}
          value={asked.shop}
          onChange={(shop: string | undefined) => put({ shop })}
          options={shops.data?.items.map((shop) => ({ value: shop.name, label: shop.name }))}
          allowClear
          showSearch
          popupMatchSelectWidth={false}
          className="filter"
        />
        <Select
          aria-label={say('state')}
          placeholder={say('any_state')}
          value={asked.state}
          onChange={(state: string | undefined) => put({ state })}
          options={states.map((state) => ({ value: state, label: say(`state.${state}`) }))}
          allowClear
          className="filter"
        />
        <DatePicker.RangePicker
          aria-label={say('placed_at')}
          value={asked.from && asked.to ? [dayjs(asked.from), dayjs(asked.to)] : null}
          onChange={(days) => put({ from: days?.[0]?.format('YYYY-MM-DD'), to: days?.[1]?.format('YYYY-MM-DD') })}
        />
      </div>
      <section className="panel card-list">
        <OrderRows
          from={list}
          empty={
            filtered ? (
              <Nothing text={say('nothing_found')}><Button onClick={clear}>{say('clear')}</Button></Nothing>
            ) : (
              <Nothing text={say('first_import')}>
                {may('import') && <Link to="/imports"><Button type="primary">{say('to_import')}</Button></Link>}
              </Nothing>
            )
          }
        />
      </section>
    </>
  )
}

// exchanges.tsx -- exchanges by where they stand: paid, shipped one by one or by a list, returned, cancelled.
import { App, Button, Popconfirm, Segmented, Space } from 'antd'
import { useState } from 'react'
import type { MallExchange } from '~/api'
import type { Tone } from '~/app/theme'
import { useMay } from '~/app/session'
import { useChange, usePages } from '~/base/data'
import { useFormat } from '~/base/format'
import { isWord, useSay } from '~/base/locale'
import { FileButton } from '~/parts/file_button'
import { Mark } from '~/parts/mark'
import { MemberLink } from '~/parts/member_link'
import { Rows, type Column } from '~/parts/rows'
import { Failure, Nothing } from '~/parts/states'
import { useGoodWords } from './good_words'
import { ShipDialog, ShipManyDialog } from './ship_dialog'
import { WordDialog, type Ask } from './word_dialog'

type State = MallExchange['state']
const states: State[] = ['placed', 'paid', 'shipped', 'received', 'returned', 'cancelled']
const tones: Record<State, Tone> = { placed: 'amber', paid: 'blue', shipped: 'teal', received: 'green', returned: 'plum', cancelled: 'grey' }

export function Exchanges({ state, show }: { state: string | undefined; show: (state: string | undefined) => void }) {
  const say = useSay()
  const words = useGoodWords()
  const may = useMay()('loyalty:write')
  const chosen = state ?? 'paid'
  const list = usePages<MallExchange>('/v1/exchanges', { state: chosen === 'all' ? undefined : chosen })
  const [shipping, ship] = useState<MallExchange>()
  const [many, shipMany] = useState(false)
  const [asking, ask] = useState<{ it: MallExchange; ask: Ask }>()
  const format = useFormat()
  const columns: Column<MallExchange>[] = [
    {
      key: 'what', title: say('exchange.number'),
      cell: (it) => (
        <div className="rule-name">
          <span className="number">#{it.id}</span> {words.name(it)} × {it.quantity} {it.prize && <Mark tone="plum">{say('exchange.prize')}</Mark>}
          <span className="fact-note number">{format.when(it.placed_at)}</span>
        </div>
      ),
    },
    { key: 'member', title: say('member'), cell: (it) => <MemberLink id={it.member} name={it.name} /> },
    { key: 'state', title: say('state'), cell: (it) => <Stands it={it} /> },
    { key: 'for', title: say('exchange.paid'), cell: (it) => <span className="number">{words.price(it.points, it.price)}</span> },
    { key: 'to', title: say('exchange.to'), cell: (it) => <To it={it} /> },
  ]
  if (may)
    columns.push({
      key: 'do', title: say('actions'),
      cell: (it) => <Actions it={it} ship={() => ship(it)} ask={(what) => ask({ it, ask: what })} changed={list.reload} />,
    })
  return (
    <>
      <div className="tab-bar">
        <div className="approval-states">
          <Segmented<string>
            aria-label={say('state')}
            value={chosen}
            onChange={(to) => show(to === 'paid' ? undefined : to)}
            options={[...states.map((one) => ({ value: one, label: say(`exchange.state.${one}`) })), { value: 'all', label: say('all') }]}
          />
        </div>
        <Space>
          <FileButton name={say('exchange.export')} path="/v1/exchanges/export" query={{ state: chosen === 'all' ? undefined : chosen }} />
          {may && <Button onClick={() => shipMany(true)}>{say('exchange.ship.many')}</Button>}
        </Space>
      </div>
      <Rows from={list} columns={columns} id={(it) => it.id} empty={<Nothing text={say('exchange.none')} />} />
      {shipping && <ShipDialog it={shipping} close={() => ship(undefined)} saved={list.reload} />}
      {many && <ShipManyDialog close={() => shipMany(false)} saved={list.reload} />}
      {asking && <WordDialog {...asking} close={() => ask(undefined)} saved={list.reload} />}
    </>
  )
}

/** Its state, what ends it by itself, and why it ended. */
function Stands({ it }: { it: MallExchange }) {
  const say = useSay()
  const format = useFormat()
  const why = `exchange.why.${it.why ?? ''}`
  const below = it.refund_due ? say('exchange.refund_due', { money: format.money(it.price) })
    : it.pay_until ? say('exchange.until.pay', { at: format.when(it.pay_until) })
    : it.receive_by ? say('exchange.until.receive', { at: format.day(it.receive_by) })
    : it.return_until ? say('exchange.until.return', { at: format.day(it.return_until) })
    : isWord(why) ? say(why) : (it.why ?? '')
  return (
    <>
      <Mark tone={tones[it.state]}>{say(`exchange.state.${it.state}`)}</Mark>
      {below && <div className={it.refund_due ? 'good-out small' : 'quiet small'}>{below}</div>}
    </>
  )
}

function To({ it }: { it: MallExchange }) {
  const say = useSay()
  if (it.codes?.length) return <span className="number">{it.codes.slice(0, 3).join('，')}{it.codes.length > 3 && ` …（${it.codes.length}）`}</span>
  if (it.kind !== 'goods') return '–'
  if (!it.address) return <span className="quiet">{say('exchange.to.none')}</span>
  return (
    <div className="gives">
      {it.receiver} <span className="number">{it.phone}</span>
      <div className="quiet small">{it.address}</div>
      {it.tracking && <div className="small number">{it.carrier} {it.tracking}</div>}
    </div>
  )
}

function Actions({ it, ship, ask, changed }: { it: MallExchange; ship: () => void; ask: (what: Ask) => void; changed: () => void }) {
  const say = useSay()
  const { message } = App.useApp()
  const change = useChange()
  const cancel = async () => {
    if (!(await change.run('POST', `/v1/exchanges/${it.id}/cancel`, {}))) return
    message.success(say('done'))
    changed()
  }
  const returns = it.state === 'shipped' || (it.state === 'received' && (it.kind === 'goods' || it.kind === 'coupon'))
  return (
    <>
      <Space wrap>
        {it.state === 'placed' && <Button size="small" type="primary" onClick={() => ask('pay')}>{say('exchange.pay')}</Button>}
        {it.state === 'paid' && it.address && <Button size="small" type="primary" onClick={ship}>{say('exchange.ship')}</Button>}
        {it.state === 'shipped' && <Button size="small" onClick={ship}>{say('exchange.ship.again')}</Button>}
        {it.refund_due && <Button size="small" type="primary" onClick={() => ask('refund')}>{say('exchange.refund')}</Button>}
        {returns && <Button size="small" onClick={() => ask('return')}>{say('exchange.return')}</Button>}
        {(it.state === 'placed' || it.state === 'paid') && (
          <Popconfirm title={say('exchange.cancel.sure')} onConfirm={cancel}>
            <Button size="small" loading={change.busy}>{say('exchange.cancel')}</Button>
          </Popconfirm>
        )}
      </Space>
      {change.error && <Failure error={change.error} title={say('failed_change')} />}
    </>
  )
}

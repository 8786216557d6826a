// paid.tsx -- whose paid membership runs; a member's terms, and what a refund would come to before it is made.
import { App, Button, Modal } from 'antd'
import { useState } from 'react'
import type { MembershipRow, MembershipView, Refund, Term } from '~/api'
import type { Tone } from '~/app/theme'
import { useMay } from '~/app/session'
import { useChange, useData, usePages } from '~/base/data'
import { daysBetween, todayIs, useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { Mark } from '~/parts/mark'
import { MemberSelect } from '~/parts/member_select'
import { Rows, still, type Column } from '~/parts/rows'
import { Failure, Loaded, Nothing } from '~/parts/states'
import { BuyDialog } from './buy_dialog'
import { usePlans } from './plans'

const tones: Record<Term['state'], Tone> = { paid: 'green', refunded: 'grey', switched: 'blue' }

interface PaidProps {
  member: number | undefined
  show: (id: number | undefined) => void
}

export function Paid({ member, show }: PaidProps) {
  const say = useSay()
  const format = useFormat()
  const { nameOf } = usePlans()
  const list = usePages<MembershipRow>('/v1/memberships')
  const columns: Column<MembershipRow>[] = [
    { key: 'member', title: say('member'), cell: (row) => <span className="member-name">{row.name || say('nameless')} <span className="quiet number">#{row.member}</span></span> },
    { key: 'plan', title: say('plan'), cell: (row) => nameOf(row.plan) },
    { key: 'since', title: say('paid.since'), cell: (row) => <span className="number">{row.since}</span> },
    { key: 'until', title: say('paid.until'), cell: (row) => <><span className="number">{row.until}</span><span className="fact-note">{say('paid.days_left', { n: daysBetween(todayIs(), row.until) + 1 })}</span></> },
    { key: 'paid', title: say('paid.paid'), right: true, cell: (row) => format.money(row.paid) },
    { key: 'do', title: say('actions'), cell: (row) => <Button size="small" onClick={() => show(row.member)}>{say('paid.see')}</Button> },
  ]
  return (
    <>
      <div className="tab-bar">
        <p className="quiet">{say('paid.what')}</p>
        <MemberSelect value={member} onChange={show} />
      </div>
      {member ? <MemberTerms key={member} member={member} changed={list.reload} /> : <Rows from={list} columns={columns} id={(row) => row.member} empty={<Nothing text={say('paid.none')} />} />}
    </>
  )
}

/** What a member has paid for: bought, renewed, refunded by hand. */
export function MemberTerms({ member, changed }: { member: number; changed: () => void }) {
  const say = useSay()
  const format = useFormat()
  const may = useMay()('orders:write')
  const { nameOf } = usePlans()
  const read = useData<MembershipView>(`/v1/members/${member}/membership`)
  const [refunding, refund] = useState<Term>()
  const [buying, buy] = useState(false)
  const done = () => {
    read.reload()
    changed()
  }
  const columns: Column<Term>[] = [
    { key: 'plan', title: say('plan'), cell: (row) => <div className="rule-name">{nameOf(row.plan)}<span className="fact-note">{row.key}</span></div> },
    { key: 'term', title: say('paid.term'), cell: (row) => <span className="number">{row.starts_on} – {row.last_day}</span> },
    { key: 'state', title: say('state'), cell: (row) => <Mark tone={tones[row.state]}>{say(`paid.state.${row.state}`)}</Mark> },
    { key: 'paid', title: say('paid.paid'), right: true, cell: (row) => format.money(row.paid) },
    { key: 'back', title: say('paid.refund.refund'), right: true, cell: (row) => (row.state === 'refunded' ? format.money(row.refunded) : '–') },
    { key: 'do', title: say('actions'), cell: (row) => (row.state === 'paid' && row.last_day >= todayIs() ? <Button size="small" onClick={() => refund(row)}>{say('paid.refund')}</Button> : '–') },
  ]
  return (
    <>
      {may && (
        <div className="tab-tools">
          <Button onClick={() => buy(true)}>{say(read.data?.active ? 'paid.renew' : 'paid.buy')}</Button>
        </div>
      )}
      <Loaded from={read}>{(view) => <Rows from={still(view.terms)} columns={columns} id={(row) => row.key} empty={<Nothing text={say('paid.never')} />} />}</Loaded>
      {refunding && (
        <RefundDialog
          member={member}
          term={refunding}
          plan={nameOf(refunding.plan)}
          may={may}
          close={() => refund(undefined)}
          done={done}
        />
      )}
      {buying && <BuyDialog member={member} plan={read.data?.active ? read.data.plan : undefined} close={() => buy(false)} done={done} />}
    </>
  )
}

interface RefundProps {
  member: number
  term: Term
  plan: string
  may: boolean
  close: () => void
  done: () => void
}

function RefundDialog({ member, term, plan, may, close, done }: RefundProps) {
  const say = useSay()
  const format = useFormat()
  const { message } = App.useApp()
  const would = useData<Refund>(`/v1/members/${member}/membership/refund`, { key: term.key })
  const change = useChange()
  const make = async () => {
    const made = await change.run<Refund>('POST', `/v1/members/${member}/membership/refund`, { key: term.key })
    if (!made) return
    message.success(say('paid.refunded', { n: format.money(made.refund) }))
    close()
    done()
  }
  return (
    <Modal
      open
      title={say('paid.refund.title', { plan })}
      okText={say('paid.refund.do')}
      cancelText={say('cancel')}
      okButtonProps={{ danger: true, disabled: !may || !would.data }}
      confirmLoading={change.busy}
      onOk={make}
      onCancel={close}
    >
      {change.error && <Failure error={change.error} title={say('failed_change')} />}
      <Loaded from={would}>
        {(it) => (
          <dl className="sum">
            <div><dt>{say('paid.refund.value')}</dt><dd className="number">{format.money(it.value)}</dd></div>
            <div><dt>{say('paid.refund.unused')}</dt><dd className="number">{say('paid.refund.days', { n: it.unused_days, total: it.days })}</dd></div>
            <div><dt>{say('paid.refund.worth')}</dt><dd className="number">{format.money(it.unused)}</dd></div>
            <div><dt>{say('paid.refund.deducted')}</dt><dd className="number">{format.money(`-${it.deducted}`)}</dd></div>
            <div className="sum-total"><dt>{say('paid.refund.refund')}</dt><dd className="number">{format.money(it.refund)}</dd></div>
          </dl>
        )}
      </Loaded>
      <p className="quiet flat">{say('paid.refund.what')}</p>
    </Modal>
  )
}

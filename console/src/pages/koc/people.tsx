// people.tsx -- KOCs by state: level and what is missing for the next, what they brought, what they are owed.
import { App, Button, Segmented } from 'antd'
import { useState } from 'react'
import type { Koc, KocState } from '~/api'
import { useMay } from '~/app/session'
import { useChange, usePages } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { useQuestion } from '~/base/question'
import { Mark } from '~/parts/mark'
import { Rows, type Column } from '~/parts/rows'
import { Failure, Nothing } from '~/parts/states'
import { Codes } from './codes'
import { About, KocName, rateText, stateTones, useLevelName, useLevelOf } from './koc_words'
import { ReasonDialog } from '~/parts/reason_dialog'

const states = ['active', 'invited', 'suspended', 'refused', 'left'] as const satisfies readonly KocState[]

export function People({ invite }: { invite?: () => void }) {
  const say = useSay()
  const format = useFormat()
  const levelOf = useLevelName()
  const nameOf = useLevelOf()
  const may = useMay()('loyalty:write')
  const { message } = App.useApp()
  const { asked, put } = useQuestion(['state'] as const)
  const state = states.find((one) => one === asked.state) ?? 'active'
  const list = usePages<Koc>('/v1/koc/members', { state, limit: 20 })
  const change = useChange()
  const [suspending, suspend] = useState<Koc>()
  const resume = async (it: Koc) => {
    if (!(await change.run('PUT', `/v1/koc/members/${it.member}/state`, { state: 'active' }))) return
    message.success(say('koc.changed_now'))
    list.reload()
  }
  const columns: Column<Koc>[] = [
    { key: 'who', title: say('koc.who'), cell: (it) => <KocName member={it.member} name={it.name} /> },
    {
      key: 'level', title: say('koc.level'),
      cell: (it) =>
        it.state === 'active' ? (
          <>
            <Mark tone="teal">{levelOf(it)}</Mark> <span className="number">{rateText(it.rate)}</span>
            <div className="quiet koc-next">
              {it.next ? say('koc.missing', { level: nameOf(it.next), orders: it.missing_orders ?? 0, amount: format.money(it.missing_amount) }) : say('koc.top')}
            </div>
          </>
        ) : (
          <>
            <Mark tone={stateTones[it.state]}>{say(`koc.state.${it.state}`)}</Mark>
            {it.reason && <div className="quiet">{it.reason}</div>}
          </>
        ),
    },
    { key: 'orders', title: say('koc.orders'), right: true, cell: (it) => format.count(it.figures.orders) },
    { key: 'amount', title: say('koc.amount'), right: true, cell: (it) => format.money(it.figures.amount) },
    { key: 'clicks', title: say('koc.clicks'), right: true, wideOnly: true, cell: (it) => format.count(it.figures.clicks) },
    { key: 'pending', title: say('koc.pending'), right: true, cell: (it) => format.money(it.figures.pending) },
    { key: 'unsettled', title: say('koc.unsettled'), right: true, cell: (it) => format.money(it.figures.unsettled) },
    {
      key: 'unpaid', title: say('koc.unpaid'), right: true,
      cell: (it) => (
        <>
          {format.money(it.figures.unpaid)}
          {Number(it.figures.carried) < 0 && <div className="koc-debt">{say('koc.debt', { amount: format.money(it.figures.carried.replace('-', '')) })}</div>}
        </>
      ),
    },
    { key: 'paid', title: say('koc.paid'), right: true, wideOnly: true, cell: (it) => format.money(it.figures.paid) },
  ]
  if (may && (state === 'active' || state === 'suspended'))
    columns.push({
      key: 'do', title: say('actions'),
      cell: (it) =>
        state === 'active' ? (
          <Button size="small" onClick={() => suspend(it)}>{say('koc.suspend')}</Button>
        ) : (
          <Button size="small" loading={change.busy} onClick={() => resume(it)}>{say('koc.resume')}</Button>
        ),
    })
  return (
    <>
      <div className="tab-bar">
        <Segmented<string>
          aria-label={say('state')}
          value={state}
          onChange={(to) => put({ state: to === 'active' ? undefined : to })}
          options={states.map((one) => ({ value: one, label: say(`koc.state.${one}`) }))}
        />
      </div>
      {change.error && <Failure error={change.error} title={say('failed_change')} />}
      <Rows
        from={list}
        columns={columns}
        id={(it) => it.member}
        detail={(it) => <Detail it={it} />}
        empty={
          <Nothing text={say(state === 'active' ? 'koc.none' : 'koc.none.state')}>
            {state === 'active' && invite && <Button type="primary" onClick={invite}>{say('koc.invite')}</Button>}
          </Nothing>
        }
      />
      {suspending && (
        <ReasonDialog
          title={say('koc.suspend')}
          label={say('koc.suspend.why')}
          said={say('koc.changed_now')}
          method="PUT"
          path={`/v1/koc/members/${suspending.member}/state`}
          body={(reason) => ({ state: 'suspended', reason })}
          close={() => suspend(undefined)}
          done={list.reload}
        />
      )}
    </>
  )
}

/** His codes, and what he says about himself. */
function Detail({ it }: { it: Koc }) {
  const say = useSay()
  return (
    <div className="koc-detail">
      <Codes of={it} />
      <section>
        <h3>{say('koc.about')}</h3>
        <About it={it} />
      </section>
    </div>
  )
}

// member_points.tsx -- a member's points: what can be spent, what comes, what goes, and every entry.
import { Button, Popover } from 'antd'
import { useState } from 'react'
import type { PointsBalance, PointsEntry } from '~/api'
import { useMay } from '~/app/session'
import { useData, usePages } from '~/base/data'
import { dayPlus, todayIs, useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { Figure } from '~/parts/figure'
import { Rows, type Column } from '~/parts/rows'
import { Loaded, Nothing } from '~/parts/states'
import { HandDialog } from './hand_dialog'

export function MemberPoints({ member }: { member: number }) {
  const say = useSay()
  const may = useMay()('points:grant')
  const balance = useData<PointsBalance>(`/v1/members/${member}/points`)
  const entries = usePages<PointsEntry>(`/v1/members/${member}/points/statement`, { limit: 20 })
  const [handing, hand] = useState(false)
  return (
    <>
      <Loaded from={balance} rows={2}>{(points) => <Balance points={points} />}</Loaded>
      <div className="tab-bar">
        <h3>{say('points.statement')}</h3>
        {may && <Button onClick={() => hand(true)}>{say('points.hand')}</Button>}
      </div>
      <Statement entries={entries} />
      {handing && (
        <HandDialog
          member={member}
          close={() => hand(false)}
          done={() => {
            balance.reload()
            entries.reload()
          }}
        />
      )}
    </>
  )
}

function Balance({ points }: { points: PointsBalance }) {
  const say = useSay()
  const format = useFormat()
  const soon = dayPlus(todayIs(), 30)
  const expiring = points.expiring.filter((one) => one.on <= soon).reduce((sum, one) => sum + one.amount, 0)
  const first = points.expiring[0]
  return (
    <div className="figures figures-inner">
      <Figure name={say('points.available')} hint={say('points.available.what')} value={format.count(points.available)} />
      <Figure name={say('points.pending')} hint={say('points.pending.what')} value={format.count(points.pending)} />
      <Figure
        name={say('points.expiring')}
        value={format.count(expiring)}
        below={first ? <ExpiringDays points={points} /> : <span className="quiet">{say('points.expiring.none')}</span>}
      />
      <Figure name={say('points.debt')} hint={say('points.debt.what')} value={format.count(points.debt)} />
    </div>
  )
}

/** The first day, and all of them on demand. */
function ExpiringDays({ points }: { points: PointsBalance }) {
  const say = useSay()
  const format = useFormat()
  const line = (one: PointsBalance['expiring'][number], word: 'first' | 'next' = 'first') =>
    say(`points.expiring.${word}`, { day: one.on, n: format.count(one.amount) })
  const first = line(points.expiring[0]!, 'next')
  if (points.expiring.length === 1) return <span className="quiet">{first}</span>
  return (
    <Popover
      trigger="click"
      title={say('points.expiring.all')}
      content={<ul className="plain-list number">{points.expiring.map((one) => <li key={one.on}>{line(one)}</li>)}</ul>}
    >
      <Button type="link" className="plain-link">{first} …</Button>
    </Popover>
  )
}

function Statement({ entries }: { entries: ReturnType<typeof usePages<PointsEntry>> }) {
  const say = useSay()
  const format = useFormat()
  const columns: Column<PointsEntry>[] = [
    { key: 'what', title: say('points.entry.what'), cell: (it) => it.words || it.reason || '–' },
    { key: 'at', title: say('time'), cell: (it) => <span className="number">{format.when(it.at)}</span> },
    {
      key: 'amount', title: say('points.entry.amount'), right: true,
      cell: (it) => <span className={it.amount < 0 ? 'move-down' : 'move-up'}>{it.amount > 0 ? '+' : ''}{format.count(it.amount)}</span>,
    },
    { key: 'balance', title: say('points.entry.balance'), right: true, cell: (it) => format.count(it.balance) },
    {
      key: 'until', title: say('points.entry.expires'),
      // The instant is the first at which they are gone.
      cell: (it) => <span className="number">{it.expires_at ? format.day(new Date(Date.parse(it.expires_at) - 1).toISOString()) : '–'}</span>,
    },
  ]
  return <Rows from={entries} columns={columns} id={(it) => it.number} empty={<Nothing text={say('points.statement.none')} />} />
}

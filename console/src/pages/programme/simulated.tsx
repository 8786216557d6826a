// simulated.tsx -- who would be where under other rules: in a sentence, as a table of now and then, and a few of those who move.
import { Card } from 'antd'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import type { Ladder, Simulation } from '~/api'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { useMay } from '~/app/session'
import { Hint } from '~/parts/figure'
import { HeatTable } from '~/parts/heat_table'
import { Mark } from '~/parts/mark'
import { Rows, still, type Column } from '~/parts/rows'
import { Nothing } from '~/parts/states'
import { useTierName } from './ladder'

type Code = string | null | undefined
const rankIn = (ladder: Ladder, code: Code) => (code ? ladder.tiers.findIndex((step) => step.code === code) + 1 : 0)

/** Up or down by the new ladder; by the old one when that no longer has where he comes from; else neither. */
function directionOf(live: Ladder, then: Ladder, from: Code, to: Code): 'up' | 'down' | 'other' {
  const ladder = [then, live].find((one) => (!from || rankIn(one, from) > 0) && (!to || rankIn(one, to) > 0))
  const step = ladder ? rankIn(ladder, to) - rankIn(ladder, from) : 0
  return step > 0 ? 'up' : step < 0 ? 'down' : 'other'
}

export function movesOf(result: Simulation, live: Ladder, then: Ladder) {
  const sum = { up: 0, down: 0, other: 0 }
  for (const move of result.moves) sum[directionOf(live, then, move.from, move.to)] += move.members
  const all = result.tiers.reduce((total, row) => total + row.now, 0)
  return { ...sum, same: all - sum.up - sum.down - sum.other, all }
}

interface SimulatedProps {
  live: Ladder
  then: Ladder
  result: Simulation
  /** Something was changed since. */
  old: boolean
  /** What to do with it. */
  next: ReactNode
}
type Told = Pick<SimulatedProps, 'live' | 'then' | 'result'>

export function Simulated({ live, then, result, old, next }: SimulatedProps) {
  const say = useSay()
  const format = useFormat()
  const sum = movesOf(result, live, then)
  const count = (key: keyof typeof sum) => format.count(sum[key])
  return (
    <Card title={<>{say('sim.title')} {old && <Mark tone="amber">{say('sim.old')}</Mark>}</>} extra={next} className="card-flush card-tools">
      <div role="status" className={old ? 'stale' : undefined}>
        <p className="sentence policy-text">
          {sum.all === 0 ? say('sim.nobody') : sum.same === sum.all ? say('sim.no_moves', { n: count('all') })
            : say('sim.sentence', { up: count('up'), down: count('down'), same: count('same') })}
          {sum.other > 0 && say('sim.other', { n: count('other') })}
        </p>
        {sum.all > 0 && <Matrix live={live} then={then} result={result} />}
        {result.sample.length > 0 && <Sample live={live} then={then} result={result} />}
      </div>
    </Card>
  )
}

/** Rows: where they are; columns: where they would be. */
function Matrix({ live, then, result }: Told) {
  const say = useSay()
  const format = useFormat()
  const nameOf = useTierName(then.tiers, live.tiers)
  const now = (code: string) => result.tiers.find((row) => (row.tier ?? '') === code)?.now ?? 0
  const then_ = (code: string) => result.tiers.find((row) => (row.tier ?? '') === code)?.then ?? 0
  const moved = (from: string, to: string) => result.moves.find((row) => (row.from ?? '') === from && (row.to ?? '') === to)?.members ?? 0
  const left = (from: string) => result.moves.filter((row) => (row.from ?? '') === from).reduce((sum, row) => sum + row.members, 0)
  const held = (code: string) => (code === '' ? now('') + then_('') > 0 : true)
  const rows = ['', ...live.tiers.map((step) => step.code)].filter(held)
  const columns = ['', ...then.tiers.map((step) => step.code)].filter(held)
  const total = format.count(result.tiers.reduce((sum, row) => sum + row.now, 0))
  return (
    <>
      <h3 className="card-part">{say('sim.matrix')} <Hint text={say('sim.matrix.what')} about={say('sim.matrix')} /></h3>
      <HeatTable
        label={say('sim.matrix')}
        corner={<>{say('sim.now')} ↓<br />{say('sim.then')} →</>}
        columns={columns.map(nameOf)}
        rows={rows.map((from) => ({
          head: nameOf(from),
          total: format.count(now(from)),
          cells: columns.map((to) => {
            const members = from === to ? now(from) - left(from) : moved(from, to)
            const direction = from === to ? 'same' : directionOf(live, then, from, to)
            return {
              value: format.count(members),
              note: members > 0 && direction === 'up' ? '↑' : members > 0 && direction === 'down' ? '↓' : undefined,
              share: now(from) > 0 ? members / now(from) : 0,
              label: say('sim.cell', { from: nameOf(from), to: nameOf(to), n: format.count(members) }),
            }
          }),
        }))}
        total={{
          head: say('cross.total'),
          cells: [...columns.map((to) => {
            const more = then_(to) - now(to)
            return <>{format.count(then_(to))} {more !== 0 && <span className={more > 0 ? 'move-up' : 'move-down'}>{more > 0 ? '+' : ''}{format.count(more)}</span>}</>
          }), total],
        }}
      />
    </>
  )
}

type Sampled = Simulation['sample'][number]

function Sample({ live, then, result }: Told) {
  const say = useSay()
  const may = useMay()('members:read')
  const nameOf = useTierName(then.tiers, live.tiers)
  const order = { down: 0, up: 1, other: 2 }
  const of = (row: Sampled) => directionOf(live, then, row.from, row.to)
  const rows = [...result.sample].sort((a, b) => order[of(a)] - order[of(b)])
  const columns: Column<Sampled>[] = [
    { key: 'member', title: say('member'), cell: (row) => (may ? <Link to={`/members/${row.member}`} className="member-name">{row.name || say('nameless')}</Link> : row.name || say('nameless')) },
    { key: 'number', title: '#', cell: (row) => <span className="quiet number">{row.member}</span>, wideOnly: true },
    { key: 'from', title: say('sim.now'), cell: (row) => nameOf(row.from) },
    { key: 'to', title: say('sim.then'), cell: (row) => <>{nameOf(row.to)} {of(row) !== 'other' && <Mark tone={of(row) === 'up' ? 'green' : 'red'}>{say(`sim.${of(row) as 'up'}`)}</Mark>}</> },
  ]
  return (
    <>
      <h3 className="card-part">{say('sim.sample')} <Hint text={say('sim.sample.what')} about={say('sim.sample')} /></h3>
      <div className="tall" tabIndex={0} role="region" aria-label={say('sim.sample')}>
        <Rows from={still(rows)} columns={columns} id={(row) => row.member} empty={<Nothing />} />
      </div>
    </>
  )
}

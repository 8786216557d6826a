// intervals.tsx -- figures with what they may as well be: a point on a line from low to high, one row each; readable in print.
import type { ReactNode } from 'react'
import type { Interval } from './forms'

export interface IntervalRow {
  name: ReactNode
  value: number | null
  /** Holds with 1 - alpha when it is read once. */
  inner: Interval | null
  /** Holds however often it is read. */
  outer?: Interval | null
  text: ReactNode
}

interface IntervalsProps {
  label: string
  rows: IntervalRow[]
  /** How a place on the axis is written. */
  tick: (n: number) => string
  /** Differences: the line of no difference is drawn. */
  zero?: boolean
}

/** Beyond all inner intervals by so much an outer one is cut: it would make the rest too small to see. */
const room = 3

export function Intervals({ label, rows, tick, zero }: IntervalsProps) {
  const known = rows.flatMap((row) => [...(row.inner ?? []), ...(row.value === null ? [] : [row.value])])
  if (known.length === 0 && !zero) return <Table rows={rows} label={label} />
  const near = [...known, ...(zero ? [0] : [])]
  const width = Math.max(...near) - Math.min(...near) || Math.abs(near[0] ?? 0) || 1
  const outer = rows.flatMap((row) => row.outer ?? []).map((n) => Math.min(Math.max(n, Math.min(...near) - width * room), Math.max(...near) + width * room))
  const low = Math.min(...near, ...outer)
  const high = Math.max(...near, ...outer)
  const span = high - low || width
  const at = (n: number) => Math.min(100, Math.max(0, ((n - low + span * 0.04) / (span * 1.08)) * 100))
  const piece = (one: Interval) => ({ left: `${at(one[0])}%`, width: `${Math.max(0.3, at(one[1]) - at(one[0]))}%` })
  return (
    <div role="group" aria-label={label}>
      <ol className="intervals">
        {rows.map((row, i) => (
          <li key={i}>
            <span className="interval-name">{row.name}</span>
            <span className="interval-track" aria-hidden>
              {zero && <span className="interval-zero" style={{ left: `${at(0)}%` }} />}
              {row.outer && <span className="interval-outer" style={piece(row.outer)} />}
              {row.inner && <span className="interval-inner" style={piece(row.inner)} />}
              {row.value !== null && <span className="interval-point" style={{ left: `${at(row.value)}%` }} />}
            </span>
            <span className="interval-text">{row.text}</span>
          </li>
        ))}
      </ol>
      <div className="interval-axis quiet number" aria-hidden>
        <span /><span className="interval-ends"><span>{tick(low)}</span>{zero && low < 0 && high > 0 && <span className="interval-origin" style={{ left: `${at(0)}%` }}>0</span>}<span>{tick(high)}</span></span><span />
      </div>
    </div>
  )
}

function Table({ rows, label }: { rows: IntervalRow[]; label: string }) {
  return (
    <ol className="intervals" aria-label={label}>
      {rows.map((row, i) => <li key={i}><span className="interval-name">{row.name}</span><span /><span className="interval-text">{row.text}</span></li>)}
    </ol>
  )
}

// heat_table.tsx -- a table of counts, the darker the more; heads stay in sight, wide ones scroll by themselves.
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { heatOf } from '~/app/theme'

export interface HeatCell {
  value: string
  note?: string
  /** 0..1 on the scale. */
  share: number
  label: string
  to?: string
}

interface HeatProps {
  label: string
  corner: ReactNode
  columns: ReactNode[]
  rows: { head: ReactNode; cells: HeatCell[]; total?: ReactNode }[]
  total?: { head: ReactNode; cells: ReactNode[] }
}

export function HeatTable({ label, corner, columns, rows, total }: HeatProps) {
  return (
    <div className="heat-scroll" tabIndex={0} role="region" aria-label={label}>
      <table className="heat heat-small">
        <thead>
          <tr>
            <th scope="col" className="heat-side">{corner}</th>
            {columns.map((name, i) => <th key={i} scope="col">{name}</th>)}
            {total && <th scope="col">{total.head}</th>}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={i}>
              <th scope="row" className="heat-side">{row.head}</th>
              {row.cells.map((cell, k) => <td key={k}><Cell cell={cell} /></td>)}
              {total && <td className="number heat-total">{row.total}</td>}
            </tr>
          ))}
          {total && (
            <tr>
              <th scope="row" className="heat-side">{total.head}</th>
              {total.cells.map((cell, i) => <td key={i} className="number heat-total">{cell}</td>)}
            </tr>
          )}
        </tbody>
      </table>
    </div>
  )
}

function Cell({ cell }: { cell: HeatCell }) {
  const inside = <><strong>{cell.value}</strong>{cell.note && <> <small>{cell.note}</small></>}</>
  const look = { className: 'heat-cell', style: heatOf(cell.share), title: cell.label }
  return cell.to ? <Link to={cell.to} {...look} aria-label={[cell.value, cell.note, cell.label].filter(Boolean).join(' ')}>{inside}</Link> : <span {...look}>{inside}</span>
}

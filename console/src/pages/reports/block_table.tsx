// block_table.tsx -- a block's table: figures to the right, what is not defined as a dash that says so.
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { unitOf, valueText, type Block } from './forms'

export function BlockTable({ block }: { block: Block }) {
  const say = useSay()
  const format = useFormat()
  if (block.rows.length === 0) return null
  return (
    <div className="report-table" tabIndex={0} role="region" aria-label={block.title}>
      <table>
        <thead>
          <tr>
            {block.columns.map((column) => (
              <th key={column.name} scope="col" className={column.unit === 'text' ? undefined : 'number'}>{column.label}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {block.rows.map((line, at) => (
            <tr key={at} className={line.rest ? 'report-rest' : undefined}>
              {block.columns.map((column, k) => {
                const value = line.cells[k]?.value
                const unit = unitOf(column, line)
                const text = value === null || value === undefined ? <span title={say('reports.undefined')} className="quiet">–</span> : valueText(value, unit, format)
                if (k === 0) return <th key={column.name} scope="row">{text}</th>
                return <td key={column.name} className={unit === 'text' ? undefined : 'number'}>{text}</td>
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

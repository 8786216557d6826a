// rows.tsx -- a list: a table where there is room, cards on a phone; with pages, empty and error states.
import { Button, Grid, Skeleton, Table } from 'antd'
import { isValidElement, type ReactNode } from 'react'
import type { Pages, Data, Page } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { Failure, Nothing } from './states'

export interface Column<T> {
  key: string
  title: string
  cell: (row: T) => ReactNode
  right?: boolean
  width?: number
  /** Plain, for a file; a column without it is left out there. */
  file?: (row: T) => string | number | null | undefined
  /** On a phone the first column is the card's head; these are left out there. */
  wideOnly?: boolean
}

/** A list that is all here already. */
export const still = <T,>(items: T[]): Data<Page<T>> => ({ data: { items }, error: undefined, loading: false, reload: () => {} })

interface RowsProps<T> {
  from: Data<Page<T>> | Pages<T>
  columns: Column<T>[]
  id: (row: T) => string | number
  empty?: ReactNode
  open?: (row: T) => void
  /** More of a row, shown on demand. */
  detail?: (row: T) => ReactNode
}

export function Rows<T extends object>({ from, columns, id, empty, open, detail }: RowsProps<T>) {
  const wide = Grid.useBreakpoint().md ?? window.innerWidth >= 768
  if (from.error) return <Failure error={from.error} retry={from.reload} />
  if (!from.data) return <Skeleton active paragraph={{ rows: 8 }} title={false} />
  const items = from.data.items
  return (
    <div aria-busy={from.loading} className={from.loading ? 'stale' : undefined}>
      {items.length === 0 ? (empty ?? <Nothing />) : wide ? (
        <Wide items={items} columns={columns} id={id} open={open} detail={detail} />
      ) : (
        <Cards items={items} columns={columns} id={id} detail={detail} />
      )}
      <Pager from={from} />
    </div>
  )
}

type Part<T> = { items: T[]; columns: Column<T>[]; id: RowsProps<T>['id']; open?: (row: T) => void; detail?: (row: T) => ReactNode }

function Wide<T extends object>({ items, columns, id, open, detail }: Part<T>) {
  return (
    <Table<T>
      dataSource={items}
      rowKey={id}
      pagination={false}
      size="middle"
      // As wide as it has room for: what may wrap (rows.css) gives way before anything slides out of sight.
      scroll={{ x: true }}
      rowClassName={open ? 'row-opens' : ''}
      onRow={open && ((row) => ({
        onClick: (event) => {
          // Links, buttons and selected text inside the row keep their own meaning.
          const inside = (event.target as Element).closest('a,button,input,.ant-table-row-expand-icon')
          if (!inside && !getSelection()?.toString()) open(row)
        },
      }))}
      expandable={detail && { expandedRowRender: detail }}
      columns={columns.map((column) => ({
        key: column.key,
        title: column.title,
        width: column.width,
        align: column.right ? 'right' : 'left',
        className: column.right ? 'number' : undefined,
        render: (_: unknown, row: T) => column.cell(row),
      }))}
    />
  )
}

/** In a table an empty cell keeps its place; on a card its line would say nothing. */
const isEmpty = (cell: ReactNode): boolean =>
  cell === null || cell === undefined || cell === false || cell === '' || cell === '–'
  || (isValidElement<{ children?: ReactNode }>(cell) && cell.type === 'span' && isEmpty(cell.props.children))

function Cards<T extends object>({ items, columns, id, detail }: Part<T>) {
  const [head, ...rest] = columns
  return (
    <ul className="cards">
      {items.map((row) => (
        <li key={id(row)} className="row-card">
          <div className="row-card-head">{head?.cell(row)}</div>
          <dl>
            {rest.filter((column) => !column.wideOnly).map((column) => [column, column.cell(row)] as const).filter(([, cell]) => !isEmpty(cell)).map(([column, cell]) => (
              <div key={column.key} className="row-card-line">
                <dt>{column.title}</dt>
                <dd>{cell}</dd>
              </div>
            ))}
          </dl>
          {detail?.(row)}
        </li>
      ))}
    </ul>
  )
}

function Pager<T>({ from }: { from: Data<Page<T>> | Pages<T> }) {
  const say = useSay()
  const format = useFormat()
  if (!('page' in from)) return null
  const total = from.data?.total
  const counted = total !== undefined && total !== null
  if (!from.next && !from.previous && !(counted && from.data?.items.length)) return null
  return (
    <nav className="pager" aria-label={say('page_n', { n: from.page })}>
      {counted && <span className="quiet">{say('total_n', { n: format.count(total) })}</span>}
      <span className="space" />
      {(from.next || from.previous) && (
        <>
          <Button disabled={!from.previous} onClick={from.previous}>{say('previous')}</Button>
          <span className="quiet">{say('page_n', { n: from.page })}</span>
          <Button disabled={!from.next} onClick={from.next}>{say('next')}</Button>
        </>
      )}
    </nav>
  )
}

// table_export.tsx -- hands out a list as it is shown, as a file: its columns, filters and masks, in plain values.
import { ask, type Query } from '~/base/http'
import { useSay } from '~/base/locale'
import type { Page } from '~/base/data'
import { ExportMenu } from './export_menu'
import type { Column } from './rows'

type Cell = string | number | null | undefined
export interface Table {
  columns: string[]
  rows: Cell[][]
}

const most = 20_000

/** The columns of a list that have a plain value, of these rows. */
export function tableOf<T>(columns: Column<T>[], items: T[]): Table {
  const told = columns.filter((column) => column.file)
  return { columns: told.map((column) => column.title), rows: items.map((row) => told.map((column) => column.file!(row))) }
}

/** A list with cursors, from its first page to its last. */
export async function readAll<T>(path: string, query: Query): Promise<T[]> {
  const all: T[] = []
  let cursor: string | null | undefined
  do {
    const page: Page<T> = await ask<Page<T>>('GET', path, { query: { ...query, limit: 200, cursor } })
    all.push(...page.items)
    cursor = page.next_cursor
  } while (cursor && all.length < most)
  return all.slice(0, most)
}

/** `name` of the file: a-z, 0-9, - and _. */
export function TableExport({ name, table }: { name: string; table: () => Table | Promise<Table> }) {
  const say = useSay()
  const asked = async () => {
    const { columns, rows } = await table()
    return { name, columns, rows: rows.map((cells) => ({ cells: cells.map((cell) => (cell === null || cell === undefined ? '' : String(cell))) })) }
  }
  return <ExportMenu path="/v1/table-file" asked={asked} name={name} label={say('metric.export')} />
}

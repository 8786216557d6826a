// forms.ts -- the forms of the pages on reports, and how cells are written.
import type { Forms, Given } from '~/api'
import type { Format } from '~/base/format'

export const kinds = ['daily', 'weekly', 'monthly', 'quarterly'] as const
export type Kind = (typeof kinds)[number]
export type Row = Given<Forms['report_row_view'], 'title' | 'made_by' | 'kind'>
export type Sentence = Given<Forms['report_sentence'], 'text' | 'tone'>
export type Column = Given<Forms['report_column'], 'name' | 'label' | 'unit'>
export type Line = Given<Forms['report_row'], 'unit'>
export type Chart = Given<Forms['report_chart'], 'title' | 'form'>
export type Block = Omit<Given<Forms['report_block'], 'name' | 'title'>, 'sentences' | 'columns' | 'charts' | 'rows'> & {
  sentences: Sentence[]
  columns: Column[]
  rows: Line[]
  charts: Chart[]
}
export type Report = Omit<Given<Forms['report'], 'title' | 'definition'>, 'blocks' | 'summary' | 'periods'> & {
  blocks: Block[]
  summary: Sentence[]
  periods: Given<Forms['report_period'], 'name' | 'label'>[]
}
export interface ReportOne {
  row: Row
  report: Report
}
type Unit = Column['unit']

export const unitOf = (column: Column, line: Line): Unit => (column.unit === 'row' ? line.unit : column.unit)

/** Of all rows as they are drawn: what stands for all others together is left out. */
export const drawn = (block: Block): Line[] => block.rows.filter((line) => !line.rest)

export function valueText(value: string, unit: Unit, format: Format): string {
  const n = Number(value)
  switch (unit) {
    case 'money': return format.mean(value)
    case 'count': case 'days': return format.count(n)
    case 'ratio': return `${(n * 100).toFixed(1)}%`
    case 'change': return `${n > 0 ? '+' : n < 0 ? '−' : ''}${Math.abs(n * 100).toLocaleString('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 })}%`
    case 'times': return n.toFixed(2)
    default: return value
  }
}

// paste.ts -- rows copied from a spreadsheet: split into cells, read one by one, and what is wrong said line by line.
import type { Word } from '~/base/words'
import type { Entry } from './forms'

/** The server takes so many at once. */
export const linesMax = 1000

export interface Wrong {
  word: Word
  values: Record<string, string | number>
}

export interface Line {
  /** Where it begins in what was pasted, from 1. */
  n: number
  cells: string[]
  entry?: Entry
  wrong?: Wrong
}

/** Cells by tabs where there are any, by commas otherwise; quotes hold commas, tabs and ends of lines. */
function split(text: string): { n: number; cells: string[] }[] {
  const between = text.includes('\t') ? '\t' : ','
  const rows: { n: number; cells: string[] }[] = []
  let cells: string[] = [], cell = '', quoted = false, n = 1, begun = 1
  const endRow = () => {
    cells.push(cell.trim())
    if (cells.some(Boolean)) rows.push({ n: begun, cells })
    cells = []
    cell = ''
  }
  const all = text.replace(/\r\n?/g, '\n')
  for (let i = 0; i < all.length; i++) {
    const c = all[i]!
    if (c === '\n') n++
    if (quoted && c === '"' && all[i + 1] === '"') cell += all[++i]!
    else if (quoted && c === '"') quoted = false
    else if (quoted) cell += c === '\n' ? ' ' : c
    else if (c === '"' && cell.trim() === '') quoted = true
    else if (c === between) {
      cells.push(cell.trim())
      cell = ''
    } else if (c === '\n') {
      endRow()
      begun = n
    } else cell += c
  }
  endRow()
  return rows
}

/** 2026-11-01 of 2026/11/1, 2026.11.1 and 2026年11月1日; a day that no calendar has is none. */
function dayOf(text: string): string | undefined {
  const [, year, month, day] = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/.exec(text) ?? []
  if (!year || !month || !day) return undefined
  const written = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  const at = new Date(`${written}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(written) ? written : undefined
}

/** "1234.50" of "¥1,234.50"; nothing is "0", what is no amount is undefined. */
export function amountOf(text: string): string | undefined {
  const bare = text.trim().replace(/^(?:[¥￥$€£]|CNY|RMB)\s*/i, '').replace(/\s*元$/, '').replaceAll('，', ',')
  if (bare === '') return text.trim() === '' ? '0' : undefined
  if (!/^(\d{1,10}|\d{1,3}(,\d{3}){1,3})(\.\d{1,4})?$/.test(bare)) return undefined
  return bare.replaceAll(',', '')
}

function followersOf(text: string): number | undefined {
  const bare = text.replace(/^[−–]/, '-').replace(/^\+/, '')
  if (bare === '') return 0
  return /^-?(\d{1,9}|\d{1,3}(,\d{3}){1,2})$/.test(bare) ? Number(bare.replaceAll(',', '')) : undefined
}

function read(cells: string[], today: string): Entry | Wrong {
  const [dayText = '', touchpoint = '', amountText = '', followersText = '', note = ''] = cells
  const wrong = (word: Word, values: Wrong['values'] = {}): Wrong => ({ word, values })
  if (cells.slice(5).some(Boolean)) return wrong('spend.wrong.columns', { n: cells.length })
  const day = dayOf(dayText)
  if (!day) return wrong('spend.wrong.day', { text: dayText })
  if (day > today) return wrong('spend.wrong.future', { text: day })
  if (!touchpoint) return wrong('spend.wrong.touchpoint')
  if (touchpoint.length > 60) return wrong('spend.wrong.long', { what: touchpoint.slice(0, 20) })
  const amount = amountOf(amountText)
  if (amount === undefined) return wrong('spend.wrong.amount', { text: amountText })
  const followers = followersOf(followersText)
  if (followers === undefined) return wrong('spend.wrong.followers', { text: followersText })
  if (!amountText && !followersText) return wrong('spend.wrong.empty')
  if (note.length > 60) return wrong('spend.wrong.long', { what: note.slice(0, 20) })
  return { day, touchpoint, amount, followers, note: note || null }
}

/** Every line with its entry or with what is wrong; a line without a figure in its first cell at the head is a heading. */
export function readLines(text: string, today: string): Line[] {
  const rows = split(text)
  if (rows[0] && !/\d/.test(rows[0].cells[0] ?? '') && !/\d/.test(rows[0].cells[2] ?? '')) rows.shift()
  const seen = new Map<string, number>()
  return rows.map(({ n, cells }) => {
    const made = read(cells, today)
    if ('word' in made) return { n, cells, wrong: made }
    const key = `${made.day} ${made.touchpoint}`
    const before = seen.get(key)
    if (before !== undefined) return { n, cells, wrong: { word: 'spend.wrong.twice', values: { n: before } } }
    seen.set(key, n)
    return { n, cells, entry: made }
  })
}

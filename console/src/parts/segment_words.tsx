// segment_words.tsx -- a segment text in words: 最近一次购买 至多 30 天，且 累计购买次数 不小于 2.
import { useAnswer, useData } from '~/base/data'
import { shortName } from '~/base/field_text'
import { useFormat } from '~/base/format'
import { isWord, useSpeech, type Say } from '~/base/locale'
import { behaviourText } from './event_input'

interface Row {
  depth: number
  kind: 'all' | 'any' | 'not' | 'test'
  subject: string | null
  name: string | null
  window: string | null
  op: string | null
  operands: string[]
  props: { name: string; op: string; operands: string[] }[]
}
interface Named {
  name: string
  kind: string
  zh: string
  en: string
}
interface Language {
  fields: Named[]
  calls: Named[]
}

/** What people call a subject, and its numbers with their unit. */
interface Told {
  nameOf: (row: Row) => string
  unitOf: (row: Row, value: string) => string
}

export function SegmentWords({ text }: { text: string }) {
  const { say, locale } = useSpeech()
  const format = useFormat()
  const asked = useAnswer<{ rows: Row[] }>('/v1/segments/ask', { text })
  const language = useData<Language>('/v1/segment-language')
  if (!asked.data || !language.data) return null
  const { fields, calls } = language.data
  const rowOf = (row: Row) => (row.window || row.name ? [...calls, ...fields] : [...fields, ...calls]).find((one) => one.name === row.subject)
  const nameOf = (row: Row) => {
    const word = `subject.${row.subject}`
    const found = rowOf(row)
    return isWord(word) ? say(word) : found ? shortName(locale === 'zh-CN' ? found.zh : found.en) : (row.subject ?? '')
  }
  const unitOf = (row: Row, value: string) => {
    const kind = rowOf(row)?.kind
    return kind === 'count' ? say('words.times', { n: value }) : kind === 'money' ? format.money(value).replace(/\.00$/, '') : value
  }
  return <span className="segment-words">{wordsOf(asked.data.rows, { nameOf, unitOf }, say)}</span>
}

/** Rows stand in pre-order; what is under a row has a greater depth. */
function wordsOf(rows: Row[], told: Told, say: Say): string {
  let at = 0
  const next = (): string => {
    const row = rows[at++]!
    if (row.kind === 'test') return testWords(row, told, say)
    const parts: string[] = []
    while (at < rows.length && rows[at]!.depth > row.depth) {
      const { kind } = rows[at]!
      const alike = row.kind === 'any' ? sameWindow(rows, at) : 1
      if (alike > 1) {
        const all = rows.slice(at, at + alike).map((one) => say('words.quoted', { what: behaviourText(one.name!, say) })).join(say('words.comma'))
        parts.push(say('words.any_of', { window: windowWords(rows[at]!, say), all }))
        at += alike
        continue
      }
      const text = next()
      parts.push(kind === 'any' || kind === 'all' ? say('words.bracket', { what: text }).trim() : text)
    }
    return row.kind === 'not' ? say('words.not', { what: parts.join('') }) : parts.join(say(row.kind === 'all' ? 'words.and' : 'words.or'))
  }
  return rows.length > 0 ? next() : ''
}

/** How many tests from here on are plain did(…) within the same window: they read as one. */
function sameWindow(rows: Row[], from: number): number {
  const plain = (one: Row) => one.kind === 'test' && one.subject === 'did' && one.props.length === 0 && one.op === '>=' && one.operands[0] === '1'
  let n = 0
  while (from + n < rows.length && plain(rows[from + n]!) && rows[from + n]!.window === rows[from]!.window && rows[from + n]!.depth === rows[from]!.depth) n++
  return Math.max(n, 1)
}

const windowWords = (row: Row, say: Say) => (row.window ? say('words.within', { window: comparison('window', [row.window], say) }) : '')

function comparison(op: string, operands: string[], say: Say): string {
  const told = operands.map((one) => one.replace(/^(\d+)([hdw])$/, (_, n: string, unit: 'h') => say(`window.${unit}`, { n })))
  const word = `told.${op}`
  return isWord(word) ? say(word, { a: told[0] ?? '', b: told[1] ?? '', all: told.join(say('words.comma')) }) : [op, ...told].join(' ')
}

function testWords(row: Row, { nameOf, unitOf }: Told, say: Say): string {
  const window = windowWords(row, say)
  const props = row.props.map((one) => {
    const word = `prop.${one.name}`
    return `${isWord(word) ? say(word) : one.name} ${comparison(one.op, one.operands, say)}`
  })
  const name = row.name ? say('words.quoted', { what: row.subject === 'did' ? behaviourText(row.name, say) : row.name }) : ''
  const subject = `${window}${nameOf(row)}${name}${props.length > 0 ? say('words.bracket', { what: props.join(say('words.comma')) }) : ''}`
  // "did at least once" is "did".
  if (!row.op || (row.subject === 'did' && row.op === '>=' && row.operands[0] === '1')) return subject
  return `${subject} ${comparison(row.op, row.operands.map((one) => unitOf(row, one)), say)}`
}

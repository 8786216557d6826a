// forms.ts -- what the segment doors take and give.
import type { Forms, Given, Instant, MemberRow } from '~/api'

export type AskedProp = Required<Forms['segment_row_prop']>
/** What a test says: of whom or what, since when, compared how with what. */
export interface Said {
  subject: string
  name: string
  window: string
  op: string
  operands: string[]
  props: AskedProp[]
}
/** One line of a tree written in pre-order: what stands under it follows with a greater depth. */
export interface AskedRow extends Said {
  depth: number
  kind: 'all' | 'any' | 'not' | 'test'
}
export type AnsweredRow = Omit<Given<Forms['segment_row'], 'kind' | 'text'>, 'props'> & { props: AskedProp[] }
export type Answered = Omit<Given<Forms['segment_asked'], 'text' | 'explain'>, 'rows' | 'sample'> & {
  at: Instant
  rows: AnsweredRow[]
  sample: MemberRow[]
}

export type Kind = 'count' | 'number' | 'money' | 'age' | 'date' | 'flag' | 'text' | 'choice' | 'set' | 'known' | 'holds'
export type FieldRow = Omit<Given<Forms['language_field'], 'name' | 'zh' | 'en' | 'example'>, 'kind' | 'past'> & { kind: Kind }
export type CallRow = Omit<Given<Forms['language_call'], 'name' | 'zh' | 'en' | 'example'>, 'kind'> & { kind: Kind }
export type OperatorRow = Given<Forms['language_operator'], 'name' | 'zh' | 'en'>
export interface Language {
  fields: FieldRow[]
  calls: CallRow[]
  operators: OperatorRow[]
}
export type ValueRow = Given<Forms['segment_value'], 'value'>

export type Saved = Given<Forms['saved_view'], 'name' | 'text' | 'owner'>
export type Version = Given<Forms['saved_version'], 'text' | 'by'>
export type Size = Forms['saved_size']
export type Snapshot = Given<Forms['saved_snapshot'], 'name'>

export type TgiRow = Given<Forms['compare_line'], 'field' | 'value' | 'text'>
export type Compared = Omit<Given<Forms['compare'], 'how'>, 'index'> & { index: TgiRow[] }

// api.ts -- the names pages use for the forms in schema.ts (which is generated from the server's own description).
import type { components } from './schema'

type Forms = components['schemas']
/** The description cannot say which texts are always there; here it is said. */
type Given<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> }

/** Decimal text such as "1234.50". */
export type Money = string
/** ISO 8601 in UTC. */
export type Instant = string

export type Right =
  | 'members:read' | 'members:write' | 'personal:read' | 'orders:read' | 'orders:write' | 'import'
  | 'reports:read' | 'export' | 'settings:write' | 'users:write' | 'audit:read' | 'track:write'
export type User = Given<Forms['user_view'], 'name' | 'role'>
export type Role = User['role']
export type Session = Forms['session_view'] & { user: { role: Role } }
export type Key = Given<Forms['key_view'], 'name'>
export type AuditLine = Given<Forms['audit_view'], 'actor' | 'action'>
export type Setting = Given<Forms['setting_view'], 'kind' | 'value' | 'fallback' | 'doc'>

export type MemberRow = Forms['person']
export type MemberRfm = Given<Forms['person_rfm'], 'type' | 'name'>
export type MemberView = Omit<Forms['person_view'], 'rfm' | 'identities' | 'fields' | 'tags'> & {
  rfm: MemberRfm | null
  identities: Identity[]
  fields: MemberField[]
  tags: MemberTag[]
}
export type Identity = Given<Forms['identity_view'], 'kind' | 'value'>
export type MemberField = Given<Forms['value_view'], 'field' | 'value' | 'source'>
export type MemberTag = Given<Forms['member_tag_view'], 'tag' | 'source'>
export type TagView = Given<Forms['tag_view'], 'name'>
export type FieldView = Given<Forms['field_view'], 'name' | 'type'>
export type MergeView = Given<Forms['merge_view'], 'by'>
export type ConflictView = Given<Forms['conflict_view'], 'kind' | 'value'>
export type TimelineLine = Given<Omit<Forms['timeline_line'], 'props'>, 'kind'> & { props: Record<string, unknown> | null }
export type TimelinePage = { items: TimelineLine[]; next_before?: number | null }

export type OrderRow = Given<Forms['order_item'], 'shop' | 'number' | 'state'>
export type OrderState = OrderRow['state']
export type OrderView = Omit<Forms['order_detail'], 'lines'> & { lines: OrderLine[] }
export type OrderLine = Forms['order_line_view']
export type ShopView = Given<Forms['shop_view'], 'name'>

export type OverviewReport = Omit<Forms['overview'], 'now' | 'before' | 'shops'> & {
  now: Tally
  before: Tally
  shops: OverviewShop[]
}
export type Tally = Forms['overview_period']
export type OverviewDay = Forms['overview_day']
export type OverviewShop = Given<Forms['overview_shop'], 'shop'>

export type RfmCell = Forms['rfm_cell']
export type RfmType = Given<Forms['rfm_type_row'], 'type' | 'name'>
export type RfmRule = Given<Forms['rfm_cuts_view'], 'frequency_of' | 'monetary_of'> & {
  cuts: 'fixed' | 'quantile' | 'mean'
  high: 'band' | 'mean'
}
export type RfmReport = Omit<Given<Forms['rfm_report'], 'at' | 'definition' | 'means'>, 'types' | 'rule'> & {
  types: RfmType[]
  rule: RfmRule
}
export type RfmMove = Omit<Given<Forms['rfm_move'], 'from' | 'to' | 'definition'>, 'before' | 'after' | 'flows'> & {
  before: RfmType[]
  after: RfmType[]
  flows: RfmFlow[]
}
/** An empty `from`: had not bought yet. */
export type RfmFlow = Given<Forms['rfm_flow'], 'to'>
export type ClassesReport = Given<Forms['classes_report'], 'at' | 'definition' | 'classes' | 'scene'>

// -- not in the description yet --

export interface ImportProblem {
  row: number
  column: string
  value: string
  reason: string
}

export interface ImportView {
  id: number
  file: string
  format: string
  size: number
  state: string
  columns: string[]
  profile: string
  mapping: { field: string; column: string }[]
  options: ImportOptions
  preview: { rows: string[][] }
  facts: ImportFact[]
  problems: ImportProblem[]
  dry_run?: boolean
  failure?: string | null
  result?: ImportProgress | null
}

export interface ImportFact {
  shop: string
  number: string
  state: OrderState
  status?: string | null
  created_at?: Instant | null
  paid_at?: Instant | null
  paid?: Money | null
  refund?: Money | null
  lines: OrderLine[]
}

export interface ImportOptions {
  shop?: string | null
  identity?: string | null
  order_id?: string | null
  paid_status?: string[]
  net_of_refund?: boolean
  drop_duplicates?: boolean
}

export interface ImportRow {
  id: number
  file: string
  format: string
  size: number
  state: string
  created_at: Instant
  rows?: number | null
  accepted?: number | null
  rejected?: number | null
}

export interface ImportProgress {
  state: string
  rows: number
  accepted: number
  rejected: number
  orders?: number | null
  members?: number | null
  paid?: Money | null
  refund?: Money | null
  fraction: number
  rows_per_second?: number | null
  left_ms?: number | null
}

export interface ImportProfile {
  name: string
  title?: string
}

// api.ts -- the forms of what the API gives and takes, as pages use them.

/** Decimal text such as "1234.50". */
export type Money = string
/** ISO 8601 in UTC. */
export type Instant = string
/** "2024-05-01" in the programme's time zone. */
export type Day = string

export type Right =
  | 'members:read' | 'members:write' | 'personal:read' | 'orders:read' | 'orders:write' | 'import'
  | 'reports:read' | 'export' | 'settings:write' | 'users:write' | 'audit:read' | 'track:write'
export type Role = 'owner' | 'operator' | 'analyst' | 'support' | 'viewer'

export interface Session {
  user: { id: number; name: string; role: Role }
  rights: Right[]
  csrf: string
  expires_at: Instant
}

export interface User {
  id: number
  name: string
  role: Role
  disabled: boolean
  created_at: Instant
  seen_at?: Instant | null
}

export interface Key {
  id: number
  name: string
  scopes: Right[]
  created_at: Instant
  expires_at?: Instant | null
  used_at?: Instant | null
  revoked: boolean
}

export interface AuditLine {
  id: number
  at: Instant
  actor: string
  action: string
  subject: string
  detail: unknown
  address: string
}

export interface Setting {
  name: string
  kind: 'text' | 'int' | 'money' | 'flag' | 'choice' | 'ints' | 'moneys'
  value: string
  fallback: string
  choices: string[]
  min?: number | null
  max?: number | null
  doc: string
}

export interface MemberRow {
  id: number
  name: string
  phone?: string | null
  province?: string | null
  city?: string | null
  touchpoint?: string | null
  first_seen: Instant
  last_order_at?: Instant | null
  orders: number
  spent: Money
  tags: string[]
  class: string
}

export interface Identity {
  kind: string
  scope?: string | null
  value: string
  strong: boolean
  seen_at: Instant
}

export interface MemberTag {
  tag: string
  group?: string | null
  source: string
  expires_at?: Instant | null
}

export interface MemberField {
  field: string
  value: string
  source: string
  at: Instant
}

export interface MemberView extends Omit<MemberRow, 'tags'> {
  identities: Identity[]
  fields: MemberField[]
  tags: MemberTag[]
  merged_ids: number[]
  first_order_at?: Instant | null
  average?: Money | null
  rfm?: { r: number; f: number; m: number; type: string } | null
  scene: string[]
}

export interface TimelineLine {
  seq: number
  at: Instant
  member: number
  kind: string
  subject: string
  touchpoint?: string | null
  value?: Money | null
  props: Record<string, unknown> | null
}

export interface OrderLine {
  line_id?: string | null
  product_id?: string | null
  product?: string | null
  category?: string | null
  quantity: number
  price: Money
  amount?: Money | null
  refund?: Money | null
}

export type OrderState = 'placed' | 'paid' | 'shipped' | 'completed' | 'cancelled' | 'refunded'

export interface OrderRow {
  id: number
  shop: string
  number: string
  member: number
  state: OrderState
  status?: string | null
  created_at?: Instant | null
  paid_at?: Instant | null
  total?: Money | null
  paid?: Money | null
  refund?: Money | null
  net?: Money | null
  quantity?: number | null
  touchpoint?: string | null
}

export interface OrderView extends OrderRow {
  postage?: Money | null
  province?: string | null
  city?: string | null
  lines: OrderLine[]
}

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

export interface Tally {
  orders: number
  paid_orders: number
  paid: Money
  refund: Money
  net: Money
  buyers: number
  new_buyers: number
  returning_buyers: number
  new_members: number
  average: Money
}

export interface OverviewDay {
  day: Day
  orders: number
  paid: Money
  net: Money
  buyers: number
  new_members: number
}

export interface OverviewShop {
  shop: string
  orders: number
  paid: Money
  net: Money
  buyers: number
}

export interface OverviewReport {
  from: Day
  to: Day
  now: Tally
  before: Tally
  days: OverviewDay[]
  shops: OverviewShop[]
}

export interface TagView {
  name: string
  group?: string | null
}

export type FieldType = 'text' | 'number' | 'date' | 'flag' | 'choice' | 'choices'
export interface FieldView {
  name: string
  type: FieldType
  zh?: string
  en?: string
  choices?: string[]
}

export interface MergeView {
  id: number
  winner: number
  loser: number
  by: string
  at: Instant
  undone: boolean
}

export interface ConflictView {
  id: number
  kind: string
  value: string
  member: number
  other: number
  at: Instant
}

export interface ShopView {
  id: number
  name: string
  created_at: Instant
}

export interface RfmCell {
  r: number
  f: number
  m: number
  members: number
  amount: Money
}

export interface RfmType {
  type: string
  name: string
  members: number
  amount: Money
}

export interface RfmRule {
  cuts: 'fixed' | 'quantile' | 'mean'
  recency: number[]
  frequency: number[]
  monetary: Money[]
  frequency_of: 'orders' | 'days'
  monetary_of: 'total' | 'average'
  high: 'band' | 'mean'
  window: number
}

export interface RfmReport {
  at: string
  members: number
  amount: Money
  cells: RfmCell[]
  types: RfmType[]
  means: { recency: number; frequency: number; monetary: Money; r: number; f: number; m: number }
  rule: RfmRule
  definition: string
  took_ms: number
}

export interface RfmMove {
  from: string
  to: string
  before: RfmType[]
  after: RfmType[]
  flows: { from: string; to: string; members: number }[]
  definition: string
}

export interface ClassesReport {
  at: string
  members: number
  classes: Record<'A' | 'B' | 'C', number>
  scene: Record<'new' | 'active' | 'dormant' | 'high_value', number>
  definition: string
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

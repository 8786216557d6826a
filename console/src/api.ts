// api.ts -- the names pages use for the forms in schema.ts (which is generated from the server's own description).
import type { components } from './schema'

export type Forms = components['schemas']
/** The description cannot say which texts are always there; here it is said. */
export type Given<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> }

/** Decimal text such as "1234.50". */
export type Money = string
/** ISO 8601 in UTC. */
export type Instant = string

export type Right =
  | 'members:read' | 'members:write' | 'personal:read' | 'orders:read' | 'orders:write' | 'import'
  | 'reports:read' | 'export' | 'settings:write' | 'users:write' | 'audit:read' | 'track:write'
  | 'segments:write' | 'loyalty:read' | 'loyalty:write' | 'points:grant' | 'approve' | 'members:token'
export type User = Given<Forms['user_view'], 'name' | 'role'>
export type Role = User['role']
export type Session = Forms['session_view'] & { user: { role: Role } }
export type Key = Given<Forms['key_view'], 'name'>
export type Approval = Given<Forms['approval_view'], 'reason'>
export type ApprovalState = Approval['state']
export type AuditLine = Given<Forms['audit_view'], 'actor' | 'action'>
export type Endpoint = Given<Forms['endpoint_view'], 'name' | 'target' | 'kind' | 'state' | 'language'>
export type EndpointPage = { items: Endpoint[]; topics: Given<Forms['topic_view'], 'name' | 'doc'>[] }
export type Delivery = Given<Forms['delivery_view'], 'topic' | 'title' | 'kind' | 'state'>
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

// Metrics: what each means, and its figures.
export type MetricUnit = 'money' | 'count' | 'ratio' | 'times' | 'days'
export type MetricStep = 'day' | 'week' | 'month' | 'quarter' | 'year'
export type Metric = Given<Forms['metric_view'], 'name' | 'label' | 'unit' | 'better' | 'definition' | 'formula'>
export type MetricPoint = Forms['metric_point']
export type MetricBeside = Forms['metric_beside']
export type MetricGroup = Given<Forms['metric_group'], 'group'>
export type MetricAnswer = Omit<Forms['metric_answer'], 'metric' | 'groups'> & { metric: Metric; groups: MetricGroup[] }
export type MetricsAnswer = Omit<Given<Forms['metrics_answer'], 'how'>, 'items'> & { items: MetricAnswer[] }

export type DashboardBlock = Given<Forms['dashboard_block'], 'metric'> & { draws: 'figure' | 'line' | 'bars' | 'table'; size: 'small' | 'medium' | 'wide'; step: 'fit' | MetricStep }
export type Dashboard = Omit<Given<Forms['dashboard_view'], 'name'>, 'blocks'> & { blocks: DashboardBlock[] }

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

export type ImportRow = Given<Forms['import_row'], 'file' | 'format' | 'state'>
export type ImportView = Omit<Given<Forms['import_view'], 'file' | 'format' | 'state' | 'options'>, 'preview' | 'facts' | 'result'> & {
  preview: { rows: string[][] }
  facts: ImportFact[]
  result: ImportProgress | null
}
export type ImportFact = Given<Forms['import_fact'], 'state'>
export type ImportOptions = Forms['import_options']
export type ImportProblem = Forms['import_problem']
export type ImportProgress = Given<Forms['import_event'], 'state'>
export type ImportProfile = Given<Forms['import_profile_view'], 'name'>

// Answers of the questions: how they were made stands in each.
export type TreeFactor = Given<Forms['tree_factor'], 'factor'>
export type TreePart = Omit<Given<Forms['tree_part'], 'kind'>, 'factors'> & { factors: TreeFactor[] }
export type TreeInfluence = Given<Forms['tree_influence'], 'factor' | 'by' | 'side' | 'zh' | 'en'>
export type GmvTree = Omit<Given<Forms['gmv_tree'], 'sentence' | 'definition'>, 'factors' | 'parts' | 'influences'> & {
  factors: TreeFactor[]
  parts: TreePart[]
  influences: TreeInfluence[]
}
export type FunnelAnswer = Omit<Given<Forms['funnel_answer'], 'how' | 'window'>, 'steps'> & { steps: Given<Forms['funnel_step'], 'event'>[] }
export type RetentionAnswer = Omit<Given<Forms['retention_answer'], 'how' | 'total'>, 'cohorts'> & { cohorts: Given<Forms['retention_cohort'], 'day'>[] }
export type ActivesAnswer = Omit<Given<Forms['actives_answer'], 'how'>, 'days'> & { days: Given<Forms['actives_day'], 'day'>[] }
export type HistogramAnswer = Omit<Given<Forms['histogram'], 'how' | 'field'>, 'bins'> & { bins: Given<Forms['histogram_bin'], 'label'>[] }
export type CrossAnswer = Omit<Given<Forms['cross'], 'how'>, 'cells'> & { cells: Given<Forms['cross_row'], 'a'>[] }
export type CellsAnswer = Omit<Given<Forms['cells'], 'how'>, 'types'> & { types: Given<Forms['cell_type'], 'type' | 'zh' | 'en'>[] }
export type Stage = 'none' | 'awareness' | 'interest' | 'purchase' | 'loyalty'
export type AiplStage = Given<Forms['aipl_stage'], 'zh' | 'en'> & { stage: Stage }
export type AiplFlow = Forms['aipl_flow'] & { from: Stage; to: Stage }
export type AiplAnswer = Omit<Given<Forms['aipl'], 'how' | 'from' | 'to'>, 'stages' | 'flow'> & { stages: AiplStage[]; flow: AiplFlow[] }

// Paths and attribution.
export type PathRow = Given<Forms['path_row'], 'outcome'>
export type PathNode = Given<Forms['path_node'], 'name'>
export type PathLink = Forms['path_link']
export type PathsAnswer = Omit<Given<Forms['paths_answer'], 'how' | 'within' | 'direction'>, 'paths' | 'nodes' | 'links'> & { paths: PathRow[]; nodes: PathNode[]; links: PathLink[] }
export type AttributionCredit = Given<Forms['attribution_credit'], 'model'>
export type AttributionRow = Omit<Given<Forms['attribution_row'], 'touch' | 'kind'>, 'credit'> & { credit: AttributionCredit[] }
export type AttributionAnswer = Omit<Given<Forms['attribution_answer'], 'how' | 'window' | 'half_life'>, 'rows' | 'models'> & { rows: AttributionRow[]; models: AttributionModel[] }
export type AttributionModel = AttributionCredit['model']

export type ProductView = Given<Forms['product_view'], 'name' | 'code' | 'category'>

// What is bought together, what next, and who fits a product.
export type BasketRule = Given<Forms['basket_rule'], 'rhs'>
export type BasketReport = Omit<Given<Forms['basket_report'], 'how'>, 'rules'> & { rules: BasketRule[] }
export type NextRow = Given<Forms['next_row'], 'product' | 'approach'>
export type NextGroup = Given<Forms['next_group'], 'group' | 'name' | 'advice' | 'text'>
export type NextReport = Omit<Given<Forms['next_report'], 'how' | 'product'>, 'next' | 'groups'> & { next: NextRow[]; groups: NextGroup[] }
export type FitValue = Given<Forms['fit_value'], 'field' | 'field_name' | 'value' | 'text'>
export type FitMember = Forms['fit_member']
export type FitReport = Omit<Given<Forms['fit_report'], 'how' | 'product'>, 'index' | 'members'> & { index: FitValue[]; members: FitMember[] }

// Points.
export type PointsRule = Given<Forms['points_rule'], 'id'>
export type PointsBalance = Forms['points_balance']
export type PointsEntry = Given<Forms['points_entry'], 'words'>
export type PointsMonth = Given<Forms['points_month'], 'month'>
export type PointsLiability = Omit<Given<Forms['points_liability'], 'how'>, 'months'> & { months: PointsMonth[] }
export type PointsHanded = Forms['points_handed']

// The programme. The server fills every field of a ladder it shows.
export type TierStep = Required<Forms['tier_step']>
export type Ladder = Omit<Required<Forms['ladder']>, 'tiers'> & { tiers: TierStep[] }
export type LadderView = { version: number; rules: Ladder }
export type LadderPast = Omit<Forms['ladder_past'], 'rules'> & { rules: Ladder }
export type TiersView = Omit<Forms['tiers_view'], 'live' | 'draft'> & { live: LadderView; draft: LadderView | null }
export type TierBenefit = Forms['tier_benefit']
export type Appointee = Given<Forms['tier_appointee'], 'tier'>
export type Simulation = Forms['tier_simulation']

// Budgets and rewards.
export type Budget = Given<Forms['budget_view'], 'code' | 'name'>
export type BudgetAlert = Given<Forms['budget_alert'], 'code' | 'kind'>
export type BudgetDay = Given<Forms['budget_day'], 'day'>
export type BudgetDetail = { budget: Budget; days: BudgetDay[]; uses: Forms['budget_use'][] }
export type BudgetDone = Forms['budget_done']
export type RewardRow = Given<Forms['reward_view'], 'id' | 'state' | 'kind'>

// What is given, and tasks that give it.
export type Reward = Forms['reward']
export type Benefit = Forms['benefit']
export type TaskGifts = Forms['task_gifts']
export type Task = Given<Forms['task_view'], 'code' | 'kind' | 'zh' | 'en' | 'often' | 'proof' | 'counts' | 'gifts'>
export type TaskKind = Task['kind']
export type TaskFigures = Forms['task_figures']
export type TaskProof = Given<Forms['task_proof_view'], 'state'>
export type MemberTask = Given<Forms['my_task'], 'kind' | 'zh' | 'en' | 'often' | 'now'>

// Leaderboards and teams.
export type Board = Given<Forms['board_view'], 'name' | 'holders' | 'metric' | 'scope' | 'ties' | 'state'>
export type BoardPrize = Forms['board_prize']
export type BoardLine = Given<Forms['board_line'], 'score'>
export type BoardTop = Omit<Given<Forms['board_top_view'], 'state'>, 'items'> & { items: BoardLine[] }
export type BoardRank = Omit<Given<Forms['board_rank_view'], 'state'>, 'mine' | 'around'> & { mine: BoardLine; around: BoardLine[] }
export type PrizeGiven = Given<Forms['prize_view'], 'state'>
export type TeamCampaign = Given<Forms['team_campaign'], 'name'>
export type Team = Given<Forms['team_line'], 'name' | 'join_rule'>
export type TeamSeat = Given<Forms['team_seat_view'], 'state'>
// The points mall and grabs.
export type MallGood = Given<Forms['good_view'], 'kind' | 'state' | 'zh' | 'price'>
export type MallExchange = Given<Forms['exchange_view'], 'kind' | 'state' | 'price'>
export type Grab = Given<Forms['grab_view'], 'zh'>
export type GrabWin = Forms['grab_win_view']

export type Koc = Given<Forms['koc_view'], 'state' | 'level' | 'level_zh' | 'level_en' | 'next' | 'handles' | 'figures'>
export type KocState = Koc['state']
export type KocLevel = Given<Forms['koc_level'], 'code' | 'zh' | 'en' | 'rate'>
export type KocCode = Given<Forms['koc_code'], 'code'>
export type KocPair = Forms['koc_pair']
export type KocMonth = Given<Forms['koc_month'], 'month' | 'state'>
export type KocStatement = Given<Forms['koc_statement'], 'month'>
export type KocStatementLine = Forms['koc_statement_line']
export type KocTrial = Given<Forms['koc_trial'], 'product' | 'state'>

// Joining, paid membership, shopping credit.
export type Pack = { pack: string; rewards: Reward[] }
export type Plan = Forms['plan']
export type Term = Given<Forms['term_view'], 'key' | 'plan' | 'state'>
export type MembershipView = Omit<Forms['membership_view'], 'terms'> & { terms: Term[] }
export type MembershipRow = Given<Forms['membership_row'], 'plan'>
export type Refund = Forms['membership_refund']
export type CreditTotals = Forms['credit_totals']
export type CreditStep = Forms['credit_step']
export type CreditView = Forms['credit_view']
export type CreditAct = Given<Forms['credit_act'], 'key' | 'kind'>

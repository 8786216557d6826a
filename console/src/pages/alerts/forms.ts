// forms.ts -- the forms of the page on alerts, and how their figures are written.
import type { Forms, Given } from '~/api'
import type { Tone } from '~/app/theme'
import type { Format } from '~/base/format'
import { isWord, type Say } from '~/base/locale'

export type Point = Given<Forms['alert_point'], 'verdict'>
export type Part = Given<Forms['alert_part'], 'by' | 'value'>
export type Listed = Given<Forms['alert_listed'], 'value' | 'label'>
export type Step = Given<Forms['alert_step'], 'kind' | 'actor'>
export type AlertRow = Omit<Given<Forms['alert_view'], 'words' | 'rule_name' | 'severity' | 'state' | 'metric' | 'unit' | 'ending' | 'kind' | 'from' | 'to' | 'values_n' | 'assigned'>, 'points' | 'parts' | 'values'> & {
  points: Point[]
  parts: Part[]
  values: Listed[]
}
export type AlertsPage = { items: AlertRow[]; next_cursor?: string | null; open: number }
export type AlertOne = { alert: AlertRow; steps: Step[] }
export type Terms = Partial<Forms['alert_terms']> & { metric: string }
export type Rule = Omit<Given<Forms['alert_rule'], 'name' | 'severity' | 'sentence' | 'open' | 'owner'>, 'terms'> & { terms: Terms }
export type Template = Given<Forms['alert_template'], 'name' | 'label' | 'why' | 'sentence' | 'severity'>
export type Metric = Given<Forms['alert_metric'], 'name' | 'label' | 'unit' | 'definition' | 'by'>
export type Tried = Omit<Given<Forms['alert_tried'], 'label'>, 'points'> & { points: Point[] }
export type Preview = Omit<Given<Forms['alert_preview'], 'unit' | 'raised'>, 'values'> & { values: Tried[] }
export type Person = Given<Forms['alert_person'], 'name'>
export type Severity = AlertRow['severity']
export type Unit = Metric['unit']

export const severities = ['info', 'warning', 'critical'] as const satisfies readonly Severity[]
export const severityTones: Record<Severity, Tone> = { info: 'blue', warning: 'amber', critical: 'red' }
export const stateTones = { raised: 'red', acknowledged: 'teal', resolved: 'grey' } as const

/** A figure in its unit; what is not defined is a dash. */
export function figureText(format: Format, say: Say, unit: Unit | null | undefined, value: string | null | undefined): string {
  if (value === null || value === undefined) return '–'
  if (unit === 'money') return format.money(value)
  if (unit === 'ratio') return format.percent(Number(value))
  if (unit === 'days') return say('alerts.days', { n: format.count(Number(value)) })
  return Number(value).toLocaleString('en-US', { maximumFractionDigits: unit === 'times' ? 2 : 0 })
}

/** A dimension by what people call it; fields of members by their own name. */
export function dimensionText(say: Say, by: string): string {
  const key = `alerts.by.${by}`
  return isWord(key) ? say(key) : by
}

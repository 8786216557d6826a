// forms.ts -- the forms of the page on goals.
import type { Forms, Given } from '~/api'
import type { Goal } from '~/parts/goal_card'

export type Mover = Given<Forms['goal_mover'], 'dimension' | 'dimension_label' | 'group'>
export type Point = Forms['goal_point']
export type Detail = Omit<Forms['goal_detail'], 'goal' | 'movers'> & { goal: Goal; movers: Mover[] }
export type Metric = Given<Forms['goal_metric'], 'name' | 'label' | 'unit'>
export type Draft = Given<Forms['goal_draft'], 'metric' | 'label' | 'unit'>
export type Template = Omit<Forms['goal_template'], 'items'> & { items: Draft[] }

/** 2024-Q2 of a day. */
export const quarterOf = (day: string) => `${day.slice(0, 4)}-Q${Math.floor((Number(day.slice(5, 7)) - 1) / 3) + 1}`

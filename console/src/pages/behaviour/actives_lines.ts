// actives_lines.ts -- which values get a line of their own, and how each line differs without colour.
import type { ActivesAnswer } from '~/api'
import { palette } from '~/app/theme'
import { dayPlus, todayIs } from '~/base/format'

export type Unit = 'day' | 'week' | 'month'
const MOST = 6
const strokes = ['solid', 'dashed', 'dotted', [10, 3, 2, 3], [2, 2], [14, 4]] as const
const symbols = ['circle', 'rect', 'triangle', 'diamond', 'emptyCircle', 'emptyRect'] as const

export interface Line {
  value: string
  at: number
  total: number
  color: string
  stroke: (typeof strokes)[number]
  symbol: (typeof symbols)[number]
}

/** Whether a day (week, month) of the answer is still running. */
export function isRunning(day: string, unit: Unit): boolean {
  const today = todayIs()
  return unit === 'month' ? day.slice(0, 7) >= today.slice(0, 7) : dayPlus(day, unit === 'week' ? 6 : 0) >= today
}

/** The greatest come first; those after the sixth stand in the table only. */
export function linesOf(answer: ActivesAnswer): Line[] {
  const totals = answer.values.map((value, at) => ({ value, at, total: answer.days.reduce((sum, one) => sum + (one.values[at] ?? 0), 0) }))
  return totals
    .filter((one) => one.total > 0)
    .sort((a, b) => b.total - a.total)
    .slice(0, MOST)
    .map((one, i) => ({ ...one, color: palette[i]!, stroke: strokes[i]!, symbol: symbols[i]! }))
}

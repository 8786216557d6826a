// ladder_values.ts -- a ladder as its form holds it and as it is sent: multipliers as people say them, 1.2 for 1200.
import type { Ladder, TierStep } from '~/api'

export type StepValues = Partial<Omit<TierStep, 'multiplier'>> & { multiplier?: number | null }
export type LadderValues = Omit<Ladder, 'tiers'> & { tiers: StepValues[] }

export const valuesOf = (ladder: Ladder): LadderValues => ({
  ...ladder,
  tiers: ladder.tiers.map((step) => ({ ...step, multiplier: step.multiplier / 1000 })),
})

export const ladderOf = ({ measure, span, span_days, term_months, to_month_end, on_expiry, tiers }: LadderValues): Ladder => ({
  measure, span, on_expiry,
  span_days: span === 'days' ? span_days : null,
  term_months: term_months ?? 0,
  to_month_end: Boolean(term_months && to_month_end),
  tiers: (tiers ?? []).map((step) => ({
    code: step?.code?.trim() ?? '', zh: step?.zh?.trim() ?? '', en: step?.en?.trim() ?? '',
    threshold: step?.threshold || null,
    // Of a tier by appointment nothing keeps it.
    keep: (step?.threshold && step.keep) || null,
    multiplier: Math.round((step?.multiplier ?? 0) * 1000),
  })),
})

const amount = (text: string | null) => (text === null ? null : Number(text))
const bare = (ladder: Ladder) =>
  JSON.stringify(ladderOf(valuesOf(ladder)), (name, value: unknown) => (name === 'threshold' || name === 'keep' ? amount(value as string | null) : value))
/** The same rules, however their amounts are written. */
export const sameLadder = (a: Ladder, b: Ladder) => bare(a) === bare(b)

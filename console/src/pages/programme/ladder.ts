// ladder.ts -- the ladder of tiers as people read it: names, thresholds, multipliers, and its rules in a sentence.
import type { Ladder, TierStep } from '~/api'
import { useFormat } from '~/base/format'
import { useSpeech } from '~/base/locale'
import { segmentLink } from '~/base/segment_link'

type Steps = readonly Pick<TierStep, 'code' | 'zh' | 'en'>[]

/** What a tier is called; a code that is in none of the ladders stands for itself, no code for no tier. */
export function useTierName(...ladders: Steps[]) {
  const { say, locale } = useSpeech()
  return (code: string | null | undefined) => {
    if (!code) return say('tier.none')
    const step = ladders.flat().find((one) => one.code === code)
    return step ? (locale === 'zh-CN' ? step.zh : step.en) : code
  }
}

/** Where those who hold a tier can be seen. */
export const tierLink = (code: string) => segmentLink(`tier = "${code}"`)

export function useLadderWords() {
  const { say } = useSpeech()
  const format = useFormat()
  /** A measure in its own unit: ¥499.00, 499 growth, 5 orders. */
  const measured = (measure: Ladder['measure'], amount: string) =>
    measure === 'spent' ? format.money(amount) : say(`tier.${measure}`, { n: format.count(Number(amount)) })
  const reach = (ladder: Ladder, step: TierStep) =>
    !step.threshold ? say('tier.by_invitation') : Number(step.threshold) === 0 ? say('tier.join') : measured(ladder.measure, step.threshold)
  const keep = (ladder: Ladder, step: TierStep) =>
    !step.threshold || Number(step.threshold) === 0 || ladder.term_months === 0 ? '–' : measured(ladder.measure, step.keep ?? step.threshold)
  const times = (step: TierStep) => say('tier.times', { n: (step.multiplier / 1000).toLocaleString('en-US', { maximumFractionDigits: 3 }) })
  const sentence = (ladder: Ladder) =>
    say('ladder.sentence', {
      measure: say(`ladder.measure.${ladder.measure}`),
      span: say(`ladder.span.${ladder.span}`, { n: ladder.span_days ?? 0 }),
      term: ladder.term_months === 0 ? say('ladder.term.ever') : say(ladder.to_month_end ? 'ladder.term.month_end' : 'ladder.term', { n: ladder.term_months }),
      expiry: ladder.term_months === 0 ? '' : say(`ladder.expiry.${ladder.on_expiry}`),
    })
  return { reach, keep, times, sentence }
}

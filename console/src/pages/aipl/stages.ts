// stages.ts -- the stages in their order, and their colours: the further, the darker, so that they read in grey too.
import type { AiplAnswer, AiplStage, Stage } from '~/api'
import { todayIs } from '~/base/format'
import { address } from '~/base/http'
import { useSpeech } from '~/base/locale'
import type { Period } from '~/parts/period'

/** Stages of today are those of now, not of its end. */
export const dayOver = (day: string) => (day < todayIs() ? day : undefined)

export const order: Stage[] = ['none', 'awareness', 'interest', 'purchase', 'loyalty']
export const falling = [...order].reverse()
export const stageColours: Record<Stage, string> = {
  none: '#cfcdc4', awareness: '#a5cbd3', interest: '#62a1ae', purchase: '#25707f', loyalty: '#0f3d49',
}
export const directionColours = { up: '#17596a', same: '#b9b6ab', down: '#e07b39' }
export type Direction = keyof typeof directionColours

export function directionOf(from: Stage, to: Stage): Direction {
  const way = order.indexOf(to) - order.indexOf(from)
  return way > 0 ? 'up' : way < 0 ? 'down' : 'same'
}

export function useStageName(answer: AiplAnswer) {
  const { locale } = useSpeech()
  return (stage: Stage) => {
    const found = answer.stages.find((one) => one.stage === stage)
    return (found && (locale === 'zh-CN' ? found.zh : found.en)) ?? stage
  }
}

/** Who is in a stage: its rule holds, and no higher one. */
export function stageText(stages: AiplStage[], stage: Stage): string | undefined {
  const ruleOf = (name: Stage) => stages.find((one) => one.stage === name)?.rule ?? undefined
  const own = ruleOf(stage)
  if (stage !== 'none' && !own) return undefined
  const higher = order.slice(order.indexOf(stage) + 1).flatMap((name) => ruleOf(name) ?? [])
  return [...(own ? [`(${own})`] : []), ...higher.map((rule) => `not (${rule})`)].join(' and ')
}

/** The members who went from one stage to another. */
export const flowLink = (period: Period, segment: string | undefined, was: Stage, is: Stage) =>
  address('/aipl/members', { ...period, segment, was, is })

export const sumOf = (answer: AiplAnswer, fits: (from: Stage, to: Stage) => boolean) =>
  answer.flow.reduce((sum, one) => sum + (fits(one.from, one.to) ? one.members : 0), 0)

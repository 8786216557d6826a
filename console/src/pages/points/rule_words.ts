// rule_words.ts -- a rule that earns points, in a sentence.
import type { PointsRule } from '~/api'
import { dayOf, useFormat, type Format } from '~/base/format'
import { useSay, type Say } from '~/base/locale'
import type { Word } from '~/base/words'
import { behaviourText } from '~/parts/event_input'

export type RuleTerms = Omit<PointsRule, 'id' | 'name'>

const clock = (minute: number) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`

function named(word: Word, names: string[] | undefined, say: Say): string | false {
  if (!names?.length) return false
  const some = names.slice(0, 3).map((name) => say('words.quoted', { what: name })).join(say('words.comma'))
  return say(word, { all: names.length > 3 ? say('rule.and_more', { all: some, n: names.length }) : some })
}

function span({ from, until }: RuleTerms, say: Say): string | false {
  const first = from && dayOf(new Date(from))
  const last = until && dayOf(new Date(Date.parse(until) - 1))
  if (first && last) return say('rule.between', { from: first, to: last })
  return first ? say('rule.from', { from: first }) : last ? say('rule.until', { to: last }) : false
}

function hours({ from_minute: from, until_minute: until }: RuleTerms, say: Say): string | false {
  if (from === null || from === undefined || until === null || until === undefined) return false
  return say(until > from ? 'rule.hours' : 'rule.hours_over', { from: clock(from), to: clock(until) })
}

function ruleText(rule: RuleTerms, say: Say, format: Format): string {
  const count = (n: number | null | undefined) => format.count(n)
  const points = count(rule.points)
  const parts = [
    rule.kind === 'order'
      ? say('rule.order', { amount: format.money(rule.amount), points })
      : say('rule.event', { event: rule.event ? behaviourText(rule.event, say) : '…', points }),
    rule.times_tier && say('rule.times_tier'),
    named('rule.shops', rule.shops, say),
    named('rule.categories', rule.categories, say),
    named('rule.products', rule.products, say),
    span(rule, say),
    (rule.weekdays?.length ?? 0) > 0 && rule.weekdays!.toSorted().map((day) => say(`weekday.${day}` as Word)).join(say('words.comma')),
    hours(rule, say),
    rule.cap_day && say('rule.cap_day', { n: count(rule.cap_day) }),
    rule.cap_total && say('rule.cap_total', { n: count(rule.cap_total) }),
    rule.adds && say('rule.adds'),
    rule.budget && say('rule.budget', { budget: rule.budget }),
  ]
  return parts.filter(Boolean).join(say('rule.join')) + say('rule.end')
}

export function useRuleText(): (rule: RuleTerms) => string {
  const say = useSay()
  const format = useFormat()
  return (rule) => ruleText(rule, say, format)
}

export type RuleState = 'on' | 'off' | 'soon' | 'over'
export function ruleState(rule: PointsRule, now: number): RuleState {
  if (!rule.on) return 'off'
  if (rule.until && Date.parse(rule.until) <= now) return 'over'
  return rule.from && Date.parse(rule.from) > now ? 'soon' : 'on'
}

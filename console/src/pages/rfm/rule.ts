// rule.ts -- the RFM rule in the address bar: what is asked, and how its bands read.
import { useMemo } from 'react'
import { useSearchParams } from 'react-router'
import type { RfmRule } from '~/api'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'

export const asks = ['at', 'recency', 'frequency', 'monetary', 'cuts', 'frequency_of', 'monetary_of', 'high', 'window'] as const
export type Ask = (typeof asks)[number]
export type Asked = Partial<Record<Ask, string>>

/** What the address asks for; what is not there comes from the settings. */
export function useAsked(): [Asked, (change: Asked) => void, () => void] {
  const [search, setSearch] = useSearchParams()
  const asked = useMemo(() => {
    const found: Asked = {}
    for (const name of asks) {
      const value = search.get(name)
      if (value) found[name] = value
    }
    return found
  }, [search])
  const change = (to: Asked) =>
    setSearch((old) => {
      const changed = new URLSearchParams(old)
      for (const [name, value] of Object.entries(to)) {
        if (value) changed.set(name, value)
        else changed.delete(name)
      }
      return changed
    }, { replace: true })
  const reset = () => setSearch(asked.at ? { at: asked.at } : {}, { replace: true })
  return [asked, change, reset]
}

export const withAsked = (path: string, asked: Asked, more: Record<string, string | number> = {}) => {
  const search = new URLSearchParams(asked as Record<string, string>)
  for (const [name, value] of Object.entries(more)) search.set(name, String(value))
  const text = search.toString()
  return text ? `${path}?${text}` : path
}

/** How band `n` (1 is the worst) of each axis reads: "<30 天", "2–4 次", "≥¥1,000". */
export function useBandText(rule: RfmRule) {
  const say = useSay()
  const format = useFormat()
  const whole = (amount: string) => format.money(amount).replace(/\.00$/, '')
  return {
    r: (n: number) => {
      const cuts = rule.recency
      const upper = cuts[cuts.length + 1 - n] // band n holds what is under this and not under the one before
      const lower = cuts[cuts.length - n]
      if (lower === undefined && upper === undefined) return '–'
      return between(lower, upper, (days) => say('rfm.days', { n: days }), (days) => days - 1)
    },
    f: (n: number) => between(rule.frequency[n - 2], rule.frequency[n - 1], (times) => say('rfm.times', { n: times }), (times) => times - 1),
    m: (n: number) => between(rule.monetary[n - 2], rule.monetary[n - 1], whole),
  }
}

/** At least `low`, under `high`. Whole numbers say their last one: 2–4. */
function between<T>(low: T | undefined, high: T | undefined, text: (value: T) => string, last?: (high: T) => T): string {
  if (low === undefined && high === undefined) return '–'
  if (low === undefined) return last ? `≤${text(last(high!))}` : `<${text(high!)}`
  if (high === undefined) return `≥${text(low)}`
  if (!last) return `${text(low)}–${text(high)}`
  const end = last(high)
  return end === low ? text(low) : `${String(low)}–${text(end)}`
}

// trends.ts -- sizes of saved segments day by day: they are noted when they change, and stand until the next note.
import { useEffect, useMemo, useState } from 'react'
import type { Page } from '~/base/data'
import { dayOf, dayPlus, daysBetween, todayIs } from '~/base/format'
import { ask } from '~/base/http'
import type { Answered, Saved, Size } from './forms'

/** The last size of each of the past days, today last; days before the first count are left out. */
export type Trends = Map<number, number[]>
const days = 30

export function daily(sizes: Size[], from: string, to: string): number[] {
  const out: number[] = []
  const sorted = [...sizes].sort((a, b) => a.at.localeCompare(b.at))
  let at = 0
  let last: number | undefined
  for (let i = 0; i <= daysBetween(from, to); i++) {
    const day = dayPlus(from, i)
    while (at < sorted.length && dayOf(new Date(sorted[at]!.at)) <= day) last = sorted[at++]!.count
    if (last !== undefined) out.push(last)
  }
  return out
}

export const sinceYesterday = (counts: number[] | undefined): number | undefined =>
  counts && counts.length > 1 ? counts.at(-1)! - counts.at(-2)! : undefined

/** Does the work for all, a few at a time. */
async function few<T>(all: T[], cancel: AbortSignal, work: (one: T) => Promise<void>) {
  const waiting = [...all]
  const hand = async () => {
    for (let one = waiting.shift(); one !== undefined && !cancel.aborted; one = waiting.shift()) await work(one)
  }
  await Promise.all([hand(), hand(), hand(), hand()])
}

/** What the conditions hold for as of 0:00 of each of the past days up to `last`: [day, count]. */
export function useLookBack(text: string, last: string): [day: string, count: number][] {
  const [counts, put] = useState<{ text: string; days: Map<string, number> }>({ text, days: new Map() })
  useEffect(() => {
    const cancel = new AbortController()
    const first = dayPlus(todayIs(), 1 - days)
    put({ text, days: new Map() })
    void few(Array.from({ length: Math.max(0, daysBetween(first, last) + 1) }, (_, i) => dayPlus(first, i)), cancel.signal, async (at) => {
      const answered = await ask<Answered>('POST', '/v1/segments/ask', { body: { text, at }, signal: cancel.signal }).catch(() => undefined)
      if (answered && !cancel.signal.aborted) put((old) => ({ text, days: new Map(old.days).set(at, answered.count) }))
    })
    return () => cancel.abort()
  }, [text, last])
  return useMemo(() => (counts.text === text ? [...counts.days].sort(([a], [b]) => a.localeCompare(b)) : []), [counts, text])
}

/** What fails has no line. */
export function useTrends(saved: Saved[] | undefined): Trends {
  const [trends, put] = useState<Trends>(new Map())
  useEffect(() => {
    if (!saved) return
    const cancel = new AbortController()
    const today = todayIs()
    const from = dayPlus(today, -days)
    void few(saved.map((one) => one.id), cancel.signal, async (id) => {
      const read = await ask<Page<Size>>('GET', `/v1/segments/${id}/sizes`, { query: { from }, signal: cancel.signal }).catch(() => undefined)
      const counts = read && daily(read.items, from, today)
      if (counts && !cancel.signal.aborted) put((old) => new Map(old).set(id, counts))
    })
    return () => cancel.abort()
  }, [saved])
  return trends
}

// trends.ts -- sizes of saved segments day by day: they are noted when they change, and stand until the next note.
import { useEffect, useState } from 'react'
import type { Page } from '~/base/data'
import { dayOf, dayPlus, daysBetween, todayIs } from '~/base/format'
import { ask } from '~/base/http'
import type { Saved, Size } from './forms'

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

/** Read a few at a time; what fails has no line. */
export function useTrends(saved: Saved[] | undefined): Trends {
  const [trends, put] = useState<Trends>(new Map())
  useEffect(() => {
    if (!saved) return
    const cancel = new AbortController()
    const today = todayIs()
    const from = dayPlus(today, -days)
    const waiting = saved.map((one) => one.id)
    const work = async () => {
      for (let id = waiting.shift(); id !== undefined && !cancel.signal.aborted; id = waiting.shift()) {
        const read = await ask<Page<Size>>('GET', `/v1/segments/${id}/sizes`, { query: { from }, signal: cancel.signal }).catch(() => undefined)
        const counts = read && daily(read.items, from, today)
        if (counts && !cancel.signal.aborted) put((old) => new Map(old).set(id!, counts))
      }
    }
    void Promise.all([work(), work(), work(), work()])
    return () => cancel.abort()
  }, [saved])
  return trends
}

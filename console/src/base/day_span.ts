// day_span.ts -- "from this day to that day, both included" as people say it, and the instants a rule keeps.
import dayjs, { type Dayjs } from 'dayjs'
import { dayOf, dayPlus, midnightOf, timeOf } from './format'

export type DaySpan = [from: Dayjs | null, to: Dayjs | null] | null | undefined
type Instants = { from?: string | null; until?: string | null }

/** The days of an instant from which and one before which it holds. */
export const spanOf = ({ from, until }: Instants): DaySpan =>
  from || until ? [from ? dayjs(dayOf(new Date(from))) : null, until ? dayjs(dayOf(new Date(Date.parse(until) - 1))) : null] : null

/** Back again; a day that was not changed keeps its instant, which may not be a midnight. */
export function instantsOf(span: DaySpan, was: Instants = {}): { from: string | null; until: string | null } {
  const before = spanOf(was)
  const same = (i: 0 | 1) => before?.[i] && span?.[i]?.isSame(before[i], 'day')
  const day = (i: 0 | 1) => span?.[i]?.format('YYYY-MM-DD')
  const [first, last] = [day(0), day(1)]
  return {
    from: same(0) ? was.from! : first ? midnightOf(first) : null,
    until: same(1) ? was.until! : last ? midnightOf(dayPlus(last, 1)) : null,
  }
}

/** An instant as the programme's clock shows it, for a picker of day and time; and back. */
export const civilOf = (at: string): Dayjs => dayjs(`${dayOf(new Date(at))}T${timeOf(new Date(at))}`)
export const instantAt = (civil: Dayjs): string =>
  new Date(Date.parse(midnightOf(civil.format('YYYY-MM-DD'))) + (civil.hour() * 60 + civil.minute()) * 60_000).toISOString()

// segment_link.ts -- where a group of members can be seen, changed and saved: the segment builder with their text.
import { dayPlus, daysBetween } from './format'

/** `day`: as of its end, also of today, so that windows looking back from there are whole days: those of the figure. */
export function segmentLink(text: string, day?: string): string {
  const search = new URLSearchParams({ text })
  if (day) search.set('at', dayPlus(day, 1))
  return `/segments/new?${search}`
}

/** The window of a test that looks back over a period from its end. */
export const windowOf = (from: string, to: string) => `${daysBetween(from, to) + 1}d`

/** All of these; parts with `or` in them are kept together. */
export function allOf(parts: (string | undefined)[]): string {
  const texts = parts.filter((part): part is string => Boolean(part?.trim()))
  return texts.map((text) => (texts.length > 1 && /\bor\b|或/.test(text.replace(/"(?:[^"\\]|\\.)*"/g, '')) ? `(${text})` : text)).join(' and ')
}

// format.ts -- how numbers, money, days and moments are written, in both languages.
import { useMemo } from 'react'
import type { Money } from '~/api'
import { useSpeech, type Locale } from './locale'

let zone = 'Asia/Shanghai'
/** The programme's time zone: every moment is shown in it. */
export const setZone = (name: string) => {
  zone = name
}

/** 2024-05-01 of a moment, in the programme's time zone. */
export const dayOf = (moment: Date): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(moment)
/** 20:05 of a moment, in the programme's time zone. */
export const timeOf = (moment: Date): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(moment)
/** The first moment of a day, in the programme's time zone (where clocks change, to the hour). */
export function midnightOf(day: string): string {
  const utc = Date.parse(`${day}T00:00:00Z`)
  const there = timeOf(new Date(utc))
  const [hours = 0, minutes = 0] = there.split(':').map(Number)
  const ahead = (hours * 60 + minutes) * 60_000
  return new Date(dayOf(new Date(utc)) === day ? utc - ahead : utc + 86_400_000 - ahead).toISOString()
}
export const todayIs = (): string => dayOf(new Date())

/** The day `n` days from another. */
export function dayPlus(day: string, n: number): string {
  const moved = new Date(`${day}T00:00:00Z`)
  moved.setUTCDate(moved.getUTCDate() + n)
  return moved.toISOString().slice(0, 10)
}
export const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000)

const marks: Record<string, string> = { CNY: '¥', JPY: '¥', USD: '$', EUR: '€', GBP: '£', HKD: 'HK$', TWD: 'NT$', KRW: '₩', SGD: 'S$', MYR: 'RM', THB: '฿' }
let currency = 'CNY'
/** The programme's currency (ISO 4217). */
export const setCurrency = (code: string) => {
  currency = code
}
const markOf = (code: string) => marks[code] ?? `${code} `

/** What is less than nothing carries a minus, as long as a plus; a hyphen is neither. */
const minus = (text: string) => text.replace(/^-/, '−')

/** Groups a decimal text by thousands without passing through floating point; two decimals at least. */
export function moneyText(amount: Money, code: string = currency): string {
  const [, less, whole = '0', part = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(amount) ?? []
  const cents = part.replace(/0+$/, '').padEnd(2, '0')
  return `${less ? '−' : ''}${markOf(code)}${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${cents}`
}

const steps: Record<Locale, [from: number, unit: string][]> = {
  'zh-CN': [[1e8, '亿'], [1e4, '万']],
  'en-US': [[1e9, 'B'], [1e6, 'M'], [1e4, 'K']],
}

/** Short form for axes and tiles: 12.3万, 12.3K. Below ten thousand as it is. */
export function shortText(value: number, locale: Locale, decimals = 0): string {
  const step = steps[locale].find(([from]) => Math.abs(value) >= from)
  if (!step) return minus(value.toLocaleString('en-US', { maximumFractionDigits: decimals }))
  const scaled = value / (step[1] === 'K' ? 1e3 : step[0])
  return minus(`${scaled.toLocaleString('en-US', { maximumFractionDigits: Math.abs(scaled) >= 100 ? 1 : 2 })}${step[1]}`)
}

export function useFormat() {
  const { locale } = useSpeech()
  return useMemo(() => {
    const clock = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
    return {
      count: (n: number | null | undefined) => minus((n ?? 0).toLocaleString('en-US')),
      /** In full while it can be taken in at a glance. */
      tile: (n: number) => (Math.abs(n) < 1e6 ? minus(n.toLocaleString('en-US')) : shortText(n, locale)),
      short: (n: number) => shortText(n, locale),
      money: (amount: Money | null | undefined, code?: string | null) => (amount ? moneyText(amount, code ?? undefined) : '–'),
      /** Means come with four decimals; two are shown. */
      mean: (amount: Money | null | undefined) => (amount ? moneyText(Number(amount).toFixed(2)) : '–'),
      shortMoney: (amount: Money | number | null | undefined) =>
        amount === null || amount === undefined
          ? '–'
          : Math.abs(Number(amount)) < 1e4 && typeof amount === 'string'
            ? moneyText(amount)
            : `${Number(amount) < 0 ? '−' : ''}${markOf(currency)}${shortText(Math.abs(Number(amount)), locale, 2)}`,
      /** One decimal always, so that digits stand below digits; nothing and everything are bare. */
      percent: (share: number) =>
        Number.isFinite(share) ? minus(`${(share * 100).toLocaleString('en-US', { minimumFractionDigits: share === 0 || share === 1 ? 0 : 1, maximumFractionDigits: 1 })}%`) : '–',
      when: (at: string | null | undefined) => (at ? `${dayOf(new Date(at))} ${clock.format(new Date(at))}` : '–'),
      day: (at: string | null | undefined) => (at ? dayOf(new Date(at)) : '–'),
      bytes: (n: number) =>
        n < 1024 ? `${n} B` : n < 1048576 ? `${(n / 1024).toFixed(0)} KB` : `${(n / 1048576).toFixed(1)} MB`,
    }
  }, [locale])
}
export type Format = ReturnType<typeof useFormat>

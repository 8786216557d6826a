// metric_text.ts -- how a metric's value is written, where it opens, and in which steps a period is drawn.
import dayjs from 'dayjs'
import { useMemo } from 'react'
import type { MetricStep, MetricUnit } from '~/api'
import { dayPlus, daysBetween, useFormat } from './format'
import { useSay } from './locale'

/** What a figure was asked of, so that its page answers the same. */
export interface MetricQuestion {
  from?: string
  to?: string
  step?: MetricStep
  by?: string
  segment?: string
  shop?: string
  touchpoint?: string
  category?: string
  /** What is drawn beside it. */
  beside?: 'before' | 'year'
}

/** The page of a metric: its definition, trend, parts and the members behind it. */
export function metricLink(name: string, question: MetricQuestion = {}): string {
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(question)) if (value) search.set(key, value as string)
  const text = search.toString()
  return `/figures/${encodeURIComponent(name)}${text ? `?${text}` : ''}`
}

/** Steps of a length that can be read: at most about ninety of them. */
export function stepOf(from: string, to: string): MetricStep {
  const days = daysBetween(from, to) + 1
  return days <= 92 ? 'day' : days <= 640 ? 'week' : 'month'
}

const yearBefore = (day: string) => dayjs(day).subtract(1, 'year').format('YYYY-MM-DD')

/** The same dates a year before, as the server has them: 29 February becomes the 28th, whole months stay whole. */
export function yearAgo({ from, to }: { from: string, to: string }) {
  const after = dayPlus(to, 1)
  const whole = from.endsWith('-01') && after.endsWith('-01')
  return { from: yearBefore(from), to: whole ? dayPlus(yearBefore(after), -1) : yearBefore(to) }
}

export interface MetricText {
  /** As on a tile. */
  short: (unit: MetricUnit, value: string | null | undefined) => string
  /** To the last digit. */
  full: (unit: MetricUnit, value: string | null | undefined) => string
  /** On an axis. */
  axis: (unit: MetricUnit, value: number) => string
}

export function useMetricText(): MetricText {
  const say = useSay()
  const format = useFormat()
  return useMemo(() => {
    const times = (value: number) => value.toLocaleString('en-US', { maximumFractionDigits: 2 })
    const with_ = (money: (text: string) => string, count: (n: number) => string) =>
      (unit: MetricUnit, value: string | null | undefined) => {
        if (value === null || value === undefined) return say('metric.undefined')
        if (unit === 'money') return money(value)
        if (unit === 'ratio') return format.percent(Number(value))
        if (unit === 'times') return times(Number(value))
        return unit === 'days' ? say('metric.days', { n: format.count(Number(value)) }) : count(Number(value))
      }
    return {
      // A category's part of an order goes to the last ten-thousandth: two decimals are shown.
      short: with_((value) => format.shortMoney(/\.\d{3}/.test(value) ? Number(value).toFixed(2) : value), format.tile),
      full: with_(format.money, format.count),
      axis: (unit, value) =>
        unit === 'money' ? format.shortMoney(value) : unit === 'ratio' ? format.percent(value) : unit === 'times' ? times(value) : format.short(value),
    }
  }, [say, format])
}

// factor_text.ts -- factors of the GMV tree as people read them.
import type { TreeFactor } from '~/api'
import { moneyText, type Format } from '~/base/format'
import type { Say } from '~/base/locale'

export type Factor = TreeFactor
export type Kind = Factor['factor']

/** A value of a factor; null has none. */
export function valueText(kind: Kind, value: number | null | undefined, say: Say, format: Format): string {
  if (value === null || value === undefined) return say('tree.not_defined')
  if (kind === 'users') return format.count(value)
  if (kind === 'conversion') return `${(value * 100).toFixed(2)}%`
  return kind === 'frequency' ? value.toFixed(3) : moneyText(value.toFixed(2))
}

/** To the cent: parts of orders may be finer. */
export const centsText = (amount: string) => moneyText(/\.\d{3,}$/.test(amount) ? Number(amount).toFixed(2) : amount)

/** +¥12.00, −¥3.40: the sign is there for those who do not see the colour. */
export function signedText(amount: string | null | undefined, say: Say): string {
  if (amount === null || amount === undefined) return say('tree.not_defined')
  const size = centsText(amount.replace(/^-/, ''))
  return Number(amount) === 0 ? size : `${amount.startsWith('-') ? '−' : '+'}${size}`
}

export const toneOf = (amount: string | null | undefined) =>
  !amount || Number(amount) === 0 ? 'quiet' : amount.startsWith('-') ? 'move-down' : 'move-up'

// forms.ts -- the forms of the page on products, and how their figures are written.
import type { Forms, Given } from '~/api'
import type { Tone } from '~/app/theme'

export type Health = Given<Forms['product_health'], 'code' | 'verdict' | 'reason'>
export type Rule = Given<Forms['product_rule'], 'name' | 'rule' | 'verdict'>
export type Verdict = Health['verdict']
export type ProductsPage = Omit<Forms['products_page'], 'items' | 'rules'> & { items: Health[]; rules: Rule[] }
export type ProductOne = Omit<Forms['product_one'], 'product' | 'launch'> & { product: Health; launch: Forms['launch'] }
export type StockRow = Given<Forms['stock_row'], 'code' | 'shop'>
export type Category = Given<Forms['quadrant_category'], 'category' | 'quadrant'>
export type Way = Given<Forms['quadrant_way'], 'name' | 'way' | 'quadrant'>
export type QuadrantsPage = Omit<Forms['quadrants'], 'items' | 'quadrants'> & { items: Category[]; quadrants: Way[] }

export const cuts = [
  'launch_days', 'dead_days', 'hero_share', 'hero_growth', 'slow_units', 'slow_turnover', 'restock_days', 'cover_days',
] as const
export const tones: Record<Verdict, Tone> = { new: 'blue', dead: 'red', hero: 'green', slow: 'amber', workhorse: 'teal' }

/** A figure that may not be defined. */
export const decimals = (value: number | null | undefined, n = 1): string =>
  value === null || value === undefined ? '–' : value.toLocaleString('en-US', { maximumFractionDigits: n })

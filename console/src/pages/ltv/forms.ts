// forms.ts -- the forms of the page on lifetime value.
import type { Forms, Given } from '~/api'

export type Week = Given<Forms['lifetime_week'], 'from' | 'to'>
export type Bar = Forms['lifetime_bar']
export type Holdout = Omit<Given<Forms['lifetime_holdout'], 'from' | 'to'>, 'by_repeats'> & { by_repeats: Bar[] }
export type Fit = Omit<Given<Forms['lifetime_report'], 'from' | 'to' | 'calibrate_to' | 'definition' | 'unit'>, 'bgnbd' | 'gamma_gamma' | 'pareto_nbd' | 'holdout' | 'weeks'> & {
  bgnbd: Omit<Forms['bgnbd_view'], 'errors'> & { errors: Forms['bgnbd_errors'] }
  gamma_gamma: Forms['gamma_gamma_view'] | null
  pareto_nbd: Forms['pareto_view'] | null
  holdout: Holdout | null
  weeks: Week[]
}
export type Lifetime = Omit<Given<Forms['lifetime_view'], 'at_risk_segment'>, 'fit' | 'last_try' | 'alive' | 'values'> & {
  fit: Fit | null
  last_try: Forms['lifetime_try'] | null
  alive: Forms['lifetime_tenth'][]
  values: Forms['lifetime_band'][]
}
export type Scored = Forms['lifetime_person']

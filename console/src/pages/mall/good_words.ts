// good_words.ts -- a good of the mall in words: its name, price, days, and who may have how many.
import type { MallGood } from '~/api'
import { dayOf, useFormat } from '~/base/format'
import { useSpeech } from '~/base/locale'
import { useTiers } from '~/parts/tiers'

export type GoodState = MallGood['state'] | 'soon' | 'over'

export function goodState(good: MallGood, now: number): GoodState {
  if (good.state !== 'on') return good.state
  if (good.starts_at && Date.parse(good.starts_at) > now) return 'soon'
  return good.ends_at && Date.parse(good.ends_at) <= now ? 'over' : 'on'
}

type Named = { zh?: string | null; en?: string | null }
type Timed = { starts_at?: string | null; ends_at?: string | null }
type Audience = { tier?: string | null; segment?: string | null }

export function useGoodWords() {
  const { locale, say } = useSpeech()
  const format = useFormat()
  const tiers = useTiers()
  const name = (good: Named) => (locale === 'en-US' && good.en ? good.en : (good.zh ?? ''))
  const price = (points: number, money: string) =>
    Number(money) === 0
      ? points === 0 ? say('mall.price.free') : say('mall.price.points', { n: format.count(points) })
      : points === 0 ? format.money(money) : say('mall.price.both', { n: format.count(points), money: format.money(money) })
  /** Its days, the last included; nothing when it is for ever. */
  const period = ({ starts_at, ends_at }: Timed) =>
    starts_at || ends_at
      ? `${starts_at ? dayOf(new Date(starts_at)) : '…'} – ${ends_at ? dayOf(new Date(Date.parse(ends_at) - 1)) : '…'}`
      : ''
  const audience = ({ tier, segment }: Audience) => [
    ...(tier ? [say('mall.tier.from', { tier: tiers.nameOf(tier) })] : []),
    ...(segment ? [segment] : []),
  ]
  const who = (good: MallGood) => {
    const said = [
      ...audience(good),
      ...(good.per_member ? [say('mall.limit.member', { n: format.count(good.per_member) })] : []),
      ...(good.tier_limits ?? []).map((one) => say('mall.limit.tier', { tier: tiers.nameOf(one.tier), n: format.count(one.per_member) })),
      ...(good.per_day ? [say('mall.limit.day', { n: format.count(good.per_day) })] : []),
      ...(good.per_month ? [say('mall.limit.month', { n: format.count(good.per_month) })] : []),
    ]
    return said.length > 0 ? said.join(' · ') : say('mall.anybody')
  }
  return { name, price, period, audience, who }
}

// reward_text.ts -- what is given, in a few words.
import type { Benefit, Reward } from '~/api'
import { useData } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay, useSpeech } from '~/base/locale'

/** Benefits by code, with the name the reader knows. */
export function useBenefits() {
  const { locale } = useSpeech()
  const items = useData<{ items: Benefit[] }>('/v1/benefits').data?.items ?? []
  const nameOf = (code: string | null | undefined) => {
    const found = items.find((one) => one.code === code)
    return found ? (locale === 'zh-CN' ? found.zh : found.en) : (code ?? '')
  }
  return { items, nameOf }
}

export function useRewardText() {
  const say = useSay()
  const format = useFormat()
  const { nameOf } = useBenefits()
  const one = (it: Reward): string => {
    const n = format.count(it.amount)
    const what = it.code ?? ''
    switch (it.kind) {
      case 'points': return say('reward.points', { n })
      case 'growth': return say('reward.growth', { n })
      case 'credit': return say('reward.credit.text', { n: format.money(it.credit) })
      case 'benefit': return say('reward.benefit.text', { what: nameOf(it.code), n })
      case 'tag': return say('reward.tag.text', { what })
      case 'gift': return say('reward.gift.text', { what, n })
    }
  }
  const all = (rewards: readonly Reward[]): string => rewards.map(one).join(say('reward.join'))
  return { one, all }
}

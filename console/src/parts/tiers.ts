// tiers.ts -- the ladder in force: its tiers, and what readers call them.
import type { Forms } from '~/api'
import { useData } from '~/base/data'
import { useSpeech } from '~/base/locale'

export function useTiers() {
  const { locale } = useSpeech()
  const rules = useData<Forms['tiers_view']>('/v1/tiers').data?.live?.rules
  const steps = rules?.tiers ?? []
  const nameOf = (code: string | null | undefined) => {
    const found = steps.find((one) => one.code === code)
    return found ? (locale === 'zh-CN' ? found.zh : found.en) : (code ?? '')
  }
  return { steps, measure: rules?.measure, nameOf, options: steps.map((one) => ({ value: one.code, label: nameOf(one.code) })) }
}

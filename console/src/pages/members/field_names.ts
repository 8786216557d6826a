// field_names.ts -- what profile fields are called, in the reader's language.
import type { FieldView } from '~/api'
import { useData, type Page } from '~/base/data'
import { useSpeech } from '~/base/locale'

export function useFields(): { fields: FieldView[]; nameOf: (name: string) => string } {
  const { locale } = useSpeech()
  const known = useData<Page<FieldView>>('/v1/fields')
  const fields = known.data?.items ?? []
  const nameOf = (name: string) => {
    const field = fields.find((one) => one.name === name)
    return (locale === 'zh-CN' ? field?.zh : field?.en) || name
  }
  return { fields, nameOf }
}

// field_select.tsx -- chooses a field of members by what people call it.
import { Select } from 'antd'
import { useData } from '~/base/data'
import { shortName } from '~/base/field_text'
import { useSpeech } from '~/base/locale'

export interface MemberField {
  name: string
  kind: string
  zh: string
  en: string
}

/** Fields of members that a question can be split or spread by. */
export function useMemberFields(kinds: readonly string[]) {
  const { locale } = useSpeech()
  const read = useData<{ fields: MemberField[] }>('/v1/segment-language')
  const fields = read.data?.fields.filter((one) => kinds.includes(one.kind)) ?? []
  const textOf = (one: MemberField) => shortName(locale === 'zh-CN' ? one.zh : one.en)
  const nameOf = (name: string) => {
    const found = fields.find((one) => one.name === name)
    return found ? textOf(found) : name
  }
  return { fields, textOf, nameOf }
}

interface SelectProps {
  label: string
  kinds: readonly string[]
  value: string | undefined
  change: (name: string | undefined) => void
  none?: string
  more?: { value: string; label: string }[]
  prefix?: string
}

export function FieldSelect({ label, kinds, value, change, none, more = [], prefix }: SelectProps) {
  const { fields, textOf } = useMemberFields(kinds)
  const options = [...more, ...fields.map((one) => ({ value: one.name, label: textOf(one) }))]
  if (value && !options.some((one) => one.value === value)) options.push({ value, label: value })
  return (
    <Select
      aria-label={label}
      className="field-select"
      value={value}
      prefix={prefix && <span className="quiet">{prefix}</span>}
      placeholder={none}
      allowClear={none !== undefined}
      showSearch={{ optionFilterProp: 'label' }}
      popupMatchSelectWidth={false}
      onChange={(name: string | undefined) => change(name)}
      options={options}
    />
  )
}

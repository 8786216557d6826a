// scope_inputs.tsx -- chooses categories and products that a rule is about; what is not in the catalogue yet can be typed.
import { Select } from 'antd'
import { useState } from 'react'
import type { ProductView } from '~/api'
import { useData, useSettled, type Page } from '~/base/data'
import { useSay } from '~/base/locale'

interface InputProps {
  id?: string
  value?: string[]
  onChange?: (value: string[]) => void
}

export function CategorySelect(props: InputProps) {
  const say = useSay()
  const products = useData<Page<ProductView>>('/v1/products', { limit: 200 })
  const known = [...new Set(products.data?.items.map((one) => one.category).filter(Boolean))]
  return <Select mode="tags" placeholder={say('points.rule.all')} options={known.map((one) => ({ value: one, label: one }))} {...props} />
}

export function ProductSelect(props: InputProps) {
  const say = useSay()
  const [text, type] = useState('')
  const q = useSettled(text.trim())
  const found = useData<Page<ProductView>>('/v1/products', { q, limit: 30 })
  return (
    <Select
      mode="tags"
      placeholder={say('points.rule.all')}
      showSearch={{ onSearch: type, filterOption: false }}
      loading={found.loading}
      optionLabelProp="value"
      options={found.data?.items.map((one) => ({ value: one.code, label: <>{one.name} <span className="quiet">{one.code} · {one.shop}</span></> }))}
      {...props}
    />
  )
}

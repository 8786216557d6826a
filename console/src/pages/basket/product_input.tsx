// product_input.tsx -- one product, found by code or a part of its title; what is told is its name.
import { Select } from 'antd'
import { useState } from 'react'
import type { ProductView } from '~/api'
import { useData, useSettled, type Page } from '~/base/data'
import { useSay } from '~/base/locale'

interface InputProps {
  value: string | undefined
  change: (product: string | undefined) => void
  label: string
}

export function ProductInput({ value, change, label }: InputProps) {
  const say = useSay()
  const [text, type] = useState('')
  const q = useSettled(text.trim())
  const found = useData<Page<ProductView>>('/v1/products', { q: q || undefined, limit: 50 })
  // A product that several shops sell stands here once.
  const options = [...new Set((found.data?.items ?? []).map((one) => one.name || one.code))]
  return (
    <Select
      aria-label={label}
      className="filter-wide"
      value={value}
      placeholder={say('basket.product.pick')}
      allowClear
      loading={found.loading}
      showSearch={{ onSearch: type, filterOption: false }}
      popupMatchSelectWidth={false}
      onChange={(to: string | undefined) => {
        type('')
        change(to)
      }}
      options={options.map((name) => ({ value: name, label: name }))}
    />
  )
}

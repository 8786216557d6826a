// values.tsx -- a text with suggestions of what is really there, each with how many members it has.
import { AutoComplete, Input, Select } from 'antd'
import { useState } from 'react'
import { useData, useSettled, type Page } from '~/base/data'
import type { Query } from '~/base/http'
import { useFormat } from '~/base/format'
import type { ValueRow } from './forms'

/** Asked only while somebody is choosing. */
function useOffers(question: Query | undefined, typed: string, open: boolean) {
  const format = useFormat()
  const q = useSettled(typed, 150)
  const read = useData<Page<ValueRow>>(open && question ? '/v1/segment-values' : null, { ...question, q, limit: 20 })
  return (read.data?.items ?? []).map((one) => ({
    value: one.value,
    label: (
      <span className="option-line">
        <span>{one.value}</span>
        {one.members !== null && one.members !== undefined && <span className="quiet number">{format.count(one.members)}</span>}
      </span>
    ),
  }))
}

interface ValueProps {
  label: string
  placeholder?: string
  /** What to ask of the server; undefined: nothing is known. */
  from: Query | undefined
  wrong?: boolean
}

export function ValueInput({ value, change, label, placeholder, from, wrong }: ValueProps & { value: string; change: (value: string) => void }) {
  const [open, setOpen] = useState(false)
  const options = useOffers(from, value, open)
  return (
    <AutoComplete
      className="value-input"
      value={value}
      options={options}
      onChange={(typed: string) => change(typed ?? '')}
      onOpenChange={setOpen}
      popupMatchSelectWidth={240}
    >
      <Input aria-label={label} placeholder={placeholder ?? label} status={wrong ? 'error' : undefined} />
    </AutoComplete>
  )
}

export function ValuesInput({ value, change, label, placeholder, from, wrong }: ValueProps & { value: string[]; change: (value: string[]) => void }) {
  const [open, setOpen] = useState(false)
  const [typed, setTyped] = useState('')
  const options = useOffers(from, typed, open)
  return (
    <Select
      mode="tags"
      className="values-input"
      aria-label={label}
      placeholder={placeholder ?? label}
      value={value}
      options={options}
      showSearch={{ filterOption: false, onSearch: setTyped }}
      tokenSeparators={[',', '，', '、']}
      onChange={(all: string[]) => {
        setTyped('')
        change(all)
      }}
      onOpenChange={setOpen}
      popupMatchSelectWidth={240}
      status={wrong ? 'error' : undefined}
    />
  )
}

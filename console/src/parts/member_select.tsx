// member_select.tsx -- finds one member by name, phone or number.
import { Select } from 'antd'
import { useState } from 'react'
import type { MemberRow } from '~/api'
import { useData, useSettled, type Page } from '~/base/data'
import { useSay } from '~/base/locale'

interface SelectProps {
  /** Of a form's field. */
  id?: string
  value?: number
  onChange?: (member: number | undefined) => void
  autoFocus?: boolean
}

export function MemberSelect({ id, value, onChange, autoFocus }: SelectProps) {
  const say = useSay()
  const [text, type] = useState('')
  const asked = useSettled(text.trim())
  const q = /^\d{1,9}$/.test(asked) ? `#${asked}` : asked
  const found = useData<Page<MemberRow>>('/v1/members', { q, limit: 20 })
  const chosen = useData<MemberRow>(value ? `/v1/members/${value}/profile` : null)
  const rows = found.data?.items ?? []
  const all = chosen.data && !rows.some((row) => row.id === value) && !text ? [chosen.data, ...rows] : rows
  return (
    <Select
      id={id}
      aria-label={id ? undefined : say('member.find')}
      className="filter-wide"
      value={value}
      placeholder={say('member.find')}
      autoFocus={autoFocus}
      allowClear
      loading={found.loading}
      showSearch={{ onSearch: type, filterOption: false }}
      notFoundContent={found.loading ? say('loading') : say('member.find.none')}
      onChange={(to: number | undefined) => {
        type('')
        onChange?.(to)
      }}
      options={all.map((row) => ({ value: row.id, label: <>{row.name || say('nameless')} <span className="quiet number">#{row.id}{row.phone ? ` · ${row.phone}` : ''}</span></> }))}
    />
  )
}

// columns.tsx -- the columns a list of members can show, and the chooser that remembers which.
import { ControlOutlined } from '@ant-design/icons'
import { Button, Checkbox, Popover } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import type { MemberRow } from '~/api'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import type { Column } from '~/parts/rows'
import { ClassMark, TagChips } from './marks'

const kept = 'koi.members.columns'
const usual = ['region', 'tags', 'class', 'orders', 'spent', 'last_order']

export function useMemberColumns(): Column<MemberRow>[] {
  const say = useSay()
  const format = useFormat()
  return [
    {
      key: 'name', title: say('member'),
      cell: (row) => (
        <Link to={`/members/${row.id}`} className="member-name">
          {row.name || say('nameless')} <span className="quiet number">#{row.id}</span>
        </Link>
      ),
    },
    { key: 'phone', title: say('phone'), cell: (row) => <span className="number">{row.phone || '–'}</span> },
    { key: 'region', title: say('region'), cell: (row) => place(row) || '–' },
    { key: 'touchpoint', title: say('touchpoint'), cell: (row) => row.touchpoint || '–' },
    { key: 'tags', title: say('tags'), cell: (row) => <TagChips tags={row.tags} /> },
    { key: 'class', title: say('class'), cell: (row) => <ClassMark name={row.class} /> },
    { key: 'orders', title: say('orders'), right: true, cell: (row) => format.count(row.orders) },
    { key: 'spent', title: say('spent'), right: true, cell: (row) => format.money(row.spent) },
    { key: 'last_order', title: say('last_order'), cell: (row) => <span className="number">{format.day(row.last_order_at)}</span> },
    { key: 'first_seen', title: say('first_seen'), cell: (row) => <span className="number">{format.day(row.first_seen)}</span> },
  ]
}

/** 上海 上海市 says the same twice: one of them then. */
export function place({ province, city }: { province?: string | null; city?: string | null }): string {
  const bare = (name: string) => name.replace(/[省市]$/, '')
  if (!province || !city) return province || city || ''
  return bare(province) === bare(city) ? city : `${province} ${city}`
}

export function useShownColumns(): [shown: string[], change: (keys: string[]) => void] {
  const [shown, show] = useState<string[]>(() => {
    try {
      const before: unknown = JSON.parse(localStorage.getItem(kept) ?? '')
      return Array.isArray(before) ? before.map(String) : usual
    } catch {
      return usual
    }
  })
  return [shown, (keys) => {
    localStorage.setItem(kept, JSON.stringify(keys))
    show(keys)
  }]
}

export function ColumnChooser(props: { columns: Column<MemberRow>[]; shown: string[]; change: (keys: string[]) => void }) {
  const say = useSay()
  const { columns, shown, change } = props
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      title={say('choose_columns')}
      content={
        <Checkbox.Group
          className="chooser"
          value={shown}
          onChange={change}
          options={columns.slice(1).map((column) => ({ value: column.key, label: column.title }))}
        />
      }
    >
      <Button icon={<ControlOutlined />}>{say('columns')}</Button>
    </Popover>
  )
}


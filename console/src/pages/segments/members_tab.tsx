// members_tab.tsx -- everybody in it, page by page, with the columns of the members page.
import { useState } from 'react'
import { useNavigate } from 'react-router'
import type { MemberRow } from '~/api'
import { useAnswer, type Page, type Pages } from '~/base/data'
import { useSay } from '~/base/locale'
import { ColumnChooser, useMemberColumns, useShownColumns } from '~/pages/members/columns'
import { Rows } from '~/parts/rows'
import { Nothing } from '~/parts/states'

function useMembers(text: string, at: string | undefined): Pages<MemberRow> {
  const question = JSON.stringify({ text, at })
  const [trail, setTrail] = useState<{ question: string; cursors: string[] }>({ question, cursors: [] })
  const cursors = trail.question === question ? trail.cursors : []
  const answer = useAnswer<Page<MemberRow>>('/v1/segments/members', { text, at, cursor: cursors.at(-1), limit: 50 }, 150)
  const next = answer.data?.next_cursor
  return {
    ...answer,
    page: cursors.length + 1,
    next: next && !answer.loading ? () => setTrail({ question, cursors: [...cursors, next] }) : undefined,
    previous: cursors.length > 0 ? () => setTrail({ question, cursors: cursors.slice(0, -1) }) : undefined,
  }
}

export function Members({ text, at }: { text: string; at: string | undefined }) {
  const say = useSay()
  const go = useNavigate()
  const list = useMembers(text, at)
  const columns = useMemberColumns()
  const [shown, show] = useShownColumns()
  return (
    <>
      <div className="tab-tools"><ColumnChooser columns={columns} shown={shown} change={show} /></div>
      <Rows
        from={list}
        columns={columns.filter((column, i) => i === 0 || shown.includes(column.key))}
        id={(row) => row.id}
        open={(row) => go(`/members/${row.id}`)}
        empty={<Nothing text={say('seg.nobody')} />}
      />
    </>
  )
}

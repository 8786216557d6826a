// members_tab.tsx -- everybody in it, page by page, with the columns of the members page.
import { useNavigate } from 'react-router'
import type { MemberRow } from '~/api'
import { useAnswerPages } from '~/base/data'
import { useSay } from '~/base/locale'
import { ColumnChooser, useMemberColumns, useShownColumns } from '~/pages/members/columns'
import { Rows } from '~/parts/rows'
import { Nothing } from '~/parts/states'

export function Members({ text, at }: { text: string; at: string | undefined }) {
  const say = useSay()
  const go = useNavigate()
  const list = useAnswerPages<MemberRow>('/v1/segments/members', { text, at, limit: 50 }, 150)
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

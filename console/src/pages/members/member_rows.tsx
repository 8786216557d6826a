// member_rows.tsx -- a list of members with the columns somebody chose; a row leads to the member.
import type { ReactNode } from 'react'
import { useNavigate } from 'react-router'
import type { MemberRow } from '~/api'
import type { Data, Page, Pages } from '~/base/data'
import { Rows } from '~/parts/rows'
import { ColumnChooser, useMemberColumns, useShownColumns } from './columns'

/** The chooser of columns, for the head of the page, and the rows. */
export function useMemberRows() {
  const go = useNavigate()
  const columns = useMemberColumns()
  const [shown, show] = useShownColumns()
  return {
    chooser: <ColumnChooser columns={columns} shown={shown} change={show} />,
    rows: (from: Data<Page<MemberRow>> | Pages<MemberRow>, empty: ReactNode) => (
      <Rows
        from={from}
        columns={columns.filter((column, i) => i === 0 || shown.includes(column.key))}
        id={(row) => row.id}
        open={(row) => go(`/members/${row.id}`)}
        empty={empty}
      />
    ),
  }
}

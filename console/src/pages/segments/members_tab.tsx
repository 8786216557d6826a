// members_tab.tsx -- everybody in it, page by page, with the columns of the members page.
import type { MemberRow } from '~/api'
import { useAnswerPages } from '~/base/data'
import { useSay } from '~/base/locale'
import { useMemberRows } from '~/pages/members/member_rows'
import { Nothing } from '~/parts/states'

export function Members({ text, at }: { text: string; at: string | undefined }) {
  const say = useSay()
  const list = useAnswerPages<MemberRow>('/v1/segments/members', { text, at, limit: 50 }, 150)
  const members = useMemberRows()
  return (
    <>
      <div className="tab-tools">{members.chooser}</div>
      {members.rows(list, <Nothing text={say('seg.nobody')} />)}
    </>
  )
}

// member_link.tsx -- a member in a list of other things: his name, his number, the way to his page.
import { Link } from 'react-router'
import { useMay } from '~/app/session'
import { useSay } from '~/base/locale'

export function MemberLink({ id, name }: { id: number; name?: string | null }) {
  const say = useSay()
  const may = useMay()
  const who = <>{name || say('nameless')} <span className="quiet number">#{id}</span></>
  return may('members:read') ? <Link to={`/members/${id}`} className="member-name">{who}</Link> : <span className="member-name">{who}</span>
}

// points.tsx -- points: the rules that earn them, how long they last, what is owed, a member's statement.
import { Button, Card, Tabs } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { useMay } from '~/app/session'
import { useQuestion } from '~/base/question'
import { useSay } from '~/base/locale'
import { Head } from '~/parts/head'
import { MemberSelect } from '~/parts/member_select'
import { ProgrammeNotice } from '~/parts/programme_notice'
import { Nothing } from '~/parts/states'
import { HandDialog } from './hand_dialog'
import { Liability } from './liability'
import { MemberPoints } from './member_points'
import { Policy } from './policy'
import { Rules } from './rules'

export default function Points() {
  const say = useSay()
  const may = useMay()
  const { asked, put } = useQuestion(['tab', 'member'] as const)
  const [handing, hand] = useState(false)
  const member = Number(asked.member) || undefined
  const show = (id: number | undefined) => put({ tab: 'member', member: id?.toString() })
  const items = [
    { key: 'rules', label: say('points.tab.rules'), children: <Rules /> },
    { key: 'liability', label: say('points.tab.liability'), children: <Liability /> },
    { key: 'policy', label: say('points.tab.policy'), children: <Policy /> },
    ...(may('members:read') ? [{ key: 'member', label: say('points.tab.member'), children: <MemberTab member={member} show={show} /> }] : []),
  ]
  return (
    <>
      <Head title={say('page.points')}>
        {may('points:grant') && !(asked.tab === 'member' && member) && <Button onClick={() => hand(true)}>{say('points.hand')}</Button>}
      </Head>
      <ProgrammeNotice />
      <Card className="tabs-flush">
        <Tabs activeKey={asked.tab ?? 'rules'} onChange={(tab) => put({ tab: tab === 'rules' ? undefined : tab })} items={items} destroyOnHidden />
      </Card>
      {handing && <HandDialog close={() => hand(false)} done={show} />}
    </>
  )
}

function MemberTab({ member, show }: { member: number | undefined; show: (id: number | undefined) => void }) {
  const say = useSay()
  return (
    <div className="tab-body">
      <div className="filters flat">
        <MemberSelect value={member} onChange={show} />
        {member && <Link to={`/members/${member}`} className="filter-link">{say('points.to_member')}</Link>}
      </div>
      {member ? <MemberPoints key={member} member={member} /> : <Nothing text={say('points.member.choose')} />}
    </div>
  )
}

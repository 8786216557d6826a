// joining.tsx -- joining for nothing, paid membership, shopping credit.
import { Card, Tabs } from 'antd'
import { useMay } from '~/app/session'
import { useQuestion } from '~/base/question'
import { useSay } from '~/base/locale'
import { Head } from '~/parts/head'
import { Credit } from './credit'
import { Packs } from './packs'
import { Paid } from './paid'
import { Plans } from './plans'

export default function Joining() {
  const say = useSay()
  const may = useMay()('members:read')
  const { asked, put } = useQuestion(['tab', 'member'] as const)
  const member = Number(asked.member) || undefined
  const show = (id: number | undefined) => put({ member: id?.toString() })
  const items = [
    { key: 'packs', label: say('joining.tab.packs'), children: <Packs /> },
    { key: 'plans', label: say('joining.tab.plans'), children: <Plans /> },
    ...(may ? [
      { key: 'paid', label: say('joining.tab.paid'), children: <Paid member={member} show={show} /> },
      { key: 'credit', label: say('joining.tab.credit'), children: <Credit member={member} show={show} /> },
    ] : []),
  ]
  return (
    <>
      <Head title={say('page.joining')} />
      <Card className="tabs-flush">
        <Tabs activeKey={asked.tab ?? 'packs'} onChange={(tab) => put({ tab: tab === 'packs' ? undefined : tab, member: undefined })} items={items} destroyOnHidden />
      </Card>
    </>
  )
}

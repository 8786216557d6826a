// member.tsx -- everything known of one member.
import { Button, Card, Tabs } from 'antd'
import { ArrowLeftOutlined } from '@ant-design/icons'
import { useState } from 'react'
import { Link, Navigate, useParams } from 'react-router'
import type { MemberView } from '~/api'
import { useMay } from '~/app/session'
import { useData, type Data } from '~/base/data'
import { useSay } from '~/base/locale'
import { Head } from '~/parts/head'
import { Failure, Loaded } from '~/parts/states'
import { Identities } from './identities'
import { MemberLoyalty } from './loyalty'
import { MemberFigures } from './member_figures'
import { MemberOrders } from './member_orders'
import { MergeDialog } from './merge_dialog'
import { Profile } from './profile'
import { Tags } from './tags'
import { Timeline } from './timeline'

export default function Member() {
  const { id = '' } = useParams()
  const say = useSay()
  const read = useData<MemberView>(`/v1/members/${encodeURIComponent(id)}/profile`)
  const view = read.data
  // The id of a merged member answers with the one he became: the address follows.
  if (view && String(view.id) !== id) return <Navigate to={`/members/${view.id}`} replace />
  return (
    <>
      <Head
        title={
          <>
            <Link to="/members" aria-label={say('back')} className="back"><ArrowLeftOutlined /></Link>
            {view ? view.name || say('nameless') : say('member')} <span className="quiet number">#{id}</span>
          </>
        }
      >
        {view && <MergeButton view={view} changed={read.reload} />}
      </Head>
      {read.error && view ? <Failure error={read.error} retry={read.reload} /> : null}
      <Loaded from={read} rows={10}>{(member) => <Sheet member={member} read={read} />}</Loaded>
    </>
  )
}

function MergeButton({ view, changed }: { view: MemberView; changed: () => void }) {
  const say = useSay()
  const may = useMay()
  const [open, setOpen] = useState(false)
  if (!may('members:write')) return null
  return (
    <>
      <Button onClick={() => setOpen(true)}>{say('merge')}</Button>
      <MergeDialog open={open} winner={view.id} close={() => setOpen(false)} changed={changed} />
    </>
  )
}

function Sheet({ member, read }: { member: MemberView; read: Data<MemberView> }) {
  const say = useSay()
  const may = useMay()
  return (
    <div className="stack">
      <MemberFigures member={member} />
      <div className="pair pair-flip">
        <div className="stack">
          <Tags member={member} changed={read.reload} />
          <Profile member={member} changed={read.reload} />
          <Identities member={member} />
        </div>
        <Card className="card-tabs">
          <Tabs
            items={[
              { key: 'timeline', label: say('timeline'), children: <Timeline member={member.id} /> },
              ...(may('orders:read')
                ? [{ key: 'orders', label: say('member_orders'), children: <MemberOrders member={member.id} /> }]
                : []),
              ...(may('loyalty:read')
                ? [{ key: 'loyalty', label: say('loyalty'), children: <MemberLoyalty member={member.id} /> }]
                : []),
            ]}
          />
        </Card>
      </div>
    </div>
  )
}

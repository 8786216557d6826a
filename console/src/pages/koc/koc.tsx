// koc.tsx -- key opinion consumers: who they are, applications, commission by the month, trials, mentors, levels.
import { Badge, Button, Card, Tabs } from 'antd'
import { useState } from 'react'
import type { Koc } from '~/api'
import { useMay } from '~/app/session'
import { useData, type Page } from '~/base/data'
import { useSay } from '~/base/locale'
import { useQuestion } from '~/base/question'
import { Head } from '~/parts/head'
import { ProgrammeNotice } from '~/parts/programme_notice'
import { Applications } from './applications'
import { InviteDialog } from './invite_dialog'
import { Levels } from './levels'
import { Months } from './months'
import { Pairs } from './pairs'
import { People } from './people'
import { Trials } from './trials'

export default function KocPage() {
  const say = useSay()
  const may = useMay()('loyalty:write')
  const { asked, put } = useQuestion(['tab', 'state', 'month'] as const)
  const applied = useData<Page<Koc>>('/v1/koc/members', { state: 'applied', limit: 100 })
  const [inviting, invite] = useState(false)
  const [round, again] = useState(0)
  const changed = () => {
    applied.reload()
    again((n) => n + 1)
  }
  const items = [
    { key: 'people', label: say('koc.tab.people'), children: <People key={round} invite={may ? () => invite(true) : undefined} /> },
    {
      key: 'applied',
      label: <>{say('koc.tab.applied')} <Badge count={applied.data?.items.length ?? 0} color="#c8492a" /></>,
      children: <Applications list={applied} changed={changed} />,
    },
    { key: 'months', label: say('koc.tab.months'), children: <Months /> },
    { key: 'trials', label: say('koc.tab.trials'), children: <Trials /> },
    { key: 'pairs', label: say('koc.tab.pairs'), children: <Pairs /> },
    { key: 'levels', label: say('koc.tab.levels'), children: <Levels /> },
  ]
  return (
    <>
      <Head title={say('page.koc')}>
        {may && <Button onClick={() => invite(true)}>{say('koc.invite')}</Button>}
      </Head>
      <ProgrammeNotice />
      <p className="quiet flat">{say('koc.one_level')}</p>
      <Card className="tabs-flush card-list">
        <Tabs
          activeKey={asked.tab ?? 'people'}
          onChange={(tab) => put({ tab: tab === 'people' ? undefined : tab, state: undefined, month: undefined })}
          items={items}
          destroyOnHidden
        />
      </Card>
      {inviting && <InviteDialog close={() => invite(false)} done={changed} />}
    </>
  )
}

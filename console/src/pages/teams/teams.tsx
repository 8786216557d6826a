// teams.tsx -- campaigns in which members form teams.
import { PlusOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import type { TeamCampaign } from '~/api'
import { useMay } from '~/app/session'
import { useData } from '~/base/data'
import { useSay } from '~/base/locale'
import { Head } from '~/parts/head'
import { Mark } from '~/parts/mark'
import { Rows, type Column } from '~/parts/rows'
import { Nothing } from '~/parts/states'
import { useBoardWords } from '../boards/board_words'
import { CampaignDialog } from './campaign_dialog'
import { campaignState, campaignTones } from './campaign_words'

export default function Teams() {
  const say = useSay()
  const go = useNavigate()
  const may = useMay()('loyalty:write')
  const { period } = useBoardWords()
  const list = useData<{ items: TeamCampaign[] }>('/v1/team-campaigns')
  const [adding, setAdding] = useState(false)
  const [now] = useState(() => Date.now())
  const columns: Column<TeamCampaign>[] = [
    { key: 'name', title: say('team.campaign'), cell: (it) => <Link to={`/teams/${it.id}`} className="rule-name">{it.name}</Link> },
    {
      key: 'state', title: say('state'),
      cell: (it) => {
        const state = campaignState(it, now)
        return <Mark tone={campaignTones[state]}>{say(`team.state.${state}`)}</Mark>
      },
    },
    { key: 'period', title: say('team.period'), cell: (it) => <span className="number">{period(it)}</span> },
    { key: 'size', title: say('team.size'), cell: (it) => say('team.size.text', { min: it.size_min, max: it.size_max }) },
    { key: 'leave', title: say('team.may_leave'), cell: (it) => say(it.may_leave ? 'yes' : 'no') },
  ]
  const add = may && <Button type="primary" icon={<PlusOutlined />} onClick={() => setAdding(true)}>{say('teams.add')}</Button>
  return (
    <>
      <Head title={say('page.teams')}>{add}</Head>
      <p className="quiet flat">{say('teams.what')}</p>
      <section className="panel card-list">
        <Rows from={list} columns={columns} id={(it) => it.id} open={(it) => go(`/teams/${it.id}`)} empty={<Nothing text={say('teams.none')}>{add}</Nothing>} />
      </section>
      {adding && <CampaignDialog close={() => setAdding(false)} saved={(it) => go(`/teams/${it.id}`)} />}
    </>
  )
}

// campaign.tsx -- one campaign: its teams with captain, size and score; a team opens to its members.
import { ArrowLeftOutlined } from '@ant-design/icons'
import { Button, Select } from 'antd'
import { useState } from 'react'
import { Link, useNavigate, useParams } from 'react-router'
import type { Board, BoardTop, Team, TeamCampaign } from '~/api'
import { useMay } from '~/app/session'
import { useData, useLive, usePages, type Page } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { useQuestion } from '~/base/question'
import { Head } from '~/parts/head'
import { Mark } from '~/parts/mark'
import { Rows, type Column } from '~/parts/rows'
import { Loaded, Nothing } from '~/parts/states'
import { BoardDialog } from '../boards/board_dialog'
import { useBoardWords } from '../boards/board_words'
import { CampaignDialog } from './campaign_dialog'
import { campaignState, campaignTones } from './campaign_words'
import { TeamSeats } from './team_seats'

const every_ms = 5000

export default function CampaignPage() {
  const say = useSay()
  const id = Number(useParams().id)
  const may = useMay()('loyalty:write')
  const list = useData<{ items: TeamCampaign[] }>('/v1/team-campaigns')
  const [editing, edit] = useState(false)
  const [now] = useState(() => Date.now())
  const it = list.data?.items.find((one) => one.id === id)
  const state = it && campaignState(it, now)
  return (
    <>
      <Head
        title={
          <>
            <Link to="/teams" className="back" aria-label={say('page.teams')}><ArrowLeftOutlined /></Link>
            {it?.name ?? say('team.campaign')} {state && <Mark tone={campaignTones[state]}>{say(`team.state.${state}`)}</Mark>}
          </>
        }
      >
        {it && may && state !== 'over' && <Button onClick={() => edit(true)}>{say('edit')}</Button>}
      </Head>
      <Loaded from={list} rows={8}>{() => (it ? <Campaign it={it} /> : <Nothing text={say('nothing_found')} />)}</Loaded>
      {editing && it && <CampaignDialog campaign={it} close={() => edit(false)} saved={list.reload} />}
    </>
  )
}

function Campaign({ it }: { it: TeamCampaign }) {
  const say = useSay()
  const go = useNavigate()
  const may = useMay()('loyalty:write')
  const { period } = useBoardWords()
  const { asked, put } = useQuestion(['team', 'board'] as const)
  const [adding, setAdding] = useState(false)
  const boards = useData<Page<Board>>('/v1/boards')
  const mine = boards.data?.items.filter((one) => one.holders === 'teams' && one.campaign === it.id && !['draft', 'cancelled'].includes(one.state)) ?? []
  const board = mine.find((one) => one.id === Number(asked.board)) ?? mine[0]
  const terms = [period(it), say('team.size.text', { min: it.size_min, max: it.size_max }), say(it.may_leave ? 'team.may_leave.yes' : 'team.may_leave.no')]
  return (
    <>
      <p className="quiet flat">{terms.join(' · ')}</p>
      {board ? (
        <div className="filters">
          <span className="filter-link quiet">{say('team.scores')}</span>
          <Select
            aria-label={say('team.scores')}
            value={board.id}
            popupMatchSelectWidth={false}
            onChange={(one: number) => put({ board: String(one) }, true)}
            options={mine.map((one) => ({ value: one.id, label: one.name }))}
          />
          <Link to={`/boards/${board.id}`} className="filter-link">{say('board.live')}</Link>
        </div>
      ) : boards.data && (
        <p className="flat">
          {say('team.boards.none')} {may && <Button type="link" className="plain-link" onClick={() => setAdding(true)}>{say('team.boards.add')}</Button>}
        </p>
      )}
      <TeamRows campaign={it} board={board} open={(team) => put({ team: String(team) })} />
      {asked.team && <TeamSeats team={Number(asked.team)} close={() => put({ team: undefined })} />}
      {adding && <BoardDialog campaign={it.id} close={() => setAdding(false)} saved={(made) => go(`/boards/${made.id}`)} />}
    </>
  )
}

function TeamRows({ campaign, board, open }: { campaign: TeamCampaign; board: Board | undefined; open: (team: number) => void }) {
  const say = useSay()
  const format = useFormat()
  const words = useBoardWords()
  const list = usePages<Team>(`/v1/team-campaigns/${campaign.id}/teams`, { limit: 100 })
  const live = board && (board.state === 'running' || board.state === 'closing')
  const top = useLive<BoardTop>(board ? `/v1/boards/${board.id}/top` : null, { limit: 200 }, live ? every_ms : 0)
  const scoreOf = (team: Team) => top.data?.items.find((one) => one.member === team.id)
  // Those who are ranked first, by rank.
  const sorted = list.data && { ...list.data, items: list.data.items.toSorted((a, b) => (scoreOf(a)?.place ?? Infinity) - (scoreOf(b)?.place ?? Infinity) || 0) }
  const columns: Column<Team>[] = [
    { key: 'name', title: say('team.team'), cell: (team) => <div className="rule-name"><Button type="link" className="flush" onClick={() => open(team.id)}>{team.name}</Button></div> },
    ...(board
      ? [
          { key: 'rank', title: say('team.rank'), right: true, cell: (team: Team) => scoreOf(team)?.rank ?? '–' },
          { key: 'score', title: say('team.score'), right: true, cell: (team: Team) => {
            const score = scoreOf(team)?.score
            return score !== undefined ? <strong>{words.score(board.metric, score)}</strong> : team.seats < campaign.size_min ? <span className="quiet">{say('team.too_small', { n: campaign.size_min })}</span> : '–'
          } },
        ]
      : []),
    { key: 'captain', title: say('team.captain'), cell: (team) => (team.captain ? <Link to={`/members/${team.captain}`} className="member-name">{team.captain_name || say('nameless')} <span className="quiet number">#{team.captain}</span></Link> : '–') },
    { key: 'seats', title: say('team.seats'), right: true, cell: (team) => `${team.seats}/${campaign.size_max}` },
    { key: 'join', title: say('team.join'), cell: (team) => say(`team.join.${team.join_rule}`) },
    { key: 'made', title: say('team.made'), cell: (team) => <span className="number">{format.when(team.created_at)}</span> },
  ]
  return (
    <section className="panel card-list">
      <Rows from={{ ...list, data: sorted }} columns={columns} id={(team) => team.id} open={(team) => open(team.id)} empty={<Nothing text={say('team.teams.none')} />} />
    </section>
  )
}

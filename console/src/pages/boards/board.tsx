// board.tsx -- one leaderboard: its terms, its ranks as they change, where one member stands, its end and its prizes.
import { ArrowLeftOutlined } from '@ant-design/icons'
import { App, Button, Card, Popconfirm, Select } from 'antd'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import type { Board, BoardRank, BoardTop, Team } from '~/api'
import { useMay } from '~/app/session'
import { useChange, useData, useLive, type Page } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { useQuestion } from '~/base/question'
import type { Word } from '~/base/words'
import { Head } from '~/parts/head'
import { Mark } from '~/parts/mark'
import { MemberSelect } from '~/parts/member_select'
import { useRewardText } from '~/parts/reward_text'
import { Failure, Loaded, Nothing } from '~/parts/states'
import { BoardDialog } from './board_dialog'
import { stateTones, useBoardWords } from './board_words'
import { PrizesGiven } from './prizes_given'
import { RankList } from './rank_list'

const every_ms = 2000
/** Only what can still change is asked for again. */
const pace = (board: Board) => (board.state === 'running' || board.state === 'closing' ? every_ms : 0)

export default function BoardPage() {
  const say = useSay()
  const id = useParams().id
  const read = useData<Board>(`/v1/boards/${id}`)
  const board = read.data
  return (
    <>
      <Head
        title={
          <>
            <Link to="/boards" className="back" aria-label={say('page.boards')}><ArrowLeftOutlined /></Link>
            {board?.name ?? say('page.board')} {board && <Mark tone={stateTones[board.state]}>{say(`board.state.${board.state}`)}</Mark>}
          </>
        }
      >
        {board && <Doors board={board} changed={read.reload} />}
      </Head>
      <Loaded from={read} rows={8}>
        {(it) => (
          <div className="stack">
            <Terms board={it} />
            <div className="pair board-pair">
              <Ranks board={it} />
              <div className="stack">
                <Find board={it} />
                <Prizes board={it} />
              </div>
            </div>
            {(it.state === 'frozen' || it.state === 'settled') && <PrizesGiven key={it.state} board={it} />}
          </div>
        )}
      </Loaded>
    </>
  )
}

/** What can be done with it now. */
function Doors({ board, changed }: { board: Board; changed: () => void }) {
  const say = useSay()
  const may = useMay()('loyalty:write')
  const { message } = App.useApp()
  const change = useChange()
  const [editing, edit] = useState(false)
  if (!may) return null
  const run = async (path: string, body: object, done: Word) => {
    if (!(await change.run(path ? 'POST' : 'PATCH', `/v1/boards/${board.id}${path}`, body))) return
    message.success(say(done))
    changed()
  }
  const inPlay = ['upcoming', 'running', 'closing'].includes(board.state)
  return (
    <>
      {(board.state === 'draft' || inPlay) && <Button onClick={() => edit(true)}>{say('edit')}</Button>}
      {(board.state === 'draft' || inPlay) && (
        <Popconfirm title={say('board.cancel.sure')} onConfirm={() => run('', { state: 'cancelled' }, 'board.cancelled_now')}>
          <Button danger>{say('board.cancel')}</Button>
        </Popconfirm>
      )}
      {board.state === 'draft' && (
        <Popconfirm title={say('board.publish.sure')} onConfirm={() => run('', { state: 'published' }, 'board.published_now')}>
          <Button type="primary" loading={change.busy}>{say('board.publish')}</Button>
        </Popconfirm>
      )}
      {board.state === 'frozen' && (
        <Popconfirm title={say('board.settle.sure')} onConfirm={() => run('/settle', {}, 'board.settled_now')}>
          <Button type="primary" loading={change.busy}>{say('board.settle')}</Button>
        </Popconfirm>
      )}
      {change.error && <div className="whole-line"><Failure error={change.error} title={say('failed_change')} /></div>}
      {editing && <BoardDialog board={board} close={() => edit(false)} saved={changed} />}
    </>
  )
}

function Terms({ board }: { board: Board }) {
  const say = useSay()
  const format = useFormat()
  const words = useBoardWords()
  const terms = [
    `${say(`board.metric.${board.metric}`)} · ${say(`board.holders.${board.holders}`)}`,
    words.period(board),
    words.scope(board),
    say(`board.ties.${board.ties}`),
    Number(board.min_score) > 0 && `${say('board.min_score')} ${words.score(board.metric, board.min_score)}`,
    board.order_cap && `${say('board.order_cap')} ${format.money(board.order_cap)}`,
    board.frozen_at && say('board.frozen_at', { at: format.when(board.frozen_at) }),
  ]
  return <p className="quiet flat">{terms.filter(Boolean).join(' · ')}</p>
}

function Ranks({ board }: { board: Board }) {
  const say = useSay()
  const format = useFormat()
  const every = pace(board)
  const top = useLive<BoardTop>(`/v1/boards/${board.id}/top`, { limit: 100 }, every)
  const said = top.data && [
    say('board.ranked', { n: format.count(top.data.ranked) }),
    every > 0 && (top.error ? say('board.lost', { at: format.when(top.data.as_of) }) : say('board.every', { n: every / 1000 })),
  ]
  const none = board.state === 'draft' ? 'board.nobody.draft' : 'board.nobody'
  return (
    <Card
      title={<>{every > 0 && <span className={`live-dot ${top.error ? 'live-lost' : ''}`} aria-hidden />}{say(every > 0 ? 'board.live' : 'board.final')}</>}
      extra={<span className="quiet small">{said?.filter(Boolean).join(' · ')}</span>}
      className="card-flush"
    >
      <Loaded from={top.data ? { ...top, error: undefined } : top} rows={8}>
        {({ items }) => (items.length > 0 ? <RankList board={board} lines={items} label={say('board.live')} /> : <Nothing text={say(none)} />)}
      </Loaded>
    </Card>
  )
}

function Find({ board }: { board: Board }) {
  const say = useSay()
  const format = useFormat()
  const { asked, put } = useQuestion(['member'] as const)
  const member = Number(asked.member) || undefined
  const choose = (id: number | undefined) => put({ member: id?.toString() }, true)
  const read = useLive<BoardRank>(member ? `/v1/boards/${board.id}/rank` : null, { member, near: 3 }, pace(board))
  const teams = board.holders === 'teams'
  return (
    <Card title={say(teams ? 'board.find.team' : 'board.find')} className="card-flush">
      <div className="find-in">
        {teams ? <TeamSelect campaign={board.campaign} value={member} onChange={choose} /> : <MemberSelect value={member} onChange={choose} />}
        {!member && <p className="quiet small">{say('board.find.what')}</p>}
      </div>
      {member !== undefined && (
        <Loaded from={read.data ? { ...read, error: undefined } : read} rows={3}>
          {({ mine, around, ranked }) => (
            <>
              <p className="find-mine" role="status">
                {mine.rank > 0 ? say('board.mine', { rank: format.count(mine.rank), n: format.count(ranked) }) : say('board.not_ranked')}
              </p>
              {mine.rank > 0 && <RankList board={board} lines={around} me={mine.member} label={say('board.find')} />}
            </>
          )}
        </Loaded>
      )}
    </Card>
  )
}

function TeamSelect({ campaign, value, onChange }: { campaign: number; value: number | undefined; onChange: (id: number | undefined) => void }) {
  const say = useSay()
  const teams = useData<Page<Team>>(`/v1/team-campaigns/${campaign}/teams`, { limit: 200 }).data?.items ?? []
  return (
    <Select
      aria-label={say('board.find.team')}
      className="filter-wide"
      allowClear
      showSearch={{ optionFilterProp: 'label' }}
      placeholder={say('team.team')}
      value={value}
      onChange={onChange}
      options={teams.map((one) => ({ value: one.id, label: one.name }))}
    />
  )
}

function Prizes({ board }: { board: Board }) {
  const say = useSay()
  const words = useBoardWords()
  const { all } = useRewardText()
  return (
    <Card title={say('board.prizes')}>
      {board.prizes.length === 0 && <span className="quiet">{say('board.prize.none')}</span>}
      <ul className="facts">
        {board.prizes.map((one) => (
          <li key={one.first}>
            <span className="fact-name">{words.ranks(one)}</span>
            <span className="fact-value">{all(one.rewards ?? [])}</span>
          </li>
        ))}
      </ul>
    </Card>
  )
}

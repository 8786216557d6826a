// boards.tsx -- the leaderboards: drafts, running ones, and those whose prizes are given.
import { PlusOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import type { Board } from '~/api'
import { useMay } from '~/app/session'
import { useData, type Page } from '~/base/data'
import { useSay } from '~/base/locale'
import { Head } from '~/parts/head'
import { Mark } from '~/parts/mark'
import { Rows, type Column } from '~/parts/rows'
import { Nothing } from '~/parts/states'
import { BoardDialog } from './board_dialog'
import { stateTones, useBoardWords } from './board_words'

export default function Boards() {
  const say = useSay()
  const go = useNavigate()
  const may = useMay()('loyalty:write')
  const words = useBoardWords()
  const list = useData<Page<Board>>('/v1/boards')
  const [adding, setAdding] = useState(false)
  const columns: Column<Board>[] = [
    { key: 'name', title: say('board.board'), cell: (board) => <Link to={`/boards/${board.id}`} className="rule-name">{board.name}</Link> },
    { key: 'state', title: say('state'), cell: (board) => <Mark tone={stateTones[board.state]}>{say(`board.state.${board.state}`)}</Mark> },
    { key: 'metric', title: say('board.metric'), cell: (board) => <>{say(`board.metric.${board.metric}`)} {board.holders === 'teams' && <Mark tone="blue">{say('board.holders.teams')}</Mark>}</> },
    { key: 'period', title: say('board.period'), cell: (board) => <span className="number">{words.period(board)}</span> },
    { key: 'scope', title: say('board.scope'), cell: (board) => words.scope(board) },
    { key: 'prizes', title: say('board.prizes'), cell: (board) => (board.prizes.length > 0 ? <div className="gives">{board.prizes.map(words.ranks).join(say('reward.join'))}</div> : '–') },
  ]
  const add = may && <Button type="primary" icon={<PlusOutlined />} onClick={() => setAdding(true)}>{say('boards.add')}</Button>
  return (
    <>
      <Head title={say('page.boards')}>{add}</Head>
      <p className="quiet flat">{say('boards.what')}</p>
      <section className="panel card-list">
        <Rows
          from={list}
          columns={columns}
          id={(board) => board.id}
          open={(board) => go(`/boards/${board.id}`)}
          empty={<Nothing text={say('boards.none')}>{add}</Nothing>}
        />
      </section>
      {adding && <BoardDialog close={() => setAdding(false)} saved={(board) => go(`/boards/${board.id}`)} />}
    </>
  )
}

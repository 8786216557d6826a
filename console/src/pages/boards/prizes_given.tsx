// prizes_given.tsx -- what became of each prize; where a refund came after the end, somebody decides.
import { App, Button, Popconfirm, Space } from 'antd'
import { Link } from 'react-router'
import type { Board, PrizeGiven } from '~/api'
import { useMay } from '~/app/session'
import { useChange, usePages } from '~/base/data'
import { useSay } from '~/base/locale'
import { Mark } from '~/parts/mark'
import { MemberLink } from '~/parts/member_link'
import { Rows, type Column } from '~/parts/rows'
import { Failure, Nothing } from '~/parts/states'
import { useBoardWords } from './board_words'

const tones = { given: 'green', skipped: 'grey', withheld: 'amber', taken_back: 'red' } as const

export function PrizesGiven({ board }: { board: Board }) {
  const say = useSay()
  const may = useMay()('loyalty:write')
  const words = useBoardWords()
  const { message } = App.useApp()
  const list = usePages<PrizeGiven>(`/v1/boards/${board.id}/prizes`, { limit: 50 })
  const change = useChange()
  const decide = async (it: PrizeGiven, decision: 'keep' | 'take_back') => {
    if (!(await change.run('POST', `/v1/boards/${board.id}/reviews`, { member: it.holder, decision }))) return
    message.success(say('saved'))
    list.reload()
  }
  const columns: Column<PrizeGiven>[] = [
    { key: 'rank', title: say('board.rank'), cell: (it) => <span className="number">{it.rank}</span> },
    {
      key: 'who', title: say('member'),
      cell: (it) => (
        <>
          <MemberLink id={it.member} name={it.name} />
          {board.holders === 'teams' && <> <Link to={`/teams/${board.campaign}?team=${it.holder}`} className="quiet number">{say('board.holders.teams')} #{it.holder}</Link></>}
        </>
      ),
    },
    { key: 'score', title: say('board.score'), right: true, cell: (it) => words.raw(board.metric, it.score) },
    { key: 'state', title: say('board.prize.state'), cell: (it) => <Mark tone={tones[it.state]}>{say(`board.prize.state.${it.state}`)}</Mark> },
    {
      key: 'review', title: say('actions'),
      cell: (it) => it.score_now === null ? '–' : (
        <Space wrap>
          <span className="quiet">{say('board.review', { was: words.raw(board.metric, it.score), now: words.raw(board.metric, it.score_now) })}</span>
          {it.decision ? say(it.decision === 'keep' ? 'board.review.kept' : 'board.review.taken') : may && (
            <>
              <Button size="small" disabled={change.busy} onClick={() => decide(it, 'keep')}>{say('board.review.keep')}</Button>
              <Popconfirm title={say('board.review.sure')} onConfirm={() => decide(it, 'take_back')}>
                <Button size="small" danger disabled={change.busy}>{say('board.review.take_back')}</Button>
              </Popconfirm>
            </>
          )}
        </Space>
      ),
    },
  ]
  return (
    <section className="panel card-list">
      <h2 className="panel-title">{say('board.given')}</h2>
      {change.error && <Failure error={change.error} title={say('failed_change')} />}
      <Rows from={list} columns={columns} id={(it) => it.id} empty={<Nothing text={say('board.given.none')} />} />
    </section>
  )
}

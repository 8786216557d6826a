// rank_list.tsx -- ranks that change while one looks: rows glide to their new places, who moved is marked for a while.
import { CaretDownFilled, CaretUpFilled } from '@ant-design/icons'
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { Link } from 'react-router'
import type { Board, BoardLine } from '~/api'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { useBoardWords } from './board_words'

const glide_ms = 450
const marked_ms = 5000

/** Rows of `list` glide from where they were last time. */
function useGlide(list: React.RefObject<HTMLOListElement | null>, order: string) {
  const before = useRef(new Map<string, number>())
  useLayoutEffect(() => {
    const rows = [...(list.current?.children ?? [])] as HTMLElement[]
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches
    for (const row of rows) {
      const was = before.current.get(row.dataset.holder!)
      const moved = was === undefined ? 0 : was - row.offsetTop
      if (moved !== 0 && !calm) row.animate([{ transform: `translateY(${moved}px)` }, { transform: 'none' }], { duration: glide_ms, easing: 'ease-in-out' })
    }
    before.current = new Map(rows.map((row) => [row.dataset.holder!, row.offsetTop]))
  }, [list, order])
}

/** By how many places each has moved since the last change, for a few seconds. */
function useMoves(lines: BoardLine[]): Map<number, number> {
  const places = useRef<Map<number, number> | undefined>(undefined)
  const [moves, setMoves] = useState(new Map<number, number>())
  const order = lines.map((one) => one.member).join(' ')
  useEffect(() => {
    const now = new Map(lines.map((one) => [one.member, one.place]))
    const was = places.current
    places.current = now
    if (!was) return
    const moved = [...now].map(([member, place]) => [member, (was.get(member) ?? place) - place] as const).filter(([, by]) => by !== 0)
    if (moved.length === 0) return
    setMoves(new Map(moved))
    const timer = setTimeout(() => setMoves(new Map()), marked_ms)
    return () => clearTimeout(timer)
    // Scores may change without the order: then nobody has moved.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [order])
  return moves
}

interface ListProps {
  board: Board
  lines: BoardLine[]
  /** Whose row is marked. */
  me?: number
  label: string
}

export function RankList({ board, lines, me, label }: ListProps) {
  const say = useSay()
  const format = useFormat()
  const words = useBoardWords()
  const list = useRef<HTMLOListElement>(null)
  const moves = useMoves(lines)
  useGlide(list, lines.map((one) => one.member).join(' '))
  const most = Math.max(...lines.map((one) => Number(one.score)), 0)
  return (
    <ol ref={list} className="ranks" aria-label={label}>
      {lines.map((one) => {
        const by = moves.get(one.member) ?? 0
        const to = board.holders === 'teams' ? `/teams/${board.campaign}?team=${one.member}` : `/members/${one.member}`
        return (
          <li key={one.member} data-holder={one.member} className={`rank ${one.member === me ? 'rank-me' : ''} ${by > 0 ? 'rank-up' : ''}`}>
            <span className={`rank-number rank-${one.rank <= 3 ? one.rank : 'other'}`}>{one.rank}</span>
            <span className="rank-name">
              <Link to={to} className="member-name">{one.name || say('nameless')}</Link> <span className="quiet number">#{one.member}</span>
              {by !== 0 && (
                <span className={by > 0 ? 'move move-up' : 'move move-down'} aria-label={say(by > 0 ? 'board.up' : 'board.down', { n: Math.abs(by) })}>
                  {' '}{by > 0 ? <CaretUpFilled /> : <CaretDownFilled />}{Math.abs(by)}
                </span>
              )}
            </span>
            <span className="rank-bar" aria-hidden><span style={{ width: `${most > 0 ? (Number(one.score) / most) * 100 : 0}%` }} /></span>
            <strong className="rank-score number">{words.score(board.metric, one.score)}</strong>
            <span className="rank-at quiet number">{format.when(one.reached_at)}</span>
          </li>
        )
      })}
    </ol>
  )
}

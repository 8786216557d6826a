// board_words.ts -- a leaderboard's state, terms and scores in words.
import type { Board } from '~/api'
import type { Tone } from '~/app/theme'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { useTiers } from '~/parts/tiers'

export const stateTones: Record<Board['state'], Tone> = {
  draft: 'grey', cancelled: 'red', upcoming: 'blue', running: 'green', closing: 'amber', frozen: 'plum', settled: 'teal',
}

export function useBoardWords() {
  const say = useSay()
  const format = useFormat()
  const tiers = useTiers()
  return {
    period: (board: Pick<Board, 'starts_at' | 'ends_at'>) => say('rule.between', { from: format.when(board.starts_at), to: format.when(board.ends_at) }),
    scope: ({ scope, scope_name }: Board) =>
      scope === 'all' ? say('board.scope.all') : say(`board.scope.${scope}.text`, { name: (scope === 'tier' ? tiers.nameOf(scope_name) : scope_name) ?? '' }),
    score: (metric: Board['metric'], score: string) => (metric === 'amount' ? format.money(score) : format.count(Number(score))),
    /** Of a score in the metric's smallest step. */
    raw: (metric: Board['metric'], score: number) => (metric === 'amount' ? format.money((score / 10000).toFixed(2)) : format.count(score)),
    ranks: ({ first, last }: { first: number; last: number }) => say(first === last ? 'board.prize.rank' : 'board.prize.ranks', { first, last }),
  }
}

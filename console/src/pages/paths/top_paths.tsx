// top_paths.tsx -- the most common paths, each with how it ends, its members and their share.
import { Card } from 'antd'
import type { PathRow, PathsAnswer } from '~/api'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { Bar } from '~/parts/bar'
import { Hint } from '~/parts/figure'
import { Mark } from '~/parts/mark'
import { Rows, still, type Column } from '~/parts/rows'
import { TableExport, tableOf } from '~/parts/table_export'
import { nameOfEnd } from './end_text'

const tones = { arrived: 'green', arrived_later: 'teal', went_on: 'grey', ended: 'amber' } as const

export function TopPaths({ answer }: { answer: PathsAnswer }) {
  const say = useSay()
  const format = useFormat()
  const back = answer.direction === 'to'
  const outcome = (row: PathRow) => say(
    back ? (row.outcome === 'ended' ? 'paths.began' : 'paths.earlier') : `paths.${row.outcome}`,
  )
  const columns: Column<PathRow>[] = [
    {
      key: 'path', title: say('paths.path'),
      cell: (row) => (
        <span className="path-steps">
          {row.steps.map((step, i) => (
            <span key={i} className="path-step">{i > 0 && <span className="quiet" aria-hidden>→ </span>}{nameOfEnd(step, say)}</span>
          ))}
        </span>
      ),
      file: (row) => row.steps.map((step) => nameOfEnd(step, say)).join(' → '),
    },
    { key: 'outcome', title: say('paths.outcome'), cell: (row) => <Mark tone={back ? 'grey' : tones[row.outcome]}>{outcome(row)}</Mark>, file: outcome },
    { key: 'members', title: say('paths.members'), right: true, cell: (row) => format.count(row.members), file: (row) => row.members },
    { key: 'share', title: say('paths.share'), cell: (row) => <Bar share={row.share} text={format.percent(row.share)} />, file: (row) => row.share },
  ]
  return (
    <Card title={<>{say('paths.top')} <Hint text={say('paths.top.what')} about={say('paths.top')} /></>} className="card-flush card-tools" extra={<TableExport name="paths" table={() => tableOf(columns, answer.paths)} />}>
      <Rows from={still(answer.paths)} columns={columns} id={(row) => `${row.steps.join('>')} ${row.outcome}`} />
    </Card>
  )
}

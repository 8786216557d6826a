// step_table.tsx -- the nodes of one step in figures: who came, who went on, who arrived and who was lost.
import { Card, Segmented } from 'antd'
import { useState } from 'react'
import type { PathNode, PathsAnswer } from '~/api'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { Bar } from '~/parts/bar'
import { Rows, still, type Column } from '~/parts/rows'
import { TableExport, tableOf } from '~/parts/table_export'
import { nameOfEnd } from './end_text'
import { colourOf } from './sankey'

export function StepTable({ answer }: { answer: PathsAnswer }) {
  const say = useSay()
  const format = useFormat()
  const back = answer.direction === 'to'
  const usual = Math.max(0, back ? answer.layers - 2 : Math.min(1, answer.layers - 1))
  const [picked, pick] = useState<number>()
  const layer = picked !== undefined && picked < answer.layers ? picked : usual
  const columns: Column<PathNode>[] = [
    {
      key: 'step', title: say('paths.step'),
      cell: (row) => (
        <>
          <span className="dot" style={{ background: colourOf(answer, row) }} /> {row.rest ? say('paths.rest') : nameOfEnd(row.name, say)}
        </>
      ),
      file: (row) => (row.rest ? say('paths.rest') : nameOfEnd(row.name, say)),
    },
    { key: 'members', title: say('paths.members'), right: true, cell: (row) => format.count(row.members), file: (row) => row.members },
    ...(answer.direction === 'between'
      ? [{ key: 'arrived', title: say('paths.arrived'), right: true, cell: (row: PathNode) => format.count(row.arrived + row.arrived_later), file: (row: PathNode) => row.arrived + row.arrived_later }]
      : []),
    { key: 'went_on', title: say(back ? 'paths.earlier' : 'paths.went_on'), right: true, wideOnly: true, cell: (row) => format.count(row.went_on), file: (row) => row.went_on },
    { key: 'ended', title: say(back ? 'paths.began' : 'paths.lost'), right: true, cell: (row) => format.count(row.ended), file: (row) => row.ended },
    {
      key: 'share', title: say('paths.share'),
      cell: (row) => <Bar share={row.ended / row.members} text={format.percent(row.ended / row.members)} />,
      file: (row) => row.ended / row.members,
    },
  ]
  /** Every step of all, not only the one in sight. */
  const all = () => tableOf<PathNode>([{ key: 'layer', title: say('paths.by_step'), cell: () => null, file: (row) => row.layer + 1 }, ...columns], answer.nodes)
  return (
    <Card
      title={say('paths.by_step')}
      className="card-flush card-tools"
      extra={
        <>
          <Segmented<number>
            aria-label={say('paths.by_step')}
            value={layer}
            onChange={pick}
            options={Array.from({ length: answer.layers }, (_, i) => ({ value: i, label: String(i + 1) }))}
          />
          <TableExport name="paths-by-step" table={all} />
        </>
      }
    >
      <Rows from={still(answer.nodes.filter((one) => one.layer === layer))} columns={columns} id={(row) => `${row.layer} ${row.rest ? '' : row.name}`} />
    </Card>
  )
}

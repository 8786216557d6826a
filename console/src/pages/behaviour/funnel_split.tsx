// funnel_split.tsx -- the same steps for each value of a field.
import { Card } from 'antd'
import type { FunnelAnswer } from '~/api'
import type { Behaviour } from '~/base/event_text'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { Bar } from '~/parts/bar'
import { useMemberFields } from '~/parts/field_select'
import { Rows, still, type Column } from '~/parts/rows'
import { nameOfBehaviour } from './behaviour_name'
import { splitKinds } from './funnel'

type Row = FunnelAnswer['by'][number]

export function FunnelSplit({ answer, steps, by }: { answer: FunnelAnswer; steps: Behaviour[]; by: string }) {
  const say = useSay()
  const format = useFormat()
  const { nameOf } = useMemberFields(splitKinds)
  const rateOf = (row: Row) => (row.members[0] ? row.members.at(-1)! / row.members[0] : 0)
  const columns: Column<Row>[] = [
    { key: 'value', title: nameOf(by), cell: (row) => row.value || say('flows.unknown') },
    ...steps.map((step, i): Column<Row> => ({
      key: `step ${i}`,
      title: `${i + 1} ${nameOfBehaviour(step, say)}`,
      right: true,
      cell: (row) => (
        <>
          {format.count(row.members[i])}
          {i > 0 && <small className="quiet"> {format.percent(row.members[i - 1] ? row.members[i]! / row.members[i - 1]! : 0)}</small>}
        </>
      ),
    })),
    { key: 'rate', title: say('funnel.all'), cell: (row) => <Bar share={rateOf(row)} text={format.percent(rateOf(row))} /> },
  ]
  return (
    <Card title={say('funnel.by', { field: nameOf(by) })} className="card-flush">
      <Rows from={still(answer.by)} columns={columns} id={(row) => row.value ?? ''} />
    </Card>
  )
}

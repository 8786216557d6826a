// matrix.tsx -- the flow as a table: stage then down, stage now across; all that the picture shows, for everybody.
import { Card } from 'antd'
import { useMay } from '~/app/session'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { Hint } from '~/parts/figure'
import { HeatTable } from '~/parts/heat_table'
import type { AiplProps } from './aipl'
import { falling, flowLink, sumOf, useStageName } from './stages'

export function AiplMatrix({ answer, period, segment }: AiplProps) {
  const say = useSay()
  const format = useFormat()
  const nameOf = useStageName(answer)
  const may = useMay()('members:read')
  return (
    <Card title={<>{say('aipl.matrix')} <Hint text={say('aipl.matrix.what')} about={say('aipl.matrix')} /></>} className="card-flush">
      <HeatTable
        label={say('aipl.matrix')}
        corner={<>{period.from} ↓<br />{period.to} →</>}
        columns={falling.map(nameOf)}
        rows={falling.map((from) => {
          const row = sumOf(answer, (one) => one === from)
          return {
            head: nameOf(from),
            total: format.count(row),
            cells: falling.map((to) => {
              const members = sumOf(answer, (a, b) => a === from && b === to)
              const share = row > 0 ? members / row : 0
              const rate = format.percent(share)
              return {
                value: format.count(members), note: members > 0 ? rate : undefined, share,
                to: may && members > 0 ? flowLink(period, segment, from, to) : undefined,
                label: say('aipl.cell', { from: nameOf(from), to: nameOf(to), n: format.count(members), rate }),
              }
            }),
          }
        })}
        total={{
          head: say('cross.total'),
          cells: [...falling.map((to) => format.count(sumOf(answer, (_, one) => one === to))), format.count(answer.members)],
        }}
      />
    </Card>
  )
}

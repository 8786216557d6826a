// actives_table.tsx -- the figures under the lines, day by day, the newest first.
import { Card } from 'antd'
import type { ActivesAnswer } from '~/api'
import { heatOf } from '~/app/theme'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { isRunning, type Unit } from './actives_lines'

export function ActivesTable({ answer, unit }: { answer: ActivesAnswer; unit: Unit }) {
  const say = useSay()
  const format = useFormat()
  const shown = answer.values.map((_, i) => i).filter((i) => answer.days.some((one) => one.values[i]))
  const most = Math.max(1, ...answer.days.flatMap((one) => one.values))
  const top = Math.max(1, ...answer.days.map((one) => one.members))
  return (
    <Card title={say('actives.table')} className="card-flush">
      <div className="heat-scroll tall" tabIndex={0} role="region" aria-label={say('actives.table')}>
        <table className={shown.length > 0 ? 'heat heat-small' : 'heat heat-small heat-narrow'}>
          <thead>
            <tr>
              <th scope="col" className="heat-side">{say('actives.day')}</th>
              <th scope="col">{say('actives.all')}</th>
              {shown.map((i) => <th key={i} scope="col">{answer.values[i] || say('flows.unknown')}</th>)}
            </tr>
          </thead>
          <tbody>
            {[...answer.days].reverse().map((one) => (
              <tr key={one.day}>
                <th scope="row" className="heat-side number">{one.day}{isRunning(one.day, unit) && <small className="quiet"> {say('actives.running')}</small>}</th>
                <td><span className="heat-cell" style={answer.values.length > 0 ? undefined : heatOf(one.members / top)}>{format.count(one.members)}</span></td>
                {shown.map((i) => (
                  <td key={i}><span className="heat-cell" style={heatOf((one.values[i] ?? 0) / most)}>{format.count(one.values[i])}</span></td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {shown.length > 1 && <p className="panel-note quiet">{say('actives.overlap')}</p>}
    </Card>
  )
}

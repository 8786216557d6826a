// retention_table.tsx -- the triangle: a group a row, a day a column, the darker the more came back.
import { Card } from 'antd'
import type { RetentionAnswer } from '~/api'
import { heatOf } from '~/app/theme'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { stateOf, type Mean, type Spacing } from './retention_means'

interface TableProps {
  answer: RetentionAnswer
  means: (Mean | undefined)[]
  spacing: Spacing
  days: number
}

export function RetentionTable({ answer, means, spacing, days }: TableProps) {
  const say = useSay()
  const format = useFormat()
  const unit = spacing === 'week' ? 'retention.week_n' : 'retention.day_n'
  const columns = Array.from({ length: days }, (_, i) => i + 1)
  const cohorts = answer.cohorts.filter((one) => one.members > 0)
  const most = Math.max(0.0001, ...cohorts.flatMap((one) => one.returned.map((n) => n / one.members)), ...means.map((one) => one?.share ?? 0))
  return (
    <Card title={say('retention.table')} className="card-flush">
      <div className="heat-scroll" tabIndex={0} role="region" aria-label={say('retention.table')}>
        <table className="heat heat-small">
          <thead>
            <tr>
              <th scope="col" className="heat-side">{say(spacing === 'week' ? 'retention.cohort_week' : 'retention.cohort')}</th>
              <th scope="col" className="heat-members">{say('retention.members')}</th>
              {columns.map((n) => <th key={n} scope="col">{say(unit, { n })}</th>)}
            </tr>
          </thead>
          <tbody>
            <tr className="heat-mean">
              <th scope="row" className="heat-side">{say('retention.mean')}</th>
              <td className="number heat-members">{format.count(answer.total.members)}</td>
              {columns.map((n) => {
                const mean = means[n - 1]
                return (
                  <td key={n}>
                    {mean
                      ? <span className="heat-cell" style={heatOf(mean.share / most)} title={`${format.count(mean.returned)} / ${format.count(mean.members)}`}>{format.percent(mean.share)}</span>
                      : <span className="heat-cell">–</span>}
                  </td>
                )
              })}
            </tr>
            {cohorts.map((one) => (
              <tr key={one.day}>
                <th scope="row" className="heat-side number">{one.day}</th>
                <td className="number heat-members">{format.count(one.members)}</td>
                {columns.map((n) => {
                  const state = stateOf(one, n, spacing)
                  if (state === 'coming') return <td key={n} />
                  const returned = one.returned[n - 1] ?? 0
                  const rate = format.percent(returned / one.members)
                  const on = say(unit, { n })
                  const label = say('retention.cell', { day: one.day, members: format.count(one.members), on, n: format.count(returned), rate })
                  return (
                    <td key={n}>
                      <span
                        className={state === 'running' ? 'heat-cell heat-running' : 'heat-cell'}
                        style={heatOf(returned / one.members / most)}
                        title={state === 'running' ? `${label} · ${say('retention.running')}` : label}
                      >
                        {rate}
                      </span>
                    </td>
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  )
}

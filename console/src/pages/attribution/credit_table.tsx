// credit_table.tsx -- every touchpoint by every model, with its share; each column adds up to all there was.
import { Card } from 'antd'
import type { AttributionAnswer, AttributionModel, AttributionRow } from '~/api'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { behaviourText } from '~/parts/event_input'
import { Hint } from '~/parts/figure'
import { HeatTable } from '~/parts/heat_table'
import { TableExport } from '~/parts/table_export'
import { amountOf, creditOf, type Measure } from './attribution'

export function CreditTable({ answer, measure }: { answer: AttributionAnswer; measure: Measure }) {
  const say = useSay()
  const format = useFormat()
  const all = measure === 'money' ? Number(answer.money) : answer.conversions
  const most = Math.max(...answer.rows.flatMap((row) => answer.models.map((model) => amountOf(row, model, measure))), 0)
  const written = (row: AttributionRow, model: AttributionModel) =>
    measure === 'money' ? format.money(creditOf(row, model)?.money)
      : amountOf(row, model, measure).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
  const nameOf = (row: AttributionRow) =>
    row.kind === 'none' ? say('attribution.none') : row.kind === 'rest' ? say('paths.rest') : behaviourText(row.touch, say)
  const total = measure === 'money' ? format.money(answer.money) : format.count(answer.conversions)
  /** Both measures, whichever is in sight. */
  const table = () => ({
    columns: [say('attribution.touch'), ...answer.models.flatMap((model) => (['money', 'conversions'] as const).map((one) => `${say(`model.${model}`)} ${say(`attribution.${one}`)}`))],
    rows: answer.rows.map((row) => [nameOf(row), ...answer.models.flatMap((model) => [creditOf(row, model)?.money, creditOf(row, model)?.conversions])]),
  })
  return (
    <Card title={<>{say('attribution.table')} <Hint text={say('attribution.models.what')} about={say('attribution.table')} /></>} className="card-flush card-tools" extra={<TableExport name="attribution" table={table} />}>
      <HeatTable
        label={say('attribution.table')}
        corner={say('attribution.touch')}
        columns={answer.models.map((model) => <span key={model} title={say(`model.${model}.what`)}>{say(`model.${model}`)}</span>)}
        rows={[
          {
            head: <strong>{say('attribution.total')}</strong>,
            cells: answer.models.map((model) => ({ value: total, share: 0, label: `${say(`model.${model}`)} ${total}` })),
          },
          ...answer.rows.map((row) => ({
            head: <>{nameOf(row)}{row.direct && <small className="quiet"> {say('attribution.direct')}</small>}</>,
            cells: answer.models.map((model) => {
              const amount = amountOf(row, model, measure)
              const share = all > 0 ? format.percent(amount / all) : say('attribution.not_defined')
              const value = written(row, model)
              return {
                value, note: share, share: most > 0 ? amount / most : 0,
                label: say('attribution.cell', { touch: nameOf(row), model: say(`model.${model}`), value, share }),
              }
            }),
          })),
        ]}
      />
    </Card>
  )
}

// cells.tsx -- the heat map: one map for each band of M, R down, F across; every cell leads to its members.
import { Card, Segmented } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import type { RfmCell, RfmReport } from '~/api'
import { heatOf } from '~/app/theme'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { Hint } from '~/parts/figure'
import { useBandText, withAsked, type Asked } from './rule'

type Shown = 'members' | 'amount'

const falling = (most: number) => Array.from({ length: most }, (_, i) => most - i)

export function Cells({ report, asked }: { report: RfmReport; asked: Asked }) {
  const say = useSay()
  const [shown, show] = useState<Shown>('members')
  const bands = (axis: 'r' | 'f' | 'm') => Math.max(1, ...report.cells.map((cell) => cell[axis]))
  const most = Math.max(...report.cells.map((cell) => Number(cell[shown])))
  const band = useBandText(report.rule)
  return (
    <Card
      title={<>{say('rfm.cells')} <Hint text={say('rfm.cells.what')} about={say('rfm.cells')} /></>}
      extra={
        <Segmented<Shown>
          value={shown}
          onChange={show}
          options={[{ value: 'members', label: say('rfm.members') }, { value: 'amount', label: say('rfm.amount') }]}
        />
      }
      className="card-tools"
    >
      <div className="facets">
        {falling(bands('m')).map((m) => (
          <section key={m} className="facet">
            <h2 className="facet-name">{say('rfm.m_band', { n: m, range: band.m(m) })}</h2>
            <div className="facet-scroll">
              <table className="heat">
                <thead>
                  <tr>
                    <td />
                    {falling(bands('f')).map((f) => <th key={f} scope="col">F{f}<small>{band.f(f)}</small></th>)}
                  </tr>
                </thead>
                <tbody>
                  {falling(bands('r')).map((r) => (
                    <tr key={r}>
                      <th scope="row">R{r}<small>{band.r(r)}</small></th>
                      {falling(bands('f')).map((f) => (
                        <td key={f}>
                          <Cell cell={report.cells.find((one) => one.r === r && one.f === f && one.m === m)} most={most} shown={shown} asked={asked} report={report} />
                        </td>
                      ))}
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </section>
        ))}
      </div>
    </Card>
  )
}

function Cell(props: { cell: RfmCell | undefined; most: number; shown: Shown; asked: Asked; report: RfmReport }) {
  const { cell, most, shown, asked, report } = props
  const say = useSay()
  const format = useFormat()
  if (!cell || cell.members === 0) return <span className="heat-cell heat-none">0</span>
  const label = say('rfm.cell', {
    r: cell.r, f: cell.f, m: cell.m, members: format.count(cell.members), amount: format.money(cell.amount),
  })
  // By the root: one crowded cell must not pale all others.
  const colours = heatOf(Math.sqrt(Number(cell[shown]) / most))
  const share = shown === 'members' ? cell.members / report.members : Number(cell.amount) / Number(report.amount)
  const value = shown === 'members' ? format.tile(cell.members) : format.shortMoney(Number(cell.amount))
  const part = format.percent(share)
  return (
    <Link
      to={withAsked('/rfm/members', asked, { r: cell.r, f: cell.f, m: cell.m })}
      className="heat-cell"
      style={colours}
      title={label}
      aria-label={`${value} ${part} · ${label}`}
    >
      <strong>{value}</strong>{' '}
      <small>{part}</small>
    </Link>
  )
}

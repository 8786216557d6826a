// types.tsx -- the eight named types: how many, how much, what to do, who.
import { Button, Card } from 'antd'
import { Link } from 'react-router'
import type { RfmReport, RfmType } from '~/api'
import { typeColours } from '~/app/theme'
import { useFormat } from '~/base/format'
import { isWord, useSay } from '~/base/locale'
import { Bar } from '~/parts/bar'
import { Rows, still, type Column } from '~/parts/rows'
import { withAsked, type Asked } from './rule'

export function Types({ report, asked }: { report: RfmReport; asked: Asked }) {
  const say = useSay()
  const format = useFormat()
  const to = (row: RfmType) => withAsked('/rfm/members', asked, { type: row.type })
  const shareOf = (row: RfmType) => row.members / report.members
  const amountOf = (row: RfmType) => (Number(report.amount) > 0 ? Number(row.amount) / Number(report.amount) : 0)
  const columns: Column<RfmType>[] = [
    {
      key: 'type', title: say('rfm.type'),
      cell: (row) => (
        <>
          <Link to={to(row)}><span className="dot" style={{ background: typeColours[row.type] }} /> <strong>{row.name}</strong></Link>
          <div className="fact-note only-wide">{whatOf(row.type, say)}</div>
        </>
      ),
    },
    { key: 'members', title: say('rfm.members'), right: true, cell: (row) => format.count(row.members) },
    { key: 'share', title: say('share'), cell: (row) => <Bar share={shareOf(row)} text={format.percent(shareOf(row))} /> },
    { key: 'amount', title: say('rfm.amount'), right: true, cell: (row) => <span title={format.money(row.amount)}>{format.shortMoney(row.amount)}</span> },
    { key: 'amount_share', title: say('rfm.amount_share'), cell: (row) => <Bar share={amountOf(row)} text={format.percent(amountOf(row))} /> },
    { key: 'open', title: say('actions'), cell: (row) => <Link to={to(row)}><Button size="small">{say('rfm.show_members')}</Button></Link> },
  ]
  return (
    <Card title={say('rfm.types')} className="card-flush">
      <Rows from={still(report.types)} columns={columns} id={(row) => row.type} />
    </Card>
  )
}

function whatOf(type: string, say: ReturnType<typeof useSay>): string {
  const word = `rfm.${type}.what`
  return isWord(word) ? say(word) : ''
}

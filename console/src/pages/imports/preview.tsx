// preview.tsx -- the first rows as they are understood, and what is wrong with them.
import { CheckCircleOutlined, WarningOutlined } from '@ant-design/icons'
import { Card } from 'antd'
import type { ImportFact, ImportProblem, ImportView } from '~/api'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { Rows, still, type Column } from '~/parts/rows'
import { Nothing } from '~/parts/states'
import { OrderStateMark } from '../orders/order_rows'

export function Preview({ view, busy }: { view: ImportView; busy: boolean }) {
  const say = useSay()
  return (
    <div className={busy ? 'stack stale' : 'stack'} aria-busy={busy}>
      <Card title={say('import.understood')} className="card-flush">
        {view.profile === 'events' ? <Events events={view.events} /> : <Facts facts={view.facts} />}
      </Card>
      <Card title={say('import.problems')} className="card-flush">
        <Problems problems={view.problems} />
      </Card>
    </div>
  )
}

function Facts({ facts }: { facts: ImportFact[] }) {
  const say = useSay()
  const format = useFormat()
  const columns: Column<ImportFact>[] = [
    { key: 'number', title: say('order_number'), cell: (fact) => <span className="number">{fact.number || '–'}</span> },
    { key: 'shop', title: say('shop'), cell: (fact) => fact.shop || '–' },
    { key: 'member', title: say('import.member'), cell: (fact) => fact.member || <span className="quiet">{say('no_buyer')}</span> },
    { key: 'state', title: say('state'), cell: (fact) => <><OrderStateMark state={fact.state} /> <span className="quiet">{fact.status}</span></> },
    { key: 'at', title: say('placed_at'), cell: (fact) => <span className="number">{format.when(fact.created_at)}</span> },
    { key: 'paid_at', title: say('paid_at'), cell: (fact) => <span className="number">{format.when(fact.paid_at)}</span> },
    { key: 'paid', title: say('order.paid'), right: true, cell: (fact) => format.money(fact.paid) },
    { key: 'refund', title: say('order.refund'), right: true, cell: (fact) => format.money(fact.refund) },
    { key: 'lines', title: say('lines'), cell: (fact) => fact.lines.map((line) => line.product || line.product_id).filter(Boolean).join('、') || '–' },
  ]
  return <Rows from={still(facts)} columns={columns} id={(fact) => `${fact.shop} ${fact.number}`} empty={<Nothing text={say('import.understood.none')} />} />
}

function Events({ events }: { events: ImportView['events'] }) {
  const say = useSay()
  const format = useFormat()
  const rows = events.map((one, place) => ({ ...one, place })) // rows that are alike are legal
  const columns: Column<(typeof rows)[number]>[] = [
    { key: 'at', title: say('target.at'), cell: (one) => <span className="number">{format.when(one.at)}</span> },
    { key: 'member', title: say('import.member'), cell: (one) => one.member },
    { key: 'event', title: say('target.event'), cell: (one) => one.event },
    { key: 'value', title: say('target.value'), right: true, cell: (one) => format.money(one.value) },
    { key: 'props', title: say('import.event_properties'), cell: (one) => <code>{one.props ? JSON.stringify(one.props) : '–'}</code> },
  ]
  return <Rows from={still(rows)} columns={columns} id={(one) => `${one.place}`} empty={<Nothing text={say('import.understood.no_events')} />} />
}

export function Problems({ problems }: { problems: ImportProblem[] }) {
  const say = useSay()
  const columns: Column<ImportProblem>[] = [
    { key: 'row', title: say('import.row'), cell: (one) => <><WarningOutlined className="move-down" /> {say('import.row')} {one.row}</> },
    { key: 'column', title: say('import.column'), cell: (one) => one.column || '–' },
    { key: 'value', title: say('import.value'), cell: (one) => <code>{one.value}</code> },
    { key: 'reason', title: say('import.reason'), cell: (one) => one.reason },
  ]
  if (problems.length === 0) return <p className="fine"><CheckCircleOutlined /> {say('import.problems.none')}</p>
  return <Rows from={still(problems)} columns={columns} id={(one) => `${one.row} ${one.column} ${one.reason}`} />
}

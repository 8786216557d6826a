// move.tsx -- who went from which type to which between two dates.
import { ArrowLeftOutlined } from '@ant-design/icons'
import { Card, DatePicker } from 'antd'
import dayjs from 'dayjs'
import { useMemo } from 'react'
import { Link, useSearchParams } from 'react-router'
import type { RfmFlow, RfmMove } from '~/api'
import { quiet, typeColours } from '~/app/theme'
import { useData } from '~/base/data'
import { dayPlus, todayIs, useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { ChartBox } from '~/parts/chart_box'
import { tooltip } from '~/parts/chart_look'
import { Hint } from '~/parts/figure'
import { Head } from '~/parts/head'
import { Rows, still, type Column } from '~/parts/rows'
import { Loaded, Nothing } from '~/parts/states'
import { How } from '~/parts/how'
import { useAsked, withAsked } from './rule'
import { Mark } from '~/parts/mark'

export default function Move() {
  const say = useSay()
  const [asked] = useAsked()
  const [search, setSearch] = useSearchParams()
  const to = search.get('to') ?? todayIs()
  const from = search.get('from') ?? dayPlus(to, -90)
  const read = useData<RfmMove>('/v1/reports/rfm/move', { ...asked, at: undefined, from, to })
  return (
    <>
      <Head
        title={
          <>
            <Link to={withAsked('/rfm', asked)} aria-label={say('back')} className="back"><ArrowLeftOutlined /></Link>
            {say('page.rfm_move')} <Hint text={say('move.what')} about={say('page.rfm_move')} />
          </>
        }
      >
        <DatePicker.RangePicker
          aria-label={say('period')}
          value={[dayjs(from), dayjs(to)]}
          allowClear={false}
          onChange={(days) => {
            if (!days?.[0] || !days[1]) return
            const chosen = { from: days[0].format('YYYY-MM-DD'), to: days[1].format('YYYY-MM-DD') }
            setSearch((old) => new URLSearchParams({ ...Object.fromEntries(old), ...chosen }))
          }}
        />
      </Head>
      <Loaded from={read} rows={12}>
        {(move) => (move.flows.length === 0 ? <section className="panel"><Nothing text={say('rfm.empty')} /></section> : <Moved move={move} />)}
      </Loaded>
    </>
  )
}

function Moved({ move }: { move: RfmMove }) {
  const say = useSay()
  const format = useFormat()
  const names = useMemo(() => new Map(move.after.map((one) => [one.type, one.name])), [move])
  const nameOf = (type: string | null) => (type ? (names.get(type) ?? type) : say('rfm.not_yet'))
  const flows = useMemo(() => [...move.flows].sort((a, b) => b.members - a.members), [move])
  const changed = flows.filter((flow) => flow.from !== flow.to && flow.from).reduce((sum, flow) => sum + flow.members, 0)
  const columns: Column<RfmFlow>[] = [
    {
      key: 'flow', title: say('move.flow'),
      cell: (flow) => <>{nameOf(flow.from)} → {nameOf(flow.to)} {flow.from === flow.to && <Mark>{say('move.stayed')}</Mark>}</>,
    },
    { key: 'members', title: say('rfm.members'), right: true, cell: (flow) => format.count(flow.members) },
  ]
  return (
    <div className="stack">
      <Card title={say('move.changed', { n: format.count(changed) })}>
        <Sankey move={move} nameOf={nameOf} />
      </Card>
      <div className="pair pair-even">
        <Totals move={move} />
        <Card title={say('move.table')} className="card-flush">
          <div className="tall" tabIndex={0} role="region" aria-label={say('move.table')}>
            <Rows from={still(flows)} columns={columns} id={(flow) => `${flow.from ?? ''} ${flow.to}`} />
          </div>
        </Card>
      </div>
      <How text={move.definition} />
    </div>
  )
}

function Sankey({ move, nameOf }: { move: RfmMove; nameOf: (type: string | null) => string }) {
  const say = useSay()
  const format = useFormat()
  const option = useMemo(() => {
    const order = ['', ...move.after.map((one) => one.type)]
    const used = (side: 'from' | 'to') => order.filter((type) => move.flows.some((flow) => (flow[side] ?? '') === type))
    const node = (side: 'from' | 'to') => (type: string) => ({
      name: `${side}:${type}`,
      itemStyle: { color: typeColours[type] ?? quiet, borderWidth: 0 },
      label: { position: side === 'from' ? 'right' : 'left', formatter: nameOf(type) },
      depth: side === 'from' ? 0 : 1,
    })
    return {
      tooltip: {
        ...tooltip,
        formatter: (at: { dataType: string; value: number; name: string; data: { source?: string; target?: string } }) => {
          const bare = (name: string) => nameOf(name.replace(/^(from|to):/, ''))
          const head = at.dataType === 'edge' ? `${bare(at.data.source!)} → ${bare(at.data.target!)}` : bare(at.name)
          return `${head}: ${format.count(at.value)}`
        },
      },
      series: [{
        type: 'sankey',
        left: 4, right: 4, top: 8, bottom: 8,
        nodeGap: 16, nodeWidth: 12,
        layoutIterations: 0,
        draggable: false,
        emphasis: { focus: 'adjacency' },
        lineStyle: { color: 'source', opacity: 0.28 },
        data: [...used('from').map(node('from')), ...used('to').map(node('to'))],
        links: move.flows.map((flow) => ({ source: `from:${flow.from ?? ''}`, target: `to:${flow.to}`, value: flow.members })),
      }],
    }
  }, [move, nameOf, format])
  return <ChartBox option={option} height={460} label={say('move.chart', { from: move.from, to: move.to })} />
}

function Totals({ move }: { move: RfmMove }) {
  const say = useSay()
  const format = useFormat()
  type Row = { type: string; name: string; then: number; now: number }
  const rows: Row[] = move.after.map((one) => ({
    type: one.type, name: one.name, now: one.members, then: move.before.find((two) => two.type === one.type)?.members ?? 0,
  }))
  const columns: Column<Row>[] = [
    { key: 'name', title: say('rfm.type'), cell: (row) => row.name },
    { key: 'then', title: move.from, right: true, cell: (row) => format.count(row.then) },
    { key: 'now', title: move.to, right: true, cell: (row) => format.count(row.now) },
    {
      key: 'net', title: say('move.net'), right: true,
      cell: (row) => <span className={row.now < row.then ? 'move-down' : 'move-up'}>{row.now > row.then ? '+' : ''}{format.count(row.now - row.then)}</span>,
    },
  ]
  return (
    <Card title={say('move.totals')} className="card-flush">
      <Rows from={still(rows)} columns={columns} id={(row) => row.type} />
    </Card>
  )
}

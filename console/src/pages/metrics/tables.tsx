// tables.tsx -- a metric's parts, and its steps, as tables.
import { Button, Card } from 'antd'
import type { MetricAnswer, MetricGroup, MetricPoint } from '~/api'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { useMetricText } from '~/base/metric_text'
import { Bar } from '~/parts/bar'
import { Move } from '~/parts/figure'
import { Rows, still, type Column } from '~/parts/rows'
import { Nothing } from '~/parts/states'
import { useDimensionName } from './words'

type Cut = 'shop' | 'touchpoint' | 'category'
const isCut = (by: string): by is Cut => by === 'shop' || by === 'touchpoint' || by === 'category'

export function Groups({ answer, by, narrow }: { answer: MetricAnswer; by: string; narrow: (cut: Cut, to: string) => void }) {
  const say = useSay()
  const format = useFormat()
  const text = useMetricText()
  const dimension = useDimensionName()
  const { unit, adds_up, better } = answer.metric
  const moved = (row: MetricGroup, then: string | null) =>
    row.value !== null && then !== null && <> <small><Move now={Number(row.value)} before={Number(then)} lessIsGood={better === 'less'} /></small></>
  const columns: Column<MetricGroup>[] = [
    {
      key: 'group', title: dimension(by),
      cell: (row) => (isCut(by) && !row.rest ? <Button type="link" className="plain-link" onClick={() => narrow(by, row.group)}>{row.group}</Button> : row.group),
    },
    { key: 'value', title: say('metric.now'), right: true, cell: (row) => <strong>{text.full(unit, row.value)}</strong> },
    ...(adds_up ? [{
      key: 'share', title: say('share'), width: 150,
      cell: (row: MetricGroup) => (row.share === null ? <span className="quiet">–</span> : <Bar share={Math.max(0, Number(row.share))} text={format.percent(Number(row.share))} />),
    }] : []),
    { key: 'before', title: say('metric.beside.before'), right: true, cell: (row) => <>{text.full(unit, row.before)}{moved(row, row.before)}</> },
    { key: 'year', title: say('metric.beside.year'), right: true, cell: (row) => <>{text.full(unit, row.year_ago)}{moved(row, row.year_ago)}</> },
  ]
  return (
    <Card title={say('metric.groups', { by: dimension(by) })} className="card-flush">
      <Rows from={still(answer.groups)} columns={columns} id={(row) => `${row.rest} ${row.group}`} empty={<Nothing />} />
    </Card>
  )
}

/** The latest first: it is what one looks for. */
export function Steps({ answer, other, otherWord }: { answer: MetricAnswer; other: MetricAnswer | undefined; otherWord: string }) {
  const say = useSay()
  const text = useMetricText()
  const { unit } = answer.metric
  const rows = answer.series.map((point, i) => ({ point, beside: other?.series[i] })).reverse()
  type Row = { point: MetricPoint; beside: MetricPoint | undefined }
  const columns: Column<Row>[] = [
    { key: 'when', title: say('metric.when'), cell: ({ point }) => (point.from === point.to ? point.from : `${point.from} – ${point.to}`) },
    { key: 'value', title: answer.metric.label, right: true, cell: ({ point }) => text.full(unit, point.value) },
    ...(other ? [{
      key: 'beside', title: otherWord, right: true,
      cell: ({ beside }: Row) => (beside ? <span title={beside.from}>{text.full(unit, beside.value)}</span> : '–'),
    }] : []),
  ]
  return (
    <Card title={say('metric.steps')} className="card-flush metric-steps">
      <Rows from={still(rows)} columns={columns} id={(row) => row.point.from} empty={<Nothing />} />
    </Card>
  )
}

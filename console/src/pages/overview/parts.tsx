// parts.tsx -- which shop or touchpoint sold how much, to whom, and how that moved.
import { Card } from 'antd'
import { Link } from 'react-router'
import type { MetricAnswer, MetricGroup, MetricsAnswer } from '~/api'
import { useData } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { metricLink, useMetricText } from '~/base/metric_text'
import { Bar } from '~/parts/bar'
import { Move } from '~/parts/figure'
import type { Period } from '~/parts/period'
import { Rows, still, type Column } from '~/parts/rows'
import { Loaded, Nothing } from '~/parts/states'

const columns_of = { shop: ['net_sales', 'buyers'], touchpoint: ['net_sales', 'new_buyers'] } as const

export function Parts({ by, period }: { by: 'shop' | 'touchpoint'; period: Period }) {
  const say = useSay()
  // Only the whole period is wanted: one step.
  const read = useData<MetricsAnswer>('/v1/metrics/board', { names: columns_of[by].join(), ...period, by, step: 'year' })
  return (
    <Card title={say(`overview.by_${by}`)} className="card-flush card-tools"
      extra={<Link to={metricLink('net_sales', { ...period, by })}>{say('overview.open')}</Link>}>
      <Loaded from={read}>{(answer) => <PartsTable by={by} items={answer.items} />}</Loaded>
    </Card>
  )
}

function PartsTable({ by, items }: { by: 'shop' | 'touchpoint'; items: MetricAnswer[] }) {
  const say = useSay()
  const format = useFormat()
  const text = useMetricText()
  const first = items[0]!
  const of = (answer: MetricAnswer, group: MetricGroup) => answer.groups.find((one) => one.group === group.group && one.rest === group.rest)
  const columns: Column<MetricGroup>[] = [
    { key: 'group', title: say(`metric.by.${by}`), cell: (row) => row.group },
    {
      key: 'share', title: say('share'), width: 130,
      cell: (row) => (row.share === null ? <span className="quiet">–</span> : <Bar share={Math.max(0, Number(row.share))} text={format.percent(Number(row.share))} />),
    },
    ...items.map((answer): Column<MetricGroup> => ({
      key: answer.metric.name,
      title: answer.metric.label,
      right: true,
      cell: (row) => {
        const one = of(answer, row)
        // A part without any of it is left out of the answer.
        const value = one ? one.value : '0'
        return (
          <span title={text.full(answer.metric.unit, value)}>
            {text.short(answer.metric.unit, value)}
            {answer === first && one?.value && one.before !== null && <> <small><Move now={Number(one.value)} before={Number(one.before)} /></small></>}
          </span>
        )
      },
    })),
  ]
  return <Rows from={still(first.groups)} columns={columns} id={(row) => `${row.rest} ${row.group}`} empty={<Nothing />} />
}

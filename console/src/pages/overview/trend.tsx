// trend.tsx -- one of the headline metrics by step.
import { Card, Select } from 'antd'
import { useMemo, useState } from 'react'
import { Link } from 'react-router'
import type { MetricsAnswer } from '~/api'
import { useSay } from '~/base/locale'
import { metricLink, stepOf } from '~/base/metric_text'
import { MetricChart } from '~/parts/metric_chart'
import type { Period } from '~/parts/period'

export function Trend({ answer, period }: { answer: MetricsAnswer; period: Period }) {
  const say = useSay()
  const [name, show] = useState('net_sales')
  const one = answer.items.find((item) => item.metric.name === name) ?? answer.items[0]!
  const lines = useMemo(() => [{ name: one.metric.label, points: one.series }], [one])
  return (
    <Card
      title={say('trend')}
      className="card-tools"
      extra={
        <>
          <Select
            aria-label={say('metric.choose')}
            className="trend-select"
            value={name}
            popupMatchSelectWidth={false}
            onChange={show}
            options={answer.items.map((item) => ({ value: item.metric.name, label: item.metric.label }))}
          />
          <Link to={metricLink(name, { ...period, step: stepOf(period.from, period.to) })}>{say('overview.open')}</Link>
        </>
      }
    >
      <MetricChart lines={lines} unit={one.metric.unit} />
    </Card>
  )
}

// overview.tsx -- how the shop is doing: headline metrics beside the period before and last year, their trend, and where they come from.
import { CloudUploadOutlined } from '@ant-design/icons'
import { Button, Card, Skeleton, Space } from 'antd'
import { Link, useSearchParams } from 'react-router'
import type { MetricsAnswer, OrderRow } from '~/api'
import { useMay } from '~/app/session'
import { useData, type Page } from '~/base/data'
import { dayOf, dayPlus } from '~/base/format'
import { useSay } from '~/base/locale'
import { stepOf } from '~/base/metric_text'
import { Head } from '~/parts/head'
import { How } from '~/parts/how'
import { FiguresLoading, MetricFigure } from '~/parts/metric_figure'
import { PeriodPicker, periodOf, type Period } from '~/parts/period'
import { Failure, Loaded, Nothing } from '~/parts/states'
import { Parts } from './parts'
import { TreeSentence } from './sentence'
import { Trend } from './trend'

/** What orders and members tell, in the order it is read; one question. */
const headline = [
  'net_sales', 'sales', 'gmv', 'refund_rate', 'placed', 'orders', 'aov', 'new_members', 'buyers', 'new_buyers', 'returning_buyers', 'per_buyer',
]
/** Who bought first then has had 90 days to come back by the end of this period. */
const cohortOf = (period: Period): Period => ({ from: dayPlus(period.from, -91), to: dayPlus(period.to, -91) })
/** What takes the index of members, or the ledger: asked apart, so that the others need not wait. */
const more = ['conversion', 'cart_abandonment', 'high_value_share', 'active', 'points_outstanding', 'points_liability']

/** Nothing in this period: leads to where the last orders are, or to the import when there are none at all. */
function Empty({ change }: { change: (period: Period) => void }) {
  const say = useSay()
  const may = useMay()
  const last = useData<Page<OrderRow>>(may('orders:read') ? '/v1/orders' : null, { limit: 1 })
  if (last.loading) return <Skeleton active />
  const newest = last.data?.items[0]
  const day = newest && dayOf(new Date(newest.at))
  return (
    <Card>
      <Nothing text={say(newest || !last.data ? 'no_orders_then' : 'first_import')}>
        <Space wrap className="centre">
          {day && <Button type="primary" onClick={() => change({ from: dayPlus(day, -29), to: day })}>{say('last_orders', { day })}</Button>}
          {may('import') && <Link to="/imports"><Button type={day ? 'default' : 'primary'} icon={<CloudUploadOutlined />}>{say('to_import')}</Button></Link>}
        </Space>
      </Nothing>
    </Card>
  )
}

const happened = (answer: MetricsAnswer) =>
  answer.items.some((one) => ['placed', 'new_members'].includes(one.metric.name) && [one.value, one.before?.value].some((value) => Number(value) > 0))

export default function Overview() {
  const say = useSay()
  const [search, setSearch] = useSearchParams()
  const period = periodOf({ from: search.get('from') ?? undefined, to: search.get('to') ?? undefined })
  const change = (to: Period) => setSearch({ ...to })
  const step = stepOf(period.from, period.to)
  const read = useData<MetricsAnswer>('/v1/metrics/board', { names: headline.join(), ...period, step })
  return (
    <>
      <Head title={say('page.overview')}>
        <PeriodPicker value={period} change={change} />
      </Head>
      <Loaded from={read} rows={12}>
        {(answer) =>
          happened(answer) ? (
            <div className="stack">
              <section className="panel" aria-label={say('page.overview')}>
                <div className="figures">
                  {answer.items.map((one) => <MetricFigure key={one.metric.name} of={one} question={period} />)}
                  <MoreFigures period={period} />
                  <Repurchase period={period} />
                </div>
                <p className="panel-note quiet">
                  {say('overview.note', { before: answer.items[0]!.before!.from, until: answer.items[0]!.before!.to })}{' '}
                  <Link to="/figures">{say('overview.all_metrics')}</Link>
                </p>
              </section>
              <TreeSentence period={period} />
              <Trend answer={answer} period={period} />
              <div className="pair pair-even">
                <Parts by="shop" period={period} />
                <Parts by="touchpoint" period={period} />
              </div>
              <How text={answer.how} took_us={answer.took_us} />
            </div>
          ) : (
            <Empty change={change} />
          )
        }
      </Loaded>
    </>
  )
}

function MoreFigures({ period }: { period: Period }) {
  const step = stepOf(period.from, period.to)
  // Points are told of at most 62 days at once.
  const read = useData<MetricsAnswer>('/v1/metrics/board', { names: more.join(), ...period, step: step === 'day' ? 'week' : 'month' })
  if (read.error) return <div className="figure figure-wide"><Failure error={read.error} retry={read.reload} /></div>
  if (!read.data) return <FiguresLoading n={more.length} />
  return <>{read.data.items.map((one) => <MetricFigure key={one.metric.name} of={one} question={period} />)}</>
}

/** A repurchase rate is of those whose time to come back is over. */
function Repurchase({ period }: { period: Period }) {
  const say = useSay()
  const cohort = cohortOf(period)
  const read = useData<MetricsAnswer>('/v1/metrics/board', { names: 'repurchase_90,ltv', ...cohort, step: stepOf(cohort.from, cohort.to) === 'day' ? 'week' : 'month' })
  if (read.error) return <div className="figure figure-wide"><Failure error={read.error} retry={read.reload} /></div>
  if (!read.data) return <FiguresLoading n={2} />
  return <>{read.data.items.map((one) => <MetricFigure key={one.metric.name} of={one} question={cohort} note={<div className="quiet figure-note">{say('overview.cohort', { ...cohort })}</div>} />)}</>
}

// overview.tsx -- how the shop is doing, against the period before.
import { CloudUploadOutlined } from '@ant-design/icons'
import { Button, Card, Skeleton, Space } from 'antd'
import { Link, useSearchParams } from 'react-router'
import type { OrderRow, OverviewReport, Tally } from '~/api'
import { useMay } from '~/app/session'
import { useData, type Page } from '~/base/data'
import { dayOf, dayPlus, daysBetween, useFormat, type Format } from '~/base/format'
import { useSay } from '~/base/locale'
import { Figure, Move } from '~/parts/figure'
import { Head } from '~/parts/head'
import { lastDays, PeriodPicker, type Period } from '~/parts/period'
import { Loaded, Nothing } from '~/parts/states'
import { BuyersMix } from './mix'
import { Shops } from './shops'
import { Trend } from './trend'

/** The tiles, in the order they are read. */
const tiles: { figure: keyof Tally; money?: boolean; mean?: boolean; lessIsGood?: boolean }[] = [
  { figure: 'net', money: true },
  { figure: 'paid', money: true },
  { figure: 'refund', money: true, lessIsGood: true },
  { figure: 'orders' },
  { figure: 'paid_orders' },
  { figure: 'average', money: true, mean: true },
  { figure: 'buyers' },
  { figure: 'new_members' },
]

function Tile({ tile, report, format }: { tile: (typeof tiles)[number]; report: OverviewReport; format: Format }) {
  const say = useSay()
  const { figure, money, mean, lessIsGood } = tile
  const now = report.now[figure]
  const before = report.before[figure]
  const short = mean ? format.mean : money ? format.shortMoney : (n: number | string) => format.tile(Number(n))
  const full = mean ? format.mean : money ? format.money : (n: number | string) => format.count(Number(n))
  return (
    <Figure
      name={say(`figure.${figure}`)}
      hint={say(`figure.${figure}.what`)}
      value={short(String(now))}
      full={full(String(now))}
      below={<span title={say('before_was', { n: full(String(before)) })}><Move now={Number(now)} before={Number(before)} lessIsGood={lessIsGood} /></span>}
    />
  )
}

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

export default function Overview() {
  const say = useSay()
  const format = useFormat()
  const [search, setSearch] = useSearchParams()
  const usual = lastDays(30)
  const period = { from: search.get('from') ?? usual.from, to: search.get('to') ?? usual.to }
  const change = (to: Period) => setSearch({ ...to })
  const read = useData<OverviewReport>('/v1/reports/overview', { ...period })
  const length = daysBetween(period.from, period.to) + 1
  return (
    <>
      <Head title={say('page.overview')}>
        <PeriodPicker value={period} change={change} />
      </Head>
      <Loaded from={read} rows={12}>
        {(report) =>
          report.now.orders === 0 && report.before.orders === 0 && report.now.new_members === 0 ? (
            <Empty change={change} />
          ) : (
            <div className="stack">
              <section className="panel" aria-label={say('page.overview')}>
                <div className="figures">
                  {tiles.map((tile) => <Tile key={tile.figure} tile={tile} report={report} format={format} />)}
                </div>
                <p className="panel-note quiet">{say('before_period', { n: length })}</p>
              </section>
              <Trend report={report} />
              <div className="pair">
                <Shops shops={report.shops} />
                <BuyersMix report={report} />
              </div>
            </div>
          )
        }
      </Loaded>
    </>
  )
}

// rfm.tsx -- recency, frequency, monetary: where all buyers stand, by a rule that can be tried out here.
import { DatePicker, Button } from 'antd'
import { SwapOutlined } from '@ant-design/icons'
import dayjs from 'dayjs'
import { Link } from 'react-router'
import type { RfmReport } from '~/api'
import { useData } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { Figure } from '~/parts/figure'
import { Head } from '~/parts/head'
import { Loaded, Nothing } from '~/parts/states'
import { Cells } from './cells'
import { How } from '~/parts/how'
import { asks, useAsked, withAsked } from './rule'
import { RuleEditor } from './rule_editor'
import { Types } from './types'

export default function Rfm() {
  const say = useSay()
  const [asked, change, reset] = useAsked()
  const read = useData<RfmReport>('/v1/reports/rfm', asked)
  const changed = asks.some((name) => name !== 'at' && asked[name])
  return (
    <>
      <Head title={say('page.rfm')}>
        <DatePicker
          aria-label={say('rfm.at')}
          prefix={<span className="quiet">{say('rfm.at')}</span>}
          placeholder={say('rfm.at_now')}
          value={asked.at ? dayjs(asked.at) : null}
          onChange={(day) => change({ at: day ? day.format('YYYY-MM-DD') : '' })}
        />
        <Link to={withAsked('/rfm/move', asked)}><Button icon={<SwapOutlined />}>{say('move.open')}</Button></Link>
      </Head>
      <div className="stack">
        <RuleEditor rule={read.data?.rule} asked={asked} change={change} reset={changed ? reset : undefined} />
        <Loaded from={read} rows={12}>
          {(report) =>
            report.members === 0 ? <section className="panel"><Nothing text={say('rfm.empty')} /></section> : (
              <div className="stack">
                <Summary report={report} />
                <Cells report={report} asked={asked} />
                <Types report={report} asked={asked} />
                <How text={report.definition} took_us={report.took_ms * 1000} />
              </div>
            )
          }
        </Loaded>
      </div>
    </>
  )
}

function Summary({ report }: { report: RfmReport }) {
  const say = useSay()
  const format = useFormat()
  const { means } = report
  return (
    <section className="panel">
      <div className="figures figures-5">
        <Figure name={say('rfm.members')} hint={say('rfm.members.what')} value={format.tile(report.members)} full={format.count(report.members)} />
        <Figure name={say('rfm.amount')} hint={say('rfm.amount.what')} value={format.shortMoney(report.amount)} full={format.money(report.amount)} />
        <Figure name={say('rfm.mean_r')} hint={say('rfm.mean_r.what')} value={say('rfm.days', { n: means.recency.toFixed(1) })} />
        <Figure name={say('rfm.mean_f')} hint={say('rfm.mean_f.what')} value={say('rfm.times', { n: means.frequency.toFixed(2) })} />
        <Figure name={say('rfm.mean_m')} hint={say('rfm.mean_m.what')} value={format.shortMoney(Number(means.monetary).toFixed(2))} />
      </div>
    </section>
  )
}

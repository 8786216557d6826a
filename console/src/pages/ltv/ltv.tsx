// ltv.tsx -- lifetime value: the fit in force and how well it foretells, how members are spread, who is leaving.
import { ReloadOutlined } from '@ant-design/icons'
import { Alert, App, Button } from 'antd'
import { useCallback, useEffect, useState } from 'react'
import { Link } from 'react-router'
import { useMay } from '~/app/session'
import { useLive } from '~/base/data'
import { useFormat } from '~/base/format'
import { ask, ApiError } from '~/base/http'
import { useSay } from '~/base/locale'
import { segmentLink } from '~/base/segment_link'
import { Figure } from '~/parts/figure'
import { Head } from '~/parts/head'
import { How } from '~/parts/how'
import { Failure, Loaded, Nothing } from '~/parts/states'
import { Forecast } from './forecast'
import type { Lifetime } from './forms'
import { Model } from './model'
import { AtRisk } from './people'
import { Spread } from './spread'

const look_ms = 3000

export default function Ltv() {
  const say = useSay()
  const { message } = App.useApp()
  const may = useMay()('segments:write')
  const [since, wait] = useState<{ last: string | undefined; began: number }>()
  const [refused, refuse] = useState<Error>()
  const read = useLive<Lifetime>('/v1/reports/ltv', undefined, since ? look_ms : 0)
  const { data, reload } = read
  const tried = data?.last_try?.at
  // Whoever began it, and however the request ended: it is over when there is another attempt.
  useEffect(() => {
    if (!since || tried === since.last || !data) return
    if (data.last_try?.found) message.success(say('ltv.refitted'))
    wait(undefined)
  }, [since, tried, data, message, say])
  const refit = useCallback(() => {
    refuse(undefined)
    wait({ last: tried, began: Date.now() })
    ask('POST', '/v1/reports/ltv/fit', { body: {} }).then(reload, (error: Error) => {
      const status = error instanceof ApiError ? error.status : 0
      // 503: one is running, and is waited for; 422: not found, which the page says.
      if (status !== 503 && status !== 422) {
        refuse(error)
        wait(undefined)
      }
      reload()
    })
  }, [tried, reload])
  return (
    <>
      <Head title={say('page.ltv')}>
        {may && <Button icon={<ReloadOutlined />} loading={since !== undefined} onClick={refit} disabled={!data}>{say('ltv.refit')}</Button>}
      </Head>
      <div className="stack">
        {refused && <Failure error={refused} title={say('failed_change')} />}
        {since && <Running began={since.began} />}
        <Loaded from={read} rows={12}>{(view) => <Shown view={view} />}</Loaded>
      </div>
    </>
  )
}

/** How long it has been at it; it goes on when the page is left. */
function Running({ began }: { began: number }) {
  const say = useSay()
  const [now, tick] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => tick(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  return <Alert type="info" showIcon role="status" title={say('ltv.running', { n: Math.max(0, Math.round((now - began) / 1000)) })} />
}

function Shown({ view }: { view: Lifetime }) {
  const say = useSay()
  const format = useFormat()
  const people = useMay()('members:read')
  const { fit, last_try } = view
  const failed = last_try && !last_try.found && (
    <Alert
      type="warning" showIcon role="status"
      title={say(fit ? 'ltv.kept' : 'ltv.not_found', { when: format.when(last_try.at), kept: format.when(view.fitted_at) })}
      description={last_try.problem}
    />
  )
  if (!fit) {
    return (
      <div className="stack">
        {failed}
        <section className="panel"><Nothing text={say(last_try ? 'ltv.too_little' : 'ltv.none')} /></section>
        <How text={say('ltv.what')} />
      </div>
    )
  }
  const risk = format.tile(view.at_risk)
  return (
    <div className="stack">
      {failed}
      <section className="panel">
        <div className="figures">
          <Figure
            name={say('ltv.members')} hint={say('ltv.members.what')} value={format.tile(view.members)} full={format.count(view.members)}
            below={<span className="quiet">{say('ltv.scored_at', { when: format.when(view.scored_at) })}</span>}
          />
          <Figure name={say('ltv.orders')} hint={say('ltv.orders.what')} value={format.tile(Math.round(view.expected_orders))} full={view.expected_orders.toFixed(1)} />
          <Figure
            name={say('ltv.value')} hint={say('ltv.value.what', { percent: Math.round(fit.discount * 100) })}
            value={view.expected_value ? format.shortMoney(view.expected_value) : say('ltv.undefined')} full={view.expected_value ? format.money(view.expected_value) : undefined}
            below={view.expected_value && view.members > 0 && <span className="quiet">{say('ltv.value.each', { value: format.mean(String(Number(view.expected_value) / view.members)) })}</span>}
          />
          <Figure
            name={say('ltv.at_risk')} hint={say('ltv.at_risk.what', { text: view.at_risk_segment })}
            value={people && view.at_risk > 0 ? <Link to={segmentLink(view.at_risk_segment)}>{risk}</Link> : risk} full={format.count(view.at_risk)}
            below={view.members > 0 && <span className="quiet">{format.percent(view.at_risk / view.members)}</span>}
          />
        </div>
      </section>
      <Forecast fit={fit} />
      <Spread view={view} />
      {people && <AtRisk view={view} />}
      <Model fit={fit} fitted_at={view.fitted_at} />
      <How text={`${fit.definition}\n${say('ltv.what')}`} took_us={fit.took_ms * 1000} />
    </div>
  )
}

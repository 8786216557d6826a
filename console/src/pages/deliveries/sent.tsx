// sent.tsx -- the last messages that were put for the endpoints: how each went and why, and tried again by hand.
import { App, Button, Segmented, Select } from 'antd'
import { useEffect } from 'react'
import type { Delivery, Endpoint } from '~/api'
import { useMay } from '~/app/session'
import { useChange, useLive, type Page } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { useQuestion } from '~/base/question'
import { Mark } from '~/parts/mark'
import { Rows, type Column } from '~/parts/rows'
import { Failure, Nothing } from '~/parts/states'

const states = ['all', 'waiting', 'sent', 'failed', 'given_up', 'held'] as const
const tones = { waiting: 'blue', sent: 'green', failed: 'amber', given_up: 'red', held: 'grey' } as const

export function Sent({ endpoints, round }: { endpoints: Endpoint[]; round: number }) {
  const say = useSay()
  const may = useMay()('settings:write')
  const { asked, put } = useQuestion(['state', 'endpoint'] as const)
  const list = useLive<Page<Delivery>>('/v1/deliveries', { state: asked.state, endpoint: asked.endpoint, limit: 50 }, 5000)
  const { reload } = list
  useEffect(() => { if (round > 0) reload() }, [round, reload])
  const columns: Column<Delivery>[] = [
    { key: 'what', title: say('delivery.what'), cell: (it) => <What it={it} /> },
    { key: 'to', title: say('delivery.to'), cell: (it) => it.endpoint_name || `#${it.endpoint}` },
    { key: 'state', title: say('state'), cell: (it) => <How it={it} /> },
    { key: 'when', title: say('delivery.made'), cell: (it) => <When it={it} /> },
    ...(may ? [{ key: 'do', title: say('actions'), cell: (it: Delivery) => <Retry it={it} done={reload} /> }] : []),
  ]
  return (
    <section className="panel card-list" aria-label={say('delivery.recent')}>
      <header className="panel-head delivery-head">
        <h2>{say('delivery.recent')}</h2>
        <span className="space" />
        <Segmented<string>
          aria-label={say('state')}
          value={asked.state ?? 'all'}
          onChange={(to) => put({ state: to === 'all' ? undefined : to })}
          options={states.map((one) => ({ value: one, label: say(`delivery.state.${one}`) }))}
        />
        <Select
          aria-label={say('delivery.to')}
          value={asked.endpoint}
          placeholder={say('delivery.to')}
          allowClear
          className="filter"
          popupMatchSelectWidth={false}
          onChange={(to?: string) => put({ endpoint: to })}
          options={endpoints.map((one) => ({ value: String(one.id), label: one.name }))}
        />
      </header>
      <Rows from={list} columns={columns} id={(it) => it.id} empty={<Nothing text={say('delivery.none')} />} />
    </section>
  )
}

function What({ it }: { it: Delivery }) {
  const say = useSay()
  return (
    <div className="endpoint-name">
      <div>{it.title}</div>
      <div className="fact-note"><code>{it.topic}</code>{it.files > 0 && it.kind === 'mail' && <> · {say('delivery.files_n', { n: it.files })}</>}</div>
    </div>
  )
}

function How({ it }: { it: Delivery }) {
  const say = useSay()
  return (
    <div className="endpoint-state">
      <Mark tone={tones[it.state]}>{say(`delivery.state.${it.state}`)}</Mark>
      {it.attempts > 0 && it.state !== 'sent' && <span className="quiet"> {say('delivery.attempts_n', { n: it.attempts })}</span>}
      {it.why && <div className="fact-note">{it.why}</div>}
    </div>
  )
}

function When({ it }: { it: Delivery }) {
  const say = useSay()
  const format = useFormat()
  return (
    <div className="number">
      {format.when(it.made_at)}
      {it.sent_at && <div className="fact-note">{say('delivery.arrived', { at: format.when(it.sent_at) })}</div>}
      {it.state === 'failed' && it.next_at && <div className="fact-note">{say('delivery.next', { at: format.when(it.next_at) })}</div>}
    </div>
  )
}

function Retry({ it, done }: { it: Delivery; done: () => void }) {
  const say = useSay()
  const { message } = App.useApp()
  const change = useChange()
  if (it.state === 'sent' || it.state === 'waiting') return '–'
  const retry = async () => {
    const put = await change.run('POST', `/v1/deliveries/${it.id}/retry`)
    done()
    if (put) message.success(say('delivery.retried'))
  }
  return (
    <>
      <Button size="small" loading={change.busy} onClick={retry}>{say('delivery.retry')}</Button>
      {change.error && <Failure error={change.error} title={say('failed_change')} />}
    </>
  )
}

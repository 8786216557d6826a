// deliveries.tsx -- where Koi speaks to the outside: endpoints with their state, and what was sent to them of late.
import { PlusOutlined } from '@ant-design/icons'
import { Alert, App, Button, Modal, Popconfirm, Space, Typography } from 'antd'
import { useState } from 'react'
import type { Endpoint, EndpointPage } from '~/api'
import { useMay } from '~/app/session'
import { useChange, useLive, type Change } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { Head } from '~/parts/head'
import { Mark } from '~/parts/mark'
import { Rows, type Column } from '~/parts/rows'
import { Failure, Nothing } from '~/parts/states'
import { EndpointDialog } from './endpoint_dialog'
import { Sent } from './sent'

const tones = { fine: 'green', failing: 'amber', off: 'grey', dead: 'red' } as const

export default function Deliveries() {
  const say = useSay()
  const may = useMay()('settings:write')
  const list = useLive<EndpointPage>('/v1/endpoints', undefined, 5000)
  const change = useChange()
  const [editing, edit] = useState<Endpoint | 'new'>()
  const [secret, setSecret] = useState<string>()
  const [round, setRound] = useState(0)
  const topics = list.data?.topics ?? []
  const columns: Column<Endpoint>[] = [
    { key: 'name', title: say('endpoint.name'), cell: (it) => <Name it={it} /> },
    { key: 'topics', title: say('endpoint.topics'), cell: (it) => <Topics it={it} names={Object.fromEntries(topics.map((one) => [one.name, one.doc]))} /> },
    { key: 'state', title: say('state'), cell: (it) => <State it={it} /> },
    { key: 'last', title: say('endpoint.last'), cell: (it) => <Last it={it} /> },
    ...(may
      ? [{
          key: 'do', title: say('actions'),
          cell: (it: Endpoint) => (
            <Actions it={it} change={change} edit={() => edit(it)} secret={setSecret} done={() => { list.reload(); setRound(round + 1) }} />
          ),
        }]
      : []),
  ]
  return (
    <>
      <Head title={say('page.deliveries')}>
        {may && <Button type="primary" icon={<PlusOutlined />} onClick={() => edit('new')}>{say('endpoint.add')}</Button>}
      </Head>
      <p className="quiet flat">{say('deliveries.what')}</p>
      {change.error && <Failure error={change.error} title={say('failed_change')} />}
      <div className="stack">
        <section className="panel card-list">
          <Rows from={list} columns={columns} id={(it) => it.id} empty={<Nothing text={say('endpoint.none')} />} />
        </section>
        <Sent endpoints={list.data?.items ?? []} round={round} />
      </div>
      {editing && (
        <EndpointDialog
          endpoint={editing === 'new' ? undefined : editing}
          topics={topics}
          close={() => edit(undefined)}
          saved={(shown) => { list.reload(); if (shown) setSecret(shown) }}
        />
      )}
      <Modal
        open={secret !== undefined}
        title={say('endpoint.secret')}
        onCancel={() => setSecret(undefined)}
        mask={{ closable: false }}
        footer={<Button type="primary" onClick={() => setSecret(undefined)}>{say('close')}</Button>}
      >
        <Alert type="warning" showIcon title={say('endpoint.secret.once')} className="failure" />
        <Typography.Text code copyable={{ tooltips: [say('copy'), say('copied')] }} className="secret">{secret}</Typography.Text>
      </Modal>
    </>
  )
}

function Name({ it }: { it: Endpoint }) {
  const say = useSay()
  return (
    <div className="endpoint-name">
      <span><strong>{it.name}</strong> <Mark tone={it.kind === 'mail' ? 'blue' : 'grey'}>{say(`endpoint.kind.${it.kind}`)}</Mark></span>
      <div className="fact-note">{it.target.split(',').join(', ')}</div>
    </div>
  )
}

function Topics({ it, names }: { it: Endpoint; names: Record<string, string> }) {
  const say = useSay()
  const topics = it.topics ?? []
  if (topics.length === 0) return <span className="quiet">{say('endpoint.topics.none')}</span>
  return <span className="chips">{topics.map((one) => <Mark key={one}>{one === '*' ? say('all') : (names[one] ?? one)}</Mark>)}</span>
}

function State({ it }: { it: Endpoint }) {
  const say = useSay()
  const format = useFormat()
  return (
    <div className="endpoint-state">
      <Mark tone={tones[it.state]}>{say(`endpoint.state.${it.state}`)}</Mark>
      {it.why && <div className="fact-note">{it.why}</div>}
      {it.failures > 0 && it.failing_since && <div className="fact-note">{say('endpoint.failed_n', { n: it.failures, since: format.when(it.failing_since) })}</div>}
      {it.old_secret_until && <div className="fact-note">{say('endpoint.rotating', { at: format.when(it.old_secret_until) })}</div>}
    </div>
  )
}

function Last({ it }: { it: Endpoint }) {
  const say = useSay()
  const format = useFormat()
  return (
    <div>
      <span className="number">{it.sent_at ? format.when(it.sent_at) : say('endpoint.never')}</span>
      {it.waiting > 0 && <div className="fact-note">{say('endpoint.waiting_n', { n: it.waiting })}</div>}
    </div>
  )
}

interface ActionsProps {
  it: Endpoint
  change: Change
  edit: () => void
  secret: (secret: string) => void
  done: () => void
}

function Actions({ it, change, edit, secret, done }: ActionsProps) {
  const say = useSay()
  const { message } = App.useApp()
  const path = `/v1/endpoints/${it.id}`
  const test = async () => {
    if (!(await change.run('POST', `${path}/test`))) return
    message.success(say('endpoint.tested'))
    done()
  }
  const turn = async (enabled: boolean) => {
    if (await change.run('PATCH', path, { enabled })) done()
  }
  const rotate = async () => {
    const made = await change.run<{ secret: string }>('POST', `${path}/rotate`)
    if (!made) return
    secret(made.secret)
    done()
  }
  const remove = async () => {
    if (await change.run('DELETE', path)) done()
  }
  return (
    <Space wrap>
      {it.enabled
        ? <Button size="small" type="primary" ghost onClick={test}>{say('endpoint.test')}</Button>
        : <Button size="small" type="primary" onClick={() => turn(true)}>{say('endpoint.on')}</Button>}
      <Button size="small" onClick={edit}>{say('edit')}</Button>
      {it.kind === 'webhook' && (
        <Popconfirm title={say('endpoint.rotate')} description={say('endpoint.rotate.sure')} onConfirm={rotate}>
          <Button size="small">{say('endpoint.rotate')}</Button>
        </Popconfirm>
      )}
      {it.enabled && (
        <Popconfirm title={say('endpoint.off')} description={say('endpoint.off.sure')} onConfirm={() => turn(false)}>
          <Button size="small">{say('endpoint.off')}</Button>
        </Popconfirm>
      )}
      <Popconfirm title={say('endpoint.remove')} description={say('endpoint.remove.sure')} onConfirm={remove}>
        <Button size="small" danger>{say('endpoint.remove')}</Button>
      </Popconfirm>
    </Space>
  )
}

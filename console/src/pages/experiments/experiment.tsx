// experiment.tsx -- one experiment: its terms, what came of it so far, and a member's arm.
import { ArrowLeftOutlined } from '@ant-design/icons'
import { App, Button, Card, Descriptions, Popconfirm } from 'antd'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { useMay } from '~/app/session'
import { useChange, useData } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { segmentLink } from '~/base/segment_link'
import { Head } from '~/parts/head'
import { Mark } from '~/parts/mark'
import { MemberSelect } from '~/parts/member_select'
import { ReasonDialog } from '~/parts/reason_dialog'
import { SegmentWords } from '~/parts/segment_words'
import { Failure, Loaded } from '~/parts/states'
import { ExperimentDialog } from './experiment_dialog'
import { useMetricName } from './experiments'
import { armSegment, stateTones, type Assigned, type Experiment, type Result } from './forms'
import { Reading } from './reading'

export default function ExperimentPage() {
  const say = useSay()
  const { message } = App.useApp()
  const id = Number(useParams().id)
  const may = useMay()('segments:write')
  const read = useData<Experiment>(`/v1/experiments/${id}`)
  const change = useChange()
  const [doing, set] = useState<'edit' | 'stop'>()
  const it = read.data
  const result = useData<Result>(it && it.state !== 'draft' ? `/v1/experiments/${id}/results` : null)
  const again = () => {
    read.reload()
    result.reload()
  }
  const start = async () => {
    if (!(await change.run('POST', `/v1/experiments/${id}/start`, {}))) return
    message.success(say('exp.started.done'))
    again()
  }
  return (
    <>
      <Head
        title={
          <>
            <Link to="/experiments" className="back" aria-label={say('page.experiments')}><ArrowLeftOutlined /></Link>
            {it?.name ?? say('exp.experiment')} {it && <Mark tone={stateTones[it.state]}>{say(`exp.state.${it.state}`)}</Mark>}
          </>
        }
      >
        {it && may && it.state !== 'stopped' && <Button onClick={() => set('edit')}>{say('edit')}</Button>}
        {it && may && it.state === 'draft' && (
          <Popconfirm title={say('exp.start.sure')} description={say('exp.start.what')} onConfirm={start} okText={say('exp.start')} cancelText={say('cancel')}>
            <Button type="primary" loading={change.busy}>{say('exp.start')}</Button>
          </Popconfirm>
        )}
        {it && may && it.state === 'running' && <Button danger onClick={() => set('stop')}>{say('exp.stop')}</Button>}
      </Head>
      <div className="stack">
        {change.error && <Failure error={change.error} title={say('failed_change')} />}
        <Loaded from={read} rows={8}>
          {(one) => (
            <div className="stack">
              {one.state !== 'draft' && <Loaded from={result} rows={10}>{(answer) => <Reading it={one} result={answer} />}</Loaded>}
              <Terms it={one} />
              {one.state !== 'draft' && <ArmOf it={one} />}
            </div>
          )}
        </Loaded>
      </div>
      {doing === 'edit' && it && <ExperimentDialog experiment={it} close={() => set(undefined)} saved={again} />}
      {doing === 'stop' && it && (
        <ReasonDialog
          title={say('exp.stop')} label={say('exp.stop.why')} said={say('exp.stopped.done')} method="POST" path={`/v1/experiments/${id}/stop`}
          body={(reason) => ({ reason })} close={() => set(undefined)} done={again}
        />
      )}
    </>
  )
}

const nameOfActor = (actor: string | null) => (actor ?? '').replace(/^(user|key):/, '')

function Terms({ it }: { it: Experiment }) {
  const say = useSay()
  const format = useFormat()
  const nameOf = useMetricName()
  const people = useMay()('members:read')
  const weights = it.arms.reduce((sum, arm) => sum + (arm.weight ?? 1), 0)
  const items = [
    [say('exp.hypothesis'), it.hypothesis || '–'],
    [say('exp.metric'), nameOf(it.metric)],
    [say('exp.arms'), (
      <span className="chips">
        {it.arms.map((arm) => (
          <span key={arm.name}>
            <Mark tone={arm.control ? 'grey' : 'teal'}>{arm.name}{arm.control ? ` · ${say('exp.control')}` : ''}</Mark>{' '}
            <span className="quiet number">{format.percent((arm.weight ?? 1) / weights)}</span>{' '}
            {people && it.state !== 'draft' && <Link to={segmentLink(armSegment(it.name, arm.name))} className="underlined" aria-label={`${say('exp.arm.members')} · ${arm.name}`}>{say('exp.arm.members')}</Link>}
          </span>
        ))}
      </span>
    )],
    [say('exp.audience'), it.audience ? <SegmentWords text={it.audience} /> : say('exp.everybody')],
    [say('exp.layer'), `${it.layer || say('exp.layer.own')} · ${it.share}%`],
    [say('exp.guards'), it.guardrails.map((one) => `${nameOf(one.metric)} (${say('exp.margin')} ${format.percent(one.margin ?? 0)})`).join(say('words.comma')) || '–'],
    [say('exp.window'), `${it.window_days} ${say('exp.days')}`],
    [say('exp.base.lift'), it.base !== null && it.lift !== null ? say('exp.base.lift.text', { base: format.percent(it.base), lift: format.percent(it.lift), n: format.count(it.planned) }) : '–'],
    [say('exp.ends'), it.ends_at ? format.when(it.ends_at) : say('exp.ends.open')],
    [say('exp.made'), `${nameOfActor(it.created_by)} · ${format.when(it.created_at)}`],
    ...(it.started_at ? [[say('exp.started'), `${nameOfActor(it.started_by)} · ${format.when(it.started_at)}`]] : []),
    ...(it.stopped_at ? [[say('exp.stopped'), `${nameOfActor(it.stopped_by)} · ${format.when(it.stopped_at)} · ${it.stop_reason ?? ''}`]] : []),
  ] as const
  return (
    <Card title={say('exp.terms')}>
      <Descriptions className="product-facts" column={1} size="small" items={items.map(([label, children], i) => ({ key: i, label, children }))} />
    </Card>
  )
}

/** Looking does not expose him. */
function ArmOf({ it }: { it: Experiment }) {
  const say = useSay()
  const format = useFormat()
  const may = useMay()('members:read')
  const [member, choose] = useState<number>()
  const read = useData<Assigned>(member ? `/v1/experiments/${it.id}/members/${member}` : null)
  if (!may) return null
  const told = (one: Assigned) =>
    one.exposed_at ? say('exp.arm.is', { arm: one.arm ?? '', when: format.when(one.exposed_at) })
      : one.arm ? say('exp.arm.would', { arm: one.arm }) : say(`exp.result.${one.result}`)
  return (
    <Card title={say('exp.arm.of')}>
      <div className="stack">
        <MemberSelect value={member} onChange={choose} />
        {member && <Loaded from={read} rows={1}>{(one) => <p role="status" className="flat">{told(one)}</p>}</Loaded>}
      </div>
    </Card>
  )
}

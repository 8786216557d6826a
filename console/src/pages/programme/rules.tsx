// rules.tsx -- another ladder: written, tried out ("who would be where"), kept as a draft, put in force.
import { ArrowLeftOutlined } from '@ant-design/icons'
import { Alert, App, Button, Form, Popconfirm } from 'antd'
import { useRef, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import type { Ladder, LadderView, Simulation, TiersView } from '~/api'
import { useMay } from '~/app/session'
import { useChange, useData } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { settled, useUnsaved } from '~/base/unsaved'
import { usePlaced } from '~/parts/form_dialog'
import { Head } from '~/parts/head'
import { Failure, Loaded } from '~/parts/states'
import { LadderForm } from './ladder_form'
import { ladderOf, sameLadder, valuesOf, type LadderValues } from './ladder_values'
import { movesOf, Simulated } from './simulated'

export default function Rules() {
  const say = useSay()
  const read = useData<TiersView>('/v1/tiers')
  return (
    <Loaded from={read} rows={12}>
      {(view) => (view.live ? <Editor key={view.draft?.version ?? view.live.version} view={view} /> : say('unknown'))}
    </Loaded>
  )
}

/** What was tried out, and what came of it. */
interface Tried {
  rules: Ladder
  result: Simulation
}

function Editor({ view: { live, draft } }: { view: TiersView }) {
  const say = useSay()
  const go = useNavigate()
  const may = useMay()('loyalty:write')
  const { message } = App.useApp()
  const [form] = Form.useForm<LadderValues>()
  const change = useChange()
  const left = usePlaced(form, change.error)
  const [tried, keep] = useState<Tried>()
  const below = useRef<HTMLDivElement>(null)
  const start = draft ?? live
  const values = Form.useWatch([], form)
  const written = values ? ladderOf(values) : start.rules
  const [kept, keepDraft] = useState<LadderView>(start)
  const changed = !sameLadder(written, kept.rules)
  const current = tried !== undefined && sameLadder(tried.rules, written)
  useUnsaved(changed)

  const checked = async () => ladderOf(await form.validateFields())
  const simulate = async () => {
    const rules = await checked().catch(() => undefined)
    const result = rules && (await change.run<Simulation>('POST', '/v1/tiers/rules/simulate', rules))
    if (!rules || !result) return
    keep({ rules, result })
    requestAnimationFrame(() => below.current?.scrollIntoView({ block: 'start' }))
  }
  /** The number of what is written, as a draft of its own unless it is one already. */
  const draftOf = async (rules: Ladder) => {
    if (kept.version !== live.version && sameLadder(rules, kept.rules)) return kept
    const made = await change.run<LadderView>('PUT', '/v1/tiers', rules)
    if (made) keepDraft(made)
    return made
  }
  const save = async () => {
    const rules = await checked().catch(() => undefined)
    if (rules && (await draftOf(rules))) message.success(say('rules.draft_saved'))
  }
  const putInForce = async () => {
    const made = tried && (await draftOf(tried.rules))
    if (!made || !(await change.run('POST', '/v1/tiers/rules/live', { version: made.version }))) return
    message.success(say('rules.in_force'))
    go('/programme', settled)
  }
  return (
    <>
      <Head title={<><Link to="/programme" aria-label={say('back')} className="back"><ArrowLeftOutlined /></Link>{say('page.programme_rules')}</>}>
        {may && (
          <>
            <Button disabled={!changed} loading={change.busy} onClick={save}>{say('rules.save_draft')}</Button>
            <Button type={current ? 'default' : 'primary'} loading={change.busy} onClick={simulate}>{say('rules.simulate')}</Button>
          </>
        )}
      </Head>
      <div className="stack">
        {draft && <DraftNotice draft={draft} back={() => form.setFieldsValue(valuesOf(live.rules))} />}
        {left && <Failure error={left} title={say('failed_change')} />}
        <LadderForm form={form} start={valuesOf(start.rules)} known={live.rules.tiers.map((step) => step.code)} fixed={!may} />
        <div ref={below} className="simulated">
          {tried ? (
            <Simulated
              live={live.rules}
              then={tried.rules}
              result={tried.result}
              old={!current}
              next={current ? <GoLive tried={tried} live={live.rules} busy={change.busy} run={putInForce} />
                : <Button loading={change.busy} onClick={simulate}>{say('rules.simulate_again')}</Button>}
            />
          )
            : <section className="panel"><p className="rules-how quiet">{say('rules.how')}</p></section>}
        </div>
      </div>
    </>
  )
}

function DraftNotice({ draft, back }: { draft: LadderView; back: () => void }) {
  const say = useSay()
  return (
    <Alert
      type="info"
      showIcon
      role="status"
      title={say('rules.is_draft', { n: draft.version })}
      action={<Button size="small" onClick={back}>{say('rules.from_live')}</Button>}
    />
  )
}

function GoLive({ tried, live, busy, run }: { tried: Tried; live: Ladder; busy: boolean; run: () => void }) {
  const say = useSay()
  const format = useFormat()
  const moves = movesOf(tried.result, live, tried.rules)
  if (sameLadder(tried.rules, live)) return <span className="quiet">{say('rules.same')}</span>
  return (
    <Popconfirm
      title={say('rules.go_live.sure')}
      description={<div className="go-live">{say('rules.go_live.what', { up: format.count(moves.up), down: format.count(moves.down) })}</div>}
      okText={say('rules.go_live')}
      onConfirm={run}
    >
      <Button type="primary" loading={busy}>{say('rules.go_live')}</Button>
    </Popconfirm>
  )
}

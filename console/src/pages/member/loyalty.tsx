// loyalty.tsx -- a member in the loyalty programme: tier, membership, credit, points, what he may claim, what he did.
import { App, Button, Popconfirm } from 'antd'
import { useState } from 'react'
import type { Forms, MemberTask } from '~/api'
import { useMay } from '~/app/session'
import { useChange, useData, type Page } from '~/base/data'
import { dayOf, useFormat } from '~/base/format'
import { useSay, useSpeech } from '~/base/locale'
import { newKey } from '~/base/new_key'
import { Figure } from '~/parts/figure'
import { Rows, type Column } from '~/parts/rows'
import { Failure, Loaded, Nothing } from '~/parts/states'
import { useTiers } from '~/parts/tiers'
import { CreditOf } from '../joining/credit_of'
import { MemberTerms } from '../joining/paid'
import { usePlans } from '../joining/plans'
import { MemberPoints } from '../points/member_points'
import { useTaskName } from '../tasks/task_words'

/** The day before an instant from which something no longer holds. */
const lastDay = (at: string) => dayOf(new Date(Date.parse(at) - 1))

export function MemberLoyalty({ member }: { member: number }) {
  const say = useSay()
  const [round, again] = useState(0)
  const changed = () => again((n) => n + 1)
  return (
    <div className="stack">
      <Standing key={round} member={member} />
      <section><MemberPoints member={member} /></section>
      <section className="titled">
        <h3 className="section-title">{say('loyalty.entitlements')}</h3>
        <Entitlements key={round} member={member} />
      </section>
      <section className="titled">
        <h3 className="section-title">{say('loyalty.membership')}</h3>
        <MemberTerms member={member} changed={changed} />
      </section>
      <section className="titled">
        <h3 className="section-title">{say('loyalty.credit')}</h3>
        <CreditOf member={member} changed={changed} />
      </section>
      <section className="titled">
        <h3 className="section-title">{say('loyalty.tasks')}</h3>
        <Tasks member={member} />
      </section>
    </div>
  )
}

function Standing({ member }: { member: number }) {
  const say = useSay()
  const format = useFormat()
  const { locale } = useSpeech()
  const tiers = useTiers()
  const plans = usePlans()
  const tier = useData<Forms['tier_view']>(`/v1/members/${member}/tier`)
  const paid = useData<Forms['membership_view']>(`/v1/members/${member}/membership`)
  const credit = useData<Forms['credit_view']>(`/v1/members/${member}/credit`)
  const now = tier.data?.now
  const missing = now?.missing && (tiers.measure === 'spent' ? format.money(now.missing) : format.count(Number(now.missing)))
  const next = !now?.tier ? '' : now.next && missing ? say('loyalty.tier.next', { missing: ` ${missing} `, tier: tiers.nameOf(now.next) }) : say('loyalty.tier.top')
  const until = now?.until ? say('loyalty.tier.until', { day: lastDay(now.until) }) : ''
  return (
    <>
      {[tier, paid, credit].map((read, i) => read.error && <Failure key={i} error={read.error} retry={read.reload} />)}
      <div className="figures figures-inner figures-3">
        <Figure
          name={say('loyalty.tier')}
          value={now?.tier ? (locale === 'zh-CN' ? now.zh : now.en) : say('loyalty.tier.none')}
          below={<span className="quiet">{[until, next].filter(Boolean).join(' · ')}</span>}
        />
        <Figure
          name={say('loyalty.membership')}
          value={paid.data?.active ? plans.nameOf(paid.data.plan) : say('loyalty.membership.none')}
          below={paid.data?.until && <span className="quiet">{say('loyalty.tier.until', { day: paid.data.until })}</span>}
        />
        <Figure
          name={say('loyalty.credit')}
          value={format.money(credit.data?.total)}
          below={credit.data && <span className="quiet">{say('loyalty.credit.parts', { principal: format.money(credit.data.principal), bonus: format.money(credit.data.bonus) })}</span>}
        />
      </div>
    </>
  )
}

type Entitlement = Forms['entitlement']

function Entitlements({ member }: { member: number }) {
  const say = useSay()
  const format = useFormat()
  const { locale } = useSpeech()
  const may = useMay()('points:grant')
  const { message } = App.useApp()
  const list = useData<{ items: Entitlement[] }>(`/v1/members/${member}/entitlements`)
  const change = useChange()
  // What was used just now can be taken back; a key of its own makes a retry harmless.
  const [used, setUsed] = useState<{ code: string; key: string; name: string }>()
  const nameOf = (it: Entitlement) => (locale === 'zh-CN' ? it.zh : it.en) ?? it.code ?? ''
  const use = async (it: Entitlement) => {
    const key = newKey()
    if (!(await change.run('POST', `/v1/members/${member}/entitlements/${encodeURIComponent(it.code ?? '')}/use`, { key }))) return
    setUsed({ code: it.code ?? '', key, name: nameOf(it) })
    message.success(say('loyalty.entitlement.used'))
    list.reload()
  }
  const takeBack = async () => {
    if (!used || !(await change.run('POST', `/v1/members/${member}/entitlements/${encodeURIComponent(used.code)}/give-back`, { key: used.key }))) return
    setUsed(undefined)
    message.success(say('loyalty.entitlement.given_back'))
    list.reload()
  }
  return (
    <>
      {change.error && <Failure error={change.error} title={say('failed_change')} />}
      {used && (
        <p className="flat" role="status">
          {used.name} · {say('loyalty.entitlement.used')} <Button size="small" loading={change.busy} onClick={takeBack}>{say('loyalty.entitlement.back')}</Button>
        </p>
      )}
      <Loaded from={list} rows={2}>
        {({ items }) => items.length === 0 ? <Nothing text={say('loyalty.entitlements.none')} /> : (
          <ul className="seats">
            {items.map((it) => (
              <li key={`${it.code} ${it.expires_at}`}>
                <div>
                  {nameOf(it)}
                  <div className="quiet small">
                    {say('loyalty.entitlement.left', { n: format.count(it.left) })}{it.expires_at && ` · ${say('loyalty.tier.until', { day: lastDay(it.expires_at) })}`}
                  </div>
                </div>
                {may && it.left > 0 && (
                  <Popconfirm title={say('loyalty.entitlement.use.sure', { name: nameOf(it) })} onConfirm={() => use(it)}>
                    <Button size="small" disabled={change.busy}>{say('loyalty.entitlement.use')}</Button>
                  </Popconfirm>
                )}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </>
  )
}

function Tasks({ member }: { member: number }) {
  const say = useSay()
  const format = useFormat()
  const nameOf = useTaskName()
  const list = useData<Page<MemberTask>>(`/v1/members/${member}/tasks`)
  const columns: Column<MemberTask>[] = [
    { key: 'name', title: say('tasks.task'), cell: (task) => nameOf(task) },
    { key: 'often', title: say('tasks.limits'), cell: (task) => say(`task.often.text.${task.often}`, { n: task.times }) },
    {
      key: 'done', title: say('tasks.done'),
      cell: (task) => <span className="number">{say('loyalty.task.done', { done: format.count(task.done), times: format.count(task.times), ever: format.count(task.ever) })}</span>,
    },
  ]
  return <Rows from={list} columns={columns} id={(task) => task.id} empty={<Nothing text={say('loyalty.tasks.none')} />} />
}

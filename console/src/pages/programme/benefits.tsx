// benefits.tsx -- what tiers give and when; and the benefits there are to give.
import { PlusOutlined } from '@ant-design/icons'
import { App, Button, Popconfirm, Space } from 'antd'
import { useState } from 'react'
import type { Benefit, TierBenefit } from '~/api'
import { useMay } from '~/app/session'
import { useChange, useData, type Page } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSpeech } from '~/base/locale'
import { useBudgetName } from '~/parts/budget_select'
import { Mark } from '~/parts/mark'
import { useRewardText } from '~/parts/reward_text'
import { Rows, type Column } from '~/parts/rows'
import { Failure, Nothing } from '~/parts/states'
import { useTiers } from '~/parts/tiers'
import { BenefitDialog } from './benefit_dialog'
import { GiftDialog } from './gift_dialog'

const tones = { entry: 'green', birthday: 'plum', monthly: 'blue', yearly: 'blue', always: 'grey' } as const

export function Benefits() {
  const [round, again] = useState(0) // what tiers give is shown by the names of benefits
  return (
    <>
      <Gifts key={round} />
      <Catalogue changed={() => again(round + 1)} />
    </>
  )
}

/** Row by row on screen, written all at once: what is sent is the whole list. */
function Gifts() {
  const { say, locale } = useSpeech()
  const budgetName = useBudgetName()
  const may = useMay()('loyalty:write')
  const { message } = App.useApp()
  const { nameOf } = useTiers()
  const { one } = useRewardText()
  const list = useData<Page<TierBenefit>>('/v1/tiers/benefits')
  const change = useChange()
  const [editing, edit] = useState<number>()
  const items = list.data?.items ?? []
  const remove = async (at: number) => {
    if (!(await change.run('PUT', '/v1/tiers/benefits', { items: items.filter((_, i) => i !== at) }))) return
    message.success(say('saved'))
    list.reload()
  }
  const columns: Column<TierBenefit>[] = [
    { key: 'tier', title: say('tier'), cell: (row) => <strong>{nameOf(row.tier)}</strong> },
    { key: 'when', title: say('gift.when'), cell: (row) => <Mark tone={tones[row.when]}>{say(`gift.when.${row.when}`)}</Mark> },
    { key: 'words', title: say('gift.words'), cell: (row) => <div className="rule-text">{locale === 'zh-CN' ? row.zh : row.en}</div> },
    { key: 'what', title: say('gift.what'), cell: (row) => (row.reward ? <>{one(row.reward)}{row.reward.budget && <span className="fact-note">{say('gift.budget', { code: budgetName(row.reward.budget) })}</span>}</> : <span className="quiet">{say('gift.shown')}</span>) },
  ]
  if (may)
    columns.push({
      key: 'do', title: say('actions'),
      cell: (row) => (
        <Space>
          <Button size="small" onClick={() => edit(items.indexOf(row))}>{say('edit')}</Button>
          <Popconfirm title={say('gift.remove.sure')} onConfirm={() => remove(items.indexOf(row))}>
            <Button size="small" danger loading={change.busy}>{say('remove')}</Button>
          </Popconfirm>
        </Space>
      ),
    })
  const add = <Button icon={<PlusOutlined />} onClick={() => edit(items.length)}>{say('gift.add')}</Button>
  return (
    <>
      <div className="tab-bar">
        <p className="quiet">{say('gifts.what')}</p>
        {may && list.data && add}
      </div>
      {change.error && <Failure error={change.error} title={say('failed_change')} />}
      <Rows from={list} columns={columns} id={(row) => items.indexOf(row)} empty={<Nothing text={say('gifts.none')} />} />
      {editing !== undefined && <GiftDialog items={items} at={editing} close={() => edit(undefined)} saved={list.reload} />}
    </>
  )
}

function Catalogue({ changed }: { changed: () => void }) {
  const { say, locale } = useSpeech()
  const format = useFormat()
  const may = useMay()('loyalty:write')
  const list = useData<Page<Benefit>>('/v1/benefits')
  const [editing, edit] = useState<Partial<Benefit>>()
  const terms = (row: Benefit) =>
    row.kind === 'coupon' ? say(row.threshold && Number(row.threshold) > 0 ? 'benefit.coupon.above' : 'benefit.coupon.any', { off: format.money(row.value), above: format.money(row.threshold) })
    : row.kind === 'buy_free' ? say('benefit.buy_free', { n: Number(row.threshold ?? 0) }) : '–'
  const columns: Column<Benefit>[] = [
    { key: 'name', title: say('benefit'), cell: (row) => <div className="rule-name">{locale === 'zh-CN' ? row.zh : row.en}<span className="fact-note"><code>{row.code}</code></span></div> },
    { key: 'kind', title: say('benefit.kind'), cell: (row) => say(`benefit.kind.${row.kind}`) },
    { key: 'terms', title: say('benefit.terms'), cell: terms },
    { key: 'days', title: say('benefit.valid_days'), right: true, cell: (row) => (row.valid_days ? say('benefit.days', { n: row.valid_days }) : say('benefit.no_end')) },
    { key: 'cost', title: say('benefit.cost'), right: true, cell: (row) => format.money(row.cost) },
    { key: 'state', title: say('state'), cell: (row) => <Mark tone={row.ended ? 'grey' : 'green'}>{say(row.ended ? 'benefit.ended' : 'benefit.given')}</Mark> },
  ]
  if (may) columns.push({ key: 'do', title: say('actions'), cell: (row) => <Button size="small" onClick={() => edit(row)}>{say('edit')}</Button> })
  const add = <Button icon={<PlusOutlined />} onClick={() => edit({})}>{say('benefit.add')}</Button>
  return (
    <>
      <div className="tab-bar section-bar">
        <h3>{say('benefits')}</h3>
        {may && add}
      </div>
      <Rows from={list} columns={columns} id={(row) => row.code} empty={<Nothing text={say('benefits.none')}>{may && add}</Nothing>} />
      {editing && (
        <BenefitDialog
          benefit={editing}
          close={() => edit(undefined)}
          saved={() => {
            list.reload()
            changed()
          }}
        />
      )}
    </>
  )
}

// dashboards.tsx -- dashboards: blocks of metrics that somebody put together, seen by everybody.
import { ArrowLeftOutlined, ArrowRightOutlined, CopyOutlined, DeleteOutlined, EditOutlined, PlusOutlined } from '@ant-design/icons'
import { App, Button, Input, Popconfirm, Select, Space } from 'antd'
import { useState } from 'react'
import type { Dashboard, DashboardBlock, Metric, MetricsAnswer } from '~/api'
import { useMay } from '~/app/session'
import { useChange, useData, useMany, type Page } from '~/base/data'
import { daysBetween } from '~/base/format'
import { useQuestion } from '~/base/question'
import { useSay } from '~/base/locale'
import { useUnsaved } from '~/base/unsaved'
import { Head } from '~/parts/head'
import { lastDays, PeriodPicker, periodOf, type Period } from '~/parts/period'
import { Failure, Loaded, Nothing } from '~/parts/states'
import { Block } from './block'
import { BlockDialog, freshBlock } from './block_dialog'
import { addressesOf, questionOf } from './question'

const BLOCKS_MAX = 24

export default function Dashboards() {
  const { asked, put } = useQuestion(['id', 'from', 'to'] as const)
  const read = useData<Page<Dashboard>>('/v1/dashboards')
  const open = (id: number | undefined) => put({ id: id ? String(id) : undefined, from: undefined, to: undefined })
  return (
    <Loaded from={read} rows={10}>
      {(page) => {
        const shown = page.items.find((one) => String(one.id) === (asked.id ?? '0')) ?? page.items[0]!
        const saved = (id: number | undefined) => {
          read.reload()
          open(id)
        }
        return <One key={`${shown.id} ${shown.version}`} shown={shown} all={page.items} period={periodOf(asked, lastDays(shown.days))} put={put} open={open} saved={saved} />
      }}
    </Loaded>
  )
}

interface OneProps {
  shown: Dashboard
  all: Dashboard[]
  period: Period
  put: (period: Period) => void
  open: (id: number | undefined) => void
  /** Changed on the server: that one is looked at. */
  saved: (id: number | undefined) => void
}

/** What is being changed; `id` 0: a new one. */
interface Draft {
  id: number
  name: string
  blocks: DashboardBlock[]
}

function One({ shown, all, period, put, open, saved }: OneProps) {
  const say = useSay()
  const may = useMay()('segments:write')
  const { message } = App.useApp()
  const change = useChange()
  const [draft, setDraft] = useState<Draft>()
  const days = daysBetween(period.from, period.to) + 1
  useUnsaved(draft !== undefined)
  const save = async () => {
    if (!draft) return
    const body = { name: draft.name, days, blocks: draft.blocks }
    const done = draft.id
      ? await change.run<Dashboard>('PUT', `/v1/dashboards/${draft.id}`, { ...body, version: shown.version })
      : await change.run<Dashboard>('POST', '/v1/dashboards', body)
    if (!done) return
    setDraft(undefined)
    void message.success(say('dash.saved'))
    setTimeout(() => saved(done.id)) // after nothing is unsaved any more
  }
  const drop = async () => {
    if (await change.run('DELETE', `/v1/dashboards/${shown.id}`)) saved(undefined)
  }
  const copyName = () => {
    const names = all.map((one) => one.name)
    const first = say('dash.copy_of', { name: shown.name })
    let name = first
    for (let n = 2; names.includes(name); n++) name = `${first} ${n}`
    return name
  }
  const stop = () => {
    change.clear()
    setDraft(undefined)
  }
  return (
    <>
      <Head title={say('page.dashboards')}>
        <PeriodPicker value={period} change={put} />
      </Head>
      <div className="stack">
        <div className="filters flat">
          {draft ? (
            <>
              <Input className="search" aria-label={say('name')} value={draft.name} maxLength={40} onChange={(event) => setDraft({ ...draft, name: event.target.value })} />
              <span className="quiet">{say('dash.blocks', { n: draft.blocks.length, max: BLOCKS_MAX })} · {say('dash.days', { n: days })}</span>
              <Button type="primary" loading={change.busy} onClick={() => void save()}>{say('save')}</Button>
              <Button onClick={stop}>{say('cancel')}</Button>
            </>
          ) : (
            <>
              <Select aria-label={say('page.dashboards')} className="field-select" popupMatchSelectWidth={false} value={shown.id} onChange={open}
                options={all.map((one) => ({ value: one.id, label: one.name }))} />
              {may && (
                <Space wrap>
                  {shown.id > 0 && <Button icon={<EditOutlined />} onClick={() => setDraft({ id: shown.id, name: shown.name, blocks: shown.blocks })}>{say('edit')}</Button>}
                  <Button icon={<CopyOutlined />} onClick={() => setDraft({ id: 0, name: copyName(), blocks: shown.blocks })}>{say('dash.copy')}</Button>
                  <Button icon={<PlusOutlined />} onClick={() => setDraft({ id: 0, name: say('dash.new_name'), blocks: [] })}>{say('dash.new')}</Button>
                  {shown.id > 0 && (
                    <Popconfirm title={say('dash.delete', { name: shown.name })} okText={say('dash.delete.yes')} cancelText={say('cancel')} onConfirm={drop}>
                      <Button danger icon={<DeleteOutlined />}>{say('dash.delete.yes')}</Button>
                    </Popconfirm>
                  )}
                </Space>
              )}
            </>
          )}
        </div>
        {change.error && <Failure error={change.error} title={say('failed_change')} />}
        <Blocks blocks={draft?.blocks ?? shown.blocks} period={period} edit={draft && ((blocks) => setDraft({ ...draft, blocks }))} />
      </div>
    </>
  )
}

function Blocks({ blocks, period, edit }: { blocks: DashboardBlock[]; period: Period; edit?: (blocks: DashboardBlock[]) => void }) {
  const say = useSay()
  const metrics = useData<Page<Metric>>(edit ? '/v1/metrics' : null)
  const [at, setAt] = useState<number>() // the place that is changed; that after the last: a new block
  const addresses = addressesOf(blocks, period)
  const answer = useMany<MetricsAnswer>(addresses)
  const labelOf = (block: DashboardBlock) => block.title ?? metrics.data?.items.find((one) => one.name === block.metric)?.label ?? block.metric
  const swap = (i: number, k: number) => edit?.(blocks.map((block, at) => (at === i ? blocks[k]! : at === k ? blocks[i]! : block)))
  const tools = (block: DashboardBlock, i: number) => (
    <Space.Compact className="block-tools">
      <Button aria-label={say('dash.earlier', { name: labelOf(block) })} icon={<ArrowLeftOutlined />} disabled={i === 0} onClick={() => swap(i, i - 1)} />
      <Button aria-label={say('dash.later', { name: labelOf(block) })} icon={<ArrowRightOutlined />} disabled={i === blocks.length - 1} onClick={() => swap(i, i + 1)} />
      <Button aria-label={say('dash.change', { name: labelOf(block) })} icon={<EditOutlined />} onClick={() => setAt(i)} />
      <Button aria-label={say('dash.remove', { name: labelOf(block) })} icon={<DeleteOutlined />} onClick={() => edit?.(blocks.filter((_, k) => k !== i))} />
    </Space.Compact>
  )
  return (
    <>
      {blocks.length === 0 && <section className="panel"><Nothing text={say('dash.empty')} /></section>}
      <div className="blocks">
        {blocks.map((block, i) => (
          <Block key={`${i} ${block.metric}`} block={block} question={questionOf(block, period)} read={answer(addresses[i]!)} tools={edit && tools(block, i)} />
        ))}
      </div>
      {edit && blocks.length < BLOCKS_MAX && <div><Button type="dashed" icon={<PlusOutlined />} onClick={() => setAt(blocks.length)}>{say('dash.add')}</Button></div>}
      {edit && at !== undefined && metrics.data && (
        <BlockDialog
          block={blocks[at] ?? freshBlock}
          metrics={metrics.data.items}
          title={say(at < blocks.length ? 'dash.block' : 'dash.add')}
          close={() => setAt(undefined)}
          take={(block) => {
            edit(at < blocks.length ? blocks.map((one, k) => (k === at ? block : one)) : [...blocks, block])
            setAt(undefined)
          }}
        />
      )}
    </>
  )
}

// spend.tsx -- what touchpoints cost and whom they won by day: the figures made of it, the entries, and how they are entered.
import { PlusOutlined, SnippetsOutlined } from '@ant-design/icons'
import { App, Button, Card, Popconfirm, Space } from 'antd'
import { useState } from 'react'
import type { MetricsAnswer } from '~/api'
import { useMay } from '~/app/session'
import { useChange, useData, type Page, type Pages } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { stepOf } from '~/base/metric_text'
import { useQuestion } from '~/base/question'
import { Head } from '~/parts/head'
import { How } from '~/parts/how'
import { MetricFigure } from '~/parts/metric_figure'
import { PeriodPicker, periodOf } from '~/parts/period'
import { Rows, type Column } from '~/parts/rows'
import { Failure, Loaded, Nothing } from '~/parts/states'
import { EntryDialog } from './entry_dialog'
import { nothing, type Entry } from './forms'
import { PasteDialog } from './paste_dialog'

/** What is made of the entries. */
const headline = ['cost', 'cac', 'roi', 'payback', 'new_followers', 'followers']
/** Entries come all at once; so many are shown together. */
const shown = 50

export default function Spend() {
  const say = useSay()
  const may = useMay()('orders:write')
  const { asked, put } = useQuestion(['from', 'to'] as const)
  const period = periodOf(asked)
  const figures = useData<MetricsAnswer>('/v1/metrics/board', { names: headline.join(), ...period, step: stepOf(period.from, period.to) })
  const list = useData<Page<Entry>>('/v1/costs', { ...period })
  const [doing, act] = useState<'add' | 'paste' | Entry>()
  const close = () => act(undefined)
  const entries = list.data?.items ?? []
  const again = () => {
    figures.reload()
    list.reload()
  }
  const buttons = may && (
    <>
      <Button icon={<SnippetsOutlined />} onClick={() => act('paste')}>{say('spend.paste')}</Button>
      <Button type="primary" icon={<PlusOutlined />} onClick={() => act('add')}>{say('spend.add')}</Button>
    </>
  )
  return (
    <>
      <Head title={say('page.spend')}>{buttons}</Head>
      <div className="filters"><PeriodPicker value={period} change={put} /></div>
      <div className="stack">
        <Loaded from={figures}>
          {(answer) => (
            <section className="panel" aria-label={say('spend.figures')}>
              <div className="figures figures-3">{answer.items.map((one) => <MetricFigure key={one.metric.name} of={one} question={period} />)}</div>
            </section>
          )}
        </Loaded>
        <Card title={say('spend.entries')} className="card-flush">
          <Entries key={`${period.from} ${period.to}`} list={list} edit={may ? act : undefined} changed={again} />
        </Card>
        {figures.data && <How text={figures.data.how} took_us={figures.data.took_us} />}
      </div>
      {doing === 'paste' && <PasteDialog close={close} done={again} />}
      {doing && doing !== 'paste' && <EntryDialog entry={doing === 'add' ? undefined : doing} entries={entries} close={close} done={again} />}
    </>
  )
}

/** `edit`: for who may. */
function Entries({ list, edit, changed }: { list: ReturnType<typeof useData<Page<Entry>>>; edit?: (entry: Entry) => void; changed: () => void }) {
  const say = useSay()
  const format = useFormat()
  const [page, turn] = useState(1)
  const change = useChange()
  const { message } = App.useApp()
  const remove = async ({ touchpoint, day }: Entry) => {
    if (!(await change.run('POST', '/v1/costs', { items: [{ touchpoint, day, ...nothing }] }))) return
    message.success(say('spend.removed'))
    changed()
  }
  const columns: Column<Entry>[] = [
    { key: 'day', title: say('date'), cell: (row) => row.day },
    { key: 'touchpoint', title: say('touchpoint'), cell: (row) => row.touchpoint },
    { key: 'amount', title: say('spend.amount'), right: true, cell: (row) => format.money(row.amount) },
    { key: 'followers', title: say('spend.followers'), right: true, cell: (row) => (row.followers ? format.count(row.followers) : '–') },
    { key: 'note', title: say('spend.note'), cell: (row) => (row.note ? <span className="wraps">{row.note}</span> : '–') },
  ]
  if (edit) {
    columns.push({
      key: 'actions', title: say('actions'),
      cell: (row) => (
        <Space>
          <Button size="small" onClick={() => edit(row)}>{say('edit')}</Button>
          <Popconfirm title={say('spend.remove.sure', { day: row.day, touchpoint: row.touchpoint })} onConfirm={() => remove(row)}>
            <Button size="small" danger disabled={change.busy}>{say('remove')}</Button>
          </Popconfirm>
        </Space>
      ),
    })
  }
  // The server has the oldest first.
  const items = [...(list.data?.items ?? [])].reverse()
  const at = Math.max(1, Math.min(page, Math.ceil(items.length / shown)))
  const from: Pages<Entry> = {
    ...list, page: at, data: list.data && { items: items.slice((at - 1) * shown, at * shown), total: items.length },
    next: at * shown < items.length ? () => turn(at + 1) : undefined, previous: at > 1 ? () => turn(at - 1) : undefined,
  }
  return (
    <>
      {change.error && <Failure error={change.error} title={say('failed_change')} />}
      <Rows from={from} columns={columns} id={(row) => `${row.day} ${row.touchpoint}`} empty={<Nothing text={say('spend.none')}>{edit && <span className="quiet">{say('spend.none.do')}</span>}</Nothing>} />
    </>
  )
}

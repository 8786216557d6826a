// segments.tsx -- all saved segments: how large each is, how that moved, and what can be done with them.
import { CopyOutlined, DeleteOutlined, PlusOutlined, SwapOutlined } from '@ant-design/icons'
import { Button, Checkbox, Input, Tooltip } from 'antd'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { useMay } from '~/app/session'
import { useChange, useData, type Data, type Page } from '~/base/data'
import { useFormat } from '~/base/format'
import { useQuestion } from '~/base/question'
import { useSay } from '~/base/locale'
import { Head } from '~/parts/head'
import { Mark } from '~/parts/mark'
import { Rows, type Column } from '~/parts/rows'
import { inSegment } from '~/parts/segment_filter'
import { Spark } from '~/parts/spark'
import { Failure, Nothing } from '~/parts/states'
import type { Saved } from './forms'
import { useRemove } from './remove'
import { Templates, newFrom } from './templates'
import { sinceYesterday, useTrends, type Trends } from './trends'

const fits = (saved: Saved, wanted: string) => `${saved.name} ${saved.description ?? ''} ${saved.text}`.toLowerCase().includes(wanted)

export default function Segments() {
  const say = useSay()
  const may = useMay()
  const go = useNavigate()
  const { asked, put } = useQuestion(['q'] as const)
  const list = useData<Page<Saved>>('/v1/segments')
  const [chosen, choose] = useState<number[]>([])
  const wanted = (asked.q ?? '').trim().toLowerCase()
  const items = list.data?.items ?? []
  const shown: Data<Page<Saved>> = { ...list, data: list.data && { items: items.filter((one) => fits(one, wanted)) } }
  const pair = items.filter((one) => chosen.includes(one.id))
  const columns = useColumns(useTrends(list.data?.items), chosen, choose, list.reload)
  return (
    <>
      <Head title={say('page.segments')}>
        <Tooltip title={pair.length === 2 ? undefined : say('seg.compare.two')}>
          <Button
            icon={<SwapOutlined />}
            onClick={() => go(`/segments/compare?${new URLSearchParams(pair.length === 2 ? { a: inSegment(pair[0]!.name), b: inSegment(pair[1]!.name) } : pair[0] ? { a: inSegment(pair[0].name) } : {})}`)}
          >
            {say('seg.compare')}{pair.length > 0 && ` ${pair.length}/2`}
          </Button>
        </Tooltip>
        <Link to="/segments/new"><Button type={may('segments:write') ? 'primary' : 'default'} icon={<PlusOutlined />}>{say('seg.new')}</Button></Link>
      </Head>
      <div className="stack">
        {items.length > 0 && (
          <div className="filters flat" role="search">
            <Input.Search
              key={asked.q ?? ''}
              defaultValue={asked.q}
              placeholder={say('seg.search')}
              aria-label={say('seg.search')}
              onSearch={(q) => put({ q: q.trim() })}
              allowClear
              className="filter-wide"
            />
          </div>
        )}
        <section className="panel card-list">
          <Rows
            from={shown}
            columns={columns}
            id={(row) => row.id}
            open={(row) => go(`/segments/${row.id}`)}
            empty={<Nothing text={say(items.length > 0 ? 'nothing_found' : 'seg.none')} />}
          />
        </section>
        {list.data && items.length < 5 && <Templates />}
      </div>
    </>
  )
}

function useColumns(trends: Trends, chosen: number[], choose: (ids: number[]) => void, reload: () => void): Column<Saved>[] {
  const say = useSay()
  const format = useFormat()
  return [
    {
      key: 'name', title: say('seg.name'),
      cell: (row) => (
        <span className="saved-name">
          <Checkbox
            aria-label={say('seg.select', { name: row.name })}
            checked={chosen.includes(row.id)}
            // Two at most: a third takes the place of the first.
            onChange={(event) => choose(event.target.checked ? [...chosen, row.id].slice(-2) : chosen.filter((id) => id !== row.id))}
          />
          <span>
            <Link to={`/segments/${row.id}`} className="member-name">{row.name}</Link>
            {row.description && <span className="fact-note saved-note">{row.description}</span>}
            <code className="saved-text" title={row.text}>{row.text}</code>
          </span>
        </span>
      ),
    },
    { key: 'count', title: say('seg.size'), right: true, cell: (row) => <strong>{row.counted_at ? format.count(row.count) : '–'}</strong> },
    { key: 'trend', title: say('seg.trend'), cell: (row) => <Spark values={trends.get(row.id) ?? []} label={say('seg.trend.of', { name: row.name })} /> },
    { key: 'change', title: say('seg.change'), right: true, cell: (row) => <Moved by={sinceYesterday(trends.get(row.id))} /> },
    { key: 'owner', title: say('seg.owner'), cell: (row) => row.owner || '–' },
    {
      key: 'counted', title: say('seg.counted'),
      cell: (row) => (
        <span className="counted">
          <span className="number">{format.when(row.counted_at)}</span>{' '}
          <Mark tone={row.auto && !row.paused ? 'teal' : 'grey'}>{say(row.auto && !row.paused ? 'seg.auto.on' : 'seg.auto.off')}</Mark>
          {row.problem && <Tooltip title={row.problem}><Mark tone="red" tabIndex={0}>{say('seg.problem')}</Mark></Tooltip>}
        </span>
      ),
    },
    { key: 'do', title: '', cell: (row) => <Actions saved={row} reload={reload} /> },
  ]
}

function Moved({ by }: { by: number | undefined }) {
  const format = useFormat()
  if (!by) return <span className="quiet">{by === 0 ? '0' : '–'}</span>
  return <span className={by > 0 ? 'move-up' : 'move-down'}>{by > 0 ? '+' : '−'}{format.count(Math.abs(by))}</span>
}

function Actions({ saved, reload }: { saved: Saved; reload: () => void }) {
  const say = useSay()
  const may = useMay()('segments:write')
  const go = useNavigate()
  const change = useChange()
  const remove = useRemove(saved, change, reload)
  if (!may) return <span className="quiet">–</span>
  return (
    <>
      <span className="chips">
        <Tooltip title={say('seg.copy')}>
          <Button size="small" type="text" icon={<CopyOutlined />} aria-label={`${say('seg.copy')} ${saved.name}`}
            onClick={() => go(newFrom(saved.text, say('seg.copy.name', { name: saved.name })))} />
        </Tooltip>
        <Tooltip title={say('seg.delete')}>
          <Button size="small" type="text" danger icon={<DeleteOutlined />} aria-label={`${say('seg.delete')} ${saved.name}`} onClick={remove} />
        </Tooltip>
      </span>
      {change.error && <Failure error={change.error} title={say('failed_change')} />}
    </>
  )
}

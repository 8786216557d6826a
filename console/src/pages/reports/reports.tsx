// reports.tsx -- the daily, weekly, monthly and quarterly reports that were made; one can be made now.
import { PlusOutlined } from '@ant-design/icons'
import { Button, Card, Segmented } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import type { Tone } from '~/app/theme'
import { usePages } from '~/base/data'
import { useQuestion } from '~/base/question'
import { useSay } from '~/base/locale'
import { Head } from '~/parts/head'
import { Mark } from '~/parts/mark'
import { Rows, type Column } from '~/parts/rows'
import { Nothing } from '~/parts/states'
import { Who } from '~/parts/who'
import { Files } from './files'
import { kinds, type Kind, type Row } from './forms'
import { MakeDialog } from './make_dialog'

const tones: Record<Kind, Tone> = { daily: 'grey', weekly: 'teal', monthly: 'blue', quarterly: 'amber' }

export default function Reports() {
  const say = useSay()
  const { asked, put } = useQuestion(['kind'] as const)
  const [making, make] = useState(false)
  const kind = kinds.find((one) => one === asked.kind)
  const list = usePages<Row>('/v1/reports/kept', { kind })
  const columns: Column<Row>[] = [
    { key: 'title', title: say('reports.title'), cell: (row) => <Link to={`/reports/${row.id}`}>{row.title}</Link> },
    { key: 'kind', title: say('reports.kind'), cell: (row) => <Mark tone={tones[row.kind]}>{say(`reports.kind.${row.kind}`)}</Mark> },
    { key: 'version', title: say('reports.version'), cell: (row) => say('reports.version_n', { n: row.version }) },
    { key: 'made', title: say('reports.made'), cell: (row) => <Who actor={row.made_by} at={row.made_at} /> },
    { key: 'files', title: say('reports.files'), cell: (row) => <Files row={row} small /> },
  ]
  return (
    <>
      <Head title={say('page.reports')}>
        <Button type="primary" icon={<PlusOutlined />} onClick={() => make(true)}>{say('reports.make')}</Button>
      </Head>
      <Card className="tabs-flush">
        <div className="tab-body">
          <Segmented<Kind | 'all'>
            value={kind ?? 'all'} aria-label={say('reports.kind')} style={{ justifySelf: 'start' }}
            onChange={(to) => put({ kind: to === 'all' ? undefined : to })}
            options={(['all', ...kinds] as const).map((one) => ({ value: one, label: say(`reports.kind.${one}`) }))}
          />
        </div>
        <Rows from={list} columns={columns} id={(row) => row.id} empty={<Nothing text={say('reports.none')} />} />
      </Card>
      <MakeDialog open={making} close={() => make(false)} />
    </>
  )
}

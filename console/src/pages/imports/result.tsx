// result.tsx -- what came of an import: figures, problems, rejected rows to download.
import { DownloadOutlined } from '@ant-design/icons'
import { Alert, Button, Card, Space } from 'antd'
import { Link } from 'react-router'
import type { ImportProgress, ImportView } from '~/api'
import { useChange } from '~/base/data'
import { useFormat, type Format } from '~/base/format'
import { useSay, type Say } from '~/base/locale'
import type { Word } from '~/base/words'
import { Figure } from '~/parts/figure'
import { Failure } from '~/parts/states'
import { Problems } from './preview'

function headOf(view: ImportView): { type: 'success' | 'error' | 'info'; word: Word } {
  if (view.state === 'failed') return { type: 'error', word: 'import.failed' }
  if (view.state === 'interrupted') return { type: 'error', word: 'import.interrupted' }
  if (view.state === 'cancelled') return { type: 'info', word: 'import.cancelled' }
  return view.dry_run ? { type: 'info', word: 'import.dry_done' } : { type: 'success', word: 'import.done' }
}

const rest = ['known', 'created', 'changed', 'same', 'created_members', 'without_member', 'duplicates'] as const

/** The smaller figures: those that are not nothing. */
function restOf(result: ImportProgress, say: Say, format: Format): string[] {
  const parts = rest.filter((name) => result[name]).map((name) => say(`import.${name}`, { n: format.count(result[name]) }))
  if (result.took_ms) parts.push(say('import.took', { time: say('import.seconds', { n: Math.max(0.1, result.took_ms / 1000).toFixed(1) }) }))
  return parts
}

interface ResultProps {
  view: ImportView
  edit: () => void
  started: (view: ImportView) => void
}

export function Result({ view, edit, started }: ResultProps) {
  const say = useSay()
  const format = useFormat()
  const start = useChange()
  const head = headOf(view)
  const again = view.dry_run || view.state !== 'done'
  const begin = async () => {
    if (await start.run('POST', `/v1/imports/${view.id}/start`, { dry_run: false }))
      started({ ...view, state: 'running', dry_run: false, result: null })
  }
  const events = view.profile === 'events'
  const counts = ['rows', 'accepted', 'rejected', events ? 'events' : 'orders', 'members'] as const
  const result = view.result
  return (
    <div className="stack">
      <Alert type={head.type} showIcon title={say(head.word)} description={view.failure} role="status" />
      {result && (
        <section className="panel">
          <div className="figures">
            {counts.map((name) => (
              <Figure
                key={name}
                name={say(`import.${name}`)}
                hint={name === 'rows' || name === 'rejected' ? say(`import.${name}.what`) : undefined}
                value={format.count(result[name])}
              />
            ))}
            {!events && <Figure name={say('import.paid')} value={format.money(result.paid)} />}
            {!events && <Figure name={say('import.refund')} value={format.money(result.refund)} />}
          </div>
          <p className="panel-note quiet">{restOf(result, say, format).join(' · ')}</p>
        </section>
      )}
      {result && result.notes.length > 0 && <Alert type="warning" showIcon title={result.notes.map((note) => <div key={note}>{note}</div>)} />}
      {start.error && <Failure error={start.error} title={say('failed_change')} />}
      <Space wrap>
        {again && <Button type="primary" loading={start.busy} onClick={begin}>{say('import.start')}</Button>}
        {Boolean(result?.rejected) && (
          <a href={`/v1/imports/${view.id}/rejects`} download>
            <Button icon={<DownloadOutlined />}>{say('import.rejects')}</Button>
          </a>
        )}
        {again && <Button onClick={edit}>{say('import.back_to_map')}</Button>}
        {!again && <Link to="/"><Button>{say('import.see_overview')}</Button></Link>}
        <Link to="/imports"><Button>{say('import.another')}</Button></Link>
      </Space>
      {view.problems.length > 0 && (
        <Card title={say('import.problems')} className="card-flush"><Problems problems={view.problems} /></Card>
      )}
    </div>
  )
}

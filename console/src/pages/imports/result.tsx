// result.tsx -- what came of an import: figures, problems, rejected rows to download.
import { DownloadOutlined } from '@ant-design/icons'
import { Alert, Button, Card, Space } from 'antd'
import { Link } from 'react-router'
import type { ImportView } from '~/api'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import type { Word } from '~/base/words'
import { Figure } from '~/parts/figure'
import { Problems } from './preview'

function headOf(view: ImportView): { type: 'success' | 'error' | 'info'; word: Word } {
  if (view.state === 'failed') return { type: 'error', word: 'import.failed' }
  if (view.state === 'cancelled') return { type: 'info', word: 'import.cancelled' }
  return view.dry_run ? { type: 'info', word: 'import.dry_done' } : { type: 'success', word: 'import.done' }
}

export function Result({ view, edit }: { view: ImportView; edit: () => void }) {
  const say = useSay()
  const format = useFormat()
  const head = headOf(view)
  const counts = ['rows', 'accepted', 'rejected', 'orders', 'members'] as const
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
            <Figure name={say('import.paid')} value={format.shortMoney(result.paid)} full={format.money(result.paid)} />
            <Figure name={say('import.refund')} value={format.shortMoney(result.refund)} full={format.money(result.refund)} />
          </div>
        </section>
      )}
      <Space wrap>
        {Boolean(result?.rejected) && (
          <a href={`/v1/imports/${view.id}/rejects`} download>
            <Button type="primary" icon={<DownloadOutlined />}>{say('import.rejects')}</Button>
          </a>
        )}
        {(view.dry_run || view.state !== 'done') && <Button onClick={edit}>{say('import.back_to_map')}</Button>}
        {!view.dry_run && view.state === 'done' && <Link to="/"><Button>{say('import.see_overview')}</Button></Link>}
        <Link to="/imports"><Button>{say('import.another')}</Button></Link>
      </Space>
      {view.problems.length > 0 && (
        <Card title={say('import.problems')} className="card-flush"><Problems problems={view.problems} /></Card>
      )}
    </div>
  )
}

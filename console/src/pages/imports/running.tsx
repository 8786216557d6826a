// running.tsx -- an import at work: the server tells how far it is, we show it.
import { Button, Card, Popconfirm, Progress } from 'antd'
import { useEffect, useState } from 'react'
import type { ImportProgress } from '~/api'
import { useChange } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay, type Say } from '~/base/locale'
import { Figure } from '~/parts/figure'
import { Failure } from '~/parts/states'
import { stageOf } from './import_states'

/** Follows the events of an import until it is over. */
function useProgress(id: number, over: () => void): ImportProgress | undefined {
  const [progress, setProgress] = useState<ImportProgress>()
  useEffect(() => {
    const events = new EventSource(`/v1/imports/${id}/events`)
    events.onmessage = (event: MessageEvent<string>) => {
      const now = JSON.parse(event.data) as ImportProgress
      setProgress(now)
      if (stageOf(now.state) !== 'end') return
      events.close()
      over()
    }
    // The stream ends when the import does; a broken line is asked about once, by reading the import again.
    events.onerror = () => {
      if (events.readyState === EventSource.CLOSED) over()
    }
    return () => events.close()
    // Following again on every new `over` would only reopen the stream.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [id])
  return progress
}

function leftText(ms: number, say: Say): string {
  const seconds = Math.ceil(ms / 1000)
  return seconds < 90 ? say('import.seconds', { n: seconds }) : say('import.minutes', { n: Math.ceil(seconds / 60) })
}

export function Running({ id, over }: { id: number; over: () => void }) {
  const say = useSay()
  const format = useFormat()
  const progress = useProgress(id, over)
  const change = useChange()
  const cancel = async () => {
    if (await change.run('POST', `/v1/imports/${id}/cancel`)) over()
  }
  return (
    <Card title={say('import.running')}>
      {change.error && <Failure error={change.error} title={say('failed_change')} />}
      <Progress
        percent={Math.floor((progress?.fraction ?? 0) * 100)}
        status="active"
        aria-label={say('import.running')}
      />
      <p className="quiet" aria-live="polite">
        {progress ? (
          <>
            {progress.rows_per_second ? say('import.rate', { n: format.count(Math.round(progress.rows_per_second)) }) : ''}
            {progress.left_ms ? ` · ${say('import.left', { time: leftText(progress.left_ms, say) })}` : ''}
          </>
        ) : say('import.waiting')}
      </p>
      <div className="figures figures-3 figures-inner">
        <Figure name={say('import.rows')} value={format.count(progress?.rows)} />
        <Figure name={say('import.accepted')} value={format.count(progress?.accepted)} />
        <Figure name={say('import.rejected')} value={format.count(progress?.rejected)} />
      </div>
      <Popconfirm title={say('import.cancel.sure')} onConfirm={cancel}>
        <Button danger loading={change.busy}>{say('import.cancel')}</Button>
      </Popconfirm>
    </Card>
  )
}

// result.tsx -- the answer: how many, of how many, how fast, and how it was found.
import { Button, Drawer, Skeleton } from 'antd'
import { useState } from 'react'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { useMemberColumns } from '~/pages/members/columns'
import { Rows, still } from '~/parts/rows'
import { Nothing } from '~/parts/states'
import type { FacesNow } from './faces'

/** 0.3 ms, 12 ms, 1.2 s. */
export function tookText(us: number): string {
  if (us < 10_000) return `${(us / 1000).toFixed(us < 100 ? 2 : 1)} ms`
  return us < 1_000_000 ? `${Math.round(us / 1000)} ms` : `${(us / 1e6).toFixed(1)} s`
}

export function Result({ faces, at }: { faces: FacesNow; at: string | undefined }) {
  const say = useSay()
  const format = useFormat()
  const [open, setOpen] = useState(false)
  const { answered } = faces
  if (!answered) return <section className="panel result">{faces.failure || faces.wrongText ? <p className="quiet flat">{say('seg.result.wait')}</p> : <Skeleton active paragraph={{ rows: 1 }} title={false} />}</section>
  const share = answered.total > 0 ? answered.count / answered.total : 0
  return (
    <section className={faces.fresh ? 'panel result' : 'panel result result-old'} aria-label={say('seg.result')}>
      <div className="result-figure" role="status" aria-live="polite">
        <strong className="result-count number" title={format.count(answered.count)}>{format.count(answered.count)}</strong>
        <span className="result-of">
          {say('seg.result.of', { share: format.percent(share), total: format.count(answered.total) })}
        </span>
      </div>
      <span className="bar-track result-bar" aria-hidden><span className="bar-fill" style={{ width: `${share * 100}%` }} /></span>
      <div className="result-more quiet">
        <span>{at ? say('seg.as_of', { day: at }) : say('seg.now')}</span>
        <span className="number">{say('seg.took', { time: tookText(answered.took_us) })}</span>
        <Button type="link" size="small" className="plain-link" onClick={() => setOpen(true)}>{say('seg.how')}</Button>
      </div>
      <Drawer open={open} onClose={() => setOpen(false)} title={say('seg.how')} size={620}>
        <pre className="explain">{answered.explain}</pre>
        <p className="quiet">{say('seg.how.note')}</p>
      </Drawer>
    </section>
  )
}

export function Sample({ faces }: { faces: FacesNow }) {
  const say = useSay()
  const format = useFormat()
  const columns = useMemberColumns().filter((column) => column.key !== 'first_seen' && column.key !== 'touchpoint')
  const { answered } = faces
  if (!answered) return <Nothing text={say('seg.empty')} />
  return (
    <div className={faces.fresh ? undefined : 'stale'}>
      <Rows from={still(answered.sample)} columns={columns} id={(row) => row.id} empty={<Nothing text={say('seg.nobody')} />} />
      {answered.sample.length > 0 && answered.count > answered.sample.length && (
        <p className="panel-note quiet">{say('seg.sample.note', { n: answered.sample.length, all: format.count(answered.count) })}</p>
      )}
    </div>
  )
}

// histogram.tsx -- members by the values of one field: a bar a band, most frequent words first.
import { Card } from 'antd'
import { Link } from 'react-router'
import type { HistogramAnswer } from '~/api'
import { useMay } from '~/app/session'
import { useAnswer } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { allOf, segmentLink } from '~/base/segment_link'
import { useMemberFields } from '~/parts/field_select'
import { Figure } from '~/parts/figure'
import { Answered } from './answered'
import { spreadKinds } from './cross'

export function Histogram({ field, segment }: { field: string; segment: string | undefined }) {
  const question = { field, segment }
  const read = useAnswer<HistogramAnswer>('/v1/questions/histogram', question)
  return (
    <Answered from={read}>
      {(answer) => <Shown answer={answer} segment={(JSON.parse(read.of!) as typeof question).segment} />}
    </Answered>
  )
}

function Shown({ answer, segment }: { answer: HistogramAnswer; segment: string | undefined }) {
  const say = useSay()
  const format = useFormat()
  const may = useMay()('members:read')
  const { nameOf, fields } = useMemberFields(spreadKinds)
  const kind = fields.find((one) => one.name === answer.field)?.kind
  // 28.5000 is 28.5; ages come as 41d.
  const value = (text: string | null) => {
    if (text === null || text === '') return '–'
    if (kind === 'money') return format.mean(text)
    const days = /^([\d.]+)d$/.exec(text)
    if (days) return say('window.d', { n: Number(Number(days[1]).toFixed(1)) })
    return Number.isFinite(Number(text)) ? Number(Number(text).toFixed(2)).toLocaleString('en-US') : text
  }
  const known = answer.members - answer.unknown
  const most = Math.max(1, answer.unknown, ...answer.bins.map((one) => one.members))
  const rows = [
    ...answer.bins.map((one) => ({ label: one.label, text: one.text, members: one.members, unknown: false })),
    ...(answer.unknown > 0 ? [{ label: say('cross.unknown'), text: null, members: answer.unknown, unknown: true }] : []),
  ]
  return (
    <>
      {(answer.mean !== null || answer.median !== null) && (
        <section className="panel">
          <div className="figures figures-3">
            <Figure name={say('cross.known')} value={format.tile(known)} full={format.count(known)} below={<span className="quiet">{format.percent(known / answer.members)}</span>} />
            <Figure name={say('cross.mean')} value={value(answer.mean)} />
            <Figure name={say('cross.median')} value={value(answer.median)} />
          </div>
        </section>
      )}
      <Card title={say('cross.histogram', { field: nameOf(answer.field) })}>
        <ol className="histogram">
          {rows.map((one) => (
            <li key={`${one.unknown} ${one.label}`} className={one.unknown ? 'quiet' : undefined}>
              <span className="histogram-name">{one.label}</span>
              <span className="histogram-track" aria-hidden>
                <span className={one.unknown ? 'histogram-bar histogram-unknown' : 'histogram-bar'} style={{ width: `${(one.members / most) * 100}%` }} />
              </span>
              <span className="number histogram-count">
                {may && one.text && one.members > 0
                  ? <Link to={segmentLink(allOf([segment, one.text]))} aria-label={`${one.label} ${format.count(one.members)} · ${say('flows.members_of')}`}>{format.count(one.members)}</Link>
                  : format.count(one.members)}{' '}
                <small className="quiet">{format.percent(one.members / answer.members)}</small>
              </span>
            </li>
          ))}
        </ol>
      </Card>
    </>
  )
}

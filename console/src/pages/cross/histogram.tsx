// histogram.tsx -- members by the values of one field: a bar a band, most frequent words first.
import { Card } from 'antd'
import type { HistogramAnswer } from '~/api'
import { useAnswer } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { allOf } from '~/base/segment_link'
import { useMemberFields } from '~/parts/field_select'
import { Figure } from '~/parts/figure'
import { Histogram as Bands } from '~/parts/histogram'
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
  const bands = [
    ...answer.bins.map((one) => ({ label: one.label, segment: one.text ? allOf([segment, one.text]) : undefined, members: one.members })),
    ...(answer.unknown > 0 ? [{ label: say('cross.unknown'), members: answer.unknown, unknown: true }] : []),
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
        <Bands bands={bands} of={answer.members} />
      </Card>
    </>
  )
}

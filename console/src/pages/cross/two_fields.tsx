// two_fields.tsx -- two fields against each other; every cell is a group of members.
import { Card, Segmented } from 'antd'
import { useState } from 'react'
import type { CrossAnswer } from '~/api'
import { useMay } from '~/app/session'
import { useAnswer } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { allOf, segmentLink } from '~/base/segment_link'
import { useMemberFields } from '~/parts/field_select'
import { HeatTable } from '~/parts/heat_table'
import { Answered } from './answered'
import { spreadKinds } from './cross'

const shares = ['count', 'row', 'all'] as const
type Share = (typeof shares)[number]

export function TwoFields({ a, b, segment }: { a: string; b: string; segment: string | undefined }) {
  const question = { a, b, segment }
  const read = useAnswer<CrossAnswer>('/v1/questions/cross', question)
  return (
    <Answered from={read}>
      {(answer) => <Shown answer={answer} told={JSON.parse(read.of!) as typeof question} />}
    </Answered>
  )
}

function Shown({ answer, told }: { answer: CrossAnswer; told: { a: string; b: string; segment?: string } }) {
  const say = useSay()
  const format = useFormat()
  const may = useMay()('members:read')
  const { nameOf } = useMemberFields(spreadKinds)
  const [shown, show] = useState<Share>('count')
  const title = say('cross.table', { a: nameOf(told.a), b: nameOf(told.b) })
  const most = Math.max(1, ...answer.cells.flatMap((row) => row.members))
  return (
    <Card
      title={title}
      className="card-flush card-tools"
      extra={<Segmented<Share> aria-label={say('cross.share')} value={shown} onChange={show} options={shares.map((one) => ({ value: one, label: say(`cross.share.${one}`) }))} />}
    >
      <HeatTable
        label={title}
        corner={<>{nameOf(told.a)} ↓<br />{nameOf(told.b)} →</>}
        columns={answer.b}
        rows={answer.cells.map((row, i) => ({
          head: row.a,
          total: format.count(answer.a_members[i]),
          cells: row.members.map((n, k) => {
            const ofRow = answer.a_members[i] ? n / answer.a_members[i]! : 0
            const ofAll = n / answer.members
            const text = allOf([told.segment, answer.a_texts[i], answer.b_texts[k]])
            return {
              value: shown === 'count' ? format.count(n) : format.percent(shown === 'row' ? ofRow : ofAll),
              // By the root: one crowded cell must not pale all others.
              share: shown === 'row' ? ofRow : Math.sqrt(n / most),
              label: say('cross.cell', { a: row.a, b: answer.b[k]!, n: format.count(n), rate: format.percent(ofRow) }),
              to: may && n > 0 && answer.a_texts[i] && answer.b_texts[k] ? segmentLink(text) : undefined,
            }
          }),
        }))}
        total={{ head: say('cross.total'), cells: [...answer.b_members.map((n) => format.count(n)), format.count(answer.members)] }}
      />
    </Card>
  )
}

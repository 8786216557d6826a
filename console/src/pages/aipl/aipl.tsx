// aipl.tsx -- awareness, interest, purchase, loyalty: how many stand where, and who went where between two dates.
import { Card, Switch } from 'antd'
import { useState } from 'react'
import type { AiplAnswer } from '~/api'
import { useAnswer } from '~/base/data'
import { dayPlus, todayIs, useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { useQuestion } from '~/base/question'
import { Head } from '~/parts/head'
import { How } from '~/parts/how'
import { periodOf, PeriodPicker, type Period } from '~/parts/period'
import { SegmentFilter } from '~/parts/segment_filter'
import { Loaded, Nothing } from '~/parts/states'
import { AiplMatrix } from './matrix'
import { Rules } from './rules'
import { AiplSankey } from './sankey'
import { Stages } from './stage_cards'
import { directionColours, directionOf, sumOf, useStageName, type Direction } from './stages'

const directions: Direction[] = ['up', 'same', 'down']

/** From the beginning of the first day to the end of the last; today goes up to now. */
export const questionOf = ({ from, to }: Period, segment: string | undefined) => ({
  from, to: to < todayIs() ? dayPlus(to, 1) : undefined, segment,
})

export interface AiplProps {
  answer: AiplAnswer
  period: Period
  segment: string | undefined
}

export default function Aipl() {
  const say = useSay()
  const { asked, put } = useQuestion(['from', 'to', 'segment'] as const)
  const period = periodOf(asked)
  const question = questionOf(period, asked.segment)
  const read = useAnswer<AiplAnswer>('/v1/questions/aipl', question)
  return (
    <>
      <Head title={say('page.aipl')}>
        <PeriodPicker value={period} change={put} />
      </Head>
      <div className="stack">
        <div className="ask-bar">
          <SegmentFilter label={say('flows.only')} value={asked.segment} change={(segment) => put({ segment })} />
        </div>
        <Loaded from={read} rows={12}>
          {(answer) => {
            // While another question is open, what is shown answers the one before.
            const told = JSON.parse(read.of!) as typeof question
            const shown = { from: told.from, to: told.to ? dayPlus(told.to, -1) : todayIs() }
            return (
              <div className="stack">
                {answer.members === 0
                  ? <section className="panel"><Nothing text={say('aipl.empty')} /></section>
                  : <Shown answer={answer} period={shown} segment={told.segment} changed={read.reload} />}
                <How text={answer.how} took_us={answer.took_us} />
              </div>
            )
          }}
        </Loaded>
      </div>
    </>
  )
}

function Shown({ changed, ...props }: AiplProps & { changed: () => void }) {
  const say = useSay()
  const format = useFormat()
  const nameOf = useStageName(props.answer)
  const [withNone, setWithNone] = useState(false)
  const { answer, period } = props
  const count = (direction: Direction) => format.count(sumOf(answer, (from, to) => directionOf(from, to) === direction))
  const loyal = sumOf(answer, (from, to) => to === 'loyalty' && from !== 'loyalty')
  return (
    <>
      <Stages {...props} />
      <Card
        title={say('aipl.flow')}
        className="card-tools"
        extra={<label className="switch-label"><Switch size="small" checked={withNone} onChange={setWithNone} /> {say('aipl.with_none')}</label>}
      >
        <p className="sentence">
          {say('aipl.sentence', { from: period.from, to: period.to, up: count('up'), down: count('down'), same: count('same') })}
          {loyal > 0 && say('aipl.new_loyal', { n: format.count(loyal) })}
        </p>
        <AiplSankey {...props} withNone={withNone} />
        <ul className="chart-legend">
          {directions.map((one) => <li key={one}><span className="dot" style={{ background: directionColours[one] }} /> {say(`aipl.${one}`)}</li>)}
          {!withNone && <li className="quiet">{say('aipl.moved', { stage: nameOf('none') })}</li>}
        </ul>
      </Card>
      <AiplMatrix {...props} />
      <Rules answer={answer} changed={changed} />
    </>
  )
}

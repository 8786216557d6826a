// funnel_picture.tsx -- bars from wide to narrow, what went on and what was lost between them, and one sentence.
import { Link } from 'react-router'
import type { FunnelAnswer } from '~/api'
import { useMay } from '~/app/session'
import { asTest, type Behaviour } from '~/base/event_text'
import { useFormat } from '~/base/format'
import { useSay, type Say } from '~/base/locale'
import { allOf, segmentLink, windowOf } from '~/base/segment_link'
import type { Word } from '~/base/words'
import type { Period } from '~/parts/period'
import { nameOfBehaviour } from './behaviour_name'
import { windowText } from './funnel'

interface PictureProps {
  answer: FunnelAnswer
  steps: Behaviour[]
  period: Period
  segment: string | undefined
}

/** The members who did steps 0..reached, and not the one after when they were lost there. */
function linkOf({ steps, period, segment }: PictureProps, reached: number, lost: boolean): string | undefined {
  const tests = steps.slice(0, reached + 1 + Number(lost)).map((one) => asTest(one, windowOf(period.from, period.to)))
  if (tests.some((one) => one === undefined)) return undefined
  const wanted = tests.map((one, i) => (lost && i === tests.length - 1 ? `not ${one}` : one))
  return segmentLink(allOf([segment, ...wanted]), period.to)
}

export function FunnelPicture(props: PictureProps) {
  const { answer, steps } = props
  const say = useSay()
  const format = useFormat()
  const may = useMay()('members:read')
  const first = answer.steps[0]!.members
  const names = steps.map((one) => nameOfBehaviour(one, say))
  return (
    <>
      <Sentence {...props} names={names} />
      <ol className="funnel">
        {answer.steps.map((step, i) => {
          const next = answer.steps[i + 1]
          const share = first > 0 ? step.members / first : 0
          const to = may ? linkOf(props, i, false) : undefined
          const lostTo = may && next && next.members < step.members ? linkOf(props, i, true) : undefined
          const lost = next ? step.members - next.members : 0
          const lostText = say('funnel.lost', { n: format.count(lost), rate: format.percent(step.members > 0 ? lost / step.members : 0) })
          const label = say('funnel.show_step', { n: i + 1, name: names[i]!, members: format.count(step.members) })
          return (
            <li key={i}>
              <div className="funnel-step">
                <div className="funnel-name"><span className="step-number" aria-hidden>{i + 1}</span> <span>{names[i]}</span></div>
                <div className="funnel-track">
                  <span className="funnel-bar" style={{ width: `${Math.max(share * 100, step.members > 0 ? 0.6 : 0)}%` }} />
                </div>
                <div className="funnel-count number">
                  {to ? <Link to={to} aria-label={label}>{format.count(step.members)}</Link> : format.count(step.members)}
                  {' '}
                  <small className="quiet">{format.percent(share)}</small>
                </div>
              </div>
              {next && (
                <div className="funnel-between">
                  <span className="funnel-on">↓ {say('funnel.went_on', { rate: format.percent(step.members > 0 ? next.members / step.members : 0) })}</span>
                  {next.median_s !== null && next.median_s !== undefined && next.members > 0 && (
                    <span className="quiet">{say('funnel.median', { time: lengthText(next.median_s, say) })}</span>
                  )}
                  <span className="funnel-lost">
                    {lostTo
                      ? <Link to={lostTo} aria-label={`${lostText} · ${say('funnel.show_lost', { n: format.count(lost), name: names[i + 1]! })}`}>{lostText}</Link>
                      : lostText}
                  </span>
                </div>
              )}
            </li>
          )
        })}
      </ol>
      {may && <p className="quiet flat small">{say('funnel.link_note')}</p>}
    </>
  )
}

/** Seconds as people say them: 40 秒, 12 分钟, 3.5 小时, 2.1 天. */
function lengthText(seconds: number, say: Say): string {
  const units: [seconds: number, word: Word][] = [[86400, 'length.d'], [3600, 'length.h'], [60, 'length.m'], [1, 'length.s']]
  const [size, word] = units.find(([one]) => seconds >= one) ?? [1, 'length.s' as Word]
  const n = seconds / size
  return say(word, { n: n < 10 && size >= 3600 ? n.toFixed(1).replace(/\.0$/, '') : Math.round(n) })
}

function Sentence({ answer, period, names }: PictureProps & { names: string[] }) {
  const say = useSay()
  const format = useFormat()
  const counts = answer.steps.map((step) => step.members)
  const drops = counts.slice(1).map((n, i) => ({ i, n: counts[i]! - n }))
  const worst = drops.reduce((most, one) => (one.n > most.n ? one : most))
  return (
    <p className="sentence">
      {say('funnel.sentence', {
        period: say('period.text', { ...period }),
        first: format.count(counts[0]), start: names[0]!,
        last: format.count(counts.at(-1)), rate: format.percent(counts.at(-1)! / counts[0]!),
        window: windowText(answer.window, say), end: names.at(-1)!,
      })}
      {counts.length > 2 && worst.n > 0 && say('funnel.sentence.worst', {
        from: names[worst.i]!, to: names[worst.i + 1]!, n: format.count(worst.n), rate: format.percent(worst.n / counts[worst.i]!),
      })}
    </p>
  )
}

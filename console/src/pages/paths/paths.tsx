// paths.tsx -- the ways members go between two events: streams with drop-off, the most common paths, step by step.
import { Card, Segmented, Select } from 'antd'
import type { PathsAnswer } from '~/api'
import { useMay } from '~/app/session'
import { useData } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { useQuestion } from '~/base/question'
import { EventInput, useOfferedEvents, type OfferedValue } from '~/parts/event_input'
import { Hint } from '~/parts/figure'
import { Head } from '~/parts/head'
import { How } from '~/parts/how'
import { periodOf, PeriodPicker } from '~/parts/period'
import { SegmentFilter } from '~/parts/segment_filter'
import { Loaded, Nothing } from '~/parts/states'
import { Asked, AskBar } from '../behaviour/ask_bar'
import { windowText } from '../behaviour/funnel'
import { useTyped } from '../behaviour/typed'
import { nameOfEnd, readEnd, writeEnd } from './end_text'
import { PathsSankey } from './sankey'
import { StepTable } from './step_table'
import { TopPaths } from './top_paths'

const open = 'any' // an end that is left empty on purpose
const windows = ['1h', '24h', '3d', '7d', '14d', '30d', '90d']
const pauses = [30, 60, 240, 1440]

export interface Asking {
  start: string
  end: string
  of: 'event' | 'touchpoint'
  segment: string | undefined
}

export default function Paths() {
  const say = useSay()
  const { asked, put } = useQuestion(['start', 'end', 'of', 'steps', 'within', 'gap', 'from', 'to', 'segment'] as const)
  const period = periodOf(asked)
  const start = asked.start === open ? '' : (asked.start ?? 'Product Viewed')
  const end = asked.end === open ? '' : (asked.end ?? 'order.placed')
  const of = asked.of === 'touchpoint' ? 'touchpoint' : 'event'
  const steps = Number(asked.steps ?? 5)
  const within = asked.within ?? '7d'
  const offered = useOfferedEvents()
  const read = useData<PathsAnswer>('/v1/reports/paths', { start, end, of, steps, within, gap: asked.gap, ...period, segment: asked.segment })
  const asking: Asking = { start, end, of, segment: asked.segment }
  return (
    <>
      <Head title={say('page.paths')}>
        <PeriodPicker value={period} change={put} />
      </Head>
      <div className="stack">
        <section className="panel ask" aria-label={say('page.paths')}>
          <AskBar>
            <Asked name={say('paths.start')} wide>
              <End label={say('paths.start')} text={start} put={(text) => put({ start: text || open }, true)} offered={offered} />
            </Asked>
            <Asked name={<>{say('paths.end')} <Hint text={say('paths.end.what')} about={say('paths.end')} /></>} wide>
              <End label={say('paths.end')} text={end} put={(text) => put({ end: text || open }, true)} offered={offered} />
            </Asked>
            <Asked name={say('paths.of')}>
              <Segmented
                aria-label={say('paths.of')}
                value={of}
                onChange={(to) => put({ of: to === 'touchpoint' ? to : undefined })}
                options={[{ value: 'event', label: say('paths.of_event') }, { value: 'touchpoint', label: say('paths.of_touchpoint') }]}
              />
            </Asked>
            <Asked name={say('paths.steps')}>
              <Select
                aria-label={say('paths.steps')}
                value={steps}
                onChange={(to: number) => put({ steps: String(to) })}
                options={[3, 4, 5, 6, 7, 8, 9, 10].map((n) => ({ value: n, label: say('paths.n_steps', { n }) }))}
              />
            </Asked>
            <Asked name={<>{say('paths.within')} <Hint text={say('paths.within.what')} about={say('paths.within')} /></>}>
              <Select
                aria-label={say('paths.within')}
                value={within}
                onChange={(to: string) => put({ within: to })}
                options={[...new Set([...windows, within])].map((one) => ({ value: one, label: windowText(one, say) }))}
              />
            </Asked>
            <Asked name={<>{say('paths.gap')} <Hint text={say('paths.gap.what')} about={say('paths.gap')} /></>}>
              <Select
                aria-label={say('paths.gap')}
                value={asked.gap ?? ''}
                onChange={(to: string) => put({ gap: to })}
                options={[
                  { value: '', label: say('paths.no_gap') },
                  ...pauses.map((n) => ({ value: String(n), label: n < 60 ? say('length.m', { n }) : say('length.h', { n: n / 60 }) })),
                ]}
              />
            </Asked>
            <SegmentFilter label={say('flows.only')} value={asked.segment} change={(segment) => put({ segment })} />
          </AskBar>
        </section>
        <Loaded from={read} rows={10}>
          {(answer) => (
            <div className="stack">
              {answer.began === 0
                ? <section className="panel"><Nothing text={say(offered.length === 0 ? 'flows.no_track' : 'paths.empty')} /></section>
                : <Shown answer={answer} asking={asking} />}
              <How text={answer.how} took_us={answer.took_us} />
            </div>
          )}
        </Loaded>
      </div>
    </>
  )
}

function End({ label, text, put, offered }: { label: string; text: string; put: (text: string) => void; offered: OfferedValue[] }) {
  const [value, change] = useTyped(text, readEnd, writeEnd, put)
  return <EventInput label={label} value={value} change={change} offered={offered} any />
}

function Shown({ answer, asking }: { answer: PathsAnswer; asking: Asking }) {
  const say = useSay()
  const may = useMay()('members:read')
  return (
    <>
      <Card title={say('paths.flow')}>
        <Sentence answer={answer} asking={asking} />
        <PathsSankey answer={answer} asking={asking} />
        {may && asking.of === 'event' && <p className="quiet flat small">{say('paths.note')}</p>}
      </Card>
      <TopPaths answer={answer} />
      <StepTable answer={answer} />
    </>
  )
}

function Sentence({ answer, asking }: { answer: PathsAnswer; asking: Asking }) {
  const say = useSay()
  const format = useFormat()
  const nodes = answer.nodes.filter((one) => answer.direction !== 'to' && one.layer > 0 && !one.rest && one.ended > 0)
  const worst = nodes.length > 0 ? nodes.reduce((most, one) => (one.ended > most.ended ? one : most)) : undefined
  return (
    <p className="sentence">
      {say(`paths.sentence.${answer.direction}`, {
        period: say('period.text', { from: answer.from, to: answer.to }),
        began: format.count(answer.began), arrived: format.count(answer.arrived), rate: format.percent(answer.arrived / answer.began),
        start: nameOfEnd(asking.start, say) || say('behaviour.any'), end: nameOfEnd(asking.end, say), within: windowText(answer.within, say),
      })}
      {worst && say('paths.sentence.lost', {
        n: worst.layer + 1, name: nameOfEnd(worst.name, say), lost: format.count(worst.ended), rate: format.percent(worst.ended / worst.members),
      })}
    </p>
  )
}

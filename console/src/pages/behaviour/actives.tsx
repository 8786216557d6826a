// actives.tsx -- how many members did something each day, all together or by a field or property.
import { Segmented } from 'antd'
import type { ActivesAnswer } from '~/api'
import { useAnswer } from '~/base/data'
import { readBehaviour, writeBehaviour } from '~/base/event_text'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { useQuestion } from '~/base/question'
import { EventInput, useOfferedEvents } from '~/parts/event_input'
import { FieldSelect } from '~/parts/field_select'
import { Figure } from '~/parts/figure'
import { Head } from '~/parts/head'
import { How } from '~/parts/how'
import { periodOf, PeriodPicker } from '~/parts/period'
import { SegmentFilter } from '~/parts/segment_filter'
import { Loaded, Nothing } from '~/parts/states'
import { isRunning, type Unit } from './actives_lines'
import { ActivesChart } from './actives_chart'
import { ActivesTable } from './actives_table'
import { Asked, AskBar } from './ask_bar'
import { useTyped } from './typed'

const kinds = ['text', 'choice'] as const
const units: Unit[] = ['day', 'week', 'month']
const props = ['category', 'brand'] as const

export default function Actives() {
  const say = useSay()
  const { asked, put } = useQuestion(['event', 'from', 'to', 'by', 'unit', 'segment'] as const)
  const period = periodOf(asked)
  const unit = units.find((one) => one === asked.unit) ?? 'day'
  const offered = useOfferedEvents()
  const [event, change] = useTyped(asked.event ?? '', readBehaviour, writeBehaviour, (text) => put({ event: text || undefined }, true))
  const read = useAnswer<ActivesAnswer>('/v1/questions/actives', { event: asked.event, ...period, by: asked.by, unit, segment: asked.segment })
  return (
    <>
      <Head title={say('page.actives')}>
        <PeriodPicker value={period} change={put} />
      </Head>
      <div className="stack">
        <section className="panel ask" aria-label={say('page.actives')}>
          <AskBar>
            <Asked name={say('actives.event')} wide>
              <EventInput label={say('actives.event')} value={event} change={change} offered={offered} any />
            </Asked>
            <Asked name={say('actives.by')}>
              <FieldSelect
                label={say('actives.by')}
                kinds={kinds}
                none={say('actives.no_split')}
                value={asked.by}
                change={(by) => put({ by })}
                more={props.map((name) => ({ value: `prop:${name}`, label: `${say('behaviour.prop')} · ${say(`prop.${name}`)}` }))}
              />
            </Asked>
            <Asked name={say('actives.unit')}>
              <Segmented<Unit>
                aria-label={say('actives.unit')}
                value={unit}
                onChange={(to) => put({ unit: to === 'day' ? undefined : to })}
                options={units.map((one) => ({ value: one, label: say(`actives.unit.${one}`) }))}
              />
            </Asked>
            <SegmentFilter label={say('flows.only')} value={asked.segment} change={(segment) => put({ segment })} />
          </AskBar>
        </section>
        <Loaded from={read} rows={10}>
          {(answer) => (
            <div className="stack">
              {answer.days.every((one) => one.members === 0)
                ? <section className="panel"><Nothing text={say(offered.length === 0 ? 'flows.no_track' : 'actives.empty')} /></section>
                : <Shown answer={answer} unit={(JSON.parse(read.of!) as { unit: Unit }).unit} />}
              <How text={answer.how} took_us={answer.took_us} />
            </div>
          )}
        </Loaded>
      </div>
    </>
  )
}

function Shown({ answer, unit }: { answer: ActivesAnswer; unit: Unit }) {
  const say = useSay()
  const format = useFormat()
  // What is not over would look like a fall.
  const last = answer.days.at(-1)!
  const left = answer.days.length > 1 && isRunning(last.day, unit) ? last.day : undefined
  const days = left ? answer.days.slice(0, -1) : answer.days
  const mean = days.reduce((sum, one) => sum + one.members, 0) / days.length
  const most = days.reduce((best, one) => (one.members > best.members ? one : best))
  const least = days.reduce((best, one) => (one.members < best.members ? one : best))
  return (
    <>
      <section className="panel">
        <div className="figures figures-3">
          <Figure name={say('actives.mean')} value={format.tile(Math.round(mean))} below={left && <span className="quiet">{say('actives.over', { day: left })}</span>} />
          <Figure name={say('actives.most')} value={format.tile(most.members)} below={most.day} />
          <Figure name={say('actives.least')} value={format.tile(least.members)} below={least.day} />
        </div>
      </section>
      <ActivesChart answer={answer} unit={unit} />
      <ActivesTable answer={answer} unit={unit} />
    </>
  )
}

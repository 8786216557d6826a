// retention.tsx -- of those who began on a day: how many came back on the days after.
import { Card, Segmented, Select, Switch } from 'antd'
import type { RetentionAnswer } from '~/api'
import { useAnswer } from '~/base/data'
import { readBehaviour, writeBehaviour } from '~/base/event_text'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { useQuestion } from '~/base/question'
import { EventInput, useOfferedEvents, type OfferedValue } from '~/parts/event_input'
import { Figure, Hint } from '~/parts/figure'
import { Head } from '~/parts/head'
import { How } from '~/parts/how'
import { lastDays, periodOf, PeriodPicker } from '~/parts/period'
import { SegmentFilter } from '~/parts/segment_filter'
import { Loaded, Nothing } from '~/parts/states'
import { Asked, AskBar } from './ask_bar'
import { meansOf, type Spacing } from './retention_means'
import { RetentionCurve } from './retention_curve'
import { RetentionTable } from './retention_table'
import { useTyped } from './typed'

const lengths = { day: [7, 14, 30, 60], week: [4, 8, 12, 26] }

export default function Retention() {
  const say = useSay()
  const { asked, put } = useQuestion(['start', 'back', 'from', 'to', 'by', 'days', 'first', 'segment'] as const)
  const spacing: Spacing = asked.by === 'week' ? 'week' : 'day'
  const period = periodOf(asked, lastDays(spacing === 'week' ? 84 : 30))
  const days = Number(asked.days ?? (spacing === 'week' ? 8 : 14))
  const offered = useOfferedEvents()
  const question = { start: asked.start, back: asked.back, ...period, days, by_week: spacing === 'week' || undefined, first_ever: asked.first === 'yes' || undefined, segment: asked.segment }
  const read = useAnswer<RetentionAnswer>('/v1/questions/retention', question)
  return (
    <>
      <Head title={say('page.retention')}>
        <PeriodPicker value={period} change={put} />
      </Head>
      <div className="stack">
        <section className="panel ask" aria-label={say('page.retention')}>
          <AskBar>
            <Asked name={say('retention.start')} wide>
              <Behaved label={say('retention.start')} text={asked.start} put={(start) => put({ start }, true)} offered={offered} />
            </Asked>
            <Asked name={say('retention.back')} wide>
              <Behaved label={say('retention.back')} text={asked.back} put={(back) => put({ back }, true)} offered={offered} />
            </Asked>
            <Asked name={say('retention.by')}>
              <Segmented<Spacing>
                aria-label={say('retention.by')}
                value={spacing}
                onChange={(to) => put({ by: to === 'week' ? 'week' : undefined, days: undefined, from: undefined, to: undefined })}
                options={[{ value: 'day', label: say('retention.by_day') }, { value: 'week', label: say('retention.by_week') }]}
              />
            </Asked>
            <Asked name={say('retention.days')}>
              <Select
                aria-label={say('retention.days')}
                className="field-select"
                value={days}
                onChange={(n: number) => put({ days: String(n) })}
                options={[...new Set([...lengths[spacing], days])].map((n) => ({ value: n, label: say(spacing === 'week' ? 'retention.n_weeks' : 'retention.n_days', { n }) }))}
              />
            </Asked>
            <Asked name={<>{say('retention.first_ever')} <Hint text={say('retention.first_ever.what')} about={say('retention.first_ever')} /></>}>
              <Switch aria-label={say('retention.first_ever')} checked={asked.first === 'yes'} onChange={(on) => put({ first: on ? 'yes' : undefined })} />
            </Asked>
            <SegmentFilter label={say('flows.only')} value={asked.segment} change={(segment) => put({ segment })} />
          </AskBar>
        </section>
        <Loaded from={read} rows={12}>
          {(answer) => {
            // While another question is open, what is shown answers the one before.
            const told = JSON.parse(read.of!) as typeof question
            return (
            <div className="stack">
              {answer.total.members === 0
                ? <section className="panel"><Nothing text={say(offered.length === 0 ? 'flows.no_track' : 'retention.empty')} /></section>
                : <Shown answer={answer} spacing={told.by_week ? 'week' : 'day'} days={told.days} />}
              <How text={answer.how} took_us={answer.took_us} />
            </div>
            )
          }}
        </Loaded>
      </div>
    </>
  )
}

/** A behaviour in the address, edited in place. */
function Behaved({ label, text, put, offered }: { label: string; text: string | undefined; put: (text: string | undefined) => void; offered: OfferedValue[] }) {
  const [value, change] = useTyped(text ?? '', readBehaviour, writeBehaviour, (written) => put(written || undefined))
  return <EventInput label={label} value={value} change={change} offered={offered} any />
}

function Shown({ answer, spacing, days }: { answer: RetentionAnswer; spacing: Spacing; days: number }) {
  const say = useSay()
  const format = useFormat()
  const means = meansOf(answer)
  const unit = spacing === 'week' ? 'retention.week_n' : 'retention.day_n'
  const marks = spacing === 'week' ? [1, 4] : [1, 7]
  return (
    <>
      <section className="panel">
        <div className={marks.length + 2 === 4 ? 'figures' : 'figures figures-3'}>
          <Figure name={say('retention.total')} value={format.tile(answer.total.members)} full={format.count(answer.total.members)} />
          <Figure name={say('retention.groups')} value={format.count(answer.cohorts.filter((one) => one.members > 0).length)} />
          {marks.filter((n) => n <= days).map((n) => (
            <Figure
              key={n}
              name={say(unit, { n })}
              hint={say('retention.mean.what')}
              value={means[n - 1] === undefined ? '–' : format.percent(means[n - 1]!.share)}
              full={means[n - 1] && `${format.count(means[n - 1]!.returned)} / ${format.count(means[n - 1]!.members)}`}
            />
          ))}
        </div>
      </section>
      <Card title={<>{say('retention.curve')} <Hint text={say('retention.mean.what')} about={say('retention.curve')} /></>}>
        <RetentionCurve means={means} spacing={spacing} />
      </Card>
      <RetentionTable answer={answer} means={means} spacing={spacing} days={days} />
    </>
  )
}

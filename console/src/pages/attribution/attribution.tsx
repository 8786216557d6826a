// attribution.tsx -- conversions divided among the touches before them, the models side by side.
import { Card, Segmented, Select, Switch } from 'antd'
import { useState } from 'react'
import type { AttributionAnswer, AttributionModel, AttributionRow } from '~/api'
import { useData } from '~/base/data'
import { readBehaviour, writeBehaviour } from '~/base/event_text'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { useQuestion } from '~/base/question'
import { EventInput, useOfferedEvents, type OfferedValue } from '~/parts/event_input'
import { Figure, Hint } from '~/parts/figure'
import { Head } from '~/parts/head'
import { How } from '~/parts/how'
import { periodOf, PeriodPicker } from '~/parts/period'
import { SegmentFilter } from '~/parts/segment_filter'
import { Loaded, Nothing } from '~/parts/states'
import { Asked, AskBar } from '../behaviour/ask_bar'
import { windowText } from '../behaviour/funnel'
import { useTyped } from '../behaviour/typed'
import { CreditChart } from './credit_chart'
import { CreditTable } from './credit_table'

export type Measure = 'money' | 'conversions'
export const creditOf = (row: AttributionRow, model: AttributionModel) => row.credit.find((one) => one.model === model)
export const amountOf = (row: AttributionRow, model: AttributionModel, measure: Measure) => Number(creditOf(row, model)?.[measure] ?? 0)

const windows = ['24h', '7d', '14d', '30d', '60d', '90d']
const halves = ['1d', '3d', '7d', '14d', '30d']

export default function Attribution() {
  const say = useSay()
  const { asked, put } = useQuestion(['event', 'window', 'half', 'by', 'past', 'from', 'to', 'segment'] as const)
  const period = periodOf(asked)
  const window = asked.window ?? '30d'
  const half = asked.half ?? '7d'
  const by = asked.by === 'event' ? 'event' : 'touchpoint'
  const offered = useOfferedEvents()
  const read = useData<AttributionAnswer>('/v1/reports/attribution', {
    event: asked.event, window, half_life: half, by, look_past: asked.past === undefined ? undefined : asked.past === 'yes', ...period, segment: asked.segment,
  })
  const select = (name: 'window' | 'half', value: string, from: string[]) => (
    <Select
      aria-label={say(name === 'half' ? 'attribution.half_life' : 'attribution.window')}
      value={value}
      onChange={(to: string) => put({ [name]: to })}
      options={[...new Set([...from, value])].map((one) => ({ value: one, label: windowText(one, say) }))}
    />
  )
  const past = asked.past === undefined ? (read.data?.look_past ?? false) : asked.past === 'yes'
  return (
    <>
      <Head title={say('page.attribution')}>
        <PeriodPicker value={period} change={put} />
      </Head>
      <div className="stack">
        <section className="panel ask" aria-label={say('page.attribution')}>
          <AskBar>
            <Asked name={<>{say('attribution.event')} <Hint text={say('attribution.event.what')} about={say('attribution.event')} /></>} wide>
              <Conversion text={asked.event ?? ''} put={(event) => put({ event: event || undefined }, true)} offered={offered} />
            </Asked>
            <Asked name={<>{say('attribution.window')} <Hint text={say('attribution.window.what')} about={say('attribution.window')} /></>}>
              {select('window', window, windows)}
            </Asked>
            <Asked name={<>{say('attribution.half_life')} <Hint text={say('attribution.half_life.what')} about={say('attribution.half_life')} /></>}>
              {select('half', half, halves)}
            </Asked>
            <Asked name={say('attribution.by')}>
              <Segmented
                aria-label={say('attribution.by')}
                value={by}
                onChange={(to) => put({ by: to === 'event' ? to : undefined })}
                options={[{ value: 'touchpoint', label: say('attribution.by_touchpoint') }, { value: 'event', label: say('attribution.by_event') }]}
              />
            </Asked>
            <Asked name={<>{say('attribution.look_past')} <Hint text={say('attribution.look_past.what')} about={say('attribution.look_past')} /></>}>
              <Switch aria-label={say('attribution.look_past')} checked={past} onChange={(on) => put({ past: on ? 'yes' : 'no' })} />
            </Asked>
            <SegmentFilter label={say('flows.only')} value={asked.segment} change={(segment) => put({ segment })} />
          </AskBar>
        </section>
        <Loaded from={read} rows={10}>
          {(answer) => (
            <div className="stack">
              {answer.conversions === 0
                ? <section className="panel"><Nothing text={say('attribution.empty')} /></section>
                : <Shown answer={answer} />}
              <How text={answer.how} took_us={answer.took_us} />
            </div>
          )}
        </Loaded>
      </div>
    </>
  )
}

function Conversion({ text, put, offered }: { text: string; put: (text: string) => void; offered: OfferedValue[] }) {
  const say = useSay()
  const [value, change] = useTyped(text, readBehaviour, writeBehaviour, put)
  return <EventInput label={say('attribution.event')} value={value} change={change} offered={offered} any={say('attribution.purchase')} plain />
}

function Shown({ answer }: { answer: AttributionAnswer }) {
  const say = useSay()
  const format = useFormat()
  const [measure, setMeasure] = useState<Measure>('money')
  const rate = format.percent(answer.touched / answer.conversions)
  return (
    <>
      <section className="panel">
        <div className="figures">
          <Figure name={say('attribution.conversions')} value={format.tile(answer.conversions)} full={format.count(answer.conversions)} />
          <Figure name={say('attribution.money')} value={format.shortMoney(answer.money)} full={format.money(answer.money)} />
          <Figure name={say('attribution.touched')} hint={say('attribution.touched.what')} value={format.tile(answer.touched)} below={<span className="quiet">{rate}</span>} />
          <Figure
            name={say('attribution.touches_each')}
            value={answer.touches_each === null ? say('attribution.not_defined') : answer.touches_each.toFixed(2)}
          />
        </div>
      </section>
      <Card
        title={<>{say('attribution.models')} <Hint text={say('attribution.models.what')} about={say('attribution.models')} /></>}
        className="card-tools"
        extra={
          <Segmented<Measure>
            aria-label={say('attribution.models')}
            value={measure}
            onChange={setMeasure}
            options={[{ value: 'money', label: say('attribution.money') }, { value: 'conversions', label: say('attribution.conversions') }]}
          />
        }
      >
        <Sentence answer={answer} />
        <CreditChart answer={answer} measure={measure} />
      </Card>
      <CreditTable answer={answer} measure={measure} />
    </>
  )
}

/** Which touch gains most by being first, and which by being last. */
function Sentence({ answer }: { answer: AttributionAnswer }) {
  const say = useSay()
  const format = useFormat()
  const lead = (row: AttributionRow) => amountOf(row, 'first', 'money') - amountOf(row, 'last', 'money')
  const rows = answer.rows.filter((row) => row.kind === 'touch').sort((a, b) => lead(b) - lead(a))
  const told = (row: AttributionRow | undefined) => row && {
    touch: row.touch, first: format.money(creditOf(row, 'first')?.money), last: format.money(creditOf(row, 'last')?.money),
  }
  const opens = rows[0] && lead(rows[0]) > 0 ? told(rows[0]) : undefined
  const closes = rows.length > 1 && lead(rows.at(-1)!) < 0 ? told(rows.at(-1)) : undefined
  return (
    <p className="sentence">
      {say('attribution.sentence', {
        period: say('period.text', { from: answer.from, to: answer.to }), conversions: format.count(answer.conversions),
        money: format.money(answer.money), touched: format.count(answer.touched), rate: format.percent(answer.touched / answer.conversions),
      })}
      {opens && say('attribution.sentence.opens', opens)}
      {closes && say('attribution.sentence.closes', closes)}
    </p>
  )
}

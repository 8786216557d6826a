// funnel.tsx -- how many members walk through given steps, one after another, and where they are lost.
import { Card, Select } from 'antd'
import type { FunnelAnswer } from '~/api'
import { useAnswer } from '~/base/data'
import { readBehaviour, readSteps, writeSteps } from '~/base/event_text'
import { ApiError } from '~/base/http'
import { useSay, type Say } from '~/base/locale'
import { useQuestion } from '~/base/question'
import { useOfferedEvents } from '~/parts/event_input'
import { FieldSelect } from '~/parts/field_select'
import { Hint } from '~/parts/figure'
import { Head } from '~/parts/head'
import { How } from '~/parts/how'
import { periodOf, PeriodPicker } from '~/parts/period'
import { SegmentFilter } from '~/parts/segment_filter'
import { Loaded, Nothing } from '~/parts/states'
import { Asked, AskBar } from './ask_bar'
import { FunnelPicture } from './funnel_picture'
import { FunnelSplit } from './funnel_split'
import { useTyped } from './typed'
import { StepsEditor, stepsOf, type Step } from './steps_editor'

const usual = 'Product Viewed > Product Added > order.paid'
const windows = ['1h', '24h', '3d', '7d', '14d', '30d', '90d']
export const splitKinds = ['text', 'choice', 'set', 'flag'] as const

export const windowText = (window: string, say: Say) => {
  const [, n, unit] = /^(\d+)([hdw])$/.exec(window) ?? []
  return n && unit ? say(`window.${unit as 'h'}`, { n }) : window
}

/** A step half chosen is not in the address; neither is a funnel without any. */
const writeAll = (steps: Step[]) => writeSteps(steps.map((one) => one.behaviour))
const readAll = (text: string) => stepsOf(readSteps(text))

/** "/steps/1" is the second step. */
function byStep(error: Error, say: Say): Error {
  if (!(error instanceof ApiError)) return error
  const errors = error.problem.errors?.map((one) => {
    const [, i] = /^\/steps\/(\d+)/.exec(one.pointer ?? '') ?? []
    return i === undefined ? one : { ...one, pointer: say('funnel.step', { n: Number(i) + 1 }) }
  })
  return new ApiError({ ...error.problem, errors })
}

export default function Funnel() {
  const say = useSay()
  const { asked, put } = useQuestion(['steps', 'window', 'from', 'to', 'segment', 'by'] as const)
  const period = periodOf(asked)
  const text = asked.steps ?? usual
  const [steps, change] = useTyped(text, readAll, writeAll, (written) => put({ steps: written || undefined }, true))
  const offered = useOfferedEvents()
  const window = asked.window ?? '7d'
  const chosen = readSteps(text)
  const question = { steps: chosen.map((one) => writeSteps([one])), window, ...period, segment: asked.segment, by: asked.by, times: true }
  type Question = typeof question
  const read = useAnswer<FunnelAnswer>('/v1/questions/funnel', chosen.length < 2 ? null : question)
  return (
    <>
      <Head title={say('page.funnel')}>
        <PeriodPicker value={period} change={put} />
      </Head>
      <div className="stack">
        <section className="panel ask" aria-label={say('funnel.steps')}>
          <StepsEditor steps={steps} change={change} offered={offered} />
          <AskBar>
            <Asked name={<>{say('funnel.window')} <Hint text={say('funnel.window.what')} about={say('funnel.window')} /></>}>
              <Select
                aria-label={say('funnel.window')}
                value={window}
                className="field-select"
                onChange={(to: string) => put({ window: to })}
                options={[...new Set([...windows, window])].map((one) => ({ value: one, label: windowText(one, say) }))}
              />
            </Asked>
            <Asked name={say('flows.split_by')}>
              <FieldSelect label={say('flows.split_by')} kinds={splitKinds} none={say('flows.no_split')} value={asked.by} change={(by) => put({ by })} />
            </Asked>
            <SegmentFilter label={say('flows.only')} value={asked.segment} change={(segment) => put({ segment })} />
          </AskBar>
        </section>
        {chosen.length < 2 ? <section className="panel"><Nothing text={say('funnel.two')} /></section> : (
          <Loaded from={{ ...read, error: read.error && byStep(read.error, say) }} rows={8}>
            {(answer) => {
              // While another question is open, what is shown answers the one before.
              const told = JSON.parse(read.of!) as Question
              const steps = told.steps.map(readBehaviour)
              return (
                <div className="stack">
                  {answer.steps[0]?.members ? (
                    <>
                      <Card title={say('funnel.picture')}>
                        <FunnelPicture answer={answer} steps={steps} period={told} segment={told.segment} />
                      </Card>
                      {told.by && <FunnelSplit answer={answer} steps={steps} by={told.by} />}
                    </>
                  ) : <section className="panel"><Nothing text={say(offered.length === 0 ? 'flows.no_track' : 'funnel.empty')} /></section>}
                  <How text={answer.how} took_us={answer.took_us} />
                </div>
              )
            }}
          </Loaded>
        )}
      </div>
    </>
  )
}

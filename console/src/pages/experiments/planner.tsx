// planner.tsx -- how many members an arm needs to find a lift: asked as it is typed.
import { Button, InputNumber, Segmented } from 'antd'
import { useState, type ReactNode } from 'react'
import { useMay } from '~/app/session'
import { useData, useSettled } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { Asked, AskBar } from '~/pages/behaviour/ask_bar'
import { Figure, Hint } from '~/parts/figure'
import { How } from '~/parts/how'
import { Loaded, Nothing } from '~/parts/states'
import { ExperimentDialog } from './experiment_dialog'
import type { Experiment, Plan } from './forms'

const fresh = { base: 10, mean: 100, deviation: 150, lift: 10, alpha: 5, power: 80, arms: 2 }
type Terms = { [Name in keyof typeof fresh]: number | null }

export function Planner({ made }: { made: (experiment: Experiment) => void }) {
  const say = useSay()
  const format = useFormat()
  const may = useMay()('segments:write')
  const [kind, turn] = useState<'rate' | 'value'>('rate')
  const [terms, set] = useState<Terms>(fresh)
  const [adding, setAdding] = useState(false)
  const rate = kind === 'rate'
  const { base, mean, deviation, lift, alpha, power, arms } = useSettled(terms)
  const share = (n: number | null) => (n === null ? undefined : n / 100)
  const whole = [lift, alpha, power, arms, ...(rate ? [base] : [mean, deviation])].every((n) => n !== null)
  const question = { lift: share(lift), alpha: share(alpha), power: share(power), arms, ...(rate ? { base: share(base) } : { mean, deviation }) }
  const read = useData<Plan>(whole ? '/v1/experiment-plan' : null, question)
  const field = (name: keyof Terms, label: ReactNode, more: { min: number; max: number; suffix?: string; precision?: number }) => (
    <Asked name={label}>
      <InputNumber aria-label={say(`exp.plan.${name}`)} value={terms[name]} onChange={(to) => set({ ...terms, [name]: to })} {...more} />
    </Asked>
  )
  const named = (name: keyof Terms) => <>{say(`exp.plan.${name}`)} <Hint text={say(`exp.plan.${name}.what`)} about={say(`exp.plan.${name}`)} /></>
  return (
    <div className="tab-body">
      <p className="quiet flat">{say('exp.plan.what')}</p>
      <AskBar>
        <Asked name={say('exp.plan.kind')}>
          <Segmented<'rate' | 'value'> aria-label={say('exp.plan.kind')} value={kind} onChange={turn} options={(['rate', 'value'] as const).map((one) => ({ value: one, label: say(`exp.plan.kind.${one}`) }))} />
        </Asked>
        {rate
          ? field('base', named('base'), { min: 0.01, max: 99.99, suffix: '%' })
          : <>{field('mean', named('mean'), { min: 0.01, max: 1e9 })}{field('deviation', named('deviation'), { min: 0.01, max: 1e9 })}</>}
        {field('lift', named('lift'), { min: -99, max: 1000, suffix: '%' })}
        {field('alpha', named('alpha'), { min: 0.1, max: 50, suffix: '%' })}
        {field('power', named('power'), { min: 1, max: 99.9, suffix: '%' })}
        {field('arms', named('arms'), { min: 2, max: 20, precision: 0 })}
      </AskBar>
      {!whole ? <Nothing text={say('exp.plan.fill')} /> : (
        <Loaded from={read} rows={3}>
          {(plan) => (
            <div className="stack">
              <section className="panel">
                <div className="figures figures-3">
                  <Figure name={say('exp.plan.each')} value={format.tile(plan.n_per_arm)} full={format.count(plan.n_per_arm)} />
                  <Figure name={say('exp.plan.total')} value={format.tile(plan.total)} full={format.count(plan.total)} />
                  <Figure
                    name={say('exp.plan.target')}
                    value={rate ? `${format.percent(plan.base)} → ${format.percent(plan.target)}` : `${plan.base.toLocaleString('en-US')} → ${plan.target.toLocaleString('en-US', { maximumFractionDigits: 2 })}`}
                  />
                </div>
              </section>
              {may && rate && <div><Button onClick={() => setAdding(true)}>{say('exp.plan.use')}</Button></div>}
              <How text={plan.definition} />
            </div>
          )}
        </Loaded>
      )}
      {adding && base !== null && lift !== null && <ExperimentDialog plan={{ base: base / 100, lift: lift / 100 }} close={() => setAdding(false)} saved={made} />}
    </div>
  )
}

// goal_card.tsx -- a goal at a glance: status by sign and word, how much stands, what should, where it will end.
import { Button } from 'antd'
import { useMemo } from 'react'
import type { Forms, Given } from '~/api'
import type { Tone } from '~/app/theme'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { Mark } from './mark'

export type Progress = Given<Forms['goal_progress'], 'status' | 'status_words' | 'sentence'>
export type Goal = Omit<Given<Forms['goal_view'], 'label' | 'metric' | 'metric_label' | 'unit' | 'better'>, 'progress'> & { progress: Progress }
type Status = Progress['status']

// Told apart by sign as well as by colour.
const looks: Record<Status, [sign: string, tone: Tone]> = {
  not_begun: ['○', 'grey'], unknown: ['?', 'grey'], reached: ['✓', 'green'], missed: ['✕', 'red'],
  ahead: ['▲', 'green'], on_track: ['●', 'teal'], behind: ['▼', 'amber'], at_risk: ['◆', 'red'],
}

export function GoalStatus({ progress }: { progress: Progress }) {
  const [sign, tone] = looks[progress.status]
  return <Mark tone={tone} className="goal-status"><span aria-hidden>{sign} </span>{progress.status_words}</Mark>
}

/** Values of a metric as people read them; null: not defined. */
export function useGoalText(unit: Goal['unit']) {
  const say = useSay()
  const format = useFormat()
  return useMemo(() => (value: string | null | undefined): string => {
    if (value === null || value === undefined) return say('products.undefined')
    switch (unit) {
      case 'money': return format.money(value)
      case 'ratio': return format.percent(Number(value))
      case 'count': return format.count(Number(value))
      default: return Number(value).toLocaleString('en-US', { maximumFractionDigits: 2 })
    }
  }, [unit, say, format])
}

export function GoalBar({ goal }: { goal: Goal }) {
  const say = useSay()
  const text = useGoalText(goal.unit)
  const { progress } = goal
  const target = Number(goal.target)
  const most = Math.max(target, Number(progress.actual ?? 0), Number(progress.pace ?? 0)) || 1
  const at = (value: string | number | null | undefined) => `${Math.max(0, Math.min(100, (Number(value ?? 0) / most) * 100))}%`
  return (
    <div
      className={`goal-bar goal-${progress.status}`} role="img"
      aria-label={say('goals.bar', { actual: progress.actual ? text(progress.actual) : '–', pace: progress.pace ? text(progress.pace) : '–', target: text(goal.target) })}
    >
      <div className="goal-bar-done" style={{ width: at(progress.actual) }} />
      {progress.pace && <div className="goal-bar-pace" style={{ left: at(progress.pace) }} />}
      <div className="goal-bar-target" style={{ left: at(target) }} />
    </div>
  )
}

/** `open`: what its name does; without it the card only shows. */
export function GoalCard({ goal, open }: { goal: Goal; open?: () => void }) {
  const say = useSay()
  const format = useFormat()
  const text = useGoalText(goal.unit)
  const { progress } = goal
  const [, period, ...filters] = goal.label.split(' · ')
  const forecast = progress.forecast
  return (
    <article className="goal-card" aria-label={goal.label}>
      <header>
        {open ? <Button type="link" className="flush" onClick={open} aria-label={say('goals.open', { name: goal.label })}>{goal.metric_label}</Button> : <b>{goal.metric_label}</b>}
        <GoalStatus progress={progress} />
      </header>
      <div className="quiet small">{[period, ...filters].join(' · ')}</div>
      {progress.problem ? <p className="goal-problem">{progress.problem}</p> : (
        <>
          <div className="goal-stand">
            <span className="number">{progress.status === 'not_begun' ? '–' : text(progress.actual)}</span>{' '}
            <span className="quiet">{say(goal.better === 'less' ? 'goals.at_most' : 'goals.of_target', { target: text(goal.target) })}</span>
          </div>
          <GoalBar goal={goal} />
          <div className="goal-lines">
            {progress.pace && <div><span className="quiet">{say('goals.pace')}</span> <span className="number">{text(progress.pace)}</span></div>}
            {forecast && (
              <div>
                <span className="quiet">{say('goals.forecast')}</span> <span className="number">{text(forecast.value)}</span>{' '}
                <span className="quiet number">({say('goals.range', { low: text(forecast.low), high: text(forecast.high) })})</span>
              </div>
            )}
            {!forecast && progress.days_left > 0 && <div className="quiet">{progress.forecast_words}</div>}
          </div>
        </>
      )}
      <footer className="quiet small">
        <span>{progress.days_left > 0 ? say('goals.time', { share: format.percent(Number(progress.time_done ?? 0)), n: progress.days_left }) : say('goals.time.over')}</span>
        <span>{say('goals.owner')} {goal.owner || say('goals.nobody')}</span>
      </footer>
    </article>
  )
}

// metric_input.tsx -- chooses what an experiment counts of its members; some name a behaviour.
import { AutoComplete, Select } from 'antd'
import { useData } from '~/base/data'
import { useSay } from '~/base/locale'
import { behaviourText, useOfferedEvents } from '~/parts/event_input'
import type { Countable } from './forms'

export const useCountables = () => useData<{ items: Countable[] }>('/v1/experiment-metrics').data?.items ?? []
/** "did:Product Viewed" is what and which. */
export function partsOf(metric: string): { what: string; event: string } {
  const at = metric.indexOf(':')
  return at < 0 ? { what: metric, event: '' } : { what: metric.slice(0, at), event: metric.slice(at + 1) }
}

interface InputProps {
  id?: string
  value?: string
  onChange?: (metric: string) => void
  label?: string
  disabled?: boolean
}

export function MetricInput({ id, value = 'purchase', onChange, label, disabled }: InputProps) {
  const say = useSay()
  const all = useCountables()
  const offered = useOfferedEvents()
  const { what, event } = partsOf(value)
  const row = all.find((one) => one.metric === what)
  return (
    <div className="metric-input">
      <Select
        id={id} aria-label={label} value={what} disabled={disabled} popupMatchSelectWidth={false}
        onChange={(to: string) => onChange?.(all.find((one) => one.metric === to)?.event ? `${to}:${event}` : to)}
        options={all.map((one) => ({ value: one.metric, label: one.name }))}
      />
      {row?.event && (
        <AutoComplete
          aria-label={say('exp.event')} value={event} placeholder={say('exp.event')} disabled={disabled} popupMatchSelectWidth={280}
          onChange={(to: string) => onChange?.(`${what}:${to ?? ''}`)}
          options={offered.map((one) => ({ value: one.value, label: behaviourText(one.value, say) }))}
        />
      )}
    </div>
  )
}

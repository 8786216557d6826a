// policy.tsx -- how long points last, when those of orders can be used, and limits: settings, read out in a sentence.
import type { Setting } from '~/api'
import { useData, type Page } from '~/base/data'
import { useSay, type Say } from '~/base/locale'
import { SettingRow } from '~/parts/setting_row'
import { Loaded } from '~/parts/states'

export type SettingOf = (name: string) => string

/** Settings of points; `of` answers "" for one that is not there. */
export function usePointsSettings() {
  const read = useData<Page<Setting>>('/v1/settings')
  const of: SettingOf = (name) => read.data?.items.find((row) => row.name === `points.${name}`)?.value ?? ''
  return { read, of }
}

function policyText(of: SettingOf, say: Say): string {
  const n = of('expiry_months')
  const kind = of('expiry')
  const lasts =
    kind === 'never' ? say('policy.never')
    : kind === 'date' ? say('policy.date', { day: of('expiry_day'), n })
    : say(of('expiry_round') === 'month' ? 'policy.months.month' : 'policy.months.day', { n })
  const pending = say(of('pending_from') === 'payment' ? 'policy.pending.payment' : 'policy.pending.completion', { n: of('pending_days') })
  return `${lasts}${say('policy.gap')}${pending}${say('policy.spent')}`
}

/** Of the rows about expiry only those that the chosen kind reads. */
const unread: Record<string, string[]> = {
  never: ['points.expiry_months', 'points.expiry_round', 'points.expiry_day'],
  months: ['points.expiry_day'],
  date: ['points.expiry_round'],
}

export function Policy() {
  const say = useSay()
  const { read, of } = usePointsSettings()
  return (
    <Loaded from={read} rows={8}>
      {({ items }) => (
        <>
          <p className="sentence policy-text">{policyText(of, say)}</p>
          {items
            .filter((row) => row.name.startsWith('points.') && !unread[of('expiry')]?.includes(row.name))
            .map((row) => <SettingRow key={`${row.name} ${row.value}`} row={row} changed={read.reload} />)}
        </>
      )}
    </Loaded>
  )
}

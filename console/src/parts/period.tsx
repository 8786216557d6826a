// period.tsx -- picks a stretch of days: presets or any two dates.
import { DatePicker, Grid, Select } from 'antd'
import dayjs from 'dayjs'
import { dayPlus, todayIs } from '~/base/format'
import { useSay } from '~/base/locale'
import type { Word } from '~/base/words'

export interface Period {
  from: string
  to: string
}

const monthStart = (day: string) => `${day.slice(0, 8)}01`

/** Each preset seen from today. */
const presets: [Word, (today: string) => Period][] = [
  ['period.today', (today) => ({ from: today, to: today })],
  ['period.yesterday', (today) => ({ from: dayPlus(today, -1), to: dayPlus(today, -1) })],
  ['period.7', (today) => ({ from: dayPlus(today, -6), to: today })],
  ['period.30', (today) => ({ from: dayPlus(today, -29), to: today })],
  ['period.90', (today) => ({ from: dayPlus(today, -89), to: today })],
  ['period.month', (today) => ({ from: monthStart(today), to: today })],
  ['period.last_month', (today) => {
    const end = dayPlus(monthStart(today), -1)
    return { from: monthStart(end), to: end }
  }],
  ['period.year', (today) => ({ from: `${today.slice(0, 4)}-01-01`, to: today })],
  ['period.365', (today) => ({ from: dayPlus(today, -364), to: today })],
]

export const lastDays = (n: number): Period => ({ from: dayPlus(todayIs(), 1 - n), to: todayIs() })

/** What is asked for; an end that is not is the usual one's. */
export const periodOf = (asked: Partial<Period>, usual = lastDays(30)): Period => ({ from: asked.from ?? usual.from, to: asked.to ?? usual.to })

/** `first` is the day from which on there is anything: with it all of it can be chosen. */
export function PeriodPicker({ value, change, first }: { value: Period; change: (period: Period) => void; first?: string | undefined }) {
  const say = useSay()
  const narrow = !(Grid.useBreakpoint().sm ?? true)
  const today = todayIs()
  const made: (Period & { word: Word })[] = presets.map(([word, make]) => ({ word, ...make(today) }))
  if (first && !made.some((one) => one.from === first && one.to === today)) made.push({ word: 'period.ever', from: first, to: today })
  const chosen = made.find((one) => one.from === value.from && one.to === value.to)?.word ?? 'period.custom'
  return (
    <div className="period">
      <Select
        aria-label={say('period')}
        value={chosen}
        className="period-preset"
        popupMatchSelectWidth={false}
        onChange={(word: Word) => {
          const one = made.find((row) => row.word === word)
          if (one) change({ from: one.from, to: one.to })
        }}
        options={[
          ...made.map((one) => ({ value: one.word, label: say(one.word) })),
          { value: 'period.custom', label: say('period.custom'), disabled: true },
        ]}
      />
      <DatePicker.RangePicker
        aria-label={say('period')}
        value={[dayjs(value.from), dayjs(value.to)]}
        allowClear={false}
        maxDate={dayjs(today)}
        classNames={narrow ? { popup: { root: 'one-month' } } : undefined}
        onChange={(days) => {
          if (days?.[0] && days[1]) change({ from: days[0].format('YYYY-MM-DD'), to: days[1].format('YYYY-MM-DD') })
        }}
      />
    </div>
  )
}

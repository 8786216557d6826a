// month_grid.tsx -- a month of a check-in calendar: what each day gives to who checks in every day from the 1st on.
import { LeftOutlined, RightOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useState } from 'react'
import type { Reward, TaskGifts } from '~/api'
import { useFormat } from '~/base/format'
import { useSay, useSpeech } from '~/base/locale'
import type { Word } from '~/base/words'
import { useRewardText } from '~/parts/reward_text'

/** What the day gives: each time, by the day of the streak, by the day of the calendar. */
function giftsOn(day: Dayjs, gifts: TaskGifts, cycle: number): { rewards: Reward[]; special?: TaskGifts['specials'][number] } {
  const streak = cycle > 0 ? ((day.date() - 1) % cycle) + 1 : day.date()
  const special = gifts.specials.find((one) => one.on === day.format('YYYY-MM-DD'))
  const milestone = gifts.milestones.find((one) => one.day === streak)
  return { rewards: [...gifts.rewards, ...(milestone?.rewards ?? []), ...(special?.rewards ?? [])], special }
}

/** The same things together. */
function summed(rewards: Reward[]): Reward[] {
  const all = new Map<string, Reward>()
  for (const one of rewards) {
    const key = `${one.kind} ${one.code ?? ''} ${one.kind === 'credit' ? one.credit : ''}`
    const before = all.get(key)
    all.set(key, before && one.kind !== 'tag' && one.kind !== 'credit' ? { ...one, amount: (before.amount ?? 0) + (one.amount ?? 0) } : one)
  }
  return [...all.values()]
}

export function MonthGrid({ gifts, cycle }: { gifts: TaskGifts; cycle: number }) {
  const say = useSay()
  const format = useFormat()
  const { locale } = useSpeech()
  const { all } = useRewardText()
  const [month, show] = useState(() => dayjs().startOf('month'))
  const days = Array.from({ length: month.daysInMonth() }, (_, i) => month.add(i, 'day'))
  const before = (month.day() + 6) % 7 // weeks begin on Monday
  const whole = summed(days.flatMap((day) => giftsOn(day, gifts, cycle).rewards))
  const short = (rewards: Reward[]) => {
    const points = rewards.filter((one) => one.kind === 'points').reduce((sum, one) => sum + (one.amount ?? 0), 0)
    const others = rewards.map((one) => one.kind !== 'points' && say(`reward.short.${one.kind}`))
    return [points > 0 && `+${format.count(points)}`, ...new Set(others)].filter(Boolean)
  }
  const name = month.format('YYYY-MM')
  return (
    <section className="month" aria-label={say('task.grid')}>
      <div className="month-head">
        <Button size="small" type="text" icon={<LeftOutlined />} aria-label={say('task.grid.before')} onClick={() => show(month.add(-1, 'month'))} />
        <strong className="number">{name}</strong>
        <Button size="small" type="text" icon={<RightOutlined />} aria-label={say('task.grid.after')} onClick={() => show(month.add(1, 'month'))} />
        <span className="quiet small">{say('task.grid')}</span>
      </div>
      <div className="month-days">
        {[1, 2, 3, 4, 5, 6, 7].map((day) => <span key={day} className="month-weekday">{say(`weekday.${day}` as Word)}</span>)}
        {before > 0 && <span style={{ gridColumn: `span ${before}` }} />}
        {days.map((day) => {
          const { rewards, special } = giftsOn(day, gifts, cycle)
          const label = special && ((locale === 'zh-CN' ? special.zh : special.en) || special.zh)
          return (
            <div
              key={day.date()}
              className={`month-day ${special ? 'month-special' : rewards.length > 0 ? 'month-gives' : ''}`}
              title={say('task.grid.cell', { day: day.format('YYYY-MM-DD'), what: [label, all(rewards) || say('reward.none')].filter(Boolean).join(' · ') })}
            >
              <span className="month-date">{day.date()}</span>
              {label && <span className="month-name">{label}</span>}
              {short(rewards).map((text, i) => <span key={i} className="month-gift">{text}</span>)}
            </div>
          )
        })}
      </div>
      <p className="quiet small month-sum">{whole.length > 0 ? say('task.grid.sum', { all: all(whole) }) : say('reward.none')}</p>
    </section>
  )
}

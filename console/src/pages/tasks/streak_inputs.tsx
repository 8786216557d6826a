// streak_inputs.tsx -- what a check-in gives by day of the streak, and on special days of the calendar.
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, DatePicker, Input, InputNumber } from 'antd'
import dayjs from 'dayjs'
import type { Reward, TaskGifts } from '~/api'
import { dayPlus, todayIs } from '~/base/format'
import { useSay } from '~/base/locale'
import { RewardsInput } from '~/parts/rewards_input'

interface InputProps<T> {
  value?: T[]
  onChange?: (value: T[]) => void
}
const ten: Reward[] = [{ kind: 'points', amount: 10 }]

type Milestone = TaskGifts['milestones'][number]
export function MilestonesInput({ value = [], onChange }: InputProps<Milestone>) {
  const say = useSay()
  const put = (all: Milestone[]) => onChange?.(all)
  return (
    <div className="streak">
      {value.map((one, i) => (
        <div key={i} className="streak-row">
          <div className="streak-when">
            <InputNumber
              aria-label={say('task.milestone')}
              min={1} max={3660} precision={0}
              value={one.day}
              className="full"
              onChange={(day) => put(value.with(i, { ...one, day: day ?? one.day }))}
            />
            <Button type="text" icon={<DeleteOutlined />} aria-label={say('task.milestone.remove', { n: one.day })} onClick={() => put(value.filter((_, k) => k !== i))} />
          </div>
          <RewardsInput label={say('task.milestone.n', { n: one.day })} value={one.rewards} onChange={(rewards) => put(value.with(i, { ...one, rewards }))} />
        </div>
      ))}
      <Button size="small" type="dashed" icon={<PlusOutlined />} onClick={() => put([...value, { day: (value.at(-1)?.day ?? 0) + 1, rewards: ten }])}>
        {say('task.milestone.add')}
      </Button>
    </div>
  )
}

type Special = TaskGifts['specials'][number]
export function SpecialsInput({ value = [], onChange }: InputProps<Special>) {
  const say = useSay()
  const put = (all: Special[]) => onChange?.(all)
  const set = (i: number, to: Partial<Special>) => put(value.with(i, { ...value[i]!, ...to }))
  return (
    <div className="streak">
      {value.map((one, i) => (
        <div key={i} className="streak-row">
          <div className="streak-when streak-special">
            <DatePicker aria-label={say('task.special.on')} allowClear={false} value={dayjs(one.on)} onChange={(day) => day && set(i, { on: day.format('YYYY-MM-DD') })} />
            <Input aria-label={say('task.special.zh')} placeholder={say('task.special.zh')} maxLength={20} value={one.zh ?? ''} onChange={(event) => set(i, { zh: event.target.value })} />
            <Input aria-label={say('task.special.en')} placeholder={say('task.special.en')} maxLength={40} value={one.en ?? ''} onChange={(event) => set(i, { en: event.target.value })} />
            <Button type="text" icon={<DeleteOutlined />} aria-label={say('task.special.remove')} onClick={() => put(value.filter((_, k) => k !== i))} />
          </div>
          <RewardsInput label={one.on} value={one.rewards} onChange={(rewards) => set(i, { rewards })} />
        </div>
      ))}
      <Button size="small" type="dashed" icon={<PlusOutlined />} onClick={() => put([...value, { on: dayPlus(value.at(-1)?.on ?? todayIs(), 1), zh: '', en: '', rewards: ten }])}>
        {say('task.special.add')}
      </Button>
    </div>
  )
}

// rewards_input.tsx -- writes a list of rewards: what, how many, how long it lasts, which budget pays.
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { AutoComplete, Button, Input, InputNumber, Select } from 'antd'
import type { Reward, TagView } from '~/api'
import { useData, type Page } from '~/base/data'
import { useSay } from '~/base/locale'
import { BudgetSelect } from './budget_select'
import { useBenefits } from './reward_text'

const kinds: Reward['kind'][] = ['points', 'growth', 'credit', 'benefit', 'tag', 'gift']

interface InputProps {
  value?: Reward[]
  onChange?: (value: Reward[]) => void
  /** Tells several inputs of one form apart. */
  label?: string
  most?: number
}

export function RewardsInput({ value = [], onChange, label = '', most = 20 }: InputProps) {
  const say = useSay()
  const set = (i: number, to: Partial<Reward>) => onChange?.(value.with(i, { ...value[i]!, ...to }))
  return (
    <div className="rewards">
      {value.map((one, i) => (
        <div key={i} className="reward" role="group" aria-label={`${label} ${i + 1}`.trim()}>
          <Select
            aria-label={say('reward.kind')}
            value={one.kind}
            className="reward-kind"
            onChange={(kind) => onChange?.(value.with(i, start(kind)))}
            options={kinds.map((kind) => ({ value: kind, label: say(`reward.kind.${kind}`) }))}
          />
          <What one={one} set={(to) => set(i, to)} />
          <BudgetSelect value={one.budget} onChange={(budget) => set(i, { budget })} className="reward-budget" />
          <Button type="text" icon={<DeleteOutlined />} aria-label={say('reward.remove')} onClick={() => onChange?.(value.filter((_, k) => k !== i))} />
        </div>
      ))}
      {value.length < most && <Button size="small" type="dashed" icon={<PlusOutlined />} onClick={() => onChange?.([...value, start('points')])}>{say('reward.add')}</Button>}
    </div>
  )
}

/** Tags and credit have no number. */
const start = (kind: Reward['kind']): Reward => (kind === 'tag' || kind === 'credit' ? { kind } : { kind, amount: kind === 'points' || kind === 'growth' ? 10 : 1 })

function What({ one, set }: { one: Reward; set: (to: Partial<Reward>) => void }) {
  const say = useSay()
  const { items, nameOf } = useBenefits()
  const tags = useData<Page<TagView>>(one.kind === 'tag' ? '/v1/tags' : null).data?.items ?? []
  const many = (
    <InputNumber
      aria-label={say('reward.amount')}
      min={1} precision={0}
      value={one.amount}
      className="reward-number"
      onChange={(amount) => set({ amount: amount ?? undefined })}
    />
  )
  const days = (
    <InputNumber
      aria-label={say('reward.valid_days')}
      placeholder={say('reward.valid_days')}
      min={1} precision={0}
      value={one.valid_days}
      className="reward-number"
      onChange={(valid_days) => set({ valid_days })}
    />
  )
  switch (one.kind) {
    case 'points': return <>{many}{days}</>
    case 'growth': return many
    case 'credit': return (
      <>
        <InputNumber<string>
          aria-label={say('reward.credit')}
          placeholder={say('reward.credit')}
          stringMode min="0.01" precision={2}
          value={one.credit}
          className="reward-number"
          onChange={(credit) => set({ credit })}
        />
        {days}
      </>
    )
    case 'benefit': return (
      <>
        <Select
          aria-label={say('reward.benefit')}
          placeholder={say('reward.benefit')}
          value={one.code ?? undefined}
          popupMatchSelectWidth={false}
          className="reward-what"
          onChange={(code: string) => set({ code })}
          options={items.filter((benefit) => !benefit.ended || benefit.code === one.code).map((benefit) => ({ value: benefit.code, label: nameOf(benefit.code) }))}
        />
        {many}
      </>
    )
    case 'tag': return (
      <AutoComplete
        aria-label={say('reward.tag')}
        placeholder={say('reward.tag')}
        value={one.code ?? ''}
        className="reward-what"
        onChange={(code: string) => set({ code })}
        options={tags.map((tag) => ({ value: tag.name }))}
      />
    )
    case 'gift': return (
      <>
        <Input aria-label={say('reward.gift')} placeholder={say('reward.gift')} value={one.code ?? ''} className="reward-what" onChange={(event) => set({ code: event.target.value })} />
        {many}
        <InputNumber<string>
          aria-label={say('reward.cost')}
          placeholder={say('reward.cost')}
          stringMode min="0" precision={2}
          value={one.cost}
          className="reward-number"
          onChange={(cost) => set({ cost })}
        />
      </>
    )
  }
}

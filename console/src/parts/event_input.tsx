// event_input.tsx -- chooses one kind of behaviour, with conditions on its properties; offers what members really did.
import { CloseOutlined, PlusOutlined } from '@ant-design/icons'
import { AutoComplete, Button, Input, Select } from 'antd'
import { useId, useState, type ReactNode } from 'react'
import { useData, useSettled, type Page } from '~/base/data'
import { comparisons, isWhole, type Behaviour, type Comparison, type Condition } from '~/base/event_text'
import { useFormat } from '~/base/format'
import { isWord, useSay, type Say } from '~/base/locale'

export interface OfferedValue {
  value: string
  members: number
}

/** What people call a behaviour; its own name where we have no word for it. */
export function behaviourText(name: string, say: Say): string {
  const word = `event.${name}`
  return isWord(word) ? say(word) : name
}

/** What members did so far, the most frequent first; what the program itself notes about them comes last. */
export function useOfferedEvents(): OfferedValue[] {
  const items = useData<Page<OfferedValue>>('/v1/segment-values', { event: 1, limit: 100 }).data?.items ?? []
  const noted = (one: OfferedValue) => /^(member|tag|segment)\./.test(one.value)
  return [...items.filter((one) => !noted(one)), ...items.filter(noted)]
}

interface InputProps {
  label: string
  value: Behaviour
  change: (value: Behaviour) => void
  offered: OfferedValue[]
  /** May be left empty: whatever members did, or what these words say. */
  any?: boolean | string
  /** Takes no conditions. */
  plain?: boolean
  /** Stands beside the chooser: move, remove. */
  tools?: ReactNode
}

export function EventInput({ label, value, change, offered, any, plain, tools }: InputProps) {
  const say = useSay()
  const set = (i: number, to?: Condition) =>
    change({ ...value, conditions: to ? value.conditions.with(i, to) : value.conditions.filter((_, k) => k !== i) })
  if (value.written !== undefined) {
    return (
      <div className="behaviour">
        <div className="behaviour-row">
          <Input
            aria-label={label}
            value={value.written}
            allowClear
            className="behaviour-name"
            onChange={(event) => change(event.target.value ? { ...value, written: event.target.value } : { name: '', conditions: [] })}
          />
          {tools}
        </div>
      </div>
    )
  }
  return (
    <div className="behaviour">
      <div className="behaviour-row">
        <EventName label={label} value={value.name} offered={offered} any={any} change={(name) => change({ ...value, name })} />
        {value.name !== '' && !plain && (
          <Button
            type="text"
            icon={<PlusOutlined />}
            aria-label={say('behaviour.add_condition')}
            onClick={() => change({ ...value, conditions: [...value.conditions, { prop: 'category', comparison: 'is', value: '' }] })}
          >
            <span className="only-wide">{say('behaviour.add_condition')}</span>
          </Button>
        )}
        {tools}
      </div>
      {value.conditions.map((one, i) => (
        <ConditionInput key={i} event={value.name} value={one} change={(to) => set(i, to)} remove={() => set(i)} label={`${label} ${i + 1}`} />
      ))}
    </div>
  )
}

/** One kind of behaviour as a field of a form. */
export function EventSelect({ id, value, onChange }: { id?: string; value?: string | null; onChange?: (name: string) => void }) {
  const say = useSay()
  const offered = useOfferedEvents()
  return <EventName id={id} label={say('behaviour.choose')} value={value ?? ''} offered={offered} change={(name) => onChange?.(name)} />
}

interface NameProps {
  id?: string
  label: string
  value: string
  offered: OfferedValue[]
  any?: boolean | string
  change: (name: string) => void
}

function EventName({ id, label, value, offered, any, change }: NameProps) {
  const say = useSay()
  const format = useFormat()
  const [typed, type] = useState('')
  const known = new Map(offered.map((one) => [one.value, one.members]))
  // What is chosen, and what is typed, can be had even when nobody did it yet.
  const names = [...new Set([...known.keys(), ...(value ? [value] : []), ...(typed.trim() ? [typed.trim()] : [])])]
  return (
    <Select
      id={id}
      aria-label={label}
      className="behaviour-name"
      value={value || undefined}
      placeholder={typeof any === 'string' ? any : say(any ? 'behaviour.any' : 'behaviour.choose')}
      allowClear={Boolean(any)}
      showSearch={{
        onSearch: type,
        filterOption: (text, option) => `${option?.value} ${behaviourText(String(option?.value), say)}`.toLowerCase().includes(text.trim().toLowerCase()),
      }}
      popupMatchSelectWidth={false}
      onChange={(name: string | undefined) => {
        type('')
        change(name ?? '')
      }}
      options={names.map((name) => ({ value: name, label: behaviourText(name, say) }))}
      optionRender={({ value: name }) => (
        <span className="offered">
          <span>{behaviourText(String(name), say)}</span>
          {behaviourText(String(name), say) !== name && <span className="quiet">{name}</span>}
          <span className="space" />
          {known.has(String(name)) && <span className="quiet number">{say('behaviour.times', { n: format.short(known.get(String(name))!) })}</span>}
        </span>
      )}
    />
  )
}

function ConditionInput(own: { event: string; label: string; value: Condition; change: (value: Condition) => void; remove: () => void }) {
  const { event, label, value, change, remove } = own
  const say = useSay()
  const format = useFormat()
  const [open, setOpen] = useState(false)
  const note = useId()
  const { words } = comparisons[value.comparison]
  const prop = value.prop.trim()
  const q = useSettled(value.value.trim())
  const props = useData<Page<OfferedValue>>('/v1/segment-values', { event }).data?.items.map((one) => one.value) ?? []
  const offered = useData<Page<OfferedValue>>(open && words && prop ? '/v1/segment-values' : null, { event, prop, q, limit: 20 })
  const wrong = !words && value.value !== '' && !isWhole(value)
  const propText = (name: string) => (isWord(`prop.${name}`) ? say(`prop.${name}` as 'prop.category') : name)
  return (
    <div className="behaviour-condition" role="group" aria-label={label}>
      <span className="quiet">{say('behaviour.and')}</span>
      <AutoComplete
        aria-label={say('behaviour.prop')}
        value={value.prop}
        className="condition-prop"
        popupMatchSelectWidth={false}
        options={props.map((name) => ({ value: name, label: propText(name) === name ? name : `${propText(name)} ${name}` }))}
        onChange={(name: string) => change({ ...value, prop: name })}
      />
      <Select<Comparison>
        aria-label={say('behaviour.comparison')}
        value={value.comparison}
        className="condition-how"
        popupMatchSelectWidth={false}
        options={(Object.keys(comparisons) as Comparison[]).map((one) => ({ value: one, label: say(`comparison.${one}`) }))}
        onChange={(comparison) => change({ ...value, comparison })}
      />
      <AutoComplete
        aria-label={say('behaviour.value')}
        aria-describedby={wrong ? note : undefined}
        status={wrong ? 'error' : undefined}
        value={value.value}
        className="condition-value"
        popupMatchSelectWidth={false}
        onOpenChange={setOpen}
        options={words ? offered.data?.items.map((one) => ({ value: one.value, label: `${one.value}　${format.short(one.members)}` })) : []}
        onChange={(text: string) => change({ ...value, value: text })}
      />
      <Button type="text" icon={<CloseOutlined />} aria-label={say('behaviour.remove_condition')} onClick={remove} />
      {wrong && <span id={note} className="move-down">{say('behaviour.number_wanted')}</span>}
    </div>
  )
}

// operands.tsx -- what a subject is compared with: an input that fits its kind. Texts are as the language writes them, unquoted.
import { DatePicker, InputNumber, Select, Space } from 'antd'
import dayjs from 'dayjs'
import type { Query } from '~/base/http'
import { useSay } from '~/base/locale'
import { isDate, operandsOf } from './tree'
import { ValueInput, ValuesInput } from './values'

const units = ['d', 'w', 'h'] as const

/** 30d; a unit alone while no number is there. */
export function DurationInput(props: { value: string; change: (value: string) => void; label: string; placeholder?: string; orDate?: boolean }) {
  const say = useSay()
  const { value, change, label, placeholder, orDate } = props
  const asDate = orDate && (isDate(value) || value === '-')
  const unit = /[hdw]$/.exec(value)?.[0] ?? 'd'
  const number = /^\d+/.exec(value)?.[0]
  return (
    <Space.Compact className="duration">
      {asDate ? (
        <DateInput value={value} change={(day) => change(day || '-')} label={label} />
      ) : (
        <InputNumber
          aria-label={label}
          min={1}
          max={36525}
          precision={0}
          placeholder={placeholder}
          value={number ? Number(number) : null}
          onChange={(n) => change(n === null ? unit : `${n}${unit}`)}
          className="duration-number"
        />
      )}
      <Select
        aria-label={say('seg.unit', { of: label })}
        value={asDate ? 'date' : unit}
        onChange={(to: string) => change(to === 'date' ? '-' : `${number ?? ''}${to}`)}
        options={[...units.map((one) => ({ value: one as string, label: say(`unit.${one}`) })), ...(orDate ? [{ value: 'date', label: say('unit.date') }] : [])]}
        className="duration-unit"
        popupMatchSelectWidth={false}
      />
    </Space.Compact>
  )
}

export function DateInput({ value, change, label }: { value: string; change: (value: string) => void; label: string }) {
  return (
    <DatePicker
      aria-label={label}
      value={isDate(value) ? dayjs(value) : null}
      onChange={(day) => change(day ? day.format('YYYY-MM-DD') : '')}
      allowClear={false}
      className="date-input"
    />
  )
}

interface OperandsProps {
  kind: string
  op: string
  operands: string[]
  change: (operands: string[]) => void
  /** Where values to choose from come from. */
  from: Query | undefined
  label: string
  wrong?: boolean
}

export function Operands({ kind, op, operands, change, from, label, wrong }: OperandsProps) {
  const say = useSay()
  const n = operandsOf(op)
  if (n === 0) return null
  if (n < 0) return <ValuesInput value={operands} change={change} from={from} label={label} placeholder={say('seg.values')} wrong={wrong} />
  const one = (i: number, name: string) => (
    <Operand
      key={i}
      kind={op === 'within next' ? 'duration' : kind}
      value={operands[i] ?? ''}
      change={(value) => change(Array.from({ length: n }, (_, at) => (at === i ? value : (operands[at] ?? ''))))}
      from={from}
      label={name}
      wrong={wrong}
    />
  )
  if (n === 1) return one(0, label)
  return (
    <span className="between">
      {one(0, say('seg.low', { of: label }))}
      <span className="quiet">{say('seg.to')}</span>
      {one(1, say('seg.high', { of: label }))}
    </span>
  )
}

interface OperandProps {
  kind: string
  value: string
  change: (value: string) => void
  from: Query | undefined
  label: string
  wrong?: boolean
}

function Operand({ kind, value, change, from, label, wrong }: OperandProps) {
  const say = useSay()
  switch (kind) {
    case 'count': case 'number': case 'money':
      return (
        <InputNumber<string>
          stringMode
          aria-label={label}
          value={value === '' ? null : value}
          onChange={(n) => change(n === null ? '' : String(n))}
          onInput={(typed) => /^-?\d+(\.\d{1,4})?$/.test(typed) && change(typed)}
          precision={kind === 'count' ? 0 : undefined}
          min={kind === 'number' ? undefined : '0'}
          prefix={kind === 'money' ? '¥' : undefined}
          suffix={kind === 'count' ? say('seg.times') : undefined}
          status={wrong ? 'error' : undefined}
          className="number-input"
        />
      )
    case 'age': return <DurationInput value={value} change={change} label={label} orDate />
    case 'duration': return <DurationInput value={value} change={change} label={label} />
    case 'date': return <DateInput value={value} change={change} label={label} />
    case 'flag':
      return (
        <Select
          aria-label={label}
          value={value || undefined}
          onChange={change}
          options={[{ value: 'true', label: say('yes') }, { value: 'false', label: say('no') }]}
          placeholder={say('seg.value')}
          className="flag-input"
        />
      )
    default: return <ValueInput value={value} change={change} from={from} label={label} placeholder={say('seg.value')} wrong={wrong} />
  }
}

// timeline.tsx -- what happened to a member, newest first, as sentences.
import { Button, Timeline as Line } from 'antd'
import { useState } from 'react'
import type { Money, TimelineLine, TimelinePage } from '~/api'
import { koi, palette, quiet } from '~/app/theme'
import { useData } from '~/base/data'
import { useFormat, type Format } from '~/base/format'
import { isWord, useSay, type Say } from '~/base/locale'
import { behaviourText } from '~/parts/event_input'
import { Failure, Nothing } from '~/parts/states'
import { useFields } from '../members/field_names'

/** "order:7" -> "7": what comes after the kind of thing. */
const bare = (subject: string | null | undefined) => (subject ?? '').replace(/^[a-z_]+:/, '')

/** Units of the ledger that count money, in its smallest parts. */
const moneyUnits = new Set(['credit', 'commission', 'packet', 'budget'])

function amountOf(line: TimelineLine, subject: string, money: (value: Money) => string): string {
  const amount = line.props?.points ?? line.props?.amount
  if (typeof amount !== 'number') return ''
  return line.kind.startsWith('ledger.') && moneyUnits.has(subject) ? money(String(amount / 10000)) : amount.toLocaleString()
}

function sentence(line: TimelineLine, say: Say, money: (value: Money) => string, fieldName: (name: string) => string): string {
  const word = `line.${line.kind}`
  const props = line.props ?? {}
  const subject = bare(line.subject)
  const identity = `identity.${subject}`
  const unit = `unit.${subject}`
  const amount = amountOf(line, subject, money)
  const text = (value: unknown) => (value === undefined || value === null ? '' : String(value))
  const args = {
    unit: isWord(unit) ? say(unit) : subject,
    amount,
    signed: props.from === line.member ? `−${amount}` : `+${amount}`,
    to: text(props.to),
    on: text(props.on),
    rank: text(props.rank),
    experiment: text(props.experiment),
    arm: text(props.arm),
    quantity: text(props.quantity),
    subject: String(props.name ?? props.product ?? subject),
    field: fieldName(subject),
    identity: isWord(identity) ? say(identity) : subject,
    order: String(props.number ?? (subject ? `#${subject}` : '')),
    value: line.value ? money(line.value) : '',
  }
  if (isWord(word)) return say(word, args).replace(/ +([，,])/g, '$1').replace(/[，,:] *$/, '').trim()
  return [behaviourText(line.kind, say), args.subject, args.value].filter(Boolean).join(' · ')
}

/** Colours by the family of what happened. */
function colourOf(kind: string): string {
  if (kind === 'order.refunded' || kind === 'order.cancelled') return koi
  if (kind.startsWith('order.')) return palette[0]!
  if (kind.startsWith('member.') || kind.startsWith('tag.')) return palette[3]!
  return quiet
}

export function Timeline({ member }: { member: number }) {
  const { nameOf } = useFields()
  const [pages, setPages] = useState<(number | undefined)[]>([undefined])
  return (
    <>
      {pages.map((before, i) => (
        <Part
          key={before ?? 'newest'}
          member={member}
          before={before}
          fieldName={nameOf}
          last={i === pages.length - 1}
          earlier={(next) => setPages([...pages, next])}
        />
      ))}
    </>
  )
}

interface PartProps {
  member: number
  before: number | undefined
  fieldName: (name: string) => string
  last: boolean
  earlier: (before: number) => void
}

function Part({ member, before, fieldName, last, earlier }: PartProps) {
  const say = useSay()
  const format = useFormat()
  const read = useData<TimelinePage>(`/v1/members/${member}/timeline`, { before, limit: 30 })
  const next = read.data?.next_before
  if (read.error) return <Failure error={read.error} retry={read.reload} />
  if (read.data?.items.length === 0) return before ? null : <Nothing text={say('no_timeline')} />
  return (
    <>
      <Line
        pending={read.data ? undefined : say('loading')}
        items={(read.data?.items ?? []).map((line) => ({
          key: line.seq,
          color: colourOf(line.kind),
          content: <Sentence line={line} text={sentence(line, say, format.money, fieldName)} format={format} />,
        }))}
      />
      {last && next ? <Button block onClick={() => earlier(next)}>{say('earlier')}</Button> : null}
    </>
  )
}

function Sentence({ line, text, format }: { line: TimelineLine; text: string; format: Format }) {
  return (
    <>
      {text}
      <div className="fact-note">
        <time dateTime={line.at}>{format.when(line.at)}</time>
        {line.touchpoint ? ` · ${line.touchpoint}` : ''}
      </div>
    </>
  )
}

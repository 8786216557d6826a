// language.tsx -- what can be asked: the rows of the segment language, with the names people see.
import { createContext, useContext, useMemo, type ReactNode } from 'react'
import { useData } from '~/base/data'
import { remarkOf, shortName } from '~/base/field_text'
import { isWord, useSpeech, type Say } from '~/base/locale'
import { Loaded } from '~/parts/states'
import type { FieldRow, Kind, Language } from './forms'

/** A field or a call, as the chooser shows it. */
export interface Subject extends FieldRow {
  title: string
  doc: string
  group: SubjectGroup
  window: boolean
  named: boolean
  props: boolean
}
export type SubjectGroup = 'buys' | 'does' | 'is'

interface Known {
  subjects: Subject[]
  of: (name: string, named?: boolean) => Subject | undefined
  docOf: (op: string) => string
}

const Context = createContext<Known | null>(null)

const buys = new Set(['orders', 'spent', 'first_order', 'last_order', 'shop', 'recency', 'frequency', 'monetary', 'class'])
const does = new Set(['did', 'in_group', 'in_segment', 'first_seen', 'touchpoint', 'tag'])
const groupOf = (name: string): SubjectGroup => (buys.has(name) ? 'buys' : does.has(name) ? 'does' : 'is')

function known(language: Language, say: Say, side: 'zh' | 'en'): Known {
  const calls = language.calls.map((call): Subject => {
    const word = `call.${call.name}`
    return { ...call, title: isWord(word) ? say(word) : call.name, doc: call[side], group: groupOf(call.name) }
  })
  // orders, spent: the call without a window is the field.
  const windowed = new Set(calls.filter((call) => call.window && !call.named).map((call) => call.name))
  const fields = language.fields
    .filter((field) => !windowed.has(field.name))
    .map((field): Subject => ({ ...field, title: shortName(field[side]) || field.name, doc: [remarkOf(field[side]), field.example].filter(Boolean).join(' · '), group: groupOf(field.name), window: false, named: false, props: false }))
  const subjects = [...calls, ...fields]
  const names = new Map(subjects.map((subject) => [subject.name, subject]))
  const docs = new Map(language.operators.map((op) => [op.name, op[side]]))
  return { subjects, of: (name) => names.get(name), docOf: (op) => docs.get(op) ?? '' }
}

export function LanguageProvider({ children }: { children: ReactNode }) {
  const { locale, say } = useSpeech()
  const read = useData<Language>('/v1/segment-language')
  const value = useMemo(() => (read.data ? known(read.data, say, locale === 'zh-CN' ? 'zh' : 'en') : null), [read.data, locale, say])
  return <Loaded from={read} rows={10}>{() => value && <Context value={value}>{children}</Context>}</Loaded>
}

export function useLanguage(): Known {
  const value = useContext(Context)
  if (!value) throw new Error('useLanguage outside LanguageProvider')
  return value
}

/** How an operator is read aloud of this kind of subject. */
export function operatorText(say: Say, op: string, kind: Kind | 'prop'): string {
  const family = kind === 'age' || kind === 'date' || kind === 'set' ? kind : kind === 'known' ? 'known' : 'other'
  const own = `op.${op}.${family}`
  const word = `op.${op}`
  return isWord(own) ? say(own) : isWord(word) ? say(word) : op
}

// segment_filter.tsx -- which members a question is about: everybody, a saved segment, or conditions written out.
import { AutoComplete, Input } from 'antd'
import { useEffect, useId, useState } from 'react'
import type { Forms, Given } from '~/api'
import { useAnswer, useData, type Page } from '~/base/data'
import { ApiError } from '~/base/http'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'

type Saved = Given<Forms['saved_view'], 'name'>
type Asked = Forms['segment_asked']

/** How a saved segment is named in a text. */
export const inSegment = (name: string) => `in_segment("${name.replace(/["\\]/g, '\\$&')}")`

/** What the server says is wrong with a text, without its head. */
export function textProblem(error: Error): string {
  if (!(error instanceof ApiError)) return error.message
  return error.problem.errors?.[0]?.detail ?? error.problem.detail ?? error.problem.title
}

interface FilterProps {
  value: string | undefined
  /** Told a text that is understood (undefined: everybody) on Enter, on leaving the field and on picking. */
  change: (text: string | undefined) => void
  label?: string
}

export function SegmentFilter({ value, change, label }: FilterProps) {
  const say = useSay()
  const format = useFormat()
  const id = useId()
  const [draft, setDraft] = useState(value ?? '')
  const [wanted, want] = useState(false)
  useEffect(() => setDraft(value ?? ''), [value])
  const text = draft.trim()
  const saved = useData<Page<Saved>>('/v1/segments')
  const asked = useAnswer<Asked>('/v1/segments/ask', text ? { text } : null, 200)
  const understood = !asked.loading && !asked.error
  const take = (to: string) => {
    want(false)
    if (to !== (value ?? '')) change(to || undefined)
  }
  // Enter or leaving the field while the server still reads: taken as soon as it is understood.
  useEffect(() => {
    if (wanted && understood) take(text)
  })
  const name = label ?? say('segment.filter')
  const options = (saved.data?.items ?? []).map((one) => ({
    value: inSegment(one.name),
    label: (
      <span className="option-line">
        <span>{one.name}</span>
        {one.counted_at && <span className="quiet number">{say('segment.people', { n: format.count(one.count) })}</span>}
      </span>
    ),
    search: one.name.toLowerCase(),
  }))
  return (
    <div className="segment-filter">
      <AutoComplete
        className="full"
        value={draft}
        options={options}
        showSearch={{ filterOption: (typed, option) => option?.value === typed || (option?.search as string).includes(typed.trim().toLowerCase()) }}
        onChange={(typed: string) => {
          want(false)
          setDraft(typed ?? '')
          if (!typed) take('')
        }}
        onSelect={(picked: string) => {
          setDraft(picked)
          take(picked)
        }}
        onBlur={() => want(true)}
        popupMatchSelectWidth={280}
      >
        <Input
          allowClear
          aria-label={name}
          aria-describedby={id}
          prefix={<span className="quiet">{name}</span>}
          placeholder={say('segment.filter.everybody')}
          onPressEnter={() => want(true)}
          status={asked.error ? 'error' : undefined}
        />
      </AutoComplete>
      <div id={id} role="status" className={asked.error ? 'segment-filter-note wrong' : 'segment-filter-note quiet'}>
        {asked.error ? textProblem(asked.error) : text && asked.data
          ? say('segment.people_share', { n: format.count(asked.data.count), share: format.percent(asked.data.count / asked.data.total) })
          : null}
      </div>
    </div>
  )
}

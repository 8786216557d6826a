// settings.tsx -- everything an operator can change; each row says what it does and what the default is.
import { App, Button, Card, Input, InputNumber, Select, Switch } from 'antd'
import { useState } from 'react'
import type { Setting } from '~/api'
import { useChange, useData, type Page } from '~/base/data'
import { isWord, useSay, type Say } from '~/base/locale'
import { Head } from '~/parts/head'
import { Failure, Loaded } from '~/parts/states'
import { Mark } from '~/parts/mark'

/** "rfm.cuts" belongs to rfm; names without a dot are general. */
const groupOf = (name: string) => (name.includes('.') ? name.slice(0, name.indexOf('.')) : 'general')

export default function Settings() {
  const say = useSay()
  const read = useData<Page<Setting>>('/v1/settings')
  const [text, setText] = useState('')
  const fits = (row: Setting) => !text || `${row.name} ${row.doc}`.toLowerCase().includes(text.toLowerCase())
  return (
    <>
      <Head title={say('page.settings')}>
        <Input.Search aria-label={say('settings.search')} placeholder={say('settings.search')} allowClear onChange={(event) => setText(event.target.value)} className="filter-wide" />
      </Head>
      <Loaded from={read} rows={10}>
        {({ items }) => (
          <div className="stack">
            {[...new Set(items.filter(fits).map((row) => groupOf(row.name)))].map((group) => {
              const word = `settings.${group}`
              return (
                <Card key={group} title={isWord(word) ? say(word) : group} className="card-flush">
                  {items.filter((row) => fits(row) && groupOf(row.name) === group).map((row) => <SettingRow key={`${row.name} ${row.value}`} row={row} changed={read.reload} />)}
                </Card>
              )
            })}
          </div>
        )}
      </Loaded>
    </>
  )
}

function SettingRow({ row, changed }: { row: Setting; changed: () => void }) {
  const say = useSay()
  const { message } = App.useApp()
  const [value, setValue] = useState(row.value)
  const change = useChange()
  const save = async (to: string) => {
    if (!(await change.run('PUT', `/v1/settings/${encodeURIComponent(row.name)}`, { value: to }))) return
    message.success(say('saved'))
    changed()
  }
  return (
    <div className="setting">
      <div className="setting-what">
        <div>{row.doc} {row.value !== row.fallback && <Mark tone="amber">{say('settings.changed')}</Mark>}</div>
        <div className="fact-note"><code>{row.name}</code> · {say('settings.default', { value: row.fallback })}</div>
        {change.error && <Failure error={change.error} title={say('failed_change')} />}
      </div>
      <div className="setting-value">
        <SettingInput row={row} value={value} change={setValue} save={save} />
        {value !== row.value && row.kind !== 'flag' && row.kind !== 'choice' && (
          <Button type="primary" loading={change.busy} onClick={() => save(value)}>{say('save')}</Button>
        )}
        {value === row.value && row.value !== row.fallback && <Button type="text" onClick={() => save(row.fallback)}>{say('settings.reset')}</Button>}
      </div>
    </div>
  )
}

/** The choices of RFM have names of their own; others are shown as they are. */
function choiceText(name: string, choice: string, say: Say): string {
  const word = [`${name}.${choice}`, `setting.${name}.${choice}`].find(isWord)
  return word ? say(word) : choice
}

interface InputProps {
  row: Setting
  value: string
  change: (value: string) => void
  save: (value: string) => void
}

/** Choices and switches act at once; what is typed waits for the button. */
function SettingInput({ row, value, change, save }: InputProps) {
  const say = useSay()
  const label = row.doc || row.name
  if (row.kind === 'flag') return <Switch aria-label={label} checked={value === 'true'} onChange={(on) => save(String(on))} />
  if (row.kind === 'choice')
    return <Select aria-label={label} value={value} options={(row.choices ?? []).map((one) => ({ value: one, label: choiceText(row.name, one, say) }))} onChange={save} popupMatchSelectWidth={false} className="filter" />
  if (row.kind === 'int')
    return <InputNumber aria-label={label} value={value} stringMode precision={0} min={row.min?.toString()} max={row.max?.toString()} onChange={(n) => change(n === null ? '' : String(n))} />
  return (
    <Input
      aria-label={label}
      value={value}
      placeholder={row.kind === 'ints' || row.kind === 'moneys' ? say('settings.list_hint') : undefined}
      onChange={(event) => change(event.target.value)}
      onPressEnter={() => save(value)}
    />
  )
}

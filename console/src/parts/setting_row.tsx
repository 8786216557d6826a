// setting_row.tsx -- one setting: what it does, its default, and the input that changes it.
import { App, Button, Input, InputNumber, Select, Switch } from 'antd'
import { useState } from 'react'
import type { Setting } from '~/api'
import { useMay } from '~/app/session'
import { useChange } from '~/base/data'
import { isWord, useSay, type Say } from '~/base/locale'
import { Mark } from './mark'
import { Failure } from './states'

export function SettingRow({ row, changed }: { row: Setting; changed: () => void }) {
  const may = useMay()('settings:write')
  const say = useSay()
  const { message } = App.useApp()
  // A secret is written and never shown.
  const shown = row.kind === 'secret' ? '' : row.value
  const [value, setValue] = useState(shown)
  const change = useChange()
  const save = async (to: string) => {
    if (!(await change.run('PUT', `/v1/settings/${encodeURIComponent(row.name)}`, { value: to }))) return
    message.success(say('saved'))
    changed()
  }
  return (
    <div className="setting">
      <div className="setting-what">
        <div>{docText(row)} {row.value !== row.fallback && <Mark tone="amber">{say('settings.changed')}</Mark>}</div>
        <div className="fact-note"><code>{row.name}</code> · {say('settings.default')} <Fallback row={row} /></div>
        {change.error && <Failure error={change.error} title={say('failed_change')} />}
      </div>
      <div className="setting-value">
        <SettingInput row={row} value={value} change={setValue} save={save} fixed={!may} />
        {value !== shown && row.kind !== 'flag' && row.kind !== 'choice' && (
          <Button type="primary" loading={change.busy} onClick={() => save(value)}>{say('save')}</Button>
        )}
        {may && value === shown && row.value !== row.fallback && <Button type="text" onClick={() => save(row.fallback)}>{say('settings.reset')}</Button>}
      </div>
    </div>
  )
}

function Fallback({ row }: { row: Setting }) {
  const say = useSay()
  if (row.kind === 'choice') return choiceText(row.name, row.fallback, say)
  if (row.kind === 'flag') return say(row.fallback === 'true' ? 'yes' : 'no')
  return row.fallback ? <code>{row.fallback}</code> : say('none')
}

/** The text names the choices as the command line writes them; here the input shows them by their names. */
function docText(row: Setting): string {
  if (row.kind !== 'choice' || !row.choices?.length) return row.doc
  const one = `(?:${row.choices.map((choice) => choice.replace(/\W/g, '\\$&')).join('|')})`
  return row.doc.replace(new RegExp(` ?[（(]${one}[）)]`, 'g'), '').replace(new RegExp(`(?<![\\w.-])${one} (?=[\\u3400-\\u9fff])`, 'g'), '')
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
  /** Who may not change it sees it. */
  fixed: boolean
}

/** Choices and switches act at once; what is typed waits for the button. */
function SettingInput({ row, value, change, save, fixed }: InputProps) {
  const say = useSay()
  const label = row.doc || row.name
  if (row.kind === 'flag') return <Switch aria-label={label} disabled={fixed} checked={value === 'true'} onChange={(on) => save(String(on))} />
  if (row.kind === 'choice')
    return <Select aria-label={label} disabled={fixed} value={value} options={(row.choices ?? []).map((one) => ({ value: one, label: choiceText(row.name, one, say) }))} onChange={save} popupMatchSelectWidth={false} className="filter" />
  if (row.kind === 'int')
    return <InputNumber aria-label={label} disabled={fixed} value={value} stringMode precision={0} min={row.min?.toString()} max={row.max?.toString()} onChange={(n) => change(n === null ? '' : String(n))} />
  if (row.kind === 'secret')
    return <Input.Password aria-label={label} disabled={fixed} value={value} visibilityToggle={false} autoComplete="new-password" placeholder={row.value && say('settings.secret')} onChange={(event) => change(event.target.value)} />
  return (
    <Input
      aria-label={label}
      disabled={fixed}
      value={value}
      placeholder={row.kind === 'ints' || row.kind === 'moneys' ? say('settings.list_hint') : undefined}
      onChange={(event) => change(event.target.value)}
      onPressEnter={() => save(value)}
    />
  )
}

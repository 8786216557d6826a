// settings.tsx -- everything an operator can change; each row says what it does and what the default is.
import { Card, Input } from 'antd'
import { useState } from 'react'
import type { Setting } from '~/api'
import { useData, type Page } from '~/base/data'
import { isWord, useSay } from '~/base/locale'
import { Head } from '~/parts/head'
import { SettingRow } from '~/parts/setting_row'
import { Loaded } from '~/parts/states'

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

// help.tsx -- everything that can be written, with an example each; a click takes the example over.
import { Input } from 'antd'
import { useState } from 'react'
import { useSay } from '~/base/locale'
import { Nothing } from '~/parts/states'
import { useLanguage } from './language'

export function Help({ take }: { take: (example: string) => void }) {
  const say = useSay()
  const { subjects } = useLanguage()
  const [typed, type] = useState('')
  const wanted = typed.trim().toLowerCase()
  const found = subjects.filter((one) => `${one.name} ${one.zh} ${one.en} ${one.title}`.toLowerCase().includes(wanted))
  return (
    <>
      <Input.Search allowClear aria-label={say('search')} placeholder={say('search')} value={typed} onChange={(event) => type(event.target.value)} className="flat" />
      {found.length === 0 && <Nothing text={say('nothing_found')} />}
      <ul className="help">
        {found.map((one) => (
          <li key={one.name}>
            <div className="option-line"><strong>{one.title}</strong><code className="quiet">{one.name}</code></div>
            {one.doc !== one.example && <div className="quiet">{one.doc}</div>}
            <button type="button" className="help-example" onClick={() => take(one.example)}><code>{one.example}</code></button>
          </li>
        ))}
      </ul>
    </>
  )
}

// koc_words.tsx -- a KOC by name, his level in the reader's language, rates as percentages.
import { Link } from 'react-router'
import type { Koc, KocLevel, KocState } from '~/api'
import { useMay } from '~/app/session'
import type { Tone } from '~/app/theme'
import { useData } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay, useSpeech } from '~/base/locale'

export const stateTones: Record<KocState, Tone> = {
  applied: 'amber', invited: 'blue', active: 'green', suspended: 'red', refused: 'grey', left: 'grey',
}

/** 800 basis points: 8%. */
export const rateText = (rate: number) => `${(rate / 100).toLocaleString('en-US', { maximumFractionDigits: 2 })}%`

export function KocName({ member, name }: { member: number; name?: string | null }) {
  const say = useSay()
  const may = useMay()('members:read')
  const text = <>{name || say('koc.nameless')} <span className="quiet number">#{member}</span></>
  return may ? <Link to={`/members/${member}`}>{text}</Link> : <span>{text}</span>
}

export function useLevelName() {
  const { locale } = useSpeech()
  return (one: Pick<Koc, 'level_zh' | 'level_en'>) => (locale === 'zh-CN' ? one.level_zh : one.level_en) || '–'
}

/** What the level of a code is called. */
export function useLevelOf() {
  const { locale } = useSpeech()
  const levels = useData<{ levels: KocLevel[] }>('/v1/koc/levels').data?.levels
  return (code: string | null) => {
    const found = levels?.find((one) => one.code === code)
    return found ? (locale === 'zh-CN' ? found.zh : found.en) : (code ?? '')
  }
}

/** Where he publishes, and what he says about himself. */
export function About({ it }: { it: Koc }) {
  const say = useSay()
  const format = useFormat()
  return (
    <div className="koc-about">
      {it.text && <p>{it.text}</p>}
      {it.handles.length > 0 && (
        <ul className="plain-list">
          {it.handles.map((one) => (
            <li key={`${one.platform} ${one.handle}`}>
              <span className="quiet">{one.platform}</span> {one.handle}
              {typeof one.followers === 'number' && <span className="quiet number"> · {say('koc.followers', { n: format.count(one.followers) })}</span>}
            </li>
          ))}
        </ul>
      )}
      {!it.text && it.handles.length === 0 && <span className="quiet">–</span>}
    </div>
  )
}

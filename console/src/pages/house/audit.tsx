// audit.tsx -- who changed what, when, from where.
import { Input } from 'antd'
import type { AuditLine } from '~/api'
import { usePages } from '~/base/data'
import { useFormat } from '~/base/format'
import { useQuestion } from '~/base/question'
import { isWord, useSpeech, type Locale, type Say } from '~/base/locale'
import { Head } from '~/parts/head'
import { Rows, type Column } from '~/parts/rows'
import { Nothing } from '~/parts/states'
import { actorText } from '~/parts/who'

const questions = ['actor', 'action'] as const

export default function Audit() {
  const { say, locale } = useSpeech()
  const format = useFormat()
  const { asked, put } = useQuestion(questions)
  const list = usePages<AuditLine>('/v1/audit', { ...asked, limit: 50 })
  const columns: Column<AuditLine>[] = [
    { key: 'at', title: say('time'), cell: (row) => <span className="number">{format.when(row.at)}</span> },
    { key: 'actor', title: say('audit.actor'), cell: (row) => actorText(row.actor, say) },
    { key: 'action', title: say('audit.action'), cell: (row) => <div className="gives">{actionText(row, say, locale)}<span className="fact-note"><code>{row.action}</code></span></div> },
    { key: 'subject', title: say('audit.subject'), cell: (row) => (row.subject ? <code>{row.subject}</code> : '–') },
    { key: 'detail', title: say('audit.detail'), cell: (row) => <Detail detail={row.detail} /> },
    { key: 'address', title: say('audit.address'), cell: (row) => <span className="number">{row.address || '–'}</span> },
  ]
  return (
    <>
      <Head title={say('page.audit')} />
      <div className="filters" role="search">
        {questions.map((name) => (
          <Input.Search
            key={`${name} ${asked[name] ?? ''}`}
            defaultValue={asked[name]}
            placeholder={say(`audit.any_${name}`)}
            aria-label={say(`audit.any_${name}`)}
            onSearch={(text) => put({ [name]: text.trim() })}
            allowClear
            className="filter-wide"
          />
        ))}
      </div>
      <section className="panel card-list">
        <Rows from={list} columns={columns} id={(row) => row.id} empty={<Nothing text={say('audit.none')} />} />
      </section>
    </>
  )
}

/** What a route did is in its own words, in both languages; what happens without one has a word here. */
function actionText(row: AuditLine, say: Say, locale: Locale): string {
  const told = (row.detail as { zh?: unknown; en?: unknown } | null)?.[locale === 'zh-CN' ? 'zh' : 'en']
  const word = `did.${row.action}`
  return typeof told === 'string' ? told : isWord(word) ? say(word) : row.action
}

const notDetail = new Set(['zh', 'en', 'status'])

/** A flat object as "name: value" pairs; anything deeper as JSON. */
function Detail({ detail }: { detail: unknown }) {
  if (!detail || typeof detail !== 'object') return <span className="quiet">–</span>
  const pairs = Object.entries(detail).filter(([name]) => !notDetail.has(name)).map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
  return pairs.length > 0 ? <code className="detail wraps">{pairs.join(' · ')}</code> : <span className="quiet">–</span>
}

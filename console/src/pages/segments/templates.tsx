// templates.tsx -- good segments to begin with, each with how many it finds in this shop right now.
import { Card } from 'antd'
import { Link } from 'react-router'
import { useAnswer } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import type { Word } from '~/base/words'
import type { Answered } from './forms'

const templates: { name: Word; what: Word; text: string }[] = [
  { name: 'tpl.dormant', what: 'tpl.dormant.what', text: 'spent(365d) >= 999 and recency > 90d' },
  { name: 'tpl.first', what: 'tpl.first.what', text: 'first_order <= 30d' },
  { name: 'tpl.cart', what: 'tpl.cart.what', text: 'did("Product Added", 7d) and orders(7d) = 0' },
  { name: 'tpl.group', what: 'tpl.group.what', text: 'class = "A"' },
  { name: 'tpl.looked', what: 'tpl.looked.what', text: 'did("Product Viewed", 7d) >= 3 and orders(7d) = 0' },
  { name: 'tpl.second', what: 'tpl.second.what', text: 'orders = 1 and last_order between 30d and 90d' },
  { name: 'tpl.loyal', what: 'tpl.loyal.what', text: 'frequency >= 5 and recency <= 30d' },
  { name: 'tpl.leaving', what: 'tpl.leaving.what', text: 'orders >= 2 and last_order between 91d and 180d' },
  { name: 'tpl.birthday', what: 'tpl.birthday.what', text: 'birthday within next 7d' },
  { name: 'tpl.reach', what: 'tpl.reach.what', text: 'phone is known and last_order <= 180d' },
]

export const newFrom = (text: string, name?: string) => `/segments/new?${new URLSearchParams({ text, ...(name ? { name } : {}) })}`

export function Templates() {
  const say = useSay()
  return (
    <Card title={say('seg.templates')} extra={<span className="quiet only-wide">{say('seg.templates.what')}</span>}>
      <ul className="templates">
        {templates.map((row) => <Template key={row.name} {...row} />)}
      </ul>
    </Card>
  )
}

function Template({ name, what, text }: (typeof templates)[number]) {
  const say = useSay()
  const format = useFormat()
  const answer = useAnswer<Answered>('/v1/segments/ask', { text })
  const share = answer.data && answer.data.total > 0 ? answer.data.count / answer.data.total : 0
  return (
    <li>
      <Link to={newFrom(text, say(name))} className="template">
        <span className="option-line"><strong>{say(name)}</strong><span className="number">{answer.data ? format.tile(answer.data.count) : '–'}</span></span>
        <span className="bar-track template-bar" aria-hidden><span className="bar-fill" style={{ width: `${share * 100}%` }} /></span>
        <span className="quiet template-what">{say(what)}</span>
        <code className="template-text">{text}</code>
      </Link>
    </li>
  )
}

// rfm_members.tsx -- the members of one RFM cell or type.
import { ArrowLeftOutlined } from '@ant-design/icons'
import { Link, useSearchParams } from 'react-router'
import type { MemberRow } from '~/api'
import { usePages } from '~/base/data'
import { isWord, useSay } from '~/base/locale'
import { Head } from '~/parts/head'
import { Nothing } from '~/parts/states'
import { useMemberRows } from '../members/member_rows'
import { useAsked, withAsked } from './rule'
import { Mark } from '~/parts/mark'

const parts = ['r', 'f', 'm'] as const

export default function RfmMembers() {
  const say = useSay()
  const [asked] = useAsked()
  const [search] = useSearchParams()
  const members = useMemberRows()
  const type = search.get('type') ?? undefined
  const cell = Object.fromEntries(parts.map((name) => [name, search.get(name) ?? undefined]))
  const list = usePages<MemberRow>('/v1/reports/rfm/members', { ...asked, ...cell, type, limit: 50 })
  const word = `rfm.${type}`
  return (
    <>
      <Head
        title={
          <>
            <Link to={withAsked('/rfm', asked)} aria-label={say('back')} className="back"><ArrowLeftOutlined /></Link>
            {type && (isWord(word) ? say(word) : type)}
            {parts.map((name) => cell[name] && <Mark key={name} tone="teal" className="tag-big">{name.toUpperCase()}{cell[name]}</Mark>)}
            {asked.at && <span className="quiet number"> {asked.at}</span>}
          </>
        }
      >
        {members.chooser}
      </Head>
      <section className="panel card-list">
        {members.rows(list, <Nothing text={say('nothing_found')} />)}
      </section>
    </>
  )
}

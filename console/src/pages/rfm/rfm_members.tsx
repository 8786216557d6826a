// rfm_members.tsx -- the members of one RFM cell or type.
import { ArrowLeftOutlined } from '@ant-design/icons'
import { Link, useNavigate, useSearchParams } from 'react-router'
import type { MemberRow } from '~/api'
import { usePages } from '~/base/data'
import { isWord, useSay } from '~/base/locale'
import { Head } from '~/parts/head'
import { Rows } from '~/parts/rows'
import { Nothing } from '~/parts/states'
import { ColumnChooser, useMemberColumns, useShownColumns } from '../members/columns'
import { useAsked, withAsked } from './rule'
import { Mark } from '~/parts/mark'

const parts = ['r', 'f', 'm'] as const

export default function RfmMembers() {
  const say = useSay()
  const go = useNavigate()
  const [asked] = useAsked()
  const [search] = useSearchParams()
  const columns = useMemberColumns()
  const [shown, show] = useShownColumns()
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
        <ColumnChooser columns={columns} shown={shown} change={show} />
      </Head>
      <section className="panel card-list">
        <Rows
          from={list}
          columns={columns.filter((column, i) => i === 0 || shown.includes(column.key))}
          id={(row) => row.id}
          open={(row) => go(`/members/${row.id}`)}
          empty={<Nothing text={say('nothing_found')} />}
        />
      </section>
    </>
  )
}

// members.tsx -- finds members: by any identity, name or tag, by city and class; the address keeps the question.
import { Button, Input, Select } from 'antd'
import { Link } from 'react-router'
import type { MemberRow, TagView } from '~/api'
import { useMay } from '~/app/session'
import { usePages, useData, type Page } from '~/base/data'
import { useQuestion } from '~/base/question'
import { useSay } from '~/base/locale'
import { Head } from '~/parts/head'
import { Nothing } from '~/parts/states'
import { useMemberRows } from './member_rows'

const sorts = ['last_order', 'spent', 'orders', 'newest'] as const
const classes = ['A', 'B', 'C'] as const
const filters = ['q', 'tag', 'city', 'class'] as const
const questions = [...filters, 'sort'] as const

export default function Members() {
  const say = useSay()
  const may = useMay()
  const { asked, put, clear } = useQuestion(questions)
  const members = useMemberRows()
  const sort = asked.sort ?? 'last_order'
  const list = usePages<MemberRow>('/v1/members', { ...asked, sort, limit: 50 })
  const tags = useData<Page<TagView>>('/v1/tags')
  const filtered = filters.some((name) => asked[name])

  return (
    <>
      <Head title={say('page.members')}>
        {may('members:write') && <Link to="/merges"><Button>{say('page.merges')}</Button></Link>}
      </Head>
      <div className="filters" role="search">
        <Input.Search
          key={`q ${asked.q ?? ''}`}
          defaultValue={asked.q}
          placeholder={say('search_members')}
          aria-label={say('search_members')}
          onSearch={(text) => put({ q: text.trim() })}
          allowClear
          className="filter-wide"
        />
        <Select
          aria-label={say('tag')}
          placeholder={say('any_tag')}
          value={asked.tag}
          onChange={(tag: string | undefined) => put({ tag })}
          options={tags.data?.items.map((tag) => ({ value: tag.name, label: tag.name }))}
          allowClear
          showSearch
          popupMatchSelectWidth={false}
          className="filter"
        />
        <Select
          aria-label={say('class')}
          placeholder={say('any_class')}
          value={asked.class}
          onChange={(name: string | undefined) => put({ class: name })}
          options={classes.map((name) => ({ value: name, label: say(`class.${name}`), title: say(`class.${name}.what`) }))}
          allowClear
          className="filter"
        />
        <Input
          key={`city ${asked.city ?? ''}`}
          defaultValue={asked.city}
          placeholder={say('city')}
          aria-label={say('city')}
          onPressEnter={(event) => put({ city: event.currentTarget.value.trim() })}
          onBlur={(event) => event.target.value.trim() !== (asked.city ?? '') && put({ city: event.target.value.trim() })}
          allowClear
          onClear={() => put({ city: undefined })}
          className="filter"
        />
        <Select
          aria-label={say('sort')}
          value={sort}
          prefix={<span className="quiet">{say('sort')}</span>}
          onChange={(name: string) => put({ sort: name })}
          options={sorts.map((name) => ({ value: name, label: say(`sort.${name}`) }))}
          popupMatchSelectWidth={false}
        />
        {members.chooser}
      </div>
      <section className="panel card-list">
        {members.rows(
          list,
          filtered ? (
            <Nothing text={say('nothing_found')}>
              <Button onClick={clear}>{say('clear')}</Button>
            </Nothing>
          ) : (
            <Nothing text={say('no_members')}>
              {may('import') && <Link to="/imports"><Button type="primary">{say('to_import')}</Button></Link>}
            </Nothing>
          ),
        )}
      </section>
    </>
  )
}

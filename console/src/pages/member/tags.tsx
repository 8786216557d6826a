// tags.tsx -- a member's tags: see, add (with an end, if wished), remove.
import { PlusOutlined } from '@ant-design/icons'
import { App, AutoComplete, Button, Card, DatePicker, Popconfirm, Space, Tooltip } from 'antd'
import type { Dayjs } from 'dayjs'
import { useState } from 'react'
import type { MemberTag, MemberView, TagView } from '~/api'
import { useMay } from '~/app/session'
import { useChange, useData, type Page } from '~/base/data'
import { useFormat, type Format } from '~/base/format'
import { isWord, useSay, type Say } from '~/base/locale'
import { Failure } from '~/parts/states'
import { Mark } from '~/parts/mark'

export const sourceText = (source: string, say: Say): string => {
  const word = `source.${source}`
  return isWord(word) ? say(word) : source
}

function about(tag: MemberTag, say: Say, format: Format): string {
  const until = tag.expires_at ? say('until', { at: format.day(tag.expires_at) }) : say('no_expiry')
  return [tag.group, sourceText(tag.source, say), until].filter(Boolean).join(' · ')
}

export function Tags({ member, changed }: { member: MemberView; changed: () => void }) {
  const say = useSay()
  const format = useFormat()
  const may = useMay()('members:write')
  const change = useChange()
  const drop = async (tag: string) => {
    if (await change.run('DELETE', `/v1/members/${member.id}/tags/${encodeURIComponent(tag)}`)) changed()
  }
  return (
    <Card title={say('tags')}>
      {change.error && <Failure error={change.error} title={say('failed_change')} />}
      <span className="chips">
        {member.tags.map((tag) => (
          <Tooltip key={tag.tag} title={about(tag, say, format)}>
            <Mark tabIndex={0} className="tag-big">
              {tag.tag}
              {may && (
                <Popconfirm title={say('remove_tag', { tag: tag.tag })} onConfirm={() => drop(tag.tag)}>
                  <button type="button" className="tag-drop" aria-label={say('remove_tag', { tag: tag.tag })}>×</button>
                </Popconfirm>
              )}
            </Mark>
          </Tooltip>
        ))}
        {member.tags.length === 0 && <span className="quiet">{say('no_tags')}</span>}
      </span>
      {may && <TagAdder member={member} changed={changed} />}
    </Card>
  )
}

function TagAdder({ member, changed }: { member: MemberView; changed: () => void }) {
  const say = useSay()
  const { message } = App.useApp()
  const [open, setOpen] = useState(false)
  const [tag, setTag] = useState('')
  const [until, setUntil] = useState<Dayjs | null>(null)
  const known = useData<Page<TagView>>(open ? '/v1/tags' : null)
  const change = useChange()
  const add = async () => {
    const body = { tag: tag.trim(), expires_at: until ? until.endOf('day').toISOString() : null }
    if (!body.tag || !(await change.run('POST', `/v1/members/${member.id}/tags`, body))) return
    message.success(say('saved'))
    setTag('')
    setOpen(false)
    changed()
  }
  if (!open) return <div className="add"><Button size="small" type="dashed" icon={<PlusOutlined />} onClick={() => setOpen(true)}>{say('add_tag')}</Button></div>
  return (
    <div className="add">
      {change.error && <Failure error={change.error} title={say('failed_change')} />}
      <Space wrap>
        <AutoComplete
          autoFocus
          value={tag}
          onChange={setTag}
          placeholder={say('new_tag')}
          aria-label={say('new_tag')}
          showSearch={{ filterOption: (text, option) => String(option?.value).includes(text) }}
          options={known.data?.items.map((one) => ({ value: one.name }))}
          className="filter-wide"
        />
        <DatePicker value={until} onChange={setUntil} placeholder={say('tag_until')} aria-label={say('tag_until')} />
        <Button type="primary" loading={change.busy} disabled={!tag.trim()} onClick={add}>{say('add')}</Button>
        <Button onClick={() => setOpen(false)}>{say('cancel')}</Button>
      </Space>
    </div>
  )
}

// profile.tsx -- a member's profile fields: value, where it came from, and editing by type.
import { EditOutlined } from '@ant-design/icons'
import { App, Button, Card, DatePicker, Input, InputNumber, Modal, Select } from 'antd'
import dayjs from 'dayjs'
import { useState } from 'react'
import type { FieldView, MemberView } from '~/api'
import { useMay } from '~/app/session'
import { useChange } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { Failure, Nothing } from '~/parts/states'
import { useFields } from '../members/field_names'
import { sourceText } from './tags'

export function Profile({ member, changed }: { member: MemberView; changed: () => void }) {
  const say = useSay()
  const format = useFormat()
  const may = useMay()('members:write')
  const { fields, nameOf } = useFields()
  const [editing, edit] = useState<FieldView>()
  const empty = fields.filter((field) => !member.fields.some((one) => one.field === field.name))
  return (
    <Card title={say('profile')}>
      {member.fields.length === 0 && <Nothing text={say('no_fields')} />}
      <ul className="facts">
        {member.fields.map((one) => {
          const field = fields.find((row) => row.name === one.field)
          const name = nameOf(one.field)
          return (
            <li key={one.field}>
              <span className="fact-name">{name}</span>
              <span className="fact-value">
                {shown(field, one.value, say)}{' '}
                {may && field && (
                  <Button size="small" type="text" icon={<EditOutlined />} aria-label={say('edit_field', { field: name })} onClick={() => edit(field)} />
                )}
                <span className="fact-note">{say('field_source', { source: sourceText(one.source, say), at: format.day(one.at) })}</span>
              </span>
            </li>
          )
        })}
      </ul>
      {may && empty.length > 0 && (
        <Select
          className="add full"
          value={null}
          placeholder={say('add_field')}
          aria-label={say('add_field')}
          showSearch={{ optionFilterProp: 'label' }}
          options={empty.map((field) => ({ value: field.name, label: nameOf(field.name) }))}
          onSelect={(name: string | null) => edit(fields.find((field) => field.name === name))}
        />
      )}
      {editing && (
        <FieldDialog
          field={editing}
          title={nameOf(editing.name)}
          before={member.fields.find((one) => one.field === editing.name)?.value ?? ''}
          member={member.id}
          close={() => edit(undefined)}
          changed={changed}
        />
      )}
    </Card>
  )
}

function shown(field: FieldView | undefined, value: string, say: ReturnType<typeof useSay>): string {
  if (field?.type === 'flag') return say(value === 'true' ? 'yes' : 'no')
  if (field?.type === 'choices') return value.split(',').join('、')
  return value
}

interface DialogProps {
  field: FieldView
  title: string
  before: string
  member: number
  close: () => void
  changed: () => void
}

function FieldDialog({ field, title, before, member, close, changed }: DialogProps) {
  const say = useSay()
  const { message } = App.useApp()
  const [value, setValue] = useState(before)
  const change = useChange()
  const save = async () => {
    if (!(await change.run('PUT', `/v1/members/${member}/fields/${encodeURIComponent(field.name)}`, { value }))) return
    message.success(say('saved'))
    close()
    changed()
  }
  return (
    <Modal open title={title} okText={say('save')} cancelText={say('cancel')} confirmLoading={change.busy} onOk={save} onCancel={close}>
      {change.error && <Failure error={change.error} title={say('failed_change')} />}
      <FieldInput field={field} label={title} value={value} change={setValue} />
    </Modal>
  )
}

/** The input that fits a field's type; its value is always text, as the API takes it. */
function FieldInput({ field, label, value, change }: { field: FieldView; label: string; value: string; change: (value: string) => void }) {
  const say = useSay()
  const common = { className: 'full', 'aria-label': label, autoFocus: true }
  const choices = field.choices?.map((one) => ({ value: one, label: one }))
  switch (field.type) {
    case 'number':
      return <InputNumber {...common} stringMode value={value || null} onChange={(n) => change(n === null ? '' : String(n))} />
    case 'date':
      return <DatePicker {...common} value={value ? dayjs(value) : null} onChange={(day) => change(day ? day.format('YYYY-MM-DD') : '')} />
    case 'flag':
      return <Select {...common} value={value || undefined} onChange={change} options={[{ value: 'true', label: say('yes') }, { value: 'false', label: say('no') }]} />
    case 'choice':
      return <Select {...common} value={value || undefined} onChange={change} options={choices} />
    case 'choices':
      return <Select {...common} mode="multiple" value={value ? value.split(',') : []} onChange={(all: string[]) => change(all.join(','))} options={choices} />
    default:
      return <Input {...common} value={value} onChange={(event) => change(event.target.value)} />
  }
}

// users.tsx -- who may sign in, as what.
import { PlusOutlined } from '@ant-design/icons'
import { App, Button, Form, Input, Popconfirm, Select, Space } from 'antd'
import { useState } from 'react'
import type { Role, User } from '~/api'
import { useSession } from '~/app/session'
import { useChange, usePages } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { FormDialog } from '~/parts/form_dialog'
import { Head } from '~/parts/head'
import { Rows, type Column } from '~/parts/rows'
import { Failure } from '~/parts/states'
import { Mark } from '~/parts/mark'

const roles: Role[] = ['owner', 'operator', 'analyst', 'support', 'viewer']

function useRoleOptions() {
  const say = useSay()
  return roles.map((role) => ({ value: role, label: say(`role.${role}`), title: say(`role.${role}.what`) }))
}

export default function Users() {
  const say = useSay()
  const format = useFormat()
  const { session } = useSession()
  const { message } = App.useApp()
  const options = useRoleOptions()
  const [adding, setAdding] = useState(false)
  const [resetting, reset] = useState<User>()
  const list = usePages<User>('/v1/users')
  const change = useChange()
  const patch = async (user: User, body: object) => {
    if (!(await change.run('PATCH', `/v1/users/${user.id}`, body))) return
    message.success(say('saved'))
    list.reload()
  }
  const columns: Column<User>[] = [
    {
      key: 'name', title: say('user_name'),
      cell: (user) => <>{user.name} {user.id === session?.user.id && <Mark>{say('users.you')}</Mark>}</>,
    },
    {
      key: 'role', title: say('users.role'), width: 140,
      cell: (user) => (
        <Select
          aria-label={`${user.name} ${say('users.role')}`}
          value={user.role}
          options={options}
          disabled={change.busy}
          onChange={(role: Role) => patch(user, { role })}
          popupMatchSelectWidth={false}
          className="full"
        />
      ),
    },
    { key: 'state', title: say('state'), cell: (user) => <Mark tone={user.disabled ? 'grey' : 'green'}>{say(user.disabled ? 'users.disabled' : 'users.active')}</Mark> },
    { key: 'seen', title: say('users.seen'), cell: (user) => <span className="number">{user.seen_at ? format.when(user.seen_at) : say('users.never')}</span> },
    { key: 'made', title: say('users.made'), cell: (user) => <span className="number">{format.day(user.created_at)}</span> },
    {
      key: 'do', title: say('actions'),
      cell: (user) => (
        <Space>
          <Button size="small" onClick={() => reset(user)}>{say('users.reset')}</Button>
          {user.disabled ? (
            <Button size="small" onClick={() => patch(user, { disabled: false })}>{say('users.enable')}</Button>
          ) : (
            <Popconfirm title={say('users.disable.sure')} onConfirm={() => patch(user, { disabled: true })}>
              <Button size="small" danger disabled={user.id === session?.user.id}>{say('users.disable')}</Button>
            </Popconfirm>
          )}
        </Space>
      ),
    },
  ]
  return (
    <>
      <Head title={say('page.users')}>
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setAdding(true)}>{say('users.add')}</Button>
      </Head>
      {change.error && <Failure error={change.error} title={say('failed_change')} />}
      <section className="panel card-list">
        <Rows from={list} columns={columns} id={(user) => user.id} />
      </section>
      {adding && <AddUser close={() => setAdding(false)} added={list.reload} />}
      {resetting && <ResetPassword user={resetting} close={() => reset(undefined)} />}
    </>
  )
}

const passwordRule = (message: string) => [{ required: true, min: 10, message }]

function AddUser({ close, added }: { close: () => void; added: () => void }) {
  const say = useSay()
  const [form] = Form.useForm()
  const options = useRoleOptions()
  const change = useChange()
  const save = async (values: object) => {
    if (!(await change.run('POST', '/v1/users', values))) return
    close()
    added()
  }
  return (
    <FormDialog title={say('users.add')} form={form} change={change} close={close}>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={save} initialValues={{ role: 'operator' }}>
        <Form.Item name="name" label={say('user_name')} rules={[{ required: true, message: say('required') }]}>
          <Input autoComplete="off" maxLength={60} autoFocus />
        </Form.Item>
        <Form.Item name="password" label={say('password')} extra={say('password_rule')} rules={passwordRule(say('password_rule'))}>
          <Input.Password autoComplete="new-password" />
        </Form.Item>
        <Form.Item name="role" label={say('users.role')}>
          <Select
            options={options}
            optionRender={(option) => <>{option.label}<div className="fact-note">{option.data.title}</div></>}
          />
        </Form.Item>
      </Form>
    </FormDialog>
  )
}

function ResetPassword({ user, close }: { user: User; close: () => void }) {
  const say = useSay()
  const { message } = App.useApp()
  const [form] = Form.useForm()
  const change = useChange()
  const save = async (values: object) => {
    if (!(await change.run('PATCH', `/v1/users/${user.id}`, values))) return
    message.success(say('password_changed'))
    close()
  }
  return (
    <FormDialog title={`${say('users.reset')} · ${user.name}`} form={form} change={change} close={close}>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={save}>
        <Form.Item name="password" label={say('new_password')} extra={say('password_rule')} rules={passwordRule(say('password_rule'))}>
          <Input.Password autoComplete="new-password" autoFocus />
        </Form.Item>
      </Form>
    </FormDialog>
  )
}

// keys.tsx -- keys for other systems: made with scopes, shown once, revoked.
import { PlusOutlined } from '@ant-design/icons'
import { Alert, Button, Checkbox, DatePicker, Form, Input, Modal, Popconfirm, Typography } from 'antd'
import type { Dayjs } from 'dayjs'
import { useState } from 'react'
import type { Key, Right } from '~/api'
import { useSession } from '~/app/session'
import { useChange, usePages } from '~/base/data'
import { useFormat } from '~/base/format'
import { isWord, useSay } from '~/base/locale'
import { FormDialog } from '~/parts/form_dialog'
import { Head } from '~/parts/head'
import { Rows, type Column } from '~/parts/rows'
import { Failure, Nothing } from '~/parts/states'
import { Mark } from '~/parts/mark'

export default function Keys() {
  const say = useSay()
  const format = useFormat()
  const [adding, setAdding] = useState(false)
  const [secret, setSecret] = useState<string>()
  const list = usePages<Key>('/v1/keys')
  const change = useChange()
  const revoke = async (key: Key) => {
    if (await change.run('DELETE', `/v1/keys/${key.id}`)) list.reload()
  }
  const columns: Column<Key>[] = [
    { key: 'name', title: say('keys.name'), cell: (key) => key.name },
    { key: 'state', title: say('state'), cell: (key) => <KeyState it={key} /> },
    { key: 'scopes', title: say('keys.scopes'), cell: (key) => <span className="chips">{key.scopes.map((scope) => <Mark key={scope}>{rightText(scope, say)}</Mark>)}</span> },
    { key: 'used', title: say('keys.used'), cell: (key) => <span className="number">{key.used_at ? format.when(key.used_at) : say('keys.never')}</span> },
    { key: 'expires', title: say('keys.expires'), cell: (key) => <span className="number">{key.expires_at ? format.day(key.expires_at) : say('no_expiry')}</span> },
    {
      key: 'do', title: say('actions'),
      cell: (key) => !key.revoked && (
        <Popconfirm title={say('keys.revoke.sure')} onConfirm={() => revoke(key)}>
          <Button size="small" danger loading={change.busy}>{say('keys.revoke')}</Button>
        </Popconfirm>
      ),
    },
  ]
  return (
    <>
      <Head title={say('page.keys')}>
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setAdding(true)}>{say('keys.add')}</Button>
      </Head>
      <p className="quiet flat">{say('keys.what')}</p>
      {change.error && <Failure error={change.error} title={say('failed_change')} />}
      <section className="panel card-list">
        <Rows from={list} columns={columns} id={(key) => key.id} empty={<Nothing text={say('keys.none')} />} />
      </section>
      {adding && <AddKey close={() => setAdding(false)} made={(shown) => { setSecret(shown); list.reload() }} />}
      <Modal
        open={secret !== undefined}
        title={say('keys.secret')}
        onCancel={() => setSecret(undefined)}
        mask={{ closable: false }}
        footer={<Button type="primary" onClick={() => setSecret(undefined)}>{say('close')}</Button>}
      >
        <Alert type="warning" showIcon title={say('keys.secret.once')} className="failure" />
        <Typography.Text code copyable={{ tooltips: [say('copy'), say('copied')] }} className="secret">{secret}</Typography.Text>
      </Modal>
    </>
  )
}

const rightText = (right: string, say: ReturnType<typeof useSay>) => {
  const word = `right.${right}`
  return isWord(word) ? say(word) : right
}

function KeyState({ it }: { it: Key }) {
  const say = useSay()
  const [now] = useState(() => Date.now())
  if (it.revoked) return <Mark>{say('keys.revoked')}</Mark>
  const over = it.expires_at && Date.parse(it.expires_at) < now
  return over ? <Mark tone="amber">{say('keys.expired')}</Mark> : <Mark tone="green">{say('keys.active')}</Mark>
}

function AddKey({ close, made }: { close: () => void; made: (secret: string) => void }) {
  const say = useSay()
  const { session } = useSession()
  const [form] = Form.useForm()
  const change = useChange()
  const save = async (values: { name: string; scopes: Right[]; until?: Dayjs | null }) => {
    const body = { name: values.name, scopes: values.scopes, expires_at: values.until ? values.until.endOf('day').toISOString() : null }
    const key = await change.run<{ secret: string }>('POST', '/v1/keys', body)
    if (!key) return
    close()
    made(key.secret)
  }
  return (
    <FormDialog title={say('keys.add')} form={form} change={change} close={close}>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={save}>
        <Form.Item name="name" label={say('keys.name')} rules={[{ required: true, message: say('required') }]}>
          <Input maxLength={60} autoFocus />
        </Form.Item>
        <Form.Item name="scopes" label={say('keys.scopes')} rules={[{ required: true, message: say('required_choice') }]}>
          <Checkbox.Group className="chooser" options={(session?.rights ?? []).map((right) => ({ value: right, label: rightText(right, say) }))} />
        </Form.Item>
        <Form.Item name="until" label={say('keys.expires.at')}>
          <DatePicker />
        </Form.Item>
      </Form>
    </FormDialog>
  )
}

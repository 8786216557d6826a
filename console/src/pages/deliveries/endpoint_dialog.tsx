// endpoint_dialog.tsx -- makes or changes an endpoint: a webhook's URL or mail addresses, and what it listens to.
import { Alert, App, Form, Input, Segmented, Select } from 'antd'
import { Link } from 'react-router'
import type { Endpoint, EndpointPage, Setting } from '~/api'
import { useChange, useData, type Page } from '~/base/data'
import { useSay } from '~/base/locale'
import { FormDialog } from '~/parts/form_dialog'

interface Values {
  kind: Endpoint['kind']
  name: string
  target: string
  topics: string[]
  language: Endpoint['language']
}
interface DialogProps {
  endpoint?: Endpoint
  topics: EndpointPage['topics']
  close: () => void
  /** With the secret that is to be shown this once. */
  saved: (secret?: string) => void
}

export function EndpointDialog({ endpoint, topics, close, saved }: DialogProps) {
  const say = useSay()
  const { message } = App.useApp()
  const [form] = Form.useForm<Values>()
  const change = useChange()
  const kind = Form.useWatch('kind', form) ?? endpoint?.kind ?? 'webhook'
  const settings = useData<Page<Setting>>(kind === 'mail' ? '/v1/settings' : null)
  const unset = settings.data?.items.some((one) => one.name === 'channel.smtp_url' && !one.value)
  const save = async ({ kind: how, ...values }: Values) => {
    const body = { ...values, name: values.name.trim(), target: values.target.trim() }
    const made = await (endpoint
      ? change.run<{ secret?: string }>('PATCH', `/v1/endpoints/${endpoint.id}`, body)
      : change.run<{ secret?: string }>('POST', '/v1/endpoints', { ...body, kind: how }))
    if (!made) return
    message.success(say('saved'))
    close()
    saved(made.secret)
  }
  const initial = endpoint ?? { kind: 'webhook' as const, topics: ['*'], language: 'zh' as const }
  const needed = [{ required: true, whitespace: true, message: say('required') }]
  return (
    <FormDialog title={say(endpoint ? 'endpoint.edit' : 'endpoint.add')} form={form} change={change} close={close} width={560}>
      <Form<Values> form={form} layout="vertical" requiredMark={false} onFinish={save} initialValues={initial}>
        <Form.Item name="kind" label={say('endpoint.kind')}>
          <Segmented
            disabled={!!endpoint}
            aria-label={say('endpoint.kind')}
            options={(['webhook', 'mail'] as const).map((one) => ({ value: one, label: say(`endpoint.kind.${one}`) }))}
          />
        </Form.Item>
        {kind === 'mail' && unset && (
          <Alert type="warning" showIcon className="failure" title={say('endpoint.mail_unset')} action={<Link to="/settings">{say('endpoint.to_settings')}</Link>} />
        )}
        <Form.Item name="name" label={say('endpoint.name')} rules={needed}>
          <Input maxLength={30} autoFocus />
        </Form.Item>
        <Form.Item
          name="target"
          label={say(kind === 'mail' ? 'endpoint.addresses' : 'endpoint.url')}
          extra={say(kind === 'mail' ? 'endpoint.addresses.what' : 'endpoint.url.what')}
          rules={needed}
        >
          <Input maxLength={2000} placeholder={kind === 'mail' ? 'ops@example.com' : 'https://example.com/koi'} />
        </Form.Item>
        <Form.Item name="topics" label={say('endpoint.topics')} extra={say('endpoint.topics.what')}>
          <Select
            mode="multiple"
            options={[{ value: '*', label: say('endpoint.topics.all') }, ...topics.map((one) => ({ value: one.name, label: one.doc }))]}
          />
        </Form.Item>
        <Form.Item name="language" label={say('endpoint.language')}>
          <Segmented aria-label={say('endpoint.language')} options={(['zh', 'en'] as const).map((one) => ({ value: one, label: say(`endpoint.language.${one}`) }))} />
        </Form.Item>
      </Form>
    </FormDialog>
  )
}

// password.tsx -- changes one's own password.
import { App, Form, Input, Modal } from 'antd'
import { useChange } from '~/base/data'
import { useSay } from '~/base/locale'
import { Failure } from '~/parts/states'

export function PasswordDialog({ open, close }: { open: boolean; close: () => void }) {
  const say = useSay()
  const { message } = App.useApp()
  const [form] = Form.useForm<{ old_password: string; new_password: string }>()
  const change = useChange()
  const save = async (values: object) => {
    if (!(await change.run('PUT', '/v1/session/password', values))) return
    message.success(say('password_changed'))
    close()
  }
  return (
    <Modal
      open={open}
      title={say('change_password')}
      okText={say('save')}
      cancelText={say('cancel')}
      confirmLoading={change.busy}
      onOk={form.submit}
      onCancel={close}
      afterClose={() => {
        form.resetFields()
        change.clear()
      }}
    >
      {change.error && <Failure error={change.error} title={say('failed_change')} />}
      <Form form={form} layout="vertical" requiredMark={false} onFinish={save}>
        <Form.Item name="old_password" label={say('old_password')} rules={[{ required: true, message: say('required') }]}>
          <Input.Password autoComplete="current-password" />
        </Form.Item>
        <Form.Item
          name="new_password"
          label={say('new_password')}
          extra={say('password_rule')}
          rules={[{ required: true, min: 10, message: say('password_rule') }]}
        >
          <Input.Password autoComplete="new-password" />
        </Form.Item>
      </Form>
    </Modal>
  )
}

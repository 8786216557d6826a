// reason_dialog.tsx -- a no that needs words: refusing, suspending.
import { App, Form, Input } from 'antd'
import { useChange } from '~/base/data'
import { useSay } from '~/base/locale'
import { FormDialog } from '~/parts/form_dialog'

interface ReasonProps {
  title: string
  label: string
  /** Said when it is done. */
  said: string
  method: 'POST' | 'PUT'
  path: string
  body: (reason: string) => object
  close: () => void
  done: () => void
}

export function ReasonDialog({ title, label, said, method, path, body, close, done }: ReasonProps) {
  const say = useSay()
  const { message } = App.useApp()
  const [form] = Form.useForm<{ reason: string }>()
  const change = useChange()
  const send = async ({ reason }: { reason: string }) => {
    if (!(await change.run(method, path, body(reason.trim())))) return
    message.success(said)
    done()
    close()
  }
  return (
    <FormDialog title={title} form={form} change={change} close={close} ok={title}>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={send}>
        <Form.Item name="reason" label={label} rules={[{ required: true, whitespace: true, message: say('required') }]}>
          <Input.TextArea maxLength={60} rows={2} autoFocus />
        </Form.Item>
      </Form>
    </FormDialog>
  )
}

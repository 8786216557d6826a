// invite_dialog.tsx -- a member is invited: he is a KOC once he accepts.
import { App, Form } from 'antd'
import { useChange } from '~/base/data'
import { useSay } from '~/base/locale'
import { FormDialog } from '~/parts/form_dialog'
import { MemberSelect } from '~/parts/member_select'

export function InviteDialog({ close, done }: { close: () => void; done: () => void }) {
  const say = useSay()
  const { message } = App.useApp()
  const [form] = Form.useForm<{ id: number }>()
  const change = useChange()
  const send = async ({ id }: { id: number }) => {
    if (!(await change.run('POST', `/v1/koc/members/${id}/invite`, {}))) return
    message.success(say('koc.invited_now'))
    done()
    close()
  }
  return (
    <FormDialog title={say('koc.invite')} form={form} change={change} close={close} ok={say('koc.invite')}>
      <p className="quiet">{say('koc.invite.what')}</p>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={send}>
        <Form.Item name="id" label={say('member')} rules={[{ required: true, message: say('required_choice') }]}>
          <MemberSelect autoFocus />
        </Form.Item>
      </Form>
    </FormDialog>
  )
}

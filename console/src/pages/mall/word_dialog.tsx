// word_dialog.tsx -- a payment or a refund recorded by its reference, a return with its reason.
import { App, Form, Input } from 'antd'
import type { MallExchange } from '~/api'
import { useChange } from '~/base/data'
import { useSay } from '~/base/locale'
import { FormDialog } from '~/parts/form_dialog'

export type Ask = 'pay' | 'refund' | 'return'

export function WordDialog({ it, ask, close, saved }: { it: MallExchange; ask: Ask; close: () => void; saved: () => void }) {
  const say = useSay()
  const { message } = App.useApp()
  const [form] = Form.useForm<{ reference?: string; reason?: string }>()
  const change = useChange()
  const returning = ask === 'return'
  const send = async (values: { reference?: string; reason?: string }) => {
    if (!(await change.run('POST', `/v1/exchanges/${it.id}/${ask}`, values))) return
    message.success(say('saved'))
    saved()
    close()
  }
  return (
    <FormDialog title={`${say(`exchange.${ask}`)} · #${it.id}`} form={form} change={change} close={close} ok={say('confirm')}>
      {returning && <p className="quiet flat">{say('exchange.return.sure')}</p>}
      <Form form={form} layout="vertical" requiredMark={false} onFinish={send}>
        <Form.Item
          name={returning ? 'reason' : 'reference'}
          label={say(returning ? 'exchange.reason' : 'exchange.reference')}
          rules={returning ? [] : [{ required: true, whitespace: true, message: say('required') }]}
        >
          <Input maxLength={40} autoFocus />
        </Form.Item>
      </Form>
    </FormDialog>
  )
}

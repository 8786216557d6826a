// pack_dialog.tsx -- what is in a pack.
import { App, Form } from 'antd'
import type { Reward } from '~/api'
import { useChange } from '~/base/data'
import { useSay } from '~/base/locale'
import { FormDialog } from '~/parts/form_dialog'
import { RewardsInput } from '~/parts/rewards_input'

export function PackDialog({ pack, name, rewards, close, saved }: { pack: string; name: string; rewards: Reward[]; close: () => void; saved: () => void }) {
  const say = useSay()
  const { message } = App.useApp()
  const [form] = Form.useForm<{ rewards: Reward[] }>()
  const change = useChange()
  const save = async (body: { rewards: Reward[] }) => {
    if (!(await change.run('PUT', `/v1/packs/${encodeURIComponent(pack)}`, body))) return
    message.success(say('saved'))
    saved()
    close()
  }
  return (
    <FormDialog title={say('pack.edit', { name })} form={form} change={change} close={close} width={680}>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={save} initialValues={{ rewards }}>
        <Form.Item name="rewards" label={say('gift.what')}><RewardsInput /></Form.Item>
      </Form>
    </FormDialog>
  )
}

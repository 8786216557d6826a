// gift_dialog.tsx -- one thing a tier gives: which tier, on which occasion, what, and the words of the member's card.
import { App, Form, Input, Segmented, Select } from 'antd'
import type { Reward, TierBenefit } from '~/api'
import { useChange } from '~/base/data'
import { useSay } from '~/base/locale'
import { FormDialog, useUnder } from '~/parts/form_dialog'
import { RewardsInput } from '~/parts/rewards_input'
import { useTiers } from '~/parts/tiers'

const whens = ['entry', 'birthday', 'monthly', 'yearly', 'always'] as const

interface DialogProps {
  items: TierBenefit[]
  /** Which of them; one past the last: another. */
  at: number
  close: () => void
  saved: () => void
}

export function GiftDialog({ items, at, close, saved }: DialogProps) {
  const say = useSay()
  const { message } = App.useApp()
  const { options } = useTiers()
  const [form] = Form.useForm<TierBenefit>()
  const change = useChange()
  const shown = useUnder(change, `/items/${at}`)
  const was = items[at]
  const when = Form.useWatch('when', form) ?? was?.when ?? 'entry'
  const save = async (row: TierBenefit) => {
    const all = [...items]
    all[at] = { ...row, reward: row.when === 'always' ? null : row.reward ?? null }
    if (!(await change.run('PUT', '/v1/tiers/benefits', { items: all }))) return
    message.success(say('saved'))
    saved()
    close()
  }
  const needed = [{ required: true, whitespace: true, message: say('required') }]
  return (
    <FormDialog title={say(was ? 'gift.edit' : 'gift.add')} form={form} change={shown} close={close} width={640}>
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        onFinish={save}
        className="grid-form"
        initialValues={{ when: 'entry', ...was, reward: was?.reward ?? { kind: 'benefit', amount: 1 } }}
      >
        <Form.Item name="tier" label={say('tier')} rules={[{ required: true, message: say('required_choice') }]} className="whole">
          <Select options={options} autoFocus />
        </Form.Item>
        <Form.Item name="when" label={say('gift.when')} extra={say(`gift.when.${when}.what`)} className="whole">
          <Segmented options={whens.map((one) => ({ value: one, label: say(`gift.when.${one}`) }))} className="wrap-choice" />
        </Form.Item>
        {when !== 'always' && (
          <Form.Item
            name="reward"
            label={say('gift.what')}
            className="whole"
            rules={[{ required: true, message: say('required') }]}
            getValueProps={(one?: Reward | null) => ({ value: one ? [one] : [] })}
            normalize={(all: Reward[]) => all[0] ?? null}
          >
            <RewardsInput most={1} />
          </Form.Item>
        )}
        <Form.Item name="zh" label={say('gift.zh')} rules={needed}><Input maxLength={60} /></Form.Item>
        <Form.Item name="en" label={say('gift.en')} rules={needed}><Input maxLength={60} /></Form.Item>
      </Form>
    </FormDialog>
  )
}

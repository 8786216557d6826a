// steps_dialog.tsx -- the steps of the top-up bonus: so much given for so much paid.
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { App, Button, Form, InputNumber, Select } from 'antd'
import type { Budget, CreditStep } from '~/api'
import { useChange, useData, type Page } from '~/base/data'
import { useSay } from '~/base/locale'
import { FormDialog } from '~/parts/form_dialog'

export function StepsDialog({ steps, close, saved }: { steps: CreditStep[]; close: () => void; saved: () => void }) {
  const say = useSay()
  const { message } = App.useApp()
  const [form] = Form.useForm<{ steps: CreditStep[] }>()
  const change = useChange()
  const budgets = useData<Page<Budget>>('/v1/budgets').data?.items ?? []
  const save = async (body: { steps: CreditStep[] }) => {
    if (!(await change.run('PUT', '/v1/credit/steps', body))) return
    message.success(say('saved'))
    saved()
    close()
  }
  const needed = [{ required: true, message: say('required') }]
  return (
    <FormDialog title={say('credit.edit')} form={form} change={change} close={close} width={720}>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={save} initialValues={{ steps: steps.length > 0 ? steps : [{}] }}>
        <Form.List name="steps">
          {(fields, { add, remove }) => (
            <>
              {fields.map((field, i) => (
                <div key={field.key} role="group" aria-label={say('credit.step', { n: i + 1 })} className="credit-step">
                  <Form.Item name={[field.name, 'above']} label={say('credit.step.above')} rules={needed}><InputNumber stringMode min="0.01" precision={2} className="full" /></Form.Item>
                  <Form.Item name={[field.name, 'bonus']} label={say('credit.step.bonus')} rules={needed}><InputNumber stringMode min="0.01" precision={2} className="full" /></Form.Item>
                  <Form.Item name={[field.name, 'valid_days']} label={say('credit.step.days')}><InputNumber min={1} max={3660} precision={0} placeholder={say('credit.step.for_good')} className="full" /></Form.Item>
                  <Form.Item name={[field.name, 'budget']} label={say('credit.step.budget')}>
                    <Select allowClear placeholder={say('credit.step.no_budget')} options={budgets.map((one) => ({ value: one.code, label: one.name }))} />
                  </Form.Item>
                  <Button type="text" icon={<DeleteOutlined />} aria-label={say('credit.step.remove', { n: i + 1 })} onClick={() => remove(i)} />
                </div>
              ))}
              <Button size="small" type="dashed" icon={<PlusOutlined />} onClick={() => add({})}>{say('credit.step.add')}</Button>
            </>
          )}
        </Form.List>
      </Form>
    </FormDialog>
  )
}

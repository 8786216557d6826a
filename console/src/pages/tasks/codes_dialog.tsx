// codes_dialog.tsx -- makes a batch of codes for a task and shows them the one time they can be seen.
import { Alert, App, Button, DatePicker, Form, Input, InputNumber, Modal, Space } from 'antd'
import type { Dayjs } from 'dayjs'
import { useState } from 'react'
import type { Task } from '~/api'
import { useChange } from '~/base/data'
import { dayPlus, midnightOf } from '~/base/format'
import { keep } from '~/base/http'
import { useSay } from '~/base/locale'
import { FormDialog } from '~/parts/form_dialog'
import { useTaskName } from './task_words'

interface Values {
  count: number
  uses: number
  until?: Dayjs | null
}

export function CodesDialog({ task, close }: { task: Task; close: () => void }) {
  const say = useSay()
  const nameOf = useTaskName()
  const [form] = Form.useForm<Values>()
  const change = useChange()
  const [codes, show] = useState<string[]>()
  const make = async ({ count, uses, until }: Values) => {
    const ends_at = until ? midnightOf(dayPlus(until.format('YYYY-MM-DD'), 1)) : null
    const made = await change.run<{ codes: string[] }>('POST', `/v1/tasks/${task.id}/codes`, { count, uses, ends_at })
    if (made) show(made.codes)
  }
  if (codes) return <Made codes={codes} name={task.code} close={close} />
  return (
    <FormDialog title={`${say('task.codes.make')} · ${nameOf(task)}`} form={form} change={change} close={close} ok={say('task.codes.make')}>
      <p className="quiet flat">{say('task.codes.what')}</p>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={make} initialValues={{ count: 10, uses: 1 }}>
        <Form.Item name="count" label={say('task.codes.count')} rules={[{ required: true, message: say('required') }]}>
          <InputNumber min={1} max={1000} precision={0} className="full" />
        </Form.Item>
        <Form.Item name="uses" label={say('task.codes.uses')} rules={[{ required: true, message: say('required') }]}>
          <InputNumber min={1} precision={0} className="full" />
        </Form.Item>
        <Form.Item name="until" label={say('task.codes.until')}><DatePicker className="full" /></Form.Item>
      </Form>
    </FormDialog>
  )
}

function Made({ codes, name, close }: { codes: string[]; name: string; close: () => void }) {
  const say = useSay()
  const { message } = App.useApp()
  const copy = async () => {
    await navigator.clipboard.writeText(codes.join('\n'))
    message.success(say('copied'))
  }
  return (
    <Modal open title={say('task.codes.made', { n: codes.length })} onCancel={close} footer={<Button type="primary" onClick={close}>{say('close')}</Button>} mask={{ closable: false }}>
      <Alert type="warning" showIcon title={say('task.codes.once')} className="failure" />
      <Input.TextArea aria-label={say('task.codes')} readOnly rows={Math.min(12, codes.length + 1)} value={codes.join('\n')} className="number" />
      <Space className="add">
        <Button onClick={copy}>{say('copy')}</Button>
        <Button onClick={() => keep(new Blob([`code\n${codes.join('\n')}\n`], { type: 'text/csv' }), `${name}.csv`)}>{say('task.codes.download')}</Button>
      </Space>
    </Modal>
  )
}

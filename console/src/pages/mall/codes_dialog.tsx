// codes_dialog.tsx -- a list of codes into the stock: pasted, or read from a file.
import { App, Button, Form, Input, Upload } from 'antd'
import { useState } from 'react'
import type { Forms, MallGood } from '~/api'
import { useChange } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { newKey } from '~/base/new_key'
import { FormDialog } from '~/parts/form_dialog'
import { useGoodWords } from './good_words'

export function CodesDialog({ good, close, saved }: { good: MallGood; close: () => void; saved: () => void }) {
  const say = useSay()
  const format = useFormat()
  const { message } = App.useApp()
  const words = useGoodWords()
  const [form] = Form.useForm<{ codes: string }>()
  const change = useChange()
  const [sent, send_as] = useState({ key: newKey(), codes: '' }) // the same list has the same key
  const send = async ({ codes }: { codes: string }) => {
    const as = sent.codes === codes ? sent : { key: newKey(), codes }
    send_as(as)
    const added = await change.run<Forms['codes_added']>('POST', `/v1/mall/goods/${good.id}/codes`, as)
    if (!added) return
    message.success(say('mall.codes.added', { n: format.count(added.added), left: format.count(added.left) }))
    saved()
    close()
  }
  return (
    <FormDialog title={`${say('mall.codes')} · ${words.name(good)}`} form={form} change={change} close={close} ok={say('mall.codes')}>
      <p className="quiet flat">{say('mall.codes.what')}</p>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={send}>
        <Form.Item name="codes" label={say('mall.codes.list')} rules={[{ required: true, whitespace: true, message: say('required') }]}>
          <Input.TextArea rows={8} className="number" spellCheck={false} />
        </Form.Item>
      </Form>
      <Upload
        accept=".txt,.csv"
        showUploadList={false}
        beforeUpload={async (file) => {
          form.setFieldValue('codes', await file.text())
          return Upload.LIST_IGNORE
        }}
      >
        <Button size="small">{say('mall.codes.file')}</Button>
      </Upload>
    </FormDialog>
  )
}

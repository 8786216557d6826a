// save.tsx -- keeps the conditions: a new segment is given a name, a known one gets a new version.
import { App, Button, Form, Input, Modal, Switch } from 'antd'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { useChange } from '~/base/data'
import { useSay } from '~/base/locale'
import { settled } from '~/base/unsaved'
import { Failure } from '~/parts/states'
import type { Saved } from './forms'

interface Named {
  name: string
  description: string
  auto: boolean
}

interface SaveProps {
  saved: Saved | undefined
  suggested: string
  /** Undefined while it is not known to be right. */
  text: string | undefined
  openRows: number
  done: (() => void) | undefined
}

export function SaveButton({ saved, suggested, text, openRows, done }: SaveProps) {
  const say = useSay()
  const go = useNavigate()
  const { message } = App.useApp()
  const [naming, name] = useState(false)
  const change = useChange()
  const ready = text !== undefined && text !== '' && text !== saved?.text
  const keep = async () => {
    if (!saved) return name(true)
    const kept = await change.run<Saved>('PATCH', `/v1/segments/${saved.id}`, { text })
    if (!kept) return
    message.success(say('seg.saved_version', { n: kept.version }))
    if (openRows > 0) message.info(say('seg.open_rows', { n: openRows }))
    done?.()
  }
  return (
    <>
      <Button type="primary" disabled={!ready} loading={change.busy} onClick={keep}>{say('save')}</Button>
      {change.error && (
        <Modal open footer={null} onCancel={change.clear} title={say('failed_change')}>
          <Failure error={change.error} />
        </Modal>
      )}
      {naming && (
        <NameDialog
          title={say('seg.save')}
          start={{ name: suggested, description: '', auto: true }}
          note={openRows > 0 ? say('seg.open_rows', { n: openRows }) : undefined}
          close={() => name(false)}
          keep={(named, run) => run<Saved>('POST', '/v1/segments', { ...named, text })}
          kept={(made) => {
            message.success(say('saved'))
            go(`/segments/${made.id}`, settled)
          }}
        />
      )}
    </>
  )
}

interface NameProps {
  title: string
  start: Named
  note?: string
  close: () => void
  keep: (named: Named, run: ReturnType<typeof useChange>['run']) => Promise<Saved | undefined>
  kept: (saved: Saved) => void
}

export function NameDialog({ title, start, note, close, keep, kept }: NameProps) {
  const say = useSay()
  const [form] = Form.useForm<Named>()
  const change = useChange()
  const save = async (named: Named) => {
    const saved = await keep({ ...named, name: named.name.trim() }, change.run)
    if (!saved) return
    close()
    kept(saved)
  }
  return (
    <Modal open title={title} okText={say('save')} cancelText={say('cancel')} confirmLoading={change.busy} onOk={form.submit} onCancel={close}>
      {change.error && <Failure error={change.error} />}
      <Form form={form} layout="vertical" requiredMark={false} onFinish={save} initialValues={start}>
        <Form.Item name="name" label={say('seg.name')} rules={[{ required: true, whitespace: true, message: say('required') }]}>
          <Input autoFocus maxLength={100} />
        </Form.Item>
        <Form.Item name="description" label={say('seg.description')} extra={say('seg.description.what')}>
          <Input.TextArea autoSize={{ minRows: 2, maxRows: 6 }} maxLength={500} />
        </Form.Item>
        <Form.Item name="auto" label={say('seg.auto')} valuePropName="checked" extra={say('seg.auto.what')}>
          <Switch />
        </Form.Item>
      </Form>
      {note && <p className="quiet flat">{note}</p>}
    </Modal>
  )
}

// snapshots.tsx -- the members of a moment, kept as they were.
import { DeleteOutlined } from '@ant-design/icons'
import { App, Button, Form, Input, Popconfirm } from 'antd'
import { useState } from 'react'
import { useMay } from '~/app/session'
import { useChange, usePages } from '~/base/data'
import { useFormat } from '~/base/format'
import { download } from '~/base/http'
import { useSay } from '~/base/locale'
import { Rows, type Column } from '~/parts/rows'
import { Failure, Nothing } from '~/parts/states'
import type { Saved, Snapshot } from './forms'

export function Snapshots({ saved }: { saved: Saved }) {
  const say = useSay()
  const format = useFormat()
  const may = useMay()
  const { message } = App.useApp()
  const [form] = Form.useForm<{ name: string }>()
  const change = useChange()
  const [refused, refuse] = useState<Error>()
  const list = usePages<Snapshot>(`/v1/segments/${saved.id}/snapshots`)
  const take = async ({ name }: { name: string }) => {
    const made = await change.run<Snapshot>('POST', `/v1/segments/${saved.id}/snapshots`, { name: name.trim() })
    if (!made) return
    message.success(say('seg.snapshot.made', { n: format.count(made.count) }))
    form.resetFields()
    list.reload()
  }
  const remove = async (snapshot: Snapshot) => {
    if (await change.run('DELETE', `/v1/segments/${saved.id}/snapshots/${snapshot.id}`)) list.reload()
  }
  const keepFile = (snapshot: Snapshot, kind: string) => {
    refuse(undefined)
    return download('/v1/segments/export', { snapshot: snapshot.id, format: kind }, `${saved.name} ${snapshot.name}.${kind}`)
      .then(() => message.success(say('seg.exported')), refuse)
  }
  const columns: Column<Snapshot>[] = [
    { key: 'name', title: say('seg.snapshot.name'), cell: (row) => row.name },
    { key: 'at', title: say('time'), cell: (row) => format.when(row.at) },
    { key: 'count', title: say('seg.size'), right: true, cell: (row) => format.count(row.count) },
    {
      key: 'do', title: say('actions'),
      cell: (row) => (
        <span className="chips">
          {may('export') && <Button size="small" onClick={() => keepFile(row, 'csv')}>csv</Button>}
          {may('export') && <Button size="small" onClick={() => keepFile(row, 'xlsx')}>xlsx</Button>}
          {may('segments:write') && (
            <Popconfirm title={say('seg.snapshot.delete', { name: row.name })} onConfirm={() => remove(row)}>
              <Button size="small" type="text" danger icon={<DeleteOutlined />} aria-label={`${say('seg.delete')} ${row.name}`} />
            </Popconfirm>
          )}
        </span>
      ),
    },
  ]
  return (
    <>
      <div className="tab-body">
        <p className="quiet flat">{say('seg.snapshots.what')}</p>
        {(change.error ?? refused) && <Failure error={(change.error ?? refused)!} />}
        {may('segments:write') && (
          <Form form={form} layout="inline" onFinish={take}>
            <Form.Item name="name" rules={[{ required: true, whitespace: true, message: say('required') }]}>
              <Input aria-label={say('seg.snapshot.name')} placeholder={say('seg.snapshot.name')} maxLength={100} />
            </Form.Item>
            <Button htmlType="submit" loading={change.busy}>{say('seg.snapshot.add')}</Button>
          </Form>
        )}
      </div>
      <Rows from={list} columns={columns} id={(row) => row.id} empty={<Nothing text={say('seg.snapshot.none')} />} />
    </>
  )
}

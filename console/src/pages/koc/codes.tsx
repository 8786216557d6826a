// codes.tsx -- the codes and links of a KOC: what each brought; made and switched off by the shop.
import { PlusOutlined } from '@ant-design/icons'
import { App, Button, Form, Input, Popconfirm, Typography } from 'antd'
import { useState } from 'react'
import type { Koc, KocCode } from '~/api'
import { useMay } from '~/app/session'
import { useChange, useData, type Page } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { FormDialog } from '~/parts/form_dialog'
import { Mark } from '~/parts/mark'
import { Failure, Loaded } from '~/parts/states'

export function Codes({ of }: { of: Koc }) {
  const say = useSay()
  const format = useFormat()
  const may = useMay()('loyalty:write')
  const { message } = App.useApp()
  const codes = useData<Page<KocCode>>(`/v1/koc/members/${of.member}/codes`)
  const ending = useChange()
  const [making, make] = useState(false)
  const end = async (code: string) => {
    if (!(await ending.run('DELETE', `/v1/koc/members/${of.member}/codes/${encodeURIComponent(code)}`))) return
    message.success(say('koc.code.ended_now'))
    codes.reload()
  }
  return (
    <section>
      <div className="koc-codes-head">
        <h3>{say('koc.codes')}</h3>
        {may && of.state === 'active' && <Button size="small" icon={<PlusOutlined />} onClick={() => make(true)}>{say('koc.code.make')}</Button>}
      </div>
      {ending.error && <Failure error={ending.error} title={say('failed_change')} />}
      <Loaded from={codes} rows={2}>
        {({ items }) => items.length === 0 ? <p className="quiet flat">{say('koc.codes.none')}</p> : (
          <ul className="seats koc-codes">
            {items.map((one) => (
              <li key={one.code}>
                <div>
                  <Typography.Text code copyable={{ tooltips: [say('copy'), say('copied')] }}>{one.code}</Typography.Text> {one.name}{' '}
                  {one.ended_at && <Mark>{say('koc.code.ended')}</Mark>}
                  <div className="quiet number small">
                    {say('koc.code.figures', { clicks: format.count(one.clicks), orders: format.count(one.orders), amount: format.money(one.amount) })}
                  </div>
                  {one.target && <div className="quiet koc-target">/k/{one.code} → {one.target}</div>}
                </div>
                {may && !one.ended_at && (
                  <Popconfirm title={say('koc.code.end.sure', { code: one.code })} onConfirm={() => end(one.code)}>
                    <Button size="small" disabled={ending.busy}>{say('koc.code.end')}</Button>
                  </Popconfirm>
                )}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      {making && <CodeDialog of={of} close={() => make(false)} done={codes.reload} />}
    </section>
  )
}

interface Values {
  code?: string
  name?: string
  target?: string
}

/** Emptied fields are not sent: a code is made then, and it leads nowhere. */
function CodeDialog({ of, close, done }: { of: Koc; close: () => void; done: () => void }) {
  const say = useSay()
  const { message } = App.useApp()
  const [form] = Form.useForm<Values>()
  const change = useChange()
  const send = async (typed: Values) => {
    const given = (text?: string) => text?.trim() || null
    if (!(await change.run('POST', `/v1/koc/members/${of.member}/codes`, { code: given(typed.code), name: given(typed.name), target: given(typed.target) }))) return
    message.success(say('koc.code.made_now'))
    done()
    close()
  }
  return (
    <FormDialog title={`${say('koc.code.make')} · ${of.name || say('koc.nameless')}`} form={form} change={change} close={close} ok={say('koc.code.make')}>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={send}>
        <Form.Item name="code" label={say('koc.code')} extra={say('koc.code.what')} rules={[{ pattern: /^\s*[A-Za-z0-9]{4,16}\s*$/, message: say('koc.code.what') }]}>
          <Input maxLength={16} autoFocus />
        </Form.Item>
        <Form.Item name="name" label={say('koc.code.name')}><Input maxLength={60} /></Form.Item>
        <Form.Item name="target" label={say('koc.code.target')} extra={say('koc.code.target.what')}><Input placeholder="https://" maxLength={1000} /></Form.Item>
      </Form>
    </FormDialog>
  )
}

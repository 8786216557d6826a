// levels.tsx -- the levels of KOCs: what each needs, its rate, its trials; changed as a whole.
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { App, Button, Form, Input, InputNumber, Select } from 'antd'
import type { KocLevel } from '~/api'
import { useMay } from '~/app/session'
import { useChange, useData } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay, useSpeech } from '~/base/locale'
import { usePlaced } from '~/parts/form_dialog'
import { Mark } from '~/parts/mark'
import { Rows, still, type Column } from '~/parts/rows'
import { Failure, Loaded } from '~/parts/states'
import { useTiers } from '~/parts/tiers'
import { rateText } from './koc_words'

interface Levels {
  levels: KocLevel[]
}

/** As the form has it: money as a number, the rate in percent. */
type Edited = Omit<KocLevel, 'amount' | 'rate'> & { amount: number; rate: number }

export function Levels() {
  const read = useData<Levels>('/v1/koc/levels')
  const may = useMay()('loyalty:write')
  return (
    <Loaded from={read} rows={6}>
      {(now) => (may ? <Editor key={JSON.stringify(now)} now={now} saved={read.reload} /> : <Shown levels={now.levels} />)}
    </Loaded>
  )
}

function Shown({ levels }: { levels: KocLevel[] }) {
  const { say, locale } = useSpeech()
  const format = useFormat()
  const { nameOf } = useTiers()
  const columns: Column<KocLevel>[] = [
    { key: 'name', title: say('koc.level'), cell: (it) => <Mark tone="teal">{locale === 'zh-CN' ? it.zh : it.en}</Mark> },
    { key: 'orders', title: say('koc.levels.orders'), right: true, cell: (it) => format.count(it.orders) },
    { key: 'amount', title: say('koc.levels.amount'), right: true, cell: (it) => format.money(it.amount) },
    { key: 'window', title: say('koc.levels.window'), right: true, cell: (it) => format.count(it.window_days) },
    { key: 'rate', title: say('koc.rate'), right: true, cell: (it) => rateText(it.rate) },
    { key: 'trials', title: say('koc.levels.trials'), right: true, cell: (it) => format.count(it.trials) },
    { key: 'tier', title: say('koc.levels.tier'), cell: (it) => nameOf(it.tier) || '–' },
  ]
  return <Rows from={still(levels)} columns={columns} id={(it) => it.code} />
}

function Editor({ now, saved }: { now: Levels; saved: () => void }) {
  const say = useSay()
  const { message } = App.useApp()
  const { options } = useTiers()
  const [form] = Form.useForm<{ levels: Edited[] }>()
  const change = useChange()
  const left = usePlaced(form, change.error)
  const send = async ({ levels }: { levels: Edited[] }) => {
    const body = levels.map((one, i) => ({
      ...one, orders: i ? one.orders : 0, amount: (i ? one.amount : 0).toFixed(2), rate: Math.round(one.rate * 100), tier: one.tier || null,
    }))
    if (!(await change.run('PUT', '/v1/koc/levels', { levels: body }))) return
    message.success(say('saved'))
    saved()
  }
  const needed = [{ required: true, message: say('required') }]
  const start = now.levels.map((one) => ({ ...one, amount: Number(one.amount), rate: one.rate / 100 }))
  return (
    <div className="koc-levels">
      <p className="quiet">{say('koc.levels.what')}</p>
      {left && <Failure error={left} title={say('failed_change')} />}
      <Form form={form} layout="vertical" requiredMark={false} onFinish={send} initialValues={{ levels: start }}>
        <Form.List name="levels">
          {(fields, { add, remove }) => (
            <>
              {fields.map((field, i) => (
                <fieldset key={field.key} className="koc-level">
                  <legend>{say('koc.levels.nth', { n: i + 1 })}</legend>
                  {i > 0 && (
                    <Button className="koc-level-remove" type="text" icon={<DeleteOutlined />} aria-label={`${say('remove')} ${say('koc.levels.nth', { n: i + 1 })}`} onClick={() => remove(field.name)} />
                  )}
                  <Form.Item name={[field.name, 'code']} label={say('koc.levels.code')} rules={needed}><Input maxLength={20} /></Form.Item>
                  <Form.Item name={[field.name, 'zh']} label={say('koc.levels.zh')} rules={needed}><Input maxLength={20} /></Form.Item>
                  <Form.Item name={[field.name, 'en']} label={say('koc.levels.en')} rules={needed}><Input maxLength={40} /></Form.Item>
                  <Form.Item name={[field.name, 'rate']} label={say('koc.levels.rate')} rules={needed}><InputNumber min={0} max={50} precision={2} className="full" /></Form.Item>
                  <Form.Item name={[field.name, 'trials']} label={say('koc.levels.trials')} rules={needed}><InputNumber min={0} max={50} precision={0} className="full" /></Form.Item>
                  {i > 0 ? (
                    <>
                      <Form.Item name={[field.name, 'orders']} label={say('koc.levels.orders')} rules={needed}><InputNumber min={0} precision={0} className="full" /></Form.Item>
                      <Form.Item name={[field.name, 'amount']} label={say('koc.levels.amount')} rules={needed}><InputNumber min={0} precision={2} className="full" /></Form.Item>
                    </>
                  ) : (
                    <p className="quiet koc-first">{say('koc.levels.first')}</p>
                  )}
                  <Form.Item name={[field.name, 'window_days']} label={say('koc.levels.window')} rules={needed}><InputNumber min={1} max={3650} precision={0} className="full" /></Form.Item>
                  <Form.Item name={[field.name, 'tier']} label={say('koc.levels.tier')}><Select allowClear options={options} /></Form.Item>
                </fieldset>
              ))}
              <div className="koc-level-end">
                <Button
                  icon={<PlusOutlined />}
                  disabled={fields.length >= 10}
                  onClick={() => add({ orders: 0, amount: 0, window_days: 90, rate: 5, trials: 1 })}
                >
                  {say('koc.levels.add')}
                </Button>
                <Button type="primary" htmlType="submit" loading={change.busy}>{say('save')}</Button>
              </div>
            </>
          )}
        </Form.List>
      </Form>
    </div>
  )
}

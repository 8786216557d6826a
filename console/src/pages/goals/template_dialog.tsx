// template_dialog.tsx -- the five goals of a quarter: baselines read, steps moved, set at once.
import { App, DatePicker, InputNumber, Modal, Select } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useState } from 'react'
import { useChange, useData, useSettled } from '~/base/data'
import { useSay } from '~/base/locale'
import { useGoalText } from '~/parts/goal_card'
import { Rows, still, type Column } from '~/parts/rows'
import { Failure, Loaded } from '~/parts/states'
import { quarterOf, type Draft, type Template } from './forms'

/** Where each goal's step stands in what is asked. */
const steps: Record<string, string> = { net_sales: 'sales_up', repeat_rate: 'repeat_up', new_members: 'members_up', cac: 'cac_down', viewers: 'exposure_up' }
const bases = ['auto', 'year_ago', 'before'] as const

export function TemplateDialog({ close, done }: { close: () => void; done: () => void }) {
  const say = useSay()
  const { message } = App.useApp()
  const [quarter, choose] = useState<Dayjs>(() => dayjs())
  const [base, from] = useState<(typeof bases)[number]>('auto')
  const [moved, move] = useState<Record<string, number>>({})
  const change = useChange()
  const asked = { quarter: quarterOf(quarter.format('YYYY-MM-DD')), baseline_of: base, ...moved }
  const read = useData<Template>('/v1/goal-template', useSettled(asked))
  const can = read.data?.items.filter((one) => !one.problem).length ?? 0
  const make = async () => {
    const made = await change.run<Template>('POST', '/v1/goal-template', asked)
    if (!made) return
    message.success(say('goals.template.made', { n: made.items.filter((one) => !one.problem).length }))
    done()
    close()
  }
  const columns: Column<Draft>[] = [
    {
      key: 'goal', title: say('goals.metric'),
      cell: (one) => <div className="rule-name"><b>{one.label}</b><span className="fact-note wraps">{one.problem ?? one.note}</span></div>,
    },
    { key: 'baseline', title: say('goals.baseline'), right: true, cell: (one) => <Value draft={one} value={one.baseline} /> },
    {
      key: 'step', title: say('goals.step'), right: true,
      cell: (one) => {
        const name = steps[one.metric]
        return name && (
          <InputNumber
            value={moved[name] ?? one.step} min={1} max={one.better === 'less' ? 99 : 1000} precision={0} aria-label={say('goals.step.of', { name: one.label })}
            prefix={one.better === 'less' ? '−' : '+'} suffix={one.points ? say('goals.points') : '%'} className="goal-step"
            onChange={(value) => value && move({ ...moved, [name]: value })}
          />
        )
      },
    },
    { key: 'target', title: say('goals.target'), right: true, cell: (one) => <b><Value draft={one} value={one.target} /></b> },
  ]
  return (
    <Modal
      open title={say('goals.template')} width={860} onCancel={close} onOk={make} okText={say('goals.template.make', { n: can })} cancelText={say('cancel')}
      okButtonProps={{ disabled: can === 0 || read.loading }} confirmLoading={change.busy}
    >
      <div className="stack">
        <p className="quiet flat">{say('goals.template.what')}</p>
        <div className="filters flat">
          <DatePicker picker="quarter" value={quarter} onChange={(to) => to && choose(to)} allowClear={false} aria-label={say('goals.quarter')} />
          <Select aria-label={say('goals.baseline')} value={base} onChange={from} options={bases.map((one) => ({ value: one, label: say(`goals.base.${one}`) }))} popupMatchSelectWidth={false} />
        </div>
        {change.error && <Failure error={change.error} title={say('failed_change')} />}
        <Loaded from={read} rows={6}>{(template) => <Rows from={still(template.items)} columns={columns} id={(one) => one.metric} />}</Loaded>
      </div>
    </Modal>
  )
}

function Value({ draft, value }: { draft: Draft; value: string | null | undefined }) {
  const text = useGoalText(draft.unit)
  return <>{value ? text(value) : '–'}</>
}

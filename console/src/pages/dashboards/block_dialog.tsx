// block_dialog.tsx -- what a block shows: metric, drawing, size, step, dimension, of whom.
import { Form, Input, Modal, Select } from 'antd'
import { useState } from 'react'
import type { DashboardBlock, Metric } from '~/api'
import { useSay } from '~/base/locale'
import { memberKinds } from '~/pages/metrics/words'
import { FieldSelect } from '~/parts/field_select'
import { SegmentFilter } from '~/parts/segment_filter'

const draws = ['figure', 'line', 'bars', 'table'] as const
const sizes = ['small', 'medium', 'wide'] as const
const steps = ['fit', 'day', 'week', 'month', 'quarter', 'year'] as const
const cuts = ['shop', 'touchpoint', 'category'] as const

export const freshBlock: DashboardBlock = {
  metric: 'net_sales', draws: 'line', size: 'medium', step: 'fit', title: null, by: null, segment: null, shop: null, touchpoint: null, category: null,
}

interface DialogProps {
  block: DashboardBlock
  metrics: Metric[]
  title: string
  take: (block: DashboardBlock) => void
  close: () => void
}

export function BlockDialog({ block, metrics, title, take, close }: DialogProps) {
  const say = useSay()
  const [draft, setDraft] = useState(block)
  const put = (values: Partial<DashboardBlock>) => setDraft((old) => ({ ...old, ...values }))
  const metric = metrics.find((one) => one.name === draft.metric)
  const may = (cut: string) => metric?.by.includes(cut) ?? false
  const fits = (by: string) => (cuts.some((cut) => cut === by) ? may(by) : may('member'))
  /** What the other metric cannot be cut by is dropped. */
  const choose = (name: string) => {
    const next = metrics.find((one) => one.name === name)
    const has = (cut: string) => next?.by.includes(cut) ?? false
    setDraft((old) => ({
      ...old, metric: name,
      by: old.by && has(cuts.some((cut) => cut === old.by) ? old.by : 'member') ? old.by : null,
      segment: has('member') ? old.segment : null,
      shop: has('shop') ? old.shop : null, touchpoint: has('touchpoint') ? old.touchpoint : null, category: has('category') ? old.category : null,
    }))
  }
  const pick = <T extends string>(label: string, value: T, all: readonly T[], name: (one: T) => string, to: (one: T) => void) => (
    <Form.Item label={label}>
      <Select aria-label={label} value={value} onChange={to} options={all.map((one) => ({ value: one, label: name(one) }))} />
    </Form.Item>
  )
  return (
    <Modal open title={title} okText={say('dash.take')} cancelText={say('cancel')} onCancel={close} onOk={() => take({ ...draft, title: draft.title?.trim() || null })}>
      <Form layout="vertical" className="block-form">
        <Form.Item label={say('metric')}>
          <Select
            aria-label={say('metric')}
            value={draft.metric}
            showSearch={{ optionFilterProp: 'label' }}
            onChange={choose}
            options={metrics.map((one) => ({ value: one.name, label: one.label }))}
          />
          <div className="quiet">{metric?.definition}</div>
        </Form.Item>
        <Form.Item label={say('dash.title')}>
          <Input value={draft.title ?? ''} maxLength={60} placeholder={metric?.label} aria-label={say('dash.title')} onChange={(event) => put({ title: event.target.value })} />
        </Form.Item>
        {pick(say('dash.draws'), draft.draws, draws, (one) => say(`dash.draws.${one}`), (to) => put({ draws: to }))}
        {pick(say('dash.size'), draft.size, sizes, (one) => say(`dash.size.${one}`), (to) => put({ size: to }))}
        {pick(say('metric.step'), draft.step, steps, (one) => say(one === 'fit' ? 'dash.step.fit' : `metric.step.${one}`), (to) => put({ step: to }))}
        {metric && metric.by.length > 0 && (
          <Form.Item label={say('metric.cut')}>
            <FieldSelect
              label={say('metric.cut')}
              kinds={may('member') ? memberKinds : []}
              value={draft.by && fits(draft.by) ? draft.by : undefined}
              none={say('metric.cut.none')}
              more={cuts.filter(may).map((cut) => ({ value: cut, label: say(`metric.by.${cut}`) }))}
              change={(by) => put({ by: by ?? null })}
            />
          </Form.Item>
        )}
        {may('member') && <SegmentFilter label={say('flows.only')} value={draft.segment ?? undefined} change={(segment) => put({ segment: segment ?? null })} />}
      </Form>
    </Modal>
  )
}

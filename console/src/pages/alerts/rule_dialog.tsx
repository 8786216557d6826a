// rule_dialog.tsx -- a rule written as a sentence with gaps to fill; beside it what it would have raised in the last 90 days.
import { Collapse, Input, InputNumber, Modal, Select } from 'antd'
import { useState, type ReactNode } from 'react'
import { useAnswer, useChange, useData, type Page } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { useMemberFields } from '~/parts/field_select'
import { SegmentFilter } from '~/parts/segment_filter'
import { Failure } from '~/parts/states'
import { AlertChart } from './alert_chart'
import { dimensionText, severities, type Metric, type Person, type Preview, type Rule, type Severity, type Terms } from './forms'

interface Draft {
  name: string
  terms: Terms
  severity: Severity
  quiet_hours: number
  owner: number
}

const blank: Draft = { name: '', terms: { metric: 'sales', kind: 'anomaly', side: 'below', period: 'day' }, severity: 'warning', quiet_hours: 24, owner: 0 }

/** What the server takes: only what this kind of rule looks at. */
function termsOf(terms: Terms): Terms {
  const { metric, by, segment, shop, touchpoint, category, period, so_far, kind, side } = terms
  const common = { metric, by: by || undefined, segment: segment || undefined, shop: shop || undefined, touchpoint: touchpoint || undefined, category: category || undefined, period, so_far: so_far ?? false, kind, side }
  if (kind === 'threshold') return { ...common, limit: terms.limit || undefined }
  if (kind === 'change') return { ...common, against: terms.against ?? 'before', percent: terms.percent ?? 20, least: terms.least || undefined }
  return { ...common, weeks: terms.weeks ?? 8, cut: terms.cut ?? 3.5, least: terms.least || undefined }
}

export function RuleDialog({ rule, close, done }: { rule: Rule | undefined; close: () => void; done: () => void }) {
  const say = useSay()
  const metrics = useData<Page<Metric>>('/v1/alert-metrics')
  const people = useData<{ items: Person[] }>('/v1/alerts/people')
  const change = useChange()
  const [draft, setDraft] = useState<Draft>(rule ? { name: rule.name, terms: rule.terms, severity: rule.severity, quiet_hours: rule.quiet_hours, owner: rule.owner } : blank)
  const metric = metrics.data?.items.find((one) => one.name === draft.terms.metric)
  const put = (part: Partial<Draft>) => setDraft((old) => ({ ...old, ...part }))
  const terms = (part: Partial<Terms>) => setDraft((old) => ({ ...old, terms: { ...old.terms, ...part } }))
  const asked = termsOf(draft.terms)
  const complete = asked.kind !== 'threshold' || Boolean(asked.limit)
  const save = async () => {
    const body = { name: draft.name.trim(), terms: asked, severity: draft.severity, quiet_hours: draft.quiet_hours, owner: draft.owner, ...(rule ? { enabled: rule.enabled } : {}) }
    if (await change.run(rule ? 'PUT' : 'POST', rule ? `/v1/alert-rules/${rule.id}` : '/v1/alert-rules', body)) done()
  }
  return (
    <Modal
      open width={820} title={say(rule ? 'alerts.rule.edit' : 'alerts.rule.add')} okText={say('save')} cancelText={say('cancel')} confirmLoading={change.busy}
      okButtonProps={{ disabled: !draft.name.trim() || !complete }} onOk={() => void save()} onCancel={close}
    >
      <div className="stack">
        {change.error && <Failure error={change.error} title={say('failed_change')} />}
        <div className="rule-top">
          <Input
            value={draft.name} maxLength={60} aria-label={say('alerts.rule.name')} placeholder={say('alerts.rule.name')}
            onChange={(event) => put({ name: event.target.value })}
          />
          <Select
            aria-label={say('alerts.severity')} value={draft.severity} onChange={(severity) => put({ severity })} popupMatchSelectWidth={false}
            options={severities.map((value) => ({ value, label: say(`alerts.severity.${value}`) }))}
          />
        </div>
        <Sentence terms={draft.terms} put={terms} metrics={metrics.data?.items ?? []} metric={metric} />
        <Collapse
          items={[{
            key: 'more', label: say('alerts.form.more_words'),
            children: (
              <div className="stack">
                {metric && !metric.always_by && (
                  <SegmentFilter label={say('alerts.form.only')} value={draft.terms.segment ?? undefined} change={(segment) => terms({ segment })} />
                )}
                <div className="filters flat">
                  <label className="cut">
                    <span className="quiet">{say('alerts.form.quiet')}</span>
                    <InputNumber min={1} max={2160} precision={0} value={draft.quiet_hours} aria-label={say('alerts.form.quiet')} onChange={(hours) => put({ quiet_hours: hours ?? 24 })} />
                  </label>
                  <label className="cut">
                    <span className="quiet">{say('alerts.form.owner')}</span>
                    <Select
                      aria-label={say('alerts.form.owner')} value={draft.owner} onChange={(owner) => put({ owner })} popupMatchSelectWidth={false}
                      options={[{ value: 0, label: say('alerts.nobody') }, ...(people.data?.items ?? []).map((one) => ({ value: one.id, label: one.name }))]}
                    />
                  </label>
                </div>
              </div>
            ),
          }]}
        />
        <Try terms={complete ? asked : undefined} quiet={draft.quiet_hours} />
      </div>
    </Modal>
  )
}

interface SentenceProps {
  terms: Terms
  put: (part: Partial<Terms>) => void
  metrics: Metric[]
  metric: Metric | undefined
}

/** 当 [每个触点] 的 [支付金额] [上一个整天] [与平常比] [偏离] … 就预警。 */
function Sentence({ terms, put, metrics, metric }: SentenceProps) {
  const say = useSay()
  const { fields, textOf } = useMemberFields(['choice', 'text'])
  const cuts = metric?.by ?? []
  const plain = cuts.filter((one) => one !== 'member')
  const members = cuts.includes('member') ? fields.filter((one) => ['tier', 'city', 'province', 'class'].includes(one.name)) : []
  const whole = metric?.whole_only ?? false
  const period = `${terms.period ?? 'day'}${terms.so_far ? '_so_far' : ''}`
  const kinds = metric?.history === false ? (['threshold'] as const) : (['threshold', 'change', 'anomaly'] as const)
  const kind = terms.kind ?? 'threshold'
  const choose = (name: string) => {
    const next = metrics.find((one) => one.name === name)
    const by = next?.always_by ? undefined : terms.by && !next?.by.includes(terms.by) && ['shop', 'touchpoint', 'category'].includes(terms.by) ? undefined : terms.by
    put({
      metric: name, by: by ?? '', limit: '', least: '',
      ...(next && !next.history ? { kind: 'threshold' as const, side: 'below' as const, so_far: false } : {}),
      ...(next?.always_by ? { segment: undefined } : {}),
      ...(next?.whole_only && terms.so_far ? { side: 'above' as const } : {}),
    })
  }
  const sides = kind === 'threshold' ? (['above', 'below'] as const) : (['above', 'below', 'either'] as const)
  const sideText = { above: kind === 'change' ? 'alerts.form.up' : 'alerts.form.above', below: kind === 'change' ? 'alerts.form.down' : 'alerts.form.below', either: kind === 'change' ? 'alerts.form.moved' : 'alerts.form.either' } as const
  const gap = (node: ReactNode) => <span className="gap">{node}</span>
  return (
    <div className="gaps">
      {say('alerts.form.when')}
      {!metric?.always_by && gap(
        <Select
          aria-label={say('alerts.form.by')} value={terms.by ?? ''} onChange={(by) => put({ by })} popupMatchSelectWidth={false}
          options={[
            { value: '', label: say('alerts.form.whole') },
            ...plain.map((value) => ({ value, label: `${say('alerts.form.each')} ${dimensionText(say, value)}` })),
            ...members.map((one) => ({ value: one.name, label: `${say('alerts.form.each')} ${textOf(one)}` })),
          ]}
        />,
      )}
      {gap(
        <Select
          className="metric-select" aria-label={say('alerts.form.metric')} value={terms.metric} onChange={choose} popupMatchSelectWidth={false}
          showSearch={{ optionFilterProp: 'label' }} options={metrics.map((one) => ({ value: one.name, label: one.label }))}
        />,
      )}
      {metric?.history !== false && gap(
        <Select
          aria-label={say('alerts.form.period')} value={period} popupMatchSelectWidth={false}
          onChange={(to: string) => put({ period: to.startsWith('week') ? 'week' : 'day', so_far: to.endsWith('so_far'), ...(to.endsWith('so_far') && whole ? { side: 'above' as const } : {}) })}
          options={(['day', 'week', 'day_so_far', 'week_so_far'] as const).map((value) => ({ value, label: say(`alerts.form.period.${value}`) }))}
        />,
      )}
      {gap(
        <Select
          aria-label={say('alerts.form.kind')} value={kind} popupMatchSelectWidth={false}
          onChange={(to) => put({ kind: to, ...(to === 'threshold' && terms.side === 'either' ? { side: 'above' as const } : {}) })}
          options={kinds.map((value) => ({ value, label: say(`alerts.form.kind.${value}`) }))}
        />,
      )}
      {kind === 'change' && gap(
        <Select
          aria-label={say('alerts.form.against')} value={terms.against ?? 'before'} onChange={(against) => put({ against })} popupMatchSelectWidth={false}
          options={(['before', 'week_ago', 'year_ago'] as const).map((value) => ({ value, label: say(`alerts.form.against.${value}`) }))}
        />,
      )}
      {kind === 'anomaly' && gap(
        <Select
          aria-label={say('alerts.form.weeks')} value={terms.weeks ?? 8} onChange={(weeks) => put({ weeks })} popupMatchSelectWidth={false}
          options={[8, 9, 10, 11, 12].map((value) => ({ value, label: say('alerts.form.weeks.n', { n: value }) }))}
        />,
      )}
      {gap(
        <Select
          aria-label={say('alerts.form.side')} value={terms.side ?? 'above'} onChange={(side) => put({ side })} popupMatchSelectWidth={false}
          options={sides.map((value) => ({ value, label: say(sideText[value]), disabled: Boolean(terms.so_far) && whole && value !== 'above' }))}
        />,
      )}
      {kind === 'threshold' && gap(<Amount unit={metric?.unit} value={terms.limit} change={(limit) => put({ limit })} label={say('alerts.form.limit')} />)}
      {kind === 'change' && gap(
        <InputNumber
          className="short-number" min={1} max={10000} precision={0} suffix="%" value={terms.percent ?? 20} aria-label={say('alerts.form.percent')}
          onChange={(percent) => put({ percent: percent ?? 20 })}
        />,
      )}
      {kind === 'anomaly' && (
        <>
          {say('alerts.form.beyond')}
          {gap(<InputNumber className="long-number" suffix={say('alerts.form.scales')} min={2} max={10} step={0.5} value={terms.cut ?? 3.5} aria-label={say('alerts.form.cut')} onChange={(cut) => put({ cut: cut ?? 3.5 })} />)}
        </>
      )}
      {kind !== 'threshold' && (
        <>
          {say('alerts.form.least')}
          {gap(<Amount unit={metric?.unit} value={terms.least} change={(least) => put({ least })} label={say('alerts.form.least')} />)}
        </>
      )}
      {say('alerts.form.then')}
    </div>
  )
}

/** A figure in the metric's unit; shares are typed in percent. */
function Amount({ unit, value, change, label }: { unit: Metric['unit'] | undefined; value: string | null | undefined; change: (text: string) => void; label: string }) {
  const say = useSay()
  const share = unit === 'ratio'
  const whole = unit === 'count' || unit === 'days'
  const shown = value ? (share ? Math.round(Number(value) * 1e6) / 1e4 : Number(value)) : null
  return (
    <InputNumber
      className="short-number" min={0} max={1e11} precision={whole ? 0 : undefined} value={shown} aria-label={label}
      prefix={unit === 'money' ? '¥' : undefined} suffix={share ? '%' : unit === 'days' ? say('alerts.days', { n: '' }).trim() : undefined}
      onChange={(to) => change(to === null ? '' : share ? String(Math.round(to * 1e4) / 1e6) : unit === 'money' ? to.toFixed(2) : String(to))}
    />
  )
}

function Try({ terms, quiet }: { terms: Terms | undefined; quiet: number }) {
  const say = useSay()
  const format = useFormat()
  const tried = useAnswer<Preview>('/v1/alert-rules/preview', terms ? { terms, quiet_hours: quiet } : null, 500)
  const [value, choose] = useState('')
  if (!terms) return null
  if (tried.error) return <Failure error={tried.error} />
  const data = tried.data
  const one = data?.values.find((row) => (row.value ?? '') === value) ?? data?.values[0]
  return (
    <section className={tried.loading ? 'stale' : undefined} aria-busy={tried.loading}>
      <h2>{say('alerts.try')}</h2>
      {data && (
        <>
          <p className="flat rule-sentence">{data.sentence}</p>
          <p className="flat">
            <b>{data.raised ? say('alerts.try.n', { n: format.count(data.raised) }) : say('alerts.try.none')}</b>
            {terms.metric.startsWith('product.') && <span className="quiet"> · {say('alerts.try.step', { n: data.step_days ?? 7 })}</span>}
            {data.note && <span className="quiet"> · {data.note}</span>}
          </p>
          {data.values.length > 1 && one && (
            <Select
              className="value-select" aria-label={say('alerts.try.of')} value={one.value ?? ''} onChange={choose} popupMatchSelectWidth={false}
              options={data.values.map((row) => ({ value: row.value ?? '', label: say('alerts.try.value', { name: row.label ?? '', n: row.raised }) }))}
            />
          )}
          {one && one.points.length > 0 && <AlertChart points={one.points} unit={data.unit} name={one.label ?? data.sentence ?? ''} raised={one.days} />}
        </>
      )}
    </section>
  )
}

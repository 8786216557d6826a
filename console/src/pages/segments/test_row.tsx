// test_row.tsx -- one condition: subject, what of it, comparison, values; and what of everybody it holds for by itself.
import { CopyOutlined, DeleteOutlined, GroupOutlined, MoreOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Dropdown, Select } from 'antd'
import type { Query } from '~/base/http'
import { useSay } from '~/base/locale'
import { Contribution, NotSwitch } from './contribution'
import type { AskedProp } from './forms'
import { operatorText, useLanguage, type Subject } from './language'
import { DurationInput, Operands } from './operands'
import { SubjectChoice } from './subject_choice'
import { copyOf, lacks, newGroup, propWhole, type Node, type Test } from './tree'
import { ValueInput } from './values'

export interface Seen {
  counts: Map<number, number>
  total: number
  wrongs: Map<number, string>
}

const namedFrom: Record<string, Query> = { did: { event: 1 }, in_group: { group: 1 }, in_segment: { segment: 1 } }
const kindsWithValues = new Set(['text', 'choice', 'set'])

/** The comparison most often wanted first of a kind. */
const usualOp: Record<string, string> = { age: '<=', count: '>=', money: '>=', number: '>=', date: '>=' }
export const firstOp = (subject: Subject) => {
  const usual = usualOp[subject.kind] ?? '='
  return subject.operators.includes(usual) ? usual : (subject.operators[0] ?? '')
}

export function TestRow({ test, put, seen }: { test: Test; put: (nodes: Node[]) => void; seen: Seen }) {
  const say = useSay()
  const language = useLanguage()
  const subject = language.of(test.subject)
  const change = (values: Partial<Test>) => put([{ ...test, ...values }])
  const lack = lacks(test, subject)
  const wrong = seen.wrongs.get(test.id)
  const choose = (name: string) => {
    const chosen = language.of(name)!
    const same = subject && chosen.kind === subject.kind
    const op = same && chosen.operators.includes(test.op) ? test.op : firstOp(chosen)
    const operands = chosen.named && chosen.kind === 'count' ? ['1'] : same && !kindsWithValues.has(chosen.kind) ? test.operands : []
    change({ subject: name, name: '', window: chosen.window ? test.window : '', op, operands, props: [] })
  }
  const label = subject?.title ?? say('seg.subject')
  return (
    <div className={`test ${wrong ? 'test-wrong' : ''} ${lack ? 'test-open' : ''}`} role="group" aria-label={label}>
      <NotSwitch on={test.not} change={(not) => change({ not })} />
      <div className="test-line">
        <SubjectChoice value={test.subject} change={choose} wrong={test.subject !== '' && !subject} />
        {subject?.named && (
          <ValueInput
            value={test.name}
            change={(name) => change({ name })}
            from={namedFrom[subject.name]}
            label={say(subject.name === 'did' ? 'seg.event' : subject.name === 'in_group' ? 'seg.community' : 'seg.saved_name')}
          />
        )}
        {subject?.window && <WindowInput value={test.window} change={(window) => change({ window })} of={label} />}
        {subject && subject.kind !== 'holds' && (
          <OperatorChoice
            subject={subject}
            value={test.op}
            change={(op) => change({ op, operands: refit(test.operands, test.op, op) })}
          />
        )}
        {subject && subject.kind !== 'holds' && (
          <Operands
            kind={subject.kind}
            op={test.op}
            operands={test.operands}
            change={(operands) => change({ operands })}
            from={kindsWithValues.has(subject.kind) ? { field: subject.name } : undefined}
            label={say('seg.value_of', { of: label })}
          />
        )}
      </div>
      <div className="test-side">
        <Contribution count={seen.counts.get(test.id)} total={seen.total} waits={lack !== undefined} />
        <RowMenu node={test} put={put} />
      </div>
      {subject?.props && <Props test={test} change={(props) => change({ props })} />}
      {wrong ? <div className="test-note wrong" role="status">{wrong}</div>
        : lack && subject && <div className="test-note quiet">{say(`seg.lack.${lack}`)}</div>}
    </div>
  )
}

/** From one value to several and back, nothing typed is lost. */
const refit = (operands: string[], from: string, to: string): string[] => {
  if (from === 'within next' || to === 'within next') return from === to ? operands : []
  return to === 'is known' || to === 'is unknown' ? [] : to === 'in' ? operands.filter(Boolean) : to === 'between' ? operands.slice(0, 2) : operands.slice(0, 1)
}

function OperatorChoice({ subject, value, change }: { subject: Subject; value: string; change: (op: string) => void }) {
  const say = useSay()
  const language = useLanguage()
  return (
    <Select
      className="operator"
      aria-label={say('seg.operator_of', { of: subject.title })}
      value={value || undefined}
      onChange={change}
      popupMatchSelectWidth={false}
      options={subject.operators.map((op) => ({ value: op, label: operatorText(say, op, subject.kind), title: language.docOf(op) }))}
    />
  )
}

function WindowInput({ value, change, of }: { value: string; change: (window: string) => void; of: string }) {
  const say = useSay()
  return (
    <span className="window">
      <span className="quiet">{say('seg.within')}</span>
      <DurationInput value={value} change={change} label={say('seg.window_of', { of })} placeholder={say('seg.ever')} />
    </span>
  )
}

const propOps = ['=', '!=', 'in', 'contains', '>=', '<=', '>', '<'] as const

function Props({ test, change }: { test: Test; change: (props: AskedProp[]) => void }) {
  const say = useSay()
  const put = (i: number, prop: AskedProp | null) => change(test.props.flatMap((old, at) => (at !== i ? [old] : prop ? [prop] : [])))
  const event = test.name.trim()
  return (
    <div className="props">
      {test.props.map((prop, i) => (
        // Conditions have no names of their own.
        <div key={i} className="prop" role="group" aria-label={say('seg.prop')}>
          <span className="quiet">{say('seg.where')}</span>
          <ValueInput value={prop.name} change={(name) => put(i, { ...prop, name })} from={event ? { event, prop: '' } : undefined} label={say('seg.prop')} />
          <Select
            className="operator"
            aria-label={say('seg.operator_of', { of: prop.name || say('seg.prop') })}
            value={prop.op}
            onChange={(op: string) => put(i, { ...prop, op, operands: refit(prop.operands, prop.op, op) })}
            popupMatchSelectWidth={false}
            options={propOps.map((op) => ({ value: op as string, label: operatorText(say, op, 'prop') }))}
          />
          <Operands
            kind="text"
            op={prop.op}
            operands={prop.operands}
            change={(operands) => put(i, { ...prop, operands })}
            from={event && prop.name.trim() ? { event, prop: prop.name.trim() } : undefined}
            label={say('seg.value_of', { of: prop.name || say('seg.prop') })}
          />
          <Button type="text" size="small" icon={<DeleteOutlined />} aria-label={say('seg.prop.remove')} onClick={() => put(i, null)} />
          {!propWhole(prop) && <span className="quiet test-note">{say('seg.lack.prop')}</span>}
        </div>
      ))}
      <Button type="link" size="small" icon={<PlusOutlined />} className="prop-add" onClick={() => change([...test.props, { name: '', op: '=', operands: [] }])}>
        {say('seg.prop.add')}
      </Button>
    </div>
  )
}

export function RowMenu({ node, put }: { node: Node; put: (nodes: Node[]) => void }) {
  const say = useSay()
  const items = [
    { key: 'copy', icon: <CopyOutlined />, label: say('seg.duplicate'), onClick: () => put([node, copyOf(node)]) },
    { key: 'wrap', icon: <GroupOutlined />, label: say('seg.wrap'), onClick: () => put([newGroup('any', [node])]) },
    ...(node.kind === 'test' || node.not ? [] : [{ key: 'unwrap', icon: <GroupOutlined />, label: say('seg.unwrap'), onClick: () => put(node.parts) }]),
  ]
  return (
    <span className="row-menu">
      <Dropdown menu={{ items }} trigger={['click']}>
        <Button type="text" size="small" icon={<MoreOutlined />} aria-label={say('more')} />
      </Dropdown>
      <Button type="text" size="small" icon={<DeleteOutlined />} aria-label={say('seg.remove')} onClick={() => put([])} />
    </span>
  )
}

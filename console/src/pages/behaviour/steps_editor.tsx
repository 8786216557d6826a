// steps_editor.tsx -- the steps of a funnel: choose, add conditions, reorder, add, remove.
import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useRef } from 'react'
import { nothing, type Behaviour } from '~/base/event_text'
import { useSay } from '~/base/locale'
import { EventInput, type OfferedValue } from '~/parts/event_input'

const MOST = 8
/** A step and what tells it from others while it is edited. */
export interface Step {
  id: number
  behaviour: Behaviour
}

export const stepsOf = (all: Behaviour[]): Step[] => all.map((behaviour, id) => ({ id, behaviour }))

export function StepsEditor({ steps, change, offered }: { steps: Step[]; change: (steps: Step[]) => void; offered: OfferedValue[] }) {
  const say = useSay()
  const list = useRef<HTMLOListElement>(null)
  const add = () => change([...steps, { id: Math.max(-1, ...steps.map((one) => one.id)) + 1, behaviour: nothing }])
  const swap = (i: number, k: number) => change(steps.with(i, steps[k]!).with(k, steps[i]!))
  const remove = (i: number) => {
    change(steps.filter((_, k) => k !== i))
    // The button that was pressed is gone: the keyboard goes on at the list.
    list.current?.focus()
  }
  return (
    <div>
      <ol className="steps-list" ref={list} tabIndex={-1} aria-label={say('funnel.steps')}>
        {steps.map((step, i) => (
          <li key={step.id} className="step-row">
            <span className="step-number" aria-hidden>{i + 1}</span>
            <EventInput
              label={say('funnel.step', { n: i + 1 })}
              value={step.behaviour}
              offered={offered}
              change={(behaviour) => change(steps.with(i, { ...step, behaviour }))}
              tools={
                <span className="step-tools">
                  <Button type="text" icon={<ArrowUpOutlined />} disabled={i === 0} aria-label={say('funnel.up', { n: i + 1 })} onClick={() => swap(i, i - 1)} />
                  <Button type="text" icon={<ArrowDownOutlined />} disabled={i === steps.length - 1} aria-label={say('funnel.down', { n: i + 1 })} onClick={() => swap(i, i + 1)} />
                  <Button type="text" icon={<DeleteOutlined />} disabled={steps.length <= 1} aria-label={say('funnel.remove', { n: i + 1 })} onClick={() => remove(i)} />
                </span>
              }
            />
          </li>
        ))}
      </ol>
      <Button icon={<PlusOutlined />} disabled={steps.length >= MOST} onClick={add} className="step-add">{say('funnel.add')}</Button>
    </div>
  )
}

// rule_editor.tsx -- changes the rule and shows the effect: what is typed settles, then goes into the address.
import { ControlOutlined } from '@ant-design/icons'
import { Button, Form, Input, InputNumber, Segmented } from 'antd'
import { useEffect, useRef, useState } from 'react'
import type { RfmRule } from '~/api'
import { useSay } from '~/base/locale'
import type { Word } from '~/base/words'
import type { Asked } from './rule'

const lists = ['recency', 'frequency', 'monetary'] as const
const choices = {
  cuts: ['fixed', 'quantile', 'mean'],
  frequency_of: ['orders', 'days'],
  monetary_of: ['total', 'average'],
  high: ['band', 'mean'],
} as const

/** "30，90 " -> "30,90": full-width commas and blanks are fine. */
const tidy = (text: string) => text.split(/[,，、;；\s]+/).filter(Boolean).join(',')

interface EditorProps {
  rule: RfmRule | undefined
  asked: Asked
  change: (change: Asked) => void
  reset?: () => void
}

export function RuleEditor({ rule, asked, change, reset }: EditorProps) {
  const say = useSay()
  const [open, setOpen] = useState(Boolean(reset))
  // What was typed is thrown away only by going back to the default.
  const [round, setRound] = useState(0)
  return (
    <section className="panel rule">
      <div className="rule-head">
        <Button icon={<ControlOutlined />} aria-expanded={open} onClick={() => setOpen(!open)}>{say('rfm.rule.edit')}</Button>
        {!open && rule && <RuleText rule={rule} />}
        <span className="space" />
        {reset && <Button type="link" onClick={() => { reset(); setRound(round + 1) }}>{say('rfm.rule.reset')}</Button>}
      </div>
      {open && rule && (
        <>
          <p className="quiet rule-what">{say('rfm.rule.what')}</p>
          <Form layout="vertical" className="rule-form" component="div">
            {lists.map((name) => (
              <ListInput key={`${name} ${rule.cuts} ${round}`} name={name} rule={rule} asked={asked} change={change} />
            ))}
            {(Object.keys(choices) as (keyof typeof choices)[]).map((name) => (
              <Form.Item key={name} label={say(`rfm.${name}`)}>
                <Segmented<string>
                  value={rule[name]}
                  aria-label={say(`rfm.${name}`)}
                  onChange={(value) => change({ [name]: value, ...(name === 'cuts' && value === 'mean' ? clearLists : {}) })}
                  options={choices[name].map((value) => ({ value, label: say(`rfm.${name}.${value}` as Word) }))}
                />
              </Form.Item>
            ))}
            <Form.Item label={say('rfm.window')}>
              <InputNumber
                aria-label={say('rfm.window')}
                min={0}
                max={36500}
                precision={0}
                key={round}
                defaultValue={rule.window}
                onBlur={(event) => event.target.value !== '' && change({ window: event.target.value })}
                onPressEnter={(event) => change({ window: event.currentTarget.value })}
              />
            </Form.Item>
          </Form>
        </>
      )}
    </section>
  )
}

const clearLists: Asked = { recency: '', frequency: '', monetary: '' }

function RuleText({ rule }: { rule: RfmRule }) {
  const say = useSay()
  return (
    <span className="quiet rule-text">
      R {rule.recency.join(' / ')} · F {rule.frequency.join(' / ')} · M {rule.monetary.join(' / ')} · {say(`rfm.cuts.${rule.cuts}`)}
    </span>
  )
}

/** One list of cuts: text while it is typed, asked for once it has been still. */
function ListInput({ name, rule, asked, change }: { name: (typeof lists)[number]; rule: RfmRule; asked: Asked; change: (change: Asked) => void }) {
  const say = useSay()
  const [text, setText] = useState(() => asked[name] ?? rule[name].join(',').replace(/\.00\b/g, ''))
  const still = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(still.current), [])
  const type = (typed: string) => {
    setText(typed)
    clearTimeout(still.current)
    still.current = setTimeout(() => change({ [name]: tidy(typed) }), 500)
  }
  return (
    <Form.Item label={say(`rfm.${name}`)} extra={say(rule.cuts === 'quantile' ? 'rfm.cuts_count_hint' : 'rfm.cuts_hint')}>
      <Input aria-label={say(`rfm.${name}`)} value={text} disabled={rule.cuts === 'mean'} onChange={(event) => type(event.target.value)} />
    </Form.Item>
  )
}

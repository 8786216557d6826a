// rules.tsx -- the rules that earn points: each in a sentence, on or off, changed or copied.
import { PlusOutlined } from '@ant-design/icons'
import { App, Button, Space, Switch } from 'antd'
import { useState } from 'react'
import type { PointsRule } from '~/api'
import type { Tone } from '~/app/theme'
import { useMay } from '~/app/session'
import { useChange, useData, type Page } from '~/base/data'
import { useSay } from '~/base/locale'
import { Mark } from '~/parts/mark'
import { Rows, type Column } from '~/parts/rows'
import { Failure, Nothing } from '~/parts/states'
import { RuleDialog } from './rule_dialog'
import { ruleState, useRuleText, type RuleState } from './rule_words'

const tones: Record<RuleState, Tone> = { on: 'green', off: 'grey', soon: 'blue', over: 'amber' }

export function Rules() {
  const say = useSay()
  const may = useMay()('loyalty:write')
  const { message } = App.useApp()
  const textOf = useRuleText()
  const list = useData<Page<PointsRule>>('/v1/points/rules')
  const change = useChange()
  const [editing, edit] = useState<Partial<PointsRule>>()
  const [now] = useState(() => Date.now())
  const put = async (rule: PointsRule, on: boolean) => {
    if (!(await change.run('PATCH', `/v1/points/rules/${rule.id}`, { on }))) return
    message.success(say('saved'))
    list.reload()
  }
  const columns: Column<PointsRule>[] = [
    { key: 'name', title: say('points.rule'), cell: (rule) => <div className="rule-name">{rule.name}</div> },
    { key: 'words', title: say('points.rule.words'), cell: (rule) => <div className="rule-text">{textOf(rule)}</div> },
    {
      key: 'state', title: say('state'),
      cell: (rule) => {
        const state = ruleState(rule, now)
        return <Mark tone={tones[state]}>{say(`points.rule.state.${state}`)}</Mark>
      },
    },
  ]
  if (may)
    columns.push({
      key: 'do', title: say('actions'),
      cell: (rule) => (
        <Space>
          <Switch size="small" checked={rule.on} disabled={change.busy} aria-label={say('points.rule.switch', { name: rule.name })} onChange={(on) => put(rule, on)} />
          <Button size="small" onClick={() => edit(rule)}>{say('edit')}</Button>
          <Button size="small" onClick={() => edit({ ...rule, id: undefined, name: say('points.rule.copied', { name: rule.name }) })}>{say('points.rule.copy')}</Button>
        </Space>
      ),
    })
  const add = <Button type="primary" icon={<PlusOutlined />} onClick={() => edit({})}>{say('points.rule.add')}</Button>
  return (
    <>
      <div className="tab-bar">
        <p className="quiet">{say('points.rules.what')}</p>
        {may && add}
      </div>
      {change.error && <Failure error={change.error} title={say('failed_change')} />}
      <Rows from={list} columns={columns} id={(rule) => rule.id} empty={<Nothing text={say('points.rules.none')}>{may && add}</Nothing>} />
      {editing && <RuleDialog rule={editing} close={() => edit(undefined)} saved={list.reload} />}
    </>
  )
}

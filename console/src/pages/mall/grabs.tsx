// grabs.tsx -- first-come grabs: what is won, how many are left, who won.
import { PlusOutlined } from '@ant-design/icons'
import { App, Button, Space, Switch } from 'antd'
import { useState } from 'react'
import type { Grab, MallGood } from '~/api'
import type { Tone } from '~/app/theme'
import { useMay } from '~/app/session'
import { useChange, useData, usePages, type Page } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { Bar } from '~/parts/bar'
import { Mark } from '~/parts/mark'
import { useRewardText } from '~/parts/reward_text'
import { Rows, type Column } from '~/parts/rows'
import { Failure, Nothing } from '~/parts/states'
import { useGoodWords } from './good_words'
import { GrabDialog } from './grab_dialog'
import { Wins } from './wins'

type State = 'on' | 'gone' | 'soon' | 'over' | 'off'
const tones: Record<State, Tone> = { on: 'green', gone: 'plum', soon: 'blue', over: 'amber', off: 'grey' }

function stateOf(grab: Grab, now: number): State {
  if (!grab.opened) return 'off'
  if (grab.ends_at && Date.parse(grab.ends_at) <= now) return 'over'
  if (grab.starts_at && Date.parse(grab.starts_at) > now) return 'soon'
  return grab.left === 0 ? 'gone' : 'on'
}

export function Grabs() {
  const say = useSay()
  const format = useFormat()
  const words = useGoodWords()
  const rewards = useRewardText()
  const may = useMay()('loyalty:write')
  const { message } = App.useApp()
  const list = usePages<Grab>('/v1/grabs')
  const goods = useData<Page<MallGood>>('/v1/mall/goods', { limit: 200 }).data?.items ?? []
  const change = useChange()
  const [editing, edit] = useState<Partial<Grab>>()
  const [shown, show] = useState<Grab>()
  const [now] = useState(() => Date.now())
  const put = async (grab: Grab, opened: boolean) => {
    if (!(await change.run('PATCH', `/v1/grabs/${grab.id}`, { opened }))) return
    message.success(say('saved'))
    list.reload()
  }
  const prizeOf = (grab: Grab) => (grab.prize ? rewards.one(grab.prize) : words.name(goods.find((one) => one.id === grab.good) ?? {}) || `#${grab.good}`)
  const columns: Column<Grab>[] = [
    {
      key: 'name', title: say('grab.grab'),
      cell: (grab) => <div className="rule-name">{words.name(grab)}<div className="quiet small number">{words.period(grab)}</div></div>,
    },
    {
      key: 'state', title: say('state'),
      cell: (grab) => {
        const state = stateOf(grab, now)
        return <Mark tone={tones[state]}>{say(`grab.state.${state}`)}</Mark>
      },
    },
    { key: 'prize', title: say('grab.prize'), cell: (grab) => <div className="gives">{prizeOf(grab)}</div> },
    {
      key: 'left', title: say('grab.left'),
      cell: (grab) => <Bar share={grab.left / Math.max(1, grab.left + grab.winners)} text={format.count(grab.left)} />,
    },
    { key: 'winners', title: say('grab.winners'), right: true, cell: (grab) => format.count(grab.winners) },
    { key: 'who', title: say('mall.audience'), cell: (grab) => <div className="gives">{words.audience(grab).join(' · ') || say('mall.anybody')}</div> },
    {
      key: 'do', title: say('actions'),
      cell: (grab) => (
        <Space wrap>
          {may && <Switch size="small" checked={grab.opened} disabled={change.busy} aria-label={say('grab.switch', { name: words.name(grab) })} onChange={(on) => put(grab, on)} />}
          {may && <Button size="small" onClick={() => edit(grab)}>{say('edit')}</Button>}
          <Button size="small" onClick={() => show(grab)}>{say('grab.wins')}</Button>
        </Space>
      ),
    },
  ]
  const add = may && <Button type="primary" icon={<PlusOutlined />} onClick={() => edit({})}>{say('grab.add')}</Button>
  return (
    <>
      <div className="tab-bar">
        <p className="quiet">{say('grab.what')}</p>
        {add}
      </div>
      {change.error && <Failure error={change.error} title={say('failed_change')} />}
      <Rows from={list} columns={columns} id={(grab) => grab.id} empty={<Nothing text={say('grab.none')}>{add}</Nothing>} />
      {editing && <GrabDialog grab={editing} goods={goods} close={() => edit(undefined)} saved={list.reload} />}
      {shown && <Wins grab={shown} gives={prizeOf(shown)} close={() => show(undefined)} changed={list.reload} />}
    </>
  )
}

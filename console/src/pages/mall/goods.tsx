// goods.tsx -- goods of the mall: price, stock, for whom; on sale or off, changed, restocked.
import { PictureOutlined, PlusOutlined } from '@ant-design/icons'
import { App, Button, Space, Switch } from 'antd'
import { useState } from 'react'
import type { MallGood } from '~/api'
import type { Tone } from '~/app/theme'
import { useMay } from '~/app/session'
import { useChange, usePages } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { Mark } from '~/parts/mark'
import { Rows, type Column } from '~/parts/rows'
import { Failure, Nothing } from '~/parts/states'
import { CodesDialog } from './codes_dialog'
import { GoodDialog } from './good_dialog'
import { goodState, useGoodWords, type GoodState } from './good_words'
import { StockDialog } from './stock_dialog'

const tones: Record<GoodState, Tone> = { draft: 'grey', on: 'green', off: 'grey', soon: 'blue', over: 'amber' }
const withCodes = (good: MallGood) => good.kind === 'code' || good.kind === 'gift_card'

export function Goods() {
  const say = useSay()
  const format = useFormat()
  const words = useGoodWords()
  const may = useMay()('loyalty:write')
  const { message } = App.useApp()
  const list = usePages<MallGood>('/v1/mall/goods')
  const change = useChange()
  const [editing, edit] = useState<Partial<MallGood>>()
  const [stocking, stock] = useState<MallGood>()
  const [now] = useState(() => Date.now())
  const put = async (good: MallGood, on: boolean) => {
    if (!(await change.run('PATCH', `/v1/mall/goods/${good.id}`, { state: on ? 'on' : 'off' }))) return
    message.success(say('saved'))
    list.reload()
  }
  const columns: Column<MallGood>[] = [
    {
      key: 'name', title: say('mall.good'),
      cell: (good) => (
        <div className="good">
          {good.picture ? <img src={good.picture} alt="" className="good-picture" /> : <span className="good-picture"><PictureOutlined /></span>}
          <div className="rule-name">
            {words.name(good)} <Mark tone="teal">{say(`mall.kind.${good.kind}`)}</Mark>
            <div className="quiet small number">{words.period(good)}</div>
          </div>
        </div>
      ),
    },
    {
      key: 'state', title: say('state'),
      cell: (good) => {
        const state = goodState(good, now)
        return <Mark tone={tones[state]}>{say(`mall.state.${state}`)}</Mark>
      },
    },
    { key: 'price', title: say('mall.price'), cell: (good) => <span className="number">{words.price(good.points, good.price)}</span> },
    {
      key: 'left', title: say('mall.left'), right: true,
      cell: (good) => (
        <>
          <span className={good.left === 0 ? 'good-out' : undefined}>{format.count(good.left)}</span>
          {good.held > 0 && <div className="quiet small">{say('mall.held', { n: format.count(good.held) })}</div>}
        </>
      ),
    },
    { key: 'taken', title: say('mall.taken'), right: true, cell: (good) => format.count(good.taken) },
    { key: 'who', title: say('mall.who'), cell: (good) => <div className="good-who">{words.who(good)}</div> },
  ]
  if (may)
    columns.push({
      key: 'do', title: say('actions'),
      cell: (good) => (
        <Space wrap>
          <Switch size="small" checked={good.state === 'on'} disabled={change.busy} aria-label={say('mall.switch', { name: words.name(good) })} onChange={(on) => put(good, on)} />
          <Button size="small" onClick={() => edit(good)}>{say('edit')}</Button>
          <Button size="small" onClick={() => stock(good)}>{say(withCodes(good) ? 'mall.codes' : 'mall.stock.short')}</Button>
        </Space>
      ),
    })
  const add = may && <Button type="primary" icon={<PlusOutlined />} onClick={() => edit({})}>{say('mall.add')}</Button>
  return (
    <>
      <div className="tab-bar">
        <p className="quiet">{say('mall.what')}</p>
        {add}
      </div>
      {change.error && <Failure error={change.error} title={say('failed_change')} />}
      <Rows from={list} columns={columns} id={(good) => good.id} empty={<Nothing text={say('mall.none')}>{add}</Nothing>} />
      {editing && <GoodDialog good={editing} close={() => edit(undefined)} saved={list.reload} />}
      {stocking && (withCodes(stocking)
        ? <CodesDialog good={stocking} close={() => stock(undefined)} saved={list.reload} />
        : <StockDialog good={stocking} close={() => stock(undefined)} saved={list.reload} />)}
    </>
  )
}

// board_dialog.tsx -- makes or changes a leaderboard; of a published one only what may still change.
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Alert, App, Button, DatePicker, Form, Input, InputNumber, Segmented, Select, Switch } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import type { Board, BoardPrize, Forms, TagView, TeamCampaign } from '~/api'
import { useChange, useData, type Page } from '~/base/data'
import { civilOf, instantAt } from '~/base/day_span'
import { todayIs } from '~/base/format'
import { useSay } from '~/base/locale'
import { FormDialog } from '~/parts/form_dialog'
import { RewardsInput } from '~/parts/rewards_input'
import { useTiers } from '~/parts/tiers'

interface Values extends Omit<Forms['board_post'], 'starts_at' | 'ends_at'> {
  starts_at: Dayjs
  ends_at: Dayjs
}

const fresh = (campaign?: number): Partial<Values> => ({
  metric: 'amount', holders: campaign ? 'teams' : 'members', campaign, scope: 'all', ties: 'earlier', visible: true, captain_only: false,
  starts_at: dayjs(todayIs()), ends_at: dayjs(todayIs()).add(7, 'day'),
  prizes: [{ first: 1, last: 3, rewards: [{ kind: 'points', amount: 500 }] }],
})

/** A day that was not touched keeps its very instant. */
const at = (civil: Dayjs, was?: string) => (was && civilOf(was).isSame(civil, 'minute') ? was : instantAt(civil))

interface DialogProps {
  board?: Board
  /** A new one for the teams of this campaign. */
  campaign?: number
  close: () => void
  saved: (board: Board) => void
}

export function BoardDialog({ board, campaign, close, saved }: DialogProps) {
  const say = useSay()
  const { message } = App.useApp()
  const [form] = Form.useForm<Values>()
  const change = useChange()
  const values = Form.useWatch([], form) as Values | undefined
  const draft = !board || board.state === 'draft'
  const save = async ({ starts_at, ends_at, ...given }: Values) => {
    const ends = at(ends_at, board?.ends_at)
    const terms = {
      name: given.name.trim(), starts_at: at(starts_at, board?.starts_at), ends_at: ends, visible: given.visible, scope_name: given.scope_name ?? null,
      min_score: given.min_score?.toString() ?? '0', order_cap: given.metric === 'amount' ? (given.order_cap?.toString() ?? null) : null, prizes: given.prizes ?? [],
    }
    const teams = given.holders === 'teams'
    const body = !board
      ? { ...terms, metric: given.metric, holders: given.holders, scope: given.scope, ties: given.ties, campaign: teams ? given.campaign : 0, captain_only: teams && given.captain_only }
      : draft ? { ...terms, clear: [...(terms.prizes.length ? [] : ['prizes']), ...(terms.order_cap ? [] : ['order_cap'])] } : { name: terms.name, ends_at: ends, visible: given.visible }
    const kept = await (board ? change.run<Board>('PATCH', `/v1/boards/${board.id}`, body) : change.run<Board>('POST', '/v1/boards', body))
    if (!kept) return
    message.success(say('saved'))
    saved(kept)
    close()
  }
  const initial = board ? { ...board, starts_at: civilOf(board.starts_at), ends_at: civilOf(board.ends_at), campaign: board.campaign || undefined } : fresh(campaign)
  const time = { showTime: { format: 'HH:mm' }, format: 'YYYY-MM-DD HH:mm', allowClear: false, className: 'full' }
  return (
    <FormDialog title={say(board ? 'boards.edit' : 'boards.add')} form={form} change={change} close={close} width={760}>
      {!draft && <Alert type="info" showIcon role="status" title={say('board.fixed')} className="failure" />}
      <Form<Values> form={form} layout="vertical" requiredMark={false} onFinish={save} initialValues={initial} className="grid-form">
        <Form.Item name="name" label={say('name')} rules={[{ required: true, whitespace: true, message: say('required') }]} className="whole">
          <Input maxLength={60} autoFocus />
        </Form.Item>
        <Form.Item name="starts_at" label={say('board.starts')}><DatePicker {...time} disabled={!draft} /></Form.Item>
        <Form.Item name="ends_at" label={say('board.ends')}><DatePicker {...time} /></Form.Item>
        <Form.Item name="visible" label={say('board.visible')} valuePropName="checked" className="whole"><Switch /></Form.Item>
        {draft && (
          <>
            <Terms fixed={board !== undefined} values={values ?? (initial as Values)} />
            <Form.Item name="prizes" label={say('board.prizes')} className="whole"><PrizesInput /></Form.Item>
          </>
        )}
      </Form>
    </FormDialog>
  )
}

/** `fixed`: what a draft was made with. */
function Terms({ fixed, values }: { fixed: boolean; values: Values }) {
  const say = useSay()
  const metric = values.metric
  return (
    <>
      <Form.Item name="metric" label={say('board.metric')}>
        <Select disabled={fixed} options={(['amount', 'orders', 'points', 'invites'] as const).map((one) => ({ value: one, label: say(`board.metric.${one}`) }))} />
      </Form.Item>
      <Form.Item name="holders" label={say('board.holders')}>
        <Segmented disabled={fixed} options={(['members', 'teams'] as const).map((one) => ({ value: one, label: say(`board.holders.${one}`) }))} />
      </Form.Item>
      {values.holders === 'teams' && <OfTeams fixed={fixed} />}
      <Form.Item name="scope" label={say('board.scope')}>
        <Select disabled={fixed} options={(['all', 'segment', 'tag', 'tier'] as const).map((one) => ({ value: one, label: say(`board.scope.${one}`) }))} />
      </Form.Item>
      {values.scope && values.scope !== 'all' ? <ScopeName scope={values.scope} /> : <span />}
      <Form.Item name="ties" label={say('board.ties')}>
        <Select disabled={fixed} options={(['earlier', 'share', 'dense'] as const).map((one) => ({ value: one, label: say(`board.ties.${one}`) }))} />
      </Form.Item>
      <Form.Item name="min_score" label={say('board.min_score')}>
        <InputNumber stringMode min="0" precision={metric === 'amount' ? 2 : 0} className="full" />
      </Form.Item>
      {metric === 'amount' && (
        <Form.Item name="order_cap" label={say('board.order_cap')}>
          <InputNumber stringMode min="0.01" precision={2} placeholder={say('task.no_limit')} className="full" />
        </Form.Item>
      )}
    </>
  )
}

function OfTeams({ fixed }: { fixed: boolean }) {
  const say = useSay()
  const campaigns = useData<{ items: TeamCampaign[] }>('/v1/team-campaigns').data?.items ?? []
  return (
    <>
      <Form.Item name="campaign" label={say('board.campaign')} rules={[{ required: true, message: say('required_choice') }]}>
        <Select disabled={fixed} options={campaigns.map((one) => ({ value: one.id, label: one.name }))} />
      </Form.Item>
      <Form.Item name="captain_only" label={say('board.captain_only')} valuePropName="checked"><Switch disabled={fixed} /></Form.Item>
    </>
  )
}

function ScopeName({ scope }: { scope: 'segment' | 'tag' | 'tier' }) {
  const say = useSay()
  const tiers = useTiers()
  const named = useData<Page<TagView>>(scope === 'tier' ? null : scope === 'tag' ? '/v1/tags' : '/v1/segments').data?.items ?? []
  return (
    <Form.Item name="scope_name" label={say('board.scope_name')} rules={[{ required: true, message: say('required_choice') }]}>
      <Select showSearch={{ optionFilterProp: 'label' }} options={scope === 'tier' ? tiers.options : named.map((one) => ({ value: one.name, label: one.name }))} />
    </Form.Item>
  )
}

function PrizesInput({ value = [], onChange }: { value?: BoardPrize[]; onChange?: (value: BoardPrize[]) => void }) {
  const say = useSay()
  const set = (i: number, to: Partial<BoardPrize>) => onChange?.(value.with(i, { ...value[i]!, ...to }))
  const next = (value.at(-1)?.last ?? 0) + 1
  return (
    <div className="streak">
      {value.map((one, i) => (
        <div key={i} className="streak-row">
          <div className="streak-when streak-special">
            <InputNumber aria-label={say('board.prize.first')} prefix={say('board.prize.first')} min={1} precision={0} value={one.first} onChange={(first) => set(i, { first: first ?? 1 })} className="prize-rank" />
            <InputNumber aria-label={say('board.prize.last')} prefix={say('board.prize.last')} min={1} precision={0} value={one.last} onChange={(last) => set(i, { last: last ?? one.first })} className="prize-rank" />
            <Button type="text" icon={<DeleteOutlined />} aria-label={say('board.prize.remove')} onClick={() => onChange?.(value.filter((_, k) => k !== i))} />
          </div>
          <RewardsInput label={say('board.prize.ranks', { first: one.first, last: one.last })} value={one.rewards} onChange={(rewards) => set(i, { rewards })} />
        </div>
      ))}
      <Button size="small" type="dashed" icon={<PlusOutlined />} onClick={() => onChange?.([...value, { first: next, last: next, rewards: [{ kind: 'points', amount: 100 }] }])}>
        {say('board.prize.add')}
      </Button>
    </div>
  )
}

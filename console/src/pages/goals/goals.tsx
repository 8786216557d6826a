// goals.tsx -- goals as cards; one opens beside them; a form for one, a dialog for the five of a quarter.
import { FlagOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Segmented, Skeleton } from 'antd'
import { useState } from 'react'
import { useMay } from '~/app/session'
import { usePages } from '~/base/data'
import { useSay } from '~/base/locale'
import { useQuestion } from '~/base/question'
import { GoalCard, type Goal } from '~/parts/goal_card'
import { Head } from '~/parts/head'
import { Failure, Nothing } from '~/parts/states'
import { GoalForm } from './goal_form'
import { GoalPanel } from './goal_panel'
import { TemplateDialog } from './template_dialog'

const states = ['open', 'closed', 'all'] as const

export default function Goals() {
  const say = useSay()
  const may = useMay()('segments:write')
  const { asked, put } = useQuestion(['state', 'goal'] as const)
  const state = states.find((one) => one === asked.state) ?? 'open'
  const list = usePages<Goal>('/v1/goals', { state, limit: 24 })
  const [doing, act] = useState<'add' | 'template'>()
  const close = () => act(undefined)
  const items = list.data?.items ?? []
  return (
    <>
      <Head title={say('page.goals')}>
        {may && <Button icon={<FlagOutlined />} onClick={() => act('template')}>{say('goals.template')}</Button>}
        {may && <Button type="primary" icon={<PlusOutlined />} onClick={() => act('add')}>{say('goals.add')}</Button>}
      </Head>
      <div className="filters">
        <Segmented<string>
          aria-label={say('state')} value={state} onChange={(to) => put({ state: to === 'open' ? undefined : to })}
          options={states.map((one) => ({ value: one, label: say(`goals.state.${one}`) }))}
        />
      </div>
      {list.error && <Failure error={list.error} retry={list.reload} />}
      {!list.error && !list.data && <Skeleton active paragraph={{ rows: 8 }} title={false} />}
      {list.data && items.length === 0 && <Nothing text={say(state === 'closed' ? 'goals.none.closed' : 'goals.none')} />}
      <div className="goal-cards" aria-busy={list.loading}>
        {items.map((goal) => <GoalCard key={goal.id} goal={goal} open={() => put({ goal: String(goal.id) })} />)}
      </div>
      {(list.previous || list.next) && (
        <nav className="pager" aria-label={say('page_n', { n: list.page })}>
          <Button disabled={!list.previous} onClick={list.previous}>{say('previous')}</Button>
          <Button disabled={!list.next} onClick={list.next}>{say('next')}</Button>
        </nav>
      )}
      <GoalPanel id={asked.goal} close={() => put({ goal: undefined })} changed={list.reload} />
      {doing === 'add' && <GoalForm close={close} done={list.reload} />}
      {doing === 'template' && <TemplateDialog close={close} done={list.reload} />}
    </>
  )
}

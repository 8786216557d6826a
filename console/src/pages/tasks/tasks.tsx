// tasks.tsx -- tasks and check-in: what members are asked to do, how much is done, proofs to look at.
import { PlusOutlined } from '@ant-design/icons'
import { Badge, Button, Card, Tabs } from 'antd'
import { useState } from 'react'
import type { Forms, Task } from '~/api'
import { useMay } from '~/app/session'
import { useData, type Page } from '~/base/data'
import { useSay } from '~/base/locale'
import { useQuestion } from '~/base/question'
import { Head } from '~/parts/head'
import { Proofs } from './proofs'
import { TaskDialog } from './task_dialog'
import { TaskRows } from './task_rows'

export default function Tasks() {
  const say = useSay()
  const may = useMay()('loyalty:write')
  const { asked, put } = useQuestion(['tab', 'proofs'] as const)
  const list = useData<Page<Task>>('/v1/tasks')
  const figures = useData<Forms['task_figures_page']>('/v1/tasks/figures')
  const [editing, edit] = useState<Task | 'new'>()
  const waiting = figures.data?.items.reduce((sum, one) => sum + one.waiting, 0) ?? 0
  const add = may && <Button type="primary" icon={<PlusOutlined />} onClick={() => edit('new')}>{say('tasks.add')}</Button>
  const items = [
    { key: 'list', label: say('tasks.tab.list'), children: <TaskRows list={list} figures={figures.data} edit={edit} add={add} /> },
    {
      key: 'proofs',
      label: <>{say('tasks.tab.proofs')} <Badge count={waiting} color="#c8492a" /></>,
      children: <Proofs tasks={list.data?.items ?? []} changed={figures.reload} />,
    },
  ]
  return (
    <>
      <Head title={say('page.tasks')} />
      <Card className="tabs-flush card-list">
        <Tabs activeKey={asked.tab ?? 'list'} onChange={(tab) => put({ tab: tab === 'list' ? undefined : tab, proofs: undefined })} items={items} destroyOnHidden />
      </Card>
      {editing && <TaskDialog task={editing === 'new' ? undefined : editing} close={() => edit(undefined)} saved={list.reload} />}
    </>
  )
}

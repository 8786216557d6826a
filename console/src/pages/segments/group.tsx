// group.tsx -- conditions that belong together: all of them or any of them, nested as deep as wanted.
import { PlusOutlined } from '@ant-design/icons'
import { Button, Segmented } from 'antd'
import { useSay } from '~/base/locale'
import { Contribution, NotSwitch } from './contribution'
import { RowMenu, TestRow, type Seen } from './test_row'
import { newGroup, newTest, type Group as Conditions, type Node } from './tree'

interface GroupProps {
  group: Conditions
  put: (nodes: Node[]) => void
  seen: Seen
  root?: boolean
}

export function Group({ group, put, seen, root }: GroupProps) {
  const say = useSay()
  const change = (values: Partial<Conditions>) => put([{ ...group, ...values }])
  const putPart = (i: number, nodes: Node[]) => change({ parts: group.parts.flatMap((part, at) => (at === i ? nodes : [part])) })
  return (
    <section className={`group group-${group.kind}`} aria-label={say(group.kind === 'all' ? 'seg.all' : 'seg.any')}>
      <div className="group-head">
        {!root && <NotSwitch on={group.not} change={(not) => change({ not })} />}
        <Segmented<Conditions['kind']>
          size="small"
          aria-label={say('seg.joined')}
          value={group.kind}
          onChange={(kind) => change({ kind })}
          options={[{ value: 'all', label: say('seg.all') }, { value: 'any', label: say('seg.any') }]}
        />
        {!root && (
          <span className="test-side">
            <Contribution count={seen.counts.get(group.id)} total={seen.total} />
            <RowMenu node={group} put={put} />
          </span>
        )}
      </div>
      <div className="group-parts">
        {group.parts.map((part, i) =>
          part.kind === 'test'
            ? <TestRow key={part.id} test={part} put={(nodes) => putPart(i, nodes)} seen={seen} />
            : <Group key={part.id} group={part} put={(nodes) => putPart(i, nodes)} seen={seen} />)}
      </div>
      <div className="group-foot">
        <Button size="small" icon={<PlusOutlined />} onClick={() => change({ parts: [...group.parts, newTest()] })}>{say('seg.add_test')}</Button>
        <Button
          size="small"
          type="text"
          icon={<PlusOutlined />}
          onClick={() => change({ parts: [...group.parts, newGroup(group.kind === 'all' ? 'any' : 'all', [newTest()])] })}
        >
          {say('seg.add_group')}
        </Button>
      </div>
    </section>
  )
}

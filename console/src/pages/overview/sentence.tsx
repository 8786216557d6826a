// sentence.tsx -- why sales changed, in one sentence of the GMV tree, and the way to it.
import { Card } from 'antd'
import { Link } from 'react-router'
import type { GmvTree } from '~/api'
import { useAnswer } from '~/base/data'
import { useSay } from '~/base/locale'
import type { Period } from '~/parts/period'
import { Loaded } from '~/parts/states'

export function TreeSentence({ period }: { period: Period }) {
  const say = useSay()
  const read = useAnswer<GmvTree>('/v1/reports/gmv-tree', { from: period.from, to: period.to })
  return (
    <Card title={say('overview.why')} className="card-tools" extra={<Link to={`/gmv-tree?${new URLSearchParams({ ...period })}`}>{say('overview.to_tree')}</Link>}>
      {/* A sign stays on the line of its amount. */}
      <Loaded from={read} rows={1}>{(tree) => <p className="sentence sentence-last">{tree.sentence.replace(/[+−](?=\D)/g, '$&\u2060')}</p>}</Loaded>
    </Card>
  )
}

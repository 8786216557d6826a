// influences.tsx -- what moves each factor, and the page that shows it.
import { Card } from 'antd'
import { Link } from 'react-router'
import type { GmvTree, TreeInfluence } from '~/api'
import { useMay } from '~/app/session'
import { pages } from '~/app/pages'
import { useSpeech } from '~/base/locale'
import { Rows, still, type Column } from '~/parts/rows'
import { signedText, toneOf, type Factor } from './factor_text'

const kinds = ['content', 'product', 'user_operations', 'promotion'] as const

export function Influences({ tree }: { tree: GmvTree }) {
  const { say, locale } = useSpeech()
  const may = useMay()
  /** Links only where this user may go. */
  const open = (page: string | null) => {
    const row = page ? pages.find((one) => one.path === page.split('?')[0]) : undefined
    return row && (!row.right || [row.right].flat().some((right) => may(right))) ? page : null
  }
  const factors = [...new Set(tree.influences.map((one) => one.factor))].map((kind) => tree.factors.find((one) => one.factor === kind)!)
  const cell = (one: TreeInfluence) => {
    const text = locale === 'zh-CN' ? one.zh : one.en
    const to = open(one.page)
    return <div key={one.zh} className="tree-look"><span className="quiet">{say(`side.${one.side}`)}</span> {to ? <Link to={to}>{text}</Link> : text}</div>
  }
  const columns: Column<Factor>[] = [
    {
      key: 'factor', title: say('tree.factor'), width: 150,
      cell: (row) => <>{say(`factor.${row.factor}`)} <div className={`number ${toneOf(row.contribution)}`}>{signedText(row.contribution, say)}</div></>,
    },
    ...kinds.map((kind): Column<Factor> => ({
      key: kind,
      title: say(`influence.${kind}`),
      cell: (row) => tree.influences.filter((one) => one.factor === row.factor && one.by === kind).map(cell),
    })),
  ]
  return (
    <Card title={say('tree.look')} extra={<span className="quiet">{say('tree.look.what')}</span>} className="card-flush card-tools">
      <Rows from={still(factors)} columns={columns} id={(row) => row.factor} />
    </Card>
  )
}

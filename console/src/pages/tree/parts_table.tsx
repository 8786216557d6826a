// parts_table.tsx -- each part's own tree, most changed first; together they are the whole.
import { Card, Grid } from 'antd'
import { Link } from 'react-router'
import type { GmvTree, TreePart } from '~/api'
import { useSay } from '~/base/locale'
import { metricLink, type MetricQuestion } from '~/base/metric_text'
import { Hint, Move } from '~/parts/figure'
import { Rows, still, type Column } from '~/parts/rows'
import { Nothing } from '~/parts/states'
import { centsText, signedText, toneOf } from './factor_text'
import { FactorTree } from './factor_tree'
import { factorLink } from './opens'

interface PartsProps {
  tree: GmvTree
  what: string
  when: string
  nameOf: (part: string) => string
  /** Where the figures of a part open. */
  questionOf: (part: TreePart) => MetricQuestion | undefined
}

export function PartsTable({ tree, what, when, nameOf, questionOf }: PartsProps) {
  const say = useSay()
  // On a phone the card of a part has its contributions already.
  const wide = Grid.useBreakpoint().md ?? window.innerWidth >= 768
  const name = (row: TreePart) => (row.kind === 'named' ? nameOf(row.part ?? '') : say(`tree.part.${row.kind}`))
  const kinds = tree.factors.map((one) => one.factor)
  const gmvOf = (row: TreePart) => {
    const asked = questionOf(row)
    return asked ? <Link to={metricLink('gmv', asked)} className="figure-open">{centsText(row.gmv)}</Link> : centsText(row.gmv)
  }
  const columns: Column<TreePart>[] = [
    { key: 'part', title: what, cell: name },
    { key: 'before', title: say('tree.before'), right: true, cell: (row) => centsText(row.gmv_before), wideOnly: true },
    { key: 'now', title: say('tree.now'), right: true, cell: (row) => <>{gmvOf(row)} <small><Move now={Number(row.gmv)} before={Number(row.gmv_before)} /></small></> },
    { key: 'change', title: say('tree.change'), right: true, cell: (row) => <strong className={toneOf(row.change)}>{signedText(row.change, say)}</strong> },
    ...kinds.map((kind): Column<TreePart> => ({
      key: kind,
      title: say(`factor.${kind}`),
      right: true,
      cell: (row) => {
        const factor = row.factors.find((one) => one.factor === kind)
        if (!factor) return <span className="quiet">–</span>
        const text = <span className={toneOf(factor.contribution)}>{signedText(factor.contribution, say)}</span>
        const to = factorLink(factor, questionOf(row))
        return to ? <Link to={to} className="figure-open">{text}</Link> : text
      },
    })),
  ]
  return (
    <Card title={<>{say('tree.table', { what })} <Hint text={say('tree.table.what')} about={say('tree.table', { what })} /></>} className="card-flush">
      <Rows
        from={still(tree.parts)}
        columns={columns}
        id={(row) => `${row.kind} ${row.part}`}
        detail={wide ? (row) => <FactorTree whole={row} when={when} small question={questionOf(row)} /> : undefined}
        empty={<Nothing text={say('tree.parts.empty')} />}
      />
    </Card>
  )
}

// factor_tree.tsx -- GMV and what it is a product of, drawn as a tree: value, change and contribution of each.
import { CaretDownFilled, CaretUpFilled } from '@ant-design/icons'
import { Link } from 'react-router'
import type { GmvTree } from '~/api'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { metricLink, type MetricQuestion } from '~/base/metric_text'
import { Hint, Move } from '~/parts/figure'
import { centsText, signedText, toneOf, valueText, type Factor } from './factor_text'
import { factorLink } from './opens'

/** Of the whole or of a part. */
export type Whole = Pick<GmvTree, 'gmv' | 'gmv_before' | 'change' | 'factors'>

function Arrow({ amount }: { amount: string | null | undefined }) {
  if (!amount || Number(amount) === 0) return null
  return amount.startsWith('-') ? <CaretDownFilled /> : <CaretUpFilled />
}

function FactorNode({ factor, when, question }: { factor: Factor; when: string; question: MetricQuestion | undefined }) {
  const say = useSay()
  const format = useFormat()
  const { factor: kind, a, b, contribution } = factor
  const to = factorLink(factor, question)
  const value = valueText(kind, b, say, format)
  return (
    <div className="tree-node">
      <div className="figure-name">{say(`factor.${kind}`)}<Hint text={say(`factor.${kind}.what`)} about={say(`factor.${kind}`)} /></div>
      <div className={b === null ? 'tree-value quiet' : 'tree-value number'}>
        {to ? <Link to={to} className="figure-open" aria-label={`${say(`factor.${kind}`)} ${value}`}>{value}</Link> : value}
      </div>
      <div className="figure-below">
        <span className="quiet">{say('tree.was', { when, value: valueText(kind, a, say, format) })}</span>
        {typeof a === 'number' && typeof b === 'number' && <> <Move now={b} before={a} /></>}
      </div>
      <div className="tree-part">
        <span className="quiet">{say('tree.contributed')}</span>
        <strong className={`number ${toneOf(contribution)}`}><Arrow amount={contribution} /> {signedText(contribution, say)}</strong>
      </div>
    </div>
  )
}

/** `question`: what its figures are of, where they open. */
export function FactorTree({ whole, when, small = false, question }: { whole: Whole; when: string; small?: boolean; question?: MetricQuestion }) {
  const say = useSay()
  const { factors } = whole
  return (
    <div className={small ? 'gmv-tree gmv-tree-small' : 'gmv-tree'}>
      {!small && (
        <div className="tree-node tree-root">
          <div className="figure-name">{say('tree.gmv')}<Hint text={say('tree.gmv.what')} about={say('tree.gmv')} /></div>
          <div className="figure-value number">
            {question ? <Link to={metricLink('gmv', question)} className="figure-open" aria-label={`${say('tree.gmv')} ${centsText(whole.gmv)}`}>{centsText(whole.gmv)}</Link> : centsText(whole.gmv)}
          </div>
          <div className="figure-below">
            <span className="quiet">{say('tree.was', { when, value: centsText(whole.gmv_before) })}</span>{' '}
            <Move now={Number(whole.gmv)} before={Number(whole.gmv_before)} />
          </div>
          <div className="tree-part">
            <span className="quiet">{say('tree.change')}</span>
            <strong className={`number ${toneOf(whole.change)}`}><Arrow amount={whole.change} /> {signedText(whole.change, say)}</strong>
          </div>
        </div>
      )}
      <ol className="tree-factors">
        {factors.map((factor, i) => (
          <li key={factor.factor}>
            {i > 0 && <span className="tree-sign" aria-hidden>{factor.factor === 'unknown_buyers' ? '+' : '×'}</span>}
            <FactorNode factor={factor} when={when} question={question} />
          </li>
        ))}
      </ol>
    </div>
  )
}

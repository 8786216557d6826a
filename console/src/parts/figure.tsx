// figure.tsx -- one figure: its name, its value, how it moved, and what it means.
import { CaretDownFilled, CaretUpFilled, InfoCircleOutlined } from '@ant-design/icons'
import { Tooltip } from 'antd'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { metricLink, type MetricQuestion } from '~/base/metric_text'

/** A small mark that shows `text` on hover, focus or touch. */
export function Hint({ text, about }: { text: ReactNode; about: string }) {
  return (
    <Tooltip title={text} trigger={['hover', 'focus', 'click']}>
      <button type="button" className="hint" aria-label={about}>
        <InfoCircleOutlined />
      </button>
    </Tooltip>
  )
}

/** A change as a share, with an arrow; the tone says whether it is good, `lessIsGood` and `neither` which way that is. */
export function Change({ share, lessIsGood = false, neither = false }: { share: number; lessIsGood?: boolean; neither?: boolean }) {
  const format = useFormat()
  const up = share > 0
  const tone = share === 0 || neither ? 'move quiet' : up !== lessIsGood ? 'move move-up' : 'move move-down'
  return (
    <span className={tone}>
      {share !== 0 && (up ? <CaretUpFilled /> : <CaretDownFilled />)} {format.percent(Math.abs(share))}
    </span>
  )
}

/** How much more or less than before; "new" where there was nothing before. */
export function Move({ now, before, lessIsGood = false }: { now: number; before: number; lessIsGood?: boolean }) {
  const say = useSay()
  if (before === 0) return <span className="quiet">{now === 0 ? '–' : say('from_nothing')}</span>
  return <Change share={(now - before) / Math.abs(before)} lessIsGood={lessIsGood} />
}

interface FigureProps {
  name: string
  value: ReactNode
  full?: string
  hint?: ReactNode
  below?: ReactNode
  /** Beside the name: which way is better. */
  mark?: ReactNode
  /** The metric it is: the value opens its page, of the same question. */
  metric?: { name: string; question?: MetricQuestion }
}

export function Figure({ name, value, full, hint, below, mark, metric }: FigureProps) {
  return (
    <div className="figure">
      <div className="figure-name">
        {name}
        {hint && <Hint text={hint} about={name} />}
        {mark}
      </div>
      <div className="figure-value number" title={full}>
        {metric ? <Link to={metricLink(metric.name, metric.question)} className="figure-open" aria-label={typeof value === 'string' ? `${name} ${value}` : undefined}>{value}</Link> : value}
      </div>
      {below && <div className="figure-below">{below}</div>}
    </div>
  )
}

// figure.tsx -- one figure: its name, its value, how it moved, and what it means.
import { CaretDownFilled, CaretUpFilled, InfoCircleOutlined } from '@ant-design/icons'
import { Tooltip } from 'antd'
import type { ReactNode } from 'react'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'

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

/** How much more or less than before; "new" where there was nothing before. */
export function Move({ now, before, lessIsGood = false }: { now: number; before: number; lessIsGood?: boolean }) {
  const say = useSay()
  const format = useFormat()
  if (before === 0) return <span className="quiet">{now === 0 ? '–' : say('from_nothing')}</span>
  const share = (now - before) / Math.abs(before)
  const up = share > 0
  return (
    <span className={share === 0 ? 'move quiet' : up !== lessIsGood ? 'move move-up' : 'move move-down'}>
      {share !== 0 && (up ? <CaretUpFilled /> : <CaretDownFilled />)} {format.percent(Math.abs(share))}
    </span>
  )
}

export function Figure(props: { name: string; value: ReactNode; full?: string; hint?: string; below?: ReactNode }) {
  const { name, value, full, hint, below } = props
  return (
    <div className="figure">
      <div className="figure-name">
        {name}
        {hint && <Hint text={hint} about={name} />}
      </div>
      <div className="figure-value number" title={full}>{value}</div>
      {below && <div className="figure-below">{below}</div>}
    </div>
  )
}

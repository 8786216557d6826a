// contribution.tsx -- small parts of rows and groups: how many members they hold for by themselves, and the switch to "not".
import { StopOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'

/** The count over a thin bar. */
export function Contribution({ count, total, waits }: { count: number | undefined; total: number; waits?: boolean }) {
  const say = useSay()
  const format = useFormat()
  if (waits || count === undefined) return <span className="contribution" />
  const share = total > 0 ? count / total : 0
  return (
    <span className="contribution" title={say('segment.people_share', { n: format.count(count), share: format.percent(share) })}>
      <span className="number">{format.tile(count)}</span>
      <span className="bar-track" aria-hidden><span className="bar-fill" style={{ width: `${share * 100}%` }} /></span>
    </span>
  )
}

/** Turns a row or a group into its opposite. The word stands there only when it holds: nobody reads "not" where there is none. */
export function NotSwitch({ on, change }: { on: boolean; change: (on: boolean) => void }) {
  const say = useSay()
  return (
    <Button
      size="small"
      type="text"
      aria-pressed={on}
      aria-label={say('seg.not.what')}
      title={say('seg.not.what')}
      className={on ? 'not-switch not-on' : 'not-switch'}
      onClick={() => change(!on)}
    >
      {on ? say('seg.not') : <StopOutlined />}
    </Button>
  )
}

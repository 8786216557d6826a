// alerts_open.tsx -- the bell: how many alerts are open, in the frame's head; every minute, and when one changes.
import { BellOutlined } from '@ant-design/icons'
import { Badge, Button } from 'antd'
import { useEffect, useRef } from 'react'
import { useLocation, useNavigate } from 'react-router'
import type { Forms } from '~/api'
import { useLive } from '~/base/data'
import { useSay } from '~/base/locale'
import { useMay } from './session'

const changed = 'koi.alerts'
/** One was raised, acknowledged or resolved by somebody here. */
export const alertsChanged = () => window.dispatchEvent(new Event(changed))

const shown = 99
const every_ms = 60_000

function useOpen(every: number) {
  const may = useMay()
  const path = useLocation().pathname
  const { data, reload } = useLive<Forms['alert_count']>(may('reports:read') ? '/v1/alerts/count' : null, undefined, every)
  const last = useRef(path)
  useEffect(() => {
    if (last.current !== path) reload()
    last.current = path
  }, [path, reload])
  useEffect(() => {
    window.addEventListener(changed, reload)
    return () => window.removeEventListener(changed, reload)
  }, [reload])
  return data
}

export function AlertBell() {
  const say = useSay()
  const may = useMay()
  const go = useNavigate()
  const open = useOpen(every_ms)
  if (!may('reports:read')) return null
  const n = open?.open ?? 0
  return (
    <Button
      type="text" className="alert-bell" aria-label={n ? say('alerts.bell', { n }) : say('alerts.bell.none')} onClick={() => void go('/alerts')}
      icon={<Badge count={n} size="small" overflowCount={shown} color={open?.critical ? undefined : '#b4761a'}><BellOutlined /></Badge>}
    />
  )
}

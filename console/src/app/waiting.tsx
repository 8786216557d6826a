// waiting.tsx -- how many asks wait for the one who looks, beside the menu's word; anew with each page and each decision.
import { useEffect, useRef } from 'react'
import { useLocation } from 'react-router'
import type { Approval } from '~/api'
import { useData, type Page } from '~/base/data'
import { useSay } from '~/base/locale'
import { useMay } from './session'

const changed = 'koi.approvals'
/** Something was asked or decided. */
export const approvalsChanged = () => window.dispatchEvent(new Event(changed))

const shown = 99

export function ApprovalsWaiting() {
  const say = useSay()
  const may = useMay()
  const path = useLocation().pathname
  const { data, reload } = useData<Page<Approval>>(may('approve') ? '/v1/approvals' : null, { state: 'open', limit: shown + 1 })
  const last = useRef(path)
  useEffect(() => {
    if (last.current !== path) reload()
    last.current = path
  }, [path, reload])
  useEffect(() => {
    window.addEventListener(changed, reload)
    return () => window.removeEventListener(changed, reload)
  }, [reload])
  const n = data?.items.filter((it) => it.may_decide).length ?? 0
  if (n === 0) return null
  const text = n > shown ? `${shown}+` : String(n)
  return <span className="menu-count" title={say('approvals.waiting', { n: text })}>{text}</span>
}

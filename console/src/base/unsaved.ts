// unsaved.ts -- what is not saved yet is not lost unasked: not by closing the tab, not by going to another page.
import { App } from 'antd'
import { useEffect } from 'react'
import { useBlocker } from 'react-router'
import { useSay } from './locale'

/** Given to a navigation that follows from saving or deleting: nothing is lost by it. */
export const settled = { state: { settled: true } }

export function useUnsaved(unsaved: boolean) {
  const say = useSay()
  const { modal } = App.useApp()
  useEffect(() => {
    if (!unsaved) return
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener('beforeunload', warn)
    return () => removeEventListener('beforeunload', warn)
  }, [unsaved])
  const blocker = useBlocker(({ currentLocation: from, nextLocation: to }) =>
    unsaved && !(to.state as typeof settled.state | null)?.settled && (from.pathname !== to.pathname || from.search !== to.search))
  useEffect(() => {
    if (blocker.state !== 'blocked') return
    const { destroy } = modal.confirm({
      title: say('unsaved.leave'), content: say('unsaved.what'),
      okText: say('unsaved.go'), cancelText: say('unsaved.stay'), okButtonProps: { danger: true },
      onOk: () => blocker.proceed(), onCancel: () => blocker.reset(),
    })
    return destroy
  }, [blocker, modal, say])
}

// answer.ts -- questions asked by POST because their texts are long: as useData, and nothing is changed by them.
import { useCallback, useEffect, useMemo, useState } from 'react'
import type { Data } from './data'
import { ask } from './http'

/** Asks again whenever the question changes; what was answered stays until the new answer is here.
 *  A null question asks nothing. What is undefined in it is left out. */
export function useAnswer<T>(path: string, question: object | null): Data<T> {
  const asked = question === null ? null : JSON.stringify(question)
  const [state, setState] = useState<{ asked?: string; data?: T; error?: Error }>({})
  const [round, setRound] = useState(0)
  useEffect(() => {
    if (asked === null) return
    const cancel = new AbortController()
    ask<T>('POST', path, { body: JSON.parse(asked), signal: cancel.signal }).then(
      (data) => cancel.signal.aborted || setState({ asked, data }),
      (error: Error) => cancel.signal.aborted || setState({ asked, error }),
    )
    return () => cancel.abort()
  }, [path, asked, round])
  const reload = useCallback(() => {
    setState((old) => ({ ...old, asked: undefined, error: undefined }))
    setRound((n) => n + 1)
  }, [])
  const loading = asked !== null && state.asked !== asked
  return useMemo(
    () => ({ data: asked === null ? undefined : state.data, error: loading ? undefined : state.error, loading, reload }),
    [asked, state, loading, reload],
  )
}

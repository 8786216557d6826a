// data.ts -- hooks between a page and the server: read once, read page by page, change.
import { useCallback, useEffect, useRef, useState } from 'react'
import { address, ask, type Method, type Query } from './http'

export interface Data<T> {
  data: T | undefined
  error: Error | undefined
  loading: boolean
  reload: () => void
}

/** Reads `path` again whenever path or query change; what was read stays until the new answer is here.
 *  A null path reads nothing. A request that is no longer wanted is cancelled. */
export function useData<T>(path: string | null, query?: Query): Data<T> {
  const question = path === null ? null : address(path, query)
  const [state, setState] = useState<{ question?: string; data?: T; error?: Error }>({})
  const [round, setRound] = useState(0)
  useEffect(() => {
    if (question === null) return
    const cancel = new AbortController()
    ask<T>('GET', question, { signal: cancel.signal }).then(
      (data) => cancel.signal.aborted || setState({ question, data }),
      (error: Error) =>
        cancel.signal.aborted || setState((old) => ({ question, error, data: old.question === question ? old.data : undefined })),
    )
    return () => cancel.abort()
  }, [question, round])
  const reload = useCallback(() => {
    setState((old) => ({ ...old, question: undefined, error: undefined }))
    setRound((n) => n + 1)
  }, [])
  const loading = question !== null && state.question !== question
  return { data: question === null ? undefined : state.data, error: loading ? undefined : state.error, loading, reload }
}

/** Reads several addresses at once, each once however often it is asked; a page's blocks share them. */
export function useMany<T>(questions: string[]): (question: string) => Data<T> {
  const [answers, setAnswers] = useState<Record<string, { data?: T; error?: Error }>>({})
  const [round, setRound] = useState(0)
  const key = JSON.stringify([...new Set(questions)].sort())
  useEffect(() => {
    const cancel = new AbortController()
    for (const question of JSON.parse(key) as string[]) {
      ask<T>('GET', question, { signal: cancel.signal }).then(
        (data) => cancel.signal.aborted || setAnswers((old) => ({ ...old, [question]: { data } })),
        (error: Error) => cancel.signal.aborted || setAnswers((old) => ({ ...old, [question]: { error } })),
      )
    }
    return () => cancel.abort()
  }, [key, round])
  const reload = useCallback(() => {
    setAnswers({})
    setRound((n) => n + 1)
  }, [])
  return (question) => {
    const known = answers[question]
    return { data: known?.data, error: known?.error, loading: !known, reload }
  }
}

/** Reads `path` again and again, every so often, while somebody looks (0: once). What was read stays when a later
 *  answer does not come: then `error` says so beside it. */
export function useLive<T>(path: string | null, query: Query | undefined, every_ms: number): Data<T> {
  const question = path === null ? null : address(path, query)
  const [state, setState] = useState<{ question?: string; data?: T; error?: Error }>({})
  const [round, setRound] = useState(0)
  useEffect(() => {
    if (question === null) return
    const cancel = new AbortController()
    const { signal } = cancel
    let timer: ReturnType<typeof setTimeout> | undefined
    const read = async () => {
      if (document.visibilityState === 'visible')
        await ask<T>('GET', question, { signal }).then(
          (data) => signal.aborted || setState({ question, data }),
          (error: Error) =>
            signal.aborted || setState((old) => ({ question, error, data: old.question === question ? old.data : undefined })),
        )
      if (!signal.aborted && every_ms > 0) timer = setTimeout(() => void read(), every_ms)
    }
    void read()
    return () => {
      cancel.abort()
      clearTimeout(timer)
    }
  }, [question, every_ms, round])
  const known = state.question === question
  return {
    data: known ? state.data : undefined, error: known ? state.error : undefined, loading: question !== null && !known,
    reload: useCallback(() => setRound((n) => n + 1), []),
  }
}

export interface Page<T> {
  items: T[]
  next_cursor?: string | null
  total?: number | null
}

export interface Pages<T> extends Data<Page<T>> {
  page: number
  next?: () => void
  previous?: () => void
}

/** A list with cursors, one page at a time; a new question starts at its first page. */
export function usePages<T>(path: string | null, query: Query = {}): Pages<T> {
  const question = path === null ? null : address(path, query)
  const [trail, setTrail] = useState<{ question: string | null; cursors: string[] }>({ question, cursors: [] })
  const cursors = trail.question === question ? trail.cursors : []
  const read = useData<Page<T>>(path, { ...query, cursor: cursors.at(-1) })
  const next = read.data?.next_cursor
  return {
    ...read,
    page: cursors.length + 1,
    next: next && !read.loading ? () => setTrail({ question, cursors: [...cursors, next] }) : undefined,
    previous: cursors.length > 0 ? () => setTrail({ question, cursors: cursors.slice(0, -1) }) : undefined,
  }
}

export interface Answer<T> extends Data<T> {
  /** The question `data` answers, as JSON. */
  of: string | undefined
}

/** Asks a question that is too long for an address, once it has been still for `wait_ms`; null asks nothing.
 *  The last good answer stays while a newer question is open or refused; answers that come too late are dropped. */
export function useAnswer<T>(path: string, question: unknown, wait_ms = 0): Answer<T> {
  const key = question === null ? null : JSON.stringify(question)
  const [state, setState] = useState<{ asked?: string; of?: string; data?: T; error?: Error }>({})
  const [round, setRound] = useState(0)
  useEffect(() => {
    if (key === null) return
    const cancel = new AbortController()
    const timer = setTimeout(() => {
      ask<T>('POST', path, { body: JSON.parse(key), signal: cancel.signal }).then(
        (data) => cancel.signal.aborted || setState({ asked: key, of: key, data }),
        (error: Error) => cancel.signal.aborted || setState((old) => ({ ...old, asked: key, error })),
      )
    }, wait_ms)
    return () => {
      clearTimeout(timer)
      cancel.abort()
    }
  }, [path, key, wait_ms, round])
  const reload = useCallback(() => {
    setState((old) => ({ ...old, asked: undefined, error: undefined }))
    setRound((n) => n + 1)
  }, [])
  const loading = key !== null && state.asked !== key
  return {
    data: key === null ? undefined : state.data, of: state.of, loading, reload,
    error: loading || key === null ? undefined : state.error,
  }
}

/** A list that is asked for by a question too long for an address, one page at a time. */
export function useAnswerPages<T>(path: string, question: object, wait_ms = 0): Pages<T> {
  const key = JSON.stringify(question)
  const [trail, setTrail] = useState<{ key: string; cursors: string[] }>({ key, cursors: [] })
  const cursors = trail.key === key ? trail.cursors : []
  const read = useAnswer<Page<T>>(path, { ...question, cursor: cursors.at(-1) }, wait_ms)
  const next = read.data?.next_cursor
  return {
    ...read,
    page: cursors.length + 1,
    next: next && !read.loading ? () => setTrail({ key, cursors: [...cursors, next] }) : undefined,
    previous: cursors.length > 0 ? () => setTrail({ key, cursors: cursors.slice(0, -1) }) : undefined,
  }
}

export interface Change {
  busy: boolean
  error: Error | undefined
  clear: () => void
  run: <T>(method: Method, path: string, body?: unknown) => Promise<T | undefined>
}

/** Changes something; a refusal is kept in `error` and answered with undefined. Two at once are not sent. */
export function useChange(): Change {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<Error>()
  const running = useRef(false)
  const run = useCallback(async <T,>(method: Method, path: string, body?: unknown): Promise<T | undefined> => {
    if (running.current) return undefined
    running.current = true
    setBusy(true)
    setError(undefined)
    try {
      return (await ask<T>(method, path, { body })) ?? ({} as T)
    } catch (refused) {
      setError(refused as Error)
      return undefined
    } finally {
      running.current = false
      setBusy(false)
    }
  }, [])
  return { busy, error, clear: useCallback(() => setError(undefined), []), run }
}

/** A value that waits until it has been still for a while: for questions asked while typing. */
export function useSettled<T>(value: T, wait_ms = 350): T {
  const [settled, setSettled] = useState(value)
  const key = JSON.stringify(value) as string | undefined
  useEffect(() => {
    // Nothing has no JSON.
    const timer = setTimeout(() => setSettled((key === undefined ? undefined : JSON.parse(key)) as T), wait_ms)
    return () => clearTimeout(timer)
  }, [key, wait_ms])
  return settled
}

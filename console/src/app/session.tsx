// session.tsx -- who is signed in and what he may do. The server enforces; here is only what to show.
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from 'react'
import type { Right, Session, Setting } from '~/api'
import type { Page } from '~/base/data'
import { setCurrency, setZone } from '~/base/format'
import { ApiError, ask, setCsrf, whenSignedOut } from '~/base/http'

interface SessionState {
  session: Session | null
    state: 'asking' | 'failed' | 'known'
  error?: Error
  /** He was signed in and no longer is, without having asked for it. */
  expired: boolean
  signIn: (name: string, password: string) => Promise<void>
  signOut: () => Promise<void>
  ask: () => void
  /** Of several rights one is enough. */
  may: (right: Right | readonly Right[] | undefined) => boolean
}

/** How the programme counts its days and its money. Pages can do with the defaults when this cannot be read. */
async function readProgramme() {
  const settings = await ask<Page<Setting>>('GET', '/v1/settings').catch(() => undefined)
  const valueOf = (name: string) => settings?.items.find((one) => one.name === name)?.value
  setZone(valueOf('timezone') || 'Asia/Shanghai')
  setCurrency(valueOf('currency') || 'CNY')
}

const Context = createContext<SessionState | null>(null)

export function SessionProvider({ children }: { children: ReactNode }) {
  const [session, setSession] = useState<Session | null>(null)
  const [state, setState] = useState<SessionState['state']>('asking')
  const [error, setError] = useState<Error>()
  const [expired, setExpired] = useState(false)

  const begin = useCallback(async (given: Session | null) => {
    setCsrf(given?.csrf ?? '')
    if (given) await readProgramme()
    setSession(given)
    setState('known')
  }, [])

  const askServer = useCallback(() => {
    setState('asking')
    ask<Session>('GET', '/v1/session').then(begin, (refused: Error) => {
      if (refused instanceof ApiError && refused.status === 401) return void begin(null)
      setError(refused)
      setState('failed')
    })
  }, [begin])

  useEffect(() => {
    whenSignedOut(() => {
      setExpired(true)
      void begin(null)
    })
    askServer()
  }, [askServer, begin])

  const signIn = useCallback(
    async (name: string, password: string) => {
      await begin(await ask<Session>('POST', '/v1/session', { body: { name, password } }))
      setExpired(false)
    },
    [begin],
  )
  const signOut = useCallback(async () => {
    await ask('DELETE', '/v1/session').catch(() => undefined)
    setExpired(false)
    await begin(null)
  }, [begin])

  const value = useMemo<SessionState>(
    () => ({
      session,
      state,
      error,
      expired,
      signIn,
      signOut,
      ask: askServer,
      may: (right) => right === undefined || [right].flat().some((one) => session?.rights.includes(one)),
    }),
    [session, state, error, expired, signIn, signOut, askServer],
  )
  return <Context value={value}>{children}</Context>
}

export function useSession(): SessionState {
  const state = useContext(Context)
  if (!state) throw new Error('useSession outside SessionProvider')
  return state
}

export const useMay = () => useSession().may

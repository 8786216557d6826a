// answered.tsx -- an answer about members, or that there are none, and how it was made.
import type { ReactNode } from 'react'
import type { Data } from '~/base/data'
import { useSay } from '~/base/locale'
import { How } from '~/parts/how'
import { Loaded, Nothing } from '~/parts/states'

interface AnsweredProps<T> {
  from: Data<T>
  /** There is nothing to show even so. */
  without?: boolean
  children: (answer: T) => ReactNode
}

export function Answered<T extends { members: number; how: string; took_us: number }>({ from, without, children }: AnsweredProps<T>) {
  const say = useSay()
  return (
    <Loaded from={from} rows={10}>
      {(answer) => (
        <div className="stack">
          {answer.members === 0 || without
            ? <section className="panel"><Nothing text={say('cross.empty')} /></section>
            : children(answer)}
          <How text={answer.how} took_us={answer.took_us} />
        </div>
      )}
    </Loaded>
  )
}

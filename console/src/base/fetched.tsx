// fetched.tsx -- parts of the console that are fetched when they are first shown.
import { useEffect, useState, type ComponentType } from 'react'

/** Shown as soon as it is there: React's own `lazy` keeps what stands in for it for at least 300 ms, however
 *  quickly it comes. What cannot be fetched is thrown while drawing, for who guards the page. */
export function fetched<P extends object>(load: () => Promise<{ default: ComponentType<P> }>, Meanwhile: ComponentType<P>) {
  let loaded: ComponentType<P> | undefined
  return function Fetched(props: P) {
    const [{ Part, error }, setState] = useState<{ Part?: ComponentType<P>; error?: Error }>({ Part: loaded })
    useEffect(() => {
      if (Part) return
      load().then(
        (file) => setState({ Part: (loaded = file.default) }),
        (refused: Error) => setState({ error: refused }),
      )
    }, [Part])
    if (error) throw error
    return Part ? <Part {...props} /> : <Meanwhile {...props} />
  }
}

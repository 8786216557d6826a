// question.ts -- what a list is asked, kept in the address: it can be linked to, and "back" works.
import { useCallback } from 'react'
import { useSearchParams } from 'react-router'

export function useQuestion<Name extends string>(names: readonly Name[]) {
  const [search, setSearch] = useSearchParams()
  const asked = Object.fromEntries(names.map((name) => [name, search.get(name) ?? undefined])) as Record<Name, string | undefined>
  /** `instead`: "back" does not come to what was asked before, as while typing. */
  const put = useCallback(
    (values: Partial<Record<Name, string | undefined>>, instead = false) =>
      setSearch((old) => {
        const changed = new URLSearchParams(old)
        for (const [name, value] of Object.entries<string | undefined>(values)) {
          if (value) changed.set(name, value)
          else changed.delete(name)
        }
        return changed
      }, { replace: instead }),
    [setSearch],
  )
  return { asked, put, clear: () => setSearch({}), filtered: names.some((name) => asked[name]) }
}

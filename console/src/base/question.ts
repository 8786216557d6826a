// question.ts -- what a list is asked, kept in the address: it can be linked to, and "back" works.
import { useSearchParams } from 'react-router'

export function useQuestion<Name extends string>(names: readonly Name[]) {
  const [search, setSearch] = useSearchParams()
  const asked = Object.fromEntries(names.map((name) => [name, search.get(name) ?? undefined])) as Record<Name, string | undefined>
  const put = (values: Partial<Record<Name, string | undefined>>) =>
    setSearch((old) => {
      const changed = new URLSearchParams(old)
      for (const [name, value] of Object.entries<string | undefined>(values)) {
        if (value) changed.set(name, value)
        else changed.delete(name)
      }
      return changed
    })
  return { asked, put, clear: () => setSearch({}), filtered: names.some((name) => asked[name]) }
}

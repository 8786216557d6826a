// typed.ts -- something edited that the address has as text: what is half typed stays here until it is whole and still.
import { useEffect, useState } from 'react'
import { useSettled } from '~/base/data'

export function useTyped<T>(text: string, read: (text: string) => T, write: (value: T) => string, put: (text: string) => void): [T, (value: T) => void] {
  const [state, setState] = useState(() => ({ text, value: read(text) }))
  const written = write(state.value)
  // The address went elsewhere: "back", a link.
  if (state.text !== text) setState({ text, value: written === text ? state.value : read(text) })
  const settled = useSettled(written)
  useEffect(() => {
    if (settled === written && settled !== text) put(settled)
    // Only what has just become still is put; `put` is a new function each time.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [settled, written, text])
  return [state.value, (value) => setState({ text, value })]
}

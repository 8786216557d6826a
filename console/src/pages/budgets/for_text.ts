// for_text.ts -- what something was given for, in words where the server has a word for it.
import { isWord, useSay } from '~/base/locale'

export function useForText() {
  const say = useSay()
  return (reason: string | null | undefined) => {
    const word = `reward.for.${reason}`
    return isWord(word) ? say(word) : reason || '–'
  }
}

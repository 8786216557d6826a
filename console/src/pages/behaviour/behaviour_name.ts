// behaviour_name.tsx -- a chosen behaviour in words: 加购（类目 是 面膜）.
import type { Behaviour } from '~/base/event_text'
import { isWord, type Say } from '~/base/locale'
import { behaviourText } from '~/parts/event_input'

export function nameOfBehaviour(one: Behaviour, say: Say): string {
  if (one.written !== undefined) return one.written
  const name = behaviourText(one.name, say)
  const conditions = one.conditions.map(({ prop, comparison, value }) => {
    const word = `prop.${prop}`
    return `${isWord(word) ? say(word) : prop} ${say(`comparison.${comparison}`)} ${value}`
  })
  return conditions.length > 0 ? `${name}${say('words.bracket', { what: conditions.join(say('words.comma')) })}` : name
}

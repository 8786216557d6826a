// end_text.ts -- an end of paths: a behaviour, or touchpoint:NAME; how it is written, read and named.
import { readBehaviour, writeBehaviour, type Behaviour } from '~/base/event_text'
import type { Say } from '~/base/locale'
import { nameOfBehaviour } from '../behaviour/behaviour_name'

const mark = 'touchpoint:'

export const isTouchpoint = (one: Behaviour) => one.written === undefined && one.name.startsWith(mark) && one.conditions.length === 0
export const readEnd = (text: string): Behaviour => (text.startsWith(mark) ? { name: text, conditions: [] } : readBehaviour(text))
export const writeEnd = (one: Behaviour): string => (isTouchpoint(one) ? one.name : writeBehaviour(one))

export const nameOfEnd = (text: string, say: Say): string => {
  const one = readEnd(text)
  return isTouchpoint(one) ? say('paths.touchpoint', { name: one.name.slice(mark.length) }) : nameOfBehaviour(one, say)
}

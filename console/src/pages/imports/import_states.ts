// import_states.ts -- what the states of an import mean for the page.
import type { Tone } from '~/app/theme'

const tones: Record<string, Tone> = { running: 'blue', done: 'green', failed: 'red', interrupted: 'red', cancelled: 'grey' }
export const stateTone = (state: string): Tone => tones[state] ?? 'amber'

export type Stage = 'map' | 'run' | 'end'
/** Which part of the wizard a state belongs to. */
export function stageOf(state: string): Stage {
  if (state === 'uploaded') return 'map'
  return state === 'running' ? 'run' : 'end'
}

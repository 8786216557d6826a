// import_states.ts -- what the states of an import mean for the page.
const colours: Record<string, string> = { running: 'blue', done: 'green', failed: 'red', interrupted: 'red', cancelled: 'default' }
export const stateColour = (state: string): string => colours[state] ?? 'gold'

export type Stage = 'map' | 'run' | 'end'
/** Which part of the wizard a state belongs to. */
export function stageOf(state: string): Stage {
  if (state === 'uploaded') return 'map'
  return state === 'running' ? 'run' : 'end'
}

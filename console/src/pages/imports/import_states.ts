// import_states.ts -- what the states of an import mean for the page.
const colours: Record<string, string> = { running: 'processing', done: 'green', failed: 'red', cancelled: 'default' }
export const stateColour = (state: string): string => colours[state] ?? 'gold'

export type Stage = 'map' | 'run' | 'end'
/** Which part of the wizard a state belongs to. */
export function stageOf(state: string): Stage {
  if (state === 'done' || state === 'failed' || state === 'cancelled') return 'end'
  return state === 'running' || state === 'waiting' ? 'run' : 'map'
}

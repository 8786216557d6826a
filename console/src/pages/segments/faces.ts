// faces.ts -- rows and text are two faces of one thing: the one edited last leads, the other follows the server's answer.
import { useCallback, useEffect, useMemo, useReducer } from 'react'
import { useAnswer } from '~/base/data'
import { ApiError } from '~/base/http'
import { textProblem } from '~/parts/segment_filter'
import type { Answered } from './forms'
import { useLanguage } from './language'
import { emptyTree, fromRows, toRows, type Group } from './tree'

interface Faces {
  tree: Group
  text: string
  lead: 'rows' | 'text'
}
interface State {
  now: Faces
  past: Faces[]
  future: Faces[]
  counts: Map<number, number>
  /** When and in what was edited last: quick edits of the same thing are undone together. */
  edited: { at: number; what: string }
}
type Act =
  | { do: 'edit'; faces: Partial<Faces>; what: string; at: number }
  | { do: 'follow'; answered: Answered; ids: number[] }
  | { do: 'undo' }
  | { do: 'redo' }

const together_ms = 900
const kept = 200

function step(state: State, act: Act): State {
  const { now, past, future } = state
  switch (act.do) {
    case 'edit': {
      const goesOn = act.what === state.edited.what && act.at - state.edited.at < together_ms
      return {
        ...state,
        now: { ...now, ...act.faces },
        past: goesOn ? past : [...past.slice(-kept), now],
        future: [],
        edited: { at: act.at, what: act.what },
      }
    }
    case 'follow': {
      const { answered } = act
      let { ids } = act
      let faces: Faces = { ...now, text: answered.text }
      if (now.lead === 'text') {
        const read = fromRows(answered.rows, now.tree)
        faces = { ...now, tree: read.tree }
        ids = read.ids
      }
      const counts = new Map<number, number>()
      // Of a row that is turned round, what it then holds for: it comes first.
      if (ids.length === answered.rows.length) {
        answered.rows.forEach((row, i) => row.count !== null && !counts.has(ids[i]!) && counts.set(ids[i]!, row.count))
      }
      return { ...state, now: faces, counts }
    }
    case 'undo': {
      const before = past.at(-1)
      return before ? { ...state, now: before, past: past.slice(0, -1), future: [now, ...future], edited: { at: 0, what: '' } } : state
    }
    case 'redo': {
      const [after, ...rest] = future
      return after ? { ...state, now: after, past: [...past, now], future: rest, edited: { at: 0, what: '' } } : state
    }
  }
}

/** Of a row nobody needs to be told where in the text it stands. */
const place = /^(第 \d+ 行第 \d+ 个字：|line \d+, column \d+: )/

export interface TextWrong {
  line: number
  column: number
  detail: string
}

/** Where the server says it went wrong: in the text, or in one of the rows. */
function wrongOf(error: Error | undefined): { text?: TextWrong; row?: number; other?: Error } {
  if (!error) return {}
  if (!(error instanceof ApiError)) return { other: error }
  const pointer = error.problem.errors?.[0]?.pointer ?? ''
  const spot = /^\/?(\d+):(\d+)$/.exec(pointer)
  if (spot) return { text: { line: Number(spot[1]), column: Number(spot[2]), detail: textProblem(error) } }
  const row = /^\/?rows\/(\d+)/.exec(pointer)
  return row ? { row: Number(row[1]) } : { other: error }
}

const begun = (text: string): State => ({
  now: { tree: emptyTree(), text, lead: 'text' }, past: [], future: [], counts: new Map(), edited: { at: 0, what: '' },
})

export function useFaces(first: string, at: string | undefined) {
  const { of: subjectOf } = useLanguage()
  const [state, act] = useReducer(step, first, begun)
  const { now } = state
  const asRows = useMemo(() => toRows(now.tree, subjectOf), [now.tree, subjectOf])
  const question = useMemo((): object => {
    const more = { at, sample: 8, counts: true }
    if (now.lead === 'text') return { text: now.text.trim(), ...more }
    return asRows.rows.length > 0 ? { rows: asRows.rows, ...more } : { text: '', ...more }
  }, [now.lead, now.text, asRows, at])
  const answer = useAnswer<Answered>('/v1/segments/ask', question, 150)
  const fresh = answer.data !== undefined && !answer.loading && !answer.error && answer.of === JSON.stringify(question)
  const { data } = answer
  useEffect(() => {
    // Ids are those of the question: while the answer is fresh, nothing has been edited since.
    if (fresh && data) act({ do: 'follow', answered: data, ids: asRows.ids })
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once an answer: what follows from it must not ask again
  }, [data, fresh])

  const wrong = useMemo(() => wrongOf(answer.error), [answer.error])
  const wrongs = useMemo(() => {
    const id = wrong.row === undefined ? undefined : asRows.ids[wrong.row]
    return new Map(id === undefined || !answer.error ? [] : [[id, textProblem(answer.error).replace(place, '')]])
  }, [wrong, asRows, answer.error])

  return {
    ...now,
    counts: state.counts,
    /** The last good answer; `fresh`: it is of what stands there now. */
    answered: data,
    fresh,
    busy: answer.loading,
    wrongText: now.lead === 'text' ? wrong.text : undefined,
    wrongs,
    failure: wrong.other ?? (now.lead === 'rows' && wrong.text && answer.error ? answer.error : undefined),
    again: answer.reload,
    editRows: useCallback((tree: Group) => act({ do: 'edit', faces: { tree, lead: 'rows' }, what: 'rows', at: Date.now() }), []),
    editText: useCallback((text: string) => act({ do: 'edit', faces: { text, lead: 'text' }, what: 'text', at: Date.now() }), []),
    /** Puts another text in the place of this one. */
    take: useCallback((text: string) => act({ do: 'edit', faces: { text, lead: 'text' }, what: 'take', at: Date.now() }), []),
    undo: state.past.length > 0 ? () => act({ do: 'undo' }) : undefined,
    redo: state.future.length > 0 ? () => act({ do: 'redo' }) : undefined,
  }
}
export type FacesNow = ReturnType<typeof useFaces>

// text_face.tsx -- the conditions as text: a plain text area over a copy of itself that carries colours and the mark of an error.
import { Button } from 'antd'
import { useId, useMemo, useRef, type ReactNode } from 'react'
import { useSay } from '~/base/locale'
import type { TextWrong } from './faces'

const pieces = /("(?:[^"\\]|\\.)*"?|“[^”]*”?)|\b(and|or|not|between|in|within next|is known|is unknown|contains|starts with|true|false)\b|(\b\d[\d.-]*(?:[hdw]\b|天|周|小时)?)|([A-Za-z_][A-Za-z0-9_]*(?=\s*[(（]))/g
const names = ['text', 'word', 'number', 'call'] as const

/** Colours of a stretch of text. */
function coloured(text: string, from: number): ReactNode[] {
  const out: ReactNode[] = []
  let at = 0
  for (const found of text.matchAll(pieces)) {
    const kind = names[[1, 2, 3, 4].findIndex((i) => found[i] !== undefined)]
    out.push(text.slice(at, found.index), <span key={from + found.index} className={`code-${kind}`}>{found[0]}</span>)
    at = found.index + found[0].length
  }
  out.push(text.slice(at))
  return out
}

/** Where a line and column (in characters, from 1) stand in the text. */
function placeOf(text: string, { line, column }: TextWrong): number {
  const lines = text.split('\n')
  const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0)
  return before + [...(lines[line - 1] ?? '')].slice(0, column - 1).join('').length
}

interface TextFaceProps {
  text: string
  change: (text: string) => void
  /** The one spelling, when it differs. */
  tidy: string | undefined
  wrong: TextWrong | undefined
}

export function TextFace({ text, change, tidy, wrong }: TextFaceProps) {
  const say = useSay()
  const id = useId()
  const box = useRef<HTMLTextAreaElement>(null)
  const at = wrong ? placeOf(text, wrong) : -1
  // Still being written: what comes next is said, not shouted.
  const atEnd = wrong !== undefined && text.slice(at).trim() === ''
  const end = at < 0 ? at : at + Math.max(1, /^(?:"[^"]*"?|[\p{L}\p{N}_.]+|\S)/u.exec(text.slice(at))?.[0].length ?? 1)
  const shown = useMemo(
    () => (at < 0 || atEnd
      ? coloured(text, 0)
      : [...coloured(text.slice(0, at), 0), <mark key="wrong" className="code-wrong">{text.slice(at, end)}</mark>, ...coloured(text.slice(end), end)]),
    [text, at, atEnd, end],
  )
  const goThere = () => {
    box.current?.focus()
    box.current?.setSelectionRange(at, end)
  }
  return (
    <div className="text-face">
      <div className="code">
        <pre className="code-shown" aria-hidden>{shown}{'\n'}</pre>
        <textarea
          ref={box}
          className="code-typed"
          value={text}
          onChange={(event) => change(event.target.value)}
          aria-label={say('seg.text')}
          aria-describedby={id}
          aria-invalid={wrong !== undefined && !atEnd}
          placeholder={say('seg.text.empty')}
          spellCheck={false}
          autoCapitalize="off"
          autoCorrect="off"
        />
      </div>
      <div id={id} className="code-note" role="status">
        {wrong && (
          <button type="button" className={atEnd ? 'code-go quiet' : 'code-go wrong'} onClick={goThere}>
            {wrong.detail}
          </button>
        )}
        {!wrong && tidy !== undefined && tidy !== text && text.trim() !== '' && (
          <Button size="small" type="link" className="code-tidy" onClick={() => change(tidy)}>{say('seg.tidy')}</Button>
        )}
      </div>
    </div>
  )
}

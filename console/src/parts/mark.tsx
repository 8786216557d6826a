// mark.tsx -- a word on a tint: a state, a class, a tag.
import type { HTMLAttributes } from 'react'
import { tones, type Tone } from '~/app/theme'

export function Mark({ tone = 'grey', className = '', ...rest }: { tone?: Tone } & HTMLAttributes<HTMLSpanElement>) {
  const [background, color] = tones[tone]
  return <span className={`mark ${className}`} style={{ background, color }} {...rest} />
}

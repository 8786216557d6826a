// ask_bar.tsx -- what is asked stands in one panel: inputs with their names above them.
import type { ReactNode } from 'react'

export function AskBar({ children }: { children: ReactNode }) {
  return <div className="ask-bar">{children}</div>
}

/** A group, not a label: inputs within name themselves. */
export function Asked({ name, children, wide }: { name: ReactNode; children: ReactNode; wide?: boolean }) {
  return (
    <div className={wide ? 'asked asked-wide' : 'asked'}>
      <div className="asked-name">{name}</div>
      {children}
    </div>
  )
}

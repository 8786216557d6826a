// head.tsx -- a page's title with what can be done on the whole page at its side.
import type { ReactNode } from 'react'

export function Head({ title, children }: { title: ReactNode; children?: ReactNode }) {
  return (
    <header className="page-head">
      <h1>{title}</h1>
      <span className="space" />
      {children}
    </header>
  )
}

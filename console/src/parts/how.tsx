// how.tsx -- how figures were made, in the server's words, and how long that took.
import { Collapse } from 'antd'
import type { ReactNode } from 'react'
import { useSay } from '~/base/locale'

/** 840 microseconds are 0.84 ms; from ten milliseconds on nobody wants the decimals. */
const milliseconds = (us: number) => (us / 1000).toLocaleString('en-US', { maximumFractionDigits: us < 10_000 ? 2 : 0 })

export function How({ text, took_us, children }: { text: string; took_us?: number; children?: ReactNode }) {
  const say = useSay()
  return (
    <Collapse
      className="how"
      items={[{
        key: 'how',
        label: say('how'),
        // Printed and searched even while it is closed.
        forceRender: true,
        children: (
          <>
            <p className="how-text">{text}</p>
            {children}
            {took_us !== undefined && <p className="quiet">{say('how.took', { ms: milliseconds(took_us) })}</p>}
          </>
        ),
      }]}
    />
  )
}

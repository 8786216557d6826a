// venn.tsx -- two circles whose areas, and the area they share, are as the sets are.
import { useMemo } from 'react'

const height = 200
const width = 340

/** The area two circles share when their centres are d apart. */
function shared(r: number, s: number, d: number): number {
  if (d >= r + s) return 0
  if (d <= Math.abs(r - s)) return Math.PI * Math.min(r, s) ** 2
  const a = Math.acos((d * d + r * r - s * s) / (2 * d * r))
  const b = Math.acos((d * d + s * s - r * r) / (2 * d * s))
  return r * r * (a - Math.sin(2 * a) / 2) + s * s * (b - Math.sin(2 * b) / 2)
}

/** How far apart the centres are so that the circles share the area. */
function distance(r: number, s: number, area: number): number {
  let low = Math.abs(r - s)
  let high = r + s
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2
    if (shared(r, s, middle) > area) low = middle
    else high = middle
  }
  return (low + high) / 2
}

export function Venn({ a, b, both, label }: { a: number; b: number; both: number; label: string }) {
  const drawn = useMemo(() => {
    const most = Math.max(a, b, 1)
    let r = Math.sqrt(a / most)
    let s = Math.sqrt(b / most)
    const d = both === 0 ? (r + s) * 1.04 : distance(r, s, (both / most) * Math.PI)
    const left = Math.min(-r, d - s)
    const right = Math.max(r, d + s)
    const scale = Math.min((width - 8) / (right - left), (height - 8) / (2 * Math.max(r, s)))
    r *= scale
    s *= scale
    const x = width / 2 - ((left + right) / 2) * scale
    return { r, s, xa: x, xb: x + d * scale }
  }, [a, b, both])
  return (
    <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label} className="venn">
      <circle cx={drawn.xa} cy={height / 2} r={drawn.r} className="venn-a" />
      <circle cx={drawn.xb} cy={height / 2} r={drawn.s} className="venn-b" />
    </svg>
  )
}

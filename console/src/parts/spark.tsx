// spark.tsx -- a small line without axes: how a figure went, perhaps on the range it usually keeps.
import { line, palette, water } from '~/app/theme'

const width = 96
const height = 26

/** `band`: lower and upper end of what is usual, where known. */
export function Spark({ values, label, band }: { values: number[]; label: string; band?: [number | null, number | null][] }) {
  if (values.length < 2) return <span className="quiet">–</span>
  const ends = (band ?? []).flat().filter((end): end is number => end !== null)
  const low = Math.min(...values, ...ends)
  const top = Math.max(...values, ...ends)
  const span = top - low
  const x = (i: number) => 2 + (i / (values.length - 1)) * (width - 6)
  const y = (value: number) => (span === 0 ? height / 2 : height - 4 - ((value - low) / span) * (height - 8))
  const points = values.map((value, i) => `${x(i).toFixed(1)},${y(value).toFixed(1)}`)
  const last = values.length - 1
  return (
    <svg width={width} height={height} role="img" aria-label={label} className="spark">
      <line x1={0} x2={width} y1={height - 1} y2={height - 1} stroke={line} />
      {band?.map(([from, to], i) => (from === null && to === null) ? null : (
        <rect
          key={i} x={x(i) - 1.7} width={3.4} y={y(to ?? top)} height={Math.max(1, y(from ?? low) - y(to ?? top))} fill={palette[2]} opacity={0.3}
        />
      ))}
      <polyline points={points.join(' ')} fill="none" stroke={water} strokeWidth={1.6} strokeLinejoin="round" />
      <circle cx={x(last)} cy={y(values[last]!)} r={2.4} fill={water} />
    </svg>
  )
}

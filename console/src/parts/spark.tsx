// spark.tsx -- a small line without axes: how a figure went.
import { line, water } from '~/app/theme'

const width = 96
const height = 26

export function Spark({ values, label }: { values: number[]; label: string }) {
  if (values.length < 2) return <span className="quiet">–</span>
  const low = Math.min(...values)
  const span = Math.max(...values) - low
  const x = (i: number) => 2 + (i / (values.length - 1)) * (width - 6)
  const y = (value: number) => (span === 0 ? height / 2 : height - 4 - ((value - low) / span) * (height - 8))
  const points = values.map((value, i) => `${x(i).toFixed(1)},${y(value).toFixed(1)}`)
  const last = values.length - 1
  return (
    <svg width={width} height={height} role="img" aria-label={label} className="spark">
      <line x1={0} x2={width} y1={height - 1} y2={height - 1} stroke={line} />
      <polyline points={points.join(' ')} fill="none" stroke={water} strokeWidth={1.6} strokeLinejoin="round" />
      <circle cx={x(last)} cy={y(values[last]!)} r={2.4} fill={water} />
    </svg>
  )
}

// histogram.tsx -- members in bands, a bar each; a count leads to the members where they may be seen.
import { Link } from 'react-router'
import { useMay } from '~/app/session'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { segmentLink } from '~/base/segment_link'

export interface Band {
  label: string
  members: number
  /** Who they are, in the segment language. */
  segment?: string
  /** Said beside the share. */
  note?: string
  /** Not a band: those of whom nothing is known. */
  unknown?: boolean
}

export function Histogram({ bands, of }: { bands: Band[]; of: number }) {
  const say = useSay()
  const format = useFormat()
  const may = useMay()('members:read')
  const most = Math.max(1, ...bands.map((one) => one.members))
  return (
    <ol className="histogram">
      {bands.map((one) => (
        <li key={`${one.unknown} ${one.label}`} className={one.unknown ? 'quiet' : undefined}>
          <span className="histogram-name">{one.label}</span>
          <span className="histogram-track" aria-hidden>
            <span className={one.unknown ? 'histogram-bar histogram-unknown' : 'histogram-bar'} style={{ width: `${(one.members / most) * 100}%` }} />
          </span>
          <span className="number histogram-count">
            {may && one.segment && one.members > 0
              ? <Link to={segmentLink(one.segment)} aria-label={`${one.label} ${format.count(one.members)} · ${say('flows.members_of')}`}>{format.count(one.members)}</Link>
              : format.count(one.members)}{' '}
            <small className="quiet">{format.percent(one.members / of)}{one.note && ` · ${one.note}`}</small>
          </span>
        </li>
      ))}
    </ol>
  )
}

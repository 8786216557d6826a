// stage_cards.tsx -- each stage: members, share, and how it changed.
import { Link } from 'react-router'
import type { AiplStage } from '~/api'
import { useMay } from '~/app/session'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { allOf, segmentLink } from '~/base/segment_link'
import { Bar } from '~/parts/bar'
import { Move } from '~/parts/figure'
import type { AiplProps } from './aipl'
import { dayOver, order, stageColours, stageText, useStageName } from './stages'

export function Stages(props: AiplProps) {
  const say = useSay()
  return (
    <section className="panel stages" aria-label={say('aipl.stages')}>
      {order.slice(1).concat('none').map((stage) => {
        const row = props.answer.stages.find((one) => one.stage === stage)
        return row && <StageCard key={stage} row={row} {...props} />
      })}
    </section>
  )
}

function StageCard({ row, answer, period, segment }: AiplProps & { row: AiplStage }) {
  const say = useSay()
  const format = useFormat()
  const may = useMay()
  const name = useStageName(answer)(row.stage)
  const share = answer.members > 0 ? row.members / answer.members : 0
  const text = may('members:read') ? stageText(answer.stages, row.stage) : undefined
  return (
    <div className="stage">
      <h2 className="stage-name"><span className="dot" style={{ background: stageColours[row.stage] }} /> {name}</h2>
      <div className="figure-value number">
        {text
          ? <Link to={segmentLink(allOf([segment, text]), dayOver(period.to))} aria-label={say('aipl.open', { stage: name, n: format.count(row.members) })}>{format.tile(row.members)}</Link>
          : format.tile(row.members)}
      </div>
      <Bar share={share} text={format.percent(share)} />
      <div className="figure-below">
        <Move now={row.members} before={row.members_from} lessIsGood={row.stage === 'none'} />{' '}
        <span className="quiet">{say('aipl.was', { day: period.from, n: format.count(row.members_from) })}</span>
      </div>
    </div>
  )
}

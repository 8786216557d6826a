// member_figures.tsx -- what a member comes to: money, orders, class, place in RFM.
import type { MemberView } from '~/api'
import { useFormat } from '~/base/format'
import { isWord, useSay } from '~/base/locale'
import { Figure } from '~/parts/figure'
import { ClassMark } from '../members/marks'
import { place } from '../members/columns'
import { Mark } from '~/parts/mark'

export function MemberFigures({ member }: { member: MemberView }) {
  const say = useSay()
  const format = useFormat()
  const { rfm } = member
  return (
    <section className="panel">
      <div className="figures">
        <Figure name={say('spent')} hint={say('spent.what')} value={format.money(member.spent)}
          below={<span className="quiet">{say('first_order')} {format.day(member.first_order_at)}</span>} />
        <Figure name={say('orders')} value={format.count(member.orders)}
          below={<span className="quiet">{say('last_order')} {format.day(member.last_order_at)}</span>} />
        <Figure name={say('average')} hint={say('average.what')} value={format.mean(member.average)}
          below={<span className="quiet">{[place(member), member.touchpoint].filter(Boolean).join(' · ')}</span>} />
        <Figure
          name={say('rfm_place')}
          hint={rfm ? say('rfm_place.what') : say('not_in_rfm')}
          value={rfm ? <RfmPlace rfm={rfm} /> : '–'}
          below={
            <span className="chips">
              <ClassMark name={member.class} />
              {member.scene.map((scene) => {
                const word = `scene.${scene}`
                return <Mark key={scene} tone="plum">{isWord(word) ? say(word) : scene}</Mark>
              })}
            </span>
          }
        />
      </div>
    </section>
  )
}

function RfmPlace({ rfm }: { rfm: NonNullable<MemberView['rfm']> }) {
  const say = useSay()
  const word = `rfm.${rfm.type}`
  return (
    <>
      {isWord(word) ? say(word) : rfm.type} <span className="rfm-bands">R{rfm.r} F{rfm.f} M{rfm.m}</span>
    </>
  )
}

// spread.tsx -- members by the chance that they are still there, and by what is expected of them.
import { Card } from 'antd'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { Hint } from '~/parts/figure'
import { Histogram } from '~/parts/histogram'
import { Nothing } from '~/parts/states'
import type { Lifetime } from './forms'

const plain = (money: string) => String(Number(money))

export function Spread({ view }: { view: Lifetime }) {
  const say = useSay()
  const format = useFormat()
  const valued = view.values.reduce((sum, band) => sum + band.members, 0)
  return (
    <div className="pair pair-even">
      <Card title={<>{say('ltv.alive.spread')} <Hint text={say('ltv.alive.what')} about={say('ltv.alive')} /></>}>
        <Histogram
          of={view.members || 1}
          bands={view.alive.map(({ from, to, members, value }) => ({
            label: to === 100 ? `${from}–100%` : `${from}–${to}%`, members,
            segment: to === 100 ? `alive >= ${from}` : `alive >= ${from} and alive < ${to}`,
            note: members > 0 && value !== null ? format.shortMoney(value) : undefined,
          }))}
        />
      </Card>
      <Card title={<>{say('ltv.value.spread')} <Hint text={say('ltv.value.what', { percent: Math.round((view.fit?.discount ?? 0) * 100) })} about={say('ltv.value')} /></>}>
        {valued === 0 ? <Nothing text={say('ltv.no_values')} /> : (
          <Histogram
            of={view.members || 1}
            bands={view.values.map(({ from, to, members, value }) => ({
              label: to === null ? say('ltv.and_more', { from: format.shortMoney(Number(from)) }) : `${format.shortMoney(Number(from))}–${format.shortMoney(Number(to))}`, members,
              segment: to === null ? `ltv >= ${plain(from)}` : `ltv >= ${plain(from)} and ltv < ${plain(to)}`,
              note: members > 0 ? format.shortMoney(value) : undefined,
            }))}
          />
        )}
      </Card>
    </div>
  )
}

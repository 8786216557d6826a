// mix.tsx -- how many of the buyers came for the first time.
import { Card } from 'antd'
import type { OverviewReport } from '~/api'
import { palette } from '~/app/theme'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { Hint, Move } from '~/parts/figure'
import { Nothing } from '~/parts/states'

const parts = ['new_buyers', 'returning_buyers'] as const

export function BuyersMix({ report }: { report: OverviewReport }) {
  const say = useSay()
  const format = useFormat()
  const total = parts.reduce((sum, part) => sum + report.now[part], 0)
  return (
    <Card title={say('buyers_mix')}>
      {total === 0 ? <Nothing /> : (
        <>
          <div className="split" aria-hidden>
            {parts.map((part, i) => (
              <span key={part} style={{ width: `${(report.now[part] / total) * 100}%`, background: palette[i === 0 ? 1 : 0] }} />
            ))}
          </div>
          <dl className="mix">
            {parts.map((part, i) => (
              <div key={part}>
                <dt>
                  <span className="dot" style={{ background: palette[i === 0 ? 1 : 0] }} /> {say(`figure.${part}`)}
                  <Hint text={say(`figure.${part}.what`)} about={say(`figure.${part}`)} />
                </dt>
                <dd>
                  <span className="figure-value number">{format.count(report.now[part])}</span>{' '}
                  <span className="quiet">{format.percent(report.now[part] / total)}</span>{' '}
                  <Move now={report.now[part]} before={report.before[part]} />
                </dd>
              </div>
            ))}
          </dl>
        </>
      )}
    </Card>
  )
}

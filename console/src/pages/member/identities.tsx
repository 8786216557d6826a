// identities.tsx -- what proves who a member is, and the ids that were merged into him.
import { Card } from 'antd'
import type { MemberView } from '~/api'
import { useFormat } from '~/base/format'
import { isWord, useSay } from '~/base/locale'
import { Hint } from '~/parts/figure'
import { Nothing } from '~/parts/states'
import { Mark } from '~/parts/mark'

/** Phones are kept with their country: China's is left out, others get their plus. */
const shownValue = (kind: string, value: string) =>
  kind !== 'phone' || value.includes('*') ? value : /^86\d{11}$/.test(value) ? value.slice(2) : `+${value}`

export function Identities({ member }: { member: MemberView }) {
  const say = useSay()
  const format = useFormat()
  return (
    <Card title={<>{say('identities')} <Hint text={say('identities.what')} about={say('identities')} /></>}>
      {member.identities.length === 0 ? <Nothing /> : (
        <ul className="facts">
          {member.identities.map((one) => {
            const word = `identity.${one.kind}`
            return (
              <li key={`${one.kind} ${one.scope} ${one.value}`}>
                <span className="fact-name">{isWord(word) ? say(word) : one.kind}</span>
                <span className="fact-value">
                  <span className="number">{shownValue(one.kind, one.value)}</span>{' '}
                  <Mark tone={one.strong ? 'teal' : 'grey'}>{say(one.strong ? 'strong' : 'weak')}</Mark>
                  <span className="fact-note">{[one.scope, format.day(one.seen_at)].filter(Boolean).join(' · ')}</span>
                </span>
              </li>
            )
          })}
        </ul>
      )}
      {member.merged_ids.length > 0 && (
        <p className="quiet merged">{say('merged_ids')}: {member.merged_ids.map((id) => `#${id}`).join(' ')}</p>
      )}
    </Card>
  )
}

// history.tsx -- the ladders that were in force: since when, by whom, and their rules in words.
import type { LadderPast } from '~/api'
import { useData, type Page } from '~/base/data'
import { useSay } from '~/base/locale'
import { Mark } from '~/parts/mark'
import { Rows, type Column } from '~/parts/rows'
import { Nothing } from '~/parts/states'
import { Who } from '~/parts/who'
import { useLadderWords, useTierName } from './ladder'

export function History({ live }: { live: number }) {
  const say = useSay()
  const read = useData<Page<LadderPast>>('/v1/tiers/rules')
  const columns: Column<LadderPast>[] = [
    { key: 'version', title: say('ladder.version'), cell: (row) => <>{row.version} {row.version === live && <Mark tone="green">{say('ladder.is_live')}</Mark>}</> },
    { key: 'at', title: say('ladder.live_at'), cell: (row) => (row.live_at ? <Who actor={row.live_by} at={row.live_at} /> : <span className="quiet">{say('ladder.shipped')}</span>) },
    { key: 'rules', title: say('ladder.rules'), cell: (row) => <Rules row={row} /> },
  ]
  return <Rows from={read} columns={columns} id={(row) => row.version} empty={<Nothing text={say('ladder.history.none')} />} />
}

function Rules({ row: { rules } }: { row: LadderPast }) {
  const words = useLadderWords()
  const nameOf = useTierName(rules.tiers)
  return (
    <div className="ladder-past">
      <div>{words.sentence(rules)}</div>
      <ul className="ladder-steps">
        {rules.tiers.map((step) => (
          <li key={step.code}><strong>{nameOf(step.code)}</strong> <span className="quiet number">{words.reach(rules, step)} · {words.times(step)}</span></li>
        ))}
      </ul>
    </div>
  )
}

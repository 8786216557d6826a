// tiers.tsx -- the ladder in force: what reaches and keeps each tier, what it gives, and how many hold it.
import { Link } from 'react-router'
import type { TierBenefit, TierStep, TiersView } from '~/api'
import { useMay } from '~/app/session'
import { useData, type Page } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSpeech } from '~/base/locale'
import { Bar } from '~/parts/bar'
import { Rows, still, type Column } from '~/parts/rows'
import { tierLink, useLadderWords, useTierName } from './ladder'

export function Tiers({ view }: { view: TiersView }) {
  const { say, locale } = useSpeech()
  const format = useFormat()
  const may = useMay()('members:read')
  const ladder = view.live.rules
  const words = useLadderWords()
  const nameOf = useTierName(ladder.tiers)
  const benefits = useData<Page<TierBenefit>>('/v1/tiers/benefits')
  const given = (code: string) => benefits.data?.items.filter((row) => row.tier === code).map((row) => (locale === 'zh-CN' ? row.zh : row.en)) ?? []
  const holders = view.members.filter((row) => row.tier)
  const total = holders.reduce((sum, row) => sum + row.members, 0)
  const held = (code: string) => holders.find((row) => row.tier === code)?.members ?? 0
  const columns: Column<TierStep>[] = [
    {
      key: 'name', title: say('tier'),
      cell: (step) => (
        <span className="tier-name">
          <span className="step-number">{ladder.tiers.indexOf(step) + 1}</span>
          {nameOf(step.code)}
        </span>
      ),
    },
    { key: 'reach', title: say('tier.reach'), right: true, cell: (step) => words.reach(ladder, step) },
    { key: 'keep', title: say('tier.keep'), right: true, cell: (step) => words.keep(ladder, step) },
    { key: 'times', title: say('tier.multiplier'), right: true, cell: (step) => words.times(step) },
    { key: 'gives', title: say('tier.gives'), cell: (step) => <div className="tier-gives">{given(step.code).map((text) => <div key={text}>{text}</div>)}{given(step.code).length === 0 && '–'}</div> },
    {
      key: 'members', title: say('tier.members'), width: 220,
      cell: (step) => {
        const n = held(step.code)
        const bar = <Bar share={total > 0 ? n / total : 0} text={format.count(n)} />
        return may && n > 0 ? <Link to={tierLink(step.code)} title={format.percent(n / total)}>{bar}</Link> : bar
      },
    },
  ]
  return (
    <>
      <p className="sentence policy-text">{words.sentence(ladder)}</p>
      <Rows from={still([...ladder.tiers].reverse())} columns={columns} id={(step) => step.code} />
      <p className="panel-note quiet">{total > 0 ? say('tier.members.note', { n: format.count(total) }) : say('tier.nobody')}</p>
    </>
  )
}

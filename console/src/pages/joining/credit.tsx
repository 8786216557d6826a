// credit.tsx -- shopping credit: what is owed in all, the steps of the top-up bonus, and a member's top-ups and spending.
import { Button } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import type { CreditStep, CreditTotals } from '~/api'
import { useMay } from '~/app/session'
import { useData } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { useBudgetName } from '~/parts/budget_select'
import { segmentLink } from '~/base/segment_link'
import { Figure } from '~/parts/figure'
import { MemberSelect } from '~/parts/member_select'
import { Rows, still, type Column } from '~/parts/rows'
import { Loaded, Nothing } from '~/parts/states'
import { CreditOf } from './credit_of'
import { StepsDialog } from './steps_dialog'

interface CreditProps {
  member: number | undefined
  show: (id: number | undefined) => void
}

export function Credit({ member, show }: CreditProps) {
  const say = useSay()
  return (
    <>
      <Totals />
      <Steps />
      <div className="tab-bar section-bar">
        <h3>{say('credit.of_member')}</h3>
        <MemberSelect value={member} onChange={show} />
      </div>
      {member ? <CreditOf key={member} member={member} /> : <Nothing text={say('credit.choose')} />}
    </>
  )
}

function Totals() {
  const say = useSay()
  const format = useFormat()
  const read = useData<CreditTotals>('/v1/credit')
  return (
    <Loaded from={read} rows={2}>
      {(it) => (
        <div className="figures figures-inner">
          <Figure name={say('credit.members')} value={format.count(it.members)} below={it.members > 0 && <Link to={segmentLink('credit > 0')}>{say('credit.to_members')}</Link>} />
          <Figure name={say('credit.principal')} value={format.money(it.principal)} />
          <Figure name={say('credit.bonus')} value={format.money(it.bonus)} />
          <Figure name={say('credit.owed')} value={format.money((Number(it.principal) + Number(it.bonus)).toFixed(2))} />
        </div>
      )}
    </Loaded>
  )
}

function Steps() {
  const say = useSay()
  const budgetName = useBudgetName()
  const format = useFormat()
  const may = useMay()('loyalty:write')
  const read = useData<{ steps: CreditStep[] }>('/v1/credit/steps')
  const [editing, edit] = useState(false)
  const columns: Column<CreditStep>[] = [
    { key: 'text', title: say('credit.steps'), cell: (row) => <strong>{say('credit.step.text', { above: format.money(row.above), bonus: format.money(row.bonus) })}</strong> },
    { key: 'days', title: say('credit.step.days'), right: true, cell: (row) => (row.valid_days ? say('benefit.days', { n: row.valid_days }) : say('credit.step.for_good')) },
    { key: 'budget', title: say('credit.step.budget'), cell: (row) => (row.budget ? budgetName(row.budget) : <span className="quiet">{say('credit.step.no_budget')}</span>) },
  ]
  const change = may && read.data && <Button onClick={() => edit(true)}>{say('credit.edit')}</Button>
  return (
    <>
      <div className="tab-bar section-bar">
        <h3>{say('credit.steps')}</h3>
        <p className="quiet">{say('credit.steps.what')}</p>
        {change}
      </div>
      <Loaded from={read}>{({ steps }) => <Rows from={still(steps)} columns={columns} id={(row) => row.above} empty={<Nothing text={say('credit.steps.none')} />} />}</Loaded>
      {editing && read.data && <StepsDialog steps={read.data.steps} close={() => edit(false)} saved={read.reload} />}
    </>
  )
}

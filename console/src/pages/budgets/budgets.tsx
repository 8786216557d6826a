// budgets.tsx -- campaign budgets and the rewards they pay.
import { Card, Tabs } from 'antd'
import { useQuestion } from '~/base/question'
import { useSay } from '~/base/locale'
import { Head } from '~/parts/head'
import { BudgetRows } from './budget_rows'
import { Rewards } from './rewards'

export default function Budgets() {
  const say = useSay()
  const { asked, put } = useQuestion(['tab'] as const)
  return (
    <>
      <Head title={say('page.budgets')} />
      <Card className="tabs-flush">
        <Tabs
          activeKey={asked.tab ?? 'budgets'}
          onChange={(tab) => put({ tab: tab === 'budgets' ? undefined : tab })}
          destroyOnHidden
          items={[
            { key: 'budgets', label: say('budgets.tab.budgets'), children: <BudgetRows /> },
            { key: 'rewards', label: say('budgets.tab.rewards'), children: <Rewards /> },
          ]}
        />
      </Card>
    </>
  )
}

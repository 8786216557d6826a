// alerts.tsx -- alerts: what stands open now, and the rules that watch.
import { Card, Tabs } from 'antd'
import { useQuestion } from '~/base/question'
import { useSay } from '~/base/locale'
import { Head } from '~/parts/head'
import { AlertList } from './alert_list'
import { Rules } from './rules'

export default function Alerts() {
  const say = useSay()
  const { asked, put } = useQuestion(['tab'] as const)
  return (
    <>
      <Head title={say('page.alerts')} />
      <Card className="tabs-flush">
        <Tabs
          activeKey={asked.tab ?? 'alerts'}
          onChange={(to) => put({ tab: to === 'alerts' ? undefined : to })}
          destroyOnHidden
          items={[
            { key: 'alerts', label: say('alerts.tab.alerts'), children: <AlertList /> },
            { key: 'rules', label: say('alerts.tab.rules'), children: <Rules /> },
          ]}
        />
      </Card>
    </>
  )
}

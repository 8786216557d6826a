// programme.tsx -- the loyalty programme: whether it is open, its tiers and who holds them, what they give, how that changed.
import { EditOutlined } from '@ant-design/icons'
import { Button, Card, Tabs } from 'antd'
import { Link } from 'react-router'
import type { TiersView } from '~/api'
import { useMay } from '~/app/session'
import { useData } from '~/base/data'
import { useQuestion } from '~/base/question'
import { useSay } from '~/base/locale'
import { Head } from '~/parts/head'
import { Loaded } from '~/parts/states'
import { Appointments } from './appointments'
import { Benefits } from './benefits'
import { History } from './history'
import { Opening } from './opening'
import { Tiers } from './tiers'

export default function Programme() {
  const say = useSay()
  const may = useMay()
  const { asked, put } = useQuestion(['tab'] as const)
  const read = useData<TiersView>('/v1/tiers')
  return (
    <>
      <Head title={say('page.programme')}>
        {may('loyalty:write') && <Link to="/programme/rules"><Button icon={<EditOutlined />}>{say('page.programme_rules')}</Button></Link>}
      </Head>
      <Loaded from={read} rows={10}>
        {(view) => (
          <div className="stack">
            <Opening since={view.since} changed={read.reload} />
            <Card className="tabs-flush">
              <Tabs
                activeKey={asked.tab ?? 'tiers'}
                onChange={(tab) => put({ tab: tab === 'tiers' ? undefined : tab })}
                destroyOnHidden
                items={[
                  { key: 'tiers', label: say('programme.tab.tiers'), children: <Tiers view={view} /> },
                  { key: 'benefits', label: say('programme.tab.benefits'), children: <Benefits /> },
                  { key: 'appointed', label: say('programme.tab.appointed'), children: <Appointments ladder={view.live.rules} changed={read.reload} /> },
                  { key: 'history', label: say('programme.tab.history'), children: <History live={view.live.version} /> },
                ]}
              />
            </Card>
          </div>
        )}
      </Loaded>
    </>
  )
}

// programme.tsx -- the loyalty programme: whether it is open, its tiers and who holds them, what they give, how that changed.
import { Card, Tabs } from 'antd'
import type { TiersView } from '~/api'
import { useData } from '~/base/data'
import { useQuestion } from '~/base/question'
import { useSay } from '~/base/locale'
import { Head } from '~/parts/head'
import { Loaded } from '~/parts/states'
import { History } from './history'
import { Opening } from './opening'
import { Tiers } from './tiers'

export default function Programme() {
  const say = useSay()
  const { asked, put } = useQuestion(['tab'] as const)
  const read = useData<TiersView>('/v1/tiers')
  return (
    <>
      <Head title={say('page.programme')} />
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

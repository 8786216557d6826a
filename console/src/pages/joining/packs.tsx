// packs.tsx -- what newcomers get, and what the first order brings.
import { Button } from 'antd'
import { useState } from 'react'
import type { Pack, Reward, Setting } from '~/api'
import { useMay } from '~/app/session'
import { useData, type Page } from '~/base/data'
import { useSay } from '~/base/locale'
import { useBudgetName } from '~/parts/budget_select'
import { useRewardText } from '~/parts/reward_text'
import { Loaded } from '~/parts/states'
import { PackDialog } from './pack_dialog'

const packs = ['newcomer', 'first_order'] as const

/** Every pack by its name; one that was never written is empty. */
export function usePacks() {
  const read = useData<Page<Pack>>('/v1/packs')
  const of = (name: string): Reward[] => read.data?.items.find((one) => one.pack === name)?.rewards ?? []
  return { read, of }
}

export function Packs() {
  const say = useSay()
  const budgetName = useBudgetName()
  const may = useMay()('loyalty:write')
  const { read, of } = usePacks()
  const { one } = useRewardText()
  const settings = useData<Page<Setting>>('/v1/settings')
  const [editing, edit] = useState<(typeof packs)[number]>()
  const days = settings.data?.items.find((row) => row.name === 'join.first_order_days')?.value ?? '–'
  return (
    <Loaded from={read}>
      {() => (
        <>
          <div className="tab-bar"><p className="quiet">{say('packs.what')}</p></div>
          <div className="pack-cards">
            {packs.map((pack) => (
              <section key={pack} className="panel pack-card" aria-label={say(`pack.${pack}`)}>
                <div className="pack-head">
                  <h3>{say(`pack.${pack}`)}</h3>
                  {may && <Button size="small" onClick={() => edit(pack)}>{say('edit')}</Button>}
                </div>
                <p className="quiet flat">{say(`pack.${pack}.what`, { n: days })}</p>
                {of(pack).length === 0 ? <p className="flat">{say('pack.empty')}</p> : (
                  <ul className="pack-list">
                    {of(pack).map((reward, i) => (
                      <li key={i}><strong>{one(reward)}</strong>{reward.budget && <span className="fact-note">{say('gift.budget', { code: budgetName(reward.budget) })}</span>}</li>
                    ))}
                  </ul>
                )}
              </section>
            ))}
          </div>
          {editing && <PackDialog pack={editing} name={say(`pack.${editing}`)} rewards={of(editing)} close={() => edit(undefined)} saved={read.reload} />}
        </>
      )}
    </Loaded>
  )
}

// basket.tsx -- what is bought together, what next after a product, and who is like its buyers: three views of one page.
import { Segmented } from 'antd'
import { useMay } from '~/app/session'
import { useSay } from '~/base/locale'
import { useQuestion } from '~/base/question'
import { Head } from '~/parts/head'
import { Fit } from './fit'
import { Next } from './next'
import { Rules } from './rules'

const names = ['view', 'product', 'then', 'days', 'support', 'confidence', 'of', 'item', 'segment', 'check'] as const
export type Question = ReturnType<typeof useQuestion<(typeof names)[number]>>
type View = 'rules' | 'next' | 'fit'

export default function Basket() {
  const say = useSay()
  const people = useMay()('members:read')
  const question = useQuestion(names)
  const views: View[] = people ? ['rules', 'next', 'fit'] : ['rules', 'next']
  const view = views.find((one) => one === question.asked.view) ?? 'rules'
  return (
    <>
      <Head title={say('page.basket')}>
        <Segmented<View>
          aria-label={say('basket.view')}
          value={view}
          onChange={(to) => question.put({ view: to })}
          options={views.map((one) => ({ value: one, label: say(`basket.view.${one}`) }))}
        />
      </Head>
      {view === 'rules' ? <Rules {...question} /> : view === 'next' ? <Next {...question} /> : <Fit {...question} />}
    </>
  )
}

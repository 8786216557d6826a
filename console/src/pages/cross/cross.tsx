// cross.tsx -- how members are spread: over one field, over two, over the cells of RFM; all of them or those of a segment.
import { SwapOutlined } from '@ant-design/icons'
import { Button, Segmented } from 'antd'
import { useMay } from '~/app/session'
import { useSay } from '~/base/locale'
import { useQuestion } from '~/base/question'
import { FieldSelect } from '~/parts/field_select'
import { Head } from '~/parts/head'
import { SegmentFilter } from '~/parts/segment_filter'
import { Histogram } from './histogram'
import { RfmCells } from './rfm_cells'
import { TwoFields } from './two_fields'

const all = ['one', 'two', 'rfm'] as const
type View = (typeof all)[number]
/** All but those of which only whether they are there may be asked. */
export const spreadKinds = ['count', 'number', 'money', 'age', 'date', 'flag', 'text', 'choice', 'set'] as const

export default function Cross() {
  const say = useSay()
  const { asked, put } = useQuestion(['view', 'field', 'a', 'b', 'segment'] as const)
  const reports = useMay()('reports:read')
  const views = all.filter((one) => one !== 'rfm' || reports)
  const view = views.find((one) => one === asked.view) ?? 'one'
  const field = asked.field ?? 'city'
  const a = asked.a ?? 'city'
  const b = asked.b ?? 'orders'
  const pick = (name: 'field' | 'a' | 'b', label: string, value: string) => (
    <FieldSelect key={name} label={label} kinds={spreadKinds} value={value} change={(to) => put({ [name]: to })} prefix={label} />
  )
  return (
    <>
      <Head title={say('page.cross')}>
        <Segmented<View>
          aria-label={say('cross.view')}
          value={view}
          onChange={(to) => put({ view: to === 'one' ? undefined : to })}
          options={views.map((one) => ({ value: one, label: say(`cross.${one}`) }))}
        />
      </Head>
      <div className="stack">
        <div className="ask-bar ask-line">
          {view === 'one' && pick('field', say('cross.field'), field)}
          {view === 'two' && (
            <>
              {pick('a', say('cross.rows'), a)}
              {pick('b', say('cross.columns'), b)}
              <Button icon={<SwapOutlined />} onClick={() => put({ a: b, b: a })}>{say('cross.swap')}</Button>
            </>
          )}
          <SegmentFilter label={say('flows.only')} value={asked.segment} change={(segment) => put({ segment })} />
        </div>
        {view === 'one' && <Histogram field={field} segment={asked.segment} />}
        {view === 'two' && <TwoFields a={a} b={b} segment={asked.segment} />}
        {view === 'rfm' && <RfmCells segment={asked.segment} />}
      </div>
    </>
  )
}

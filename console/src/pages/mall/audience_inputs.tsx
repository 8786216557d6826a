// audience_inputs.tsx -- for whom something is: a tier and above, a saved segment.
import { Form, Select } from 'antd'
import { useData, type Page } from '~/base/data'
import { useSay } from '~/base/locale'
import { useTiers } from '~/parts/tiers'

export function AudienceInputs() {
  const say = useSay()
  const tiers = useTiers()
  const segments = useData<Page<{ name: string }>>('/v1/segments').data?.items ?? []
  return (
    <>
      <h3>{say('mall.audience')}</h3>
      <Form.Item name="tier" label={say('mall.audience.tier')}>
        <Select allowClear placeholder={say('mall.anybody')} options={tiers.options} />
      </Form.Item>
      <Form.Item name="segment" label={say('mall.audience.segment')}>
        <Select allowClear placeholder={say('mall.anybody')} options={segments.map(({ name }) => ({ value: name, label: name }))} />
      </Form.Item>
    </>
  )
}

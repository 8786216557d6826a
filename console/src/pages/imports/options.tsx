// options.tsx -- what the columns cannot say: whose orders, what counts as paid.
import { AutoComplete, Card, Checkbox, Form, Input, Select } from 'antd'
import { useState } from 'react'
import type { ImportView, ShopView } from '~/api'
import { useData, type Page } from '~/base/data'
import { useSay } from '~/base/locale'

const identities = ['shop_account', 'taobao_nick', 'jd_pin', 'douyin_id', 'phone', 'email', 'openid', 'unionid', 'user_id', 'card_no', 'nick'] as const

export function Options({ view, busy, patch }: { view: ImportView; busy: boolean; patch: (body: object) => void }) {
  const say = useSay()
  const { options } = view
  const shops = useData<Page<ShopView>>('/v1/shops')
  const [shop, setShop] = useState(options.shop ?? '')
  const put = (change: object) => patch({ options: { ...options, ...change } })
  return (
    <Card title={say('import.options')}>
      <Form layout="vertical" component="div" className="option-form">
        <Form.Item label={say('import.shop')} extra={say('import.shop.what')}>
          <AutoComplete
            aria-label={say('import.shop')}
            value={shop}
            onChange={setShop}
            onBlur={() => shop !== (options.shop ?? '') && put({ shop })}
            onSelect={(chosen: string) => put({ shop: chosen })}
            options={shops.data?.items.map((one) => ({ value: one.name }))}
          />
        </Form.Item>
        <Form.Item label={say('import.identity')}>
          <Select
            aria-label={say('import.identity')}
            value={options.identity || undefined}
            disabled={busy}
            onChange={(identity: string) => put({ identity })}
            options={identities.map((kind) => ({ value: kind, label: say(`identity.${kind}`) }))}
          />
        </Form.Item>
        <Form.Item label={say('import.order_id')}>
          <Select
            aria-label={say('import.order_id')}
            value={options.order_id === 'row' ? 'row' : 'column'}
            disabled={busy}
            onChange={(from: string) => put({ order_id: from === 'row' ? 'row' : '' })}
            options={[{ value: 'column', label: say('import.order_id.column') }, { value: 'row', label: say('import.order_id.row') }]}
          />
        </Form.Item>
        <Form.Item label={say('import.paid_status')} extra={say('import.paid_status.what')}>
          <Select
            aria-label={say('import.paid_status')}
            mode="tags"
            value={options.paid_status ?? []}
            disabled={busy}
            onChange={(paid_status: string[]) => put({ paid_status })}
            options={statusesOf(view).map((status) => ({ value: status, label: status }))}
          />
        </Form.Item>
        {view.profile === 'events' && (
          <Form.Item label={say('import.event_words')} extra={say('import.event_words.what')}>
            <Input
              aria-label={say('import.event_words')}
              key={wordsOf(options.events)}
              defaultValue={wordsOf(options.events)}
              disabled={busy}
              onBlur={(event) => event.target.value !== wordsOf(options.events) && put({ events: eventsOf(event.target.value) })}
            />
          </Form.Item>
        )}
        <Form.Item label={say('import.columns')} extra={say('import.columns.what')}>
          <Input
            aria-label={say('import.columns')}
            key={options.columns.join()}
            defaultValue={options.columns.join(',')}
            disabled={busy}
            onBlur={(event) => {
              const columns = event.target.value.split(/[,，]/).map((name) => name.trim()).filter(Boolean)
              if (columns.join() !== options.columns.join()) put({ columns })
            }}
          />
        </Form.Item>
      </Form>
      <div className="option-flags">
        <Checkbox checked={options.net_of_refund ?? false} disabled={busy} onChange={(event) => put({ net_of_refund: event.target.checked })}>
          {say('import.net_of_refund')}
        </Checkbox>
        <Checkbox checked={options.drop_duplicates ?? false} disabled={busy} onChange={(event) => put({ drop_duplicates: event.target.checked })}>
          {say('import.drop_duplicates')}
        </Checkbox>
      </div>
    </Card>
  )
}

type Events = ImportView['options']['events']

const wordsOf = (events: Events) => events.map((one) => `${one.word}=${one.event}`).join(', ')

function eventsOf(text: string): Events {
  const pairs = text.split(/[,，]/).map((pair) => pair.split('=').map((part) => part.trim()))
  return pairs.flatMap(([word, event]) => (word && event ? [{ word, event }] : []))
}

/** The statuses seen in the first rows, to choose from. */
function statusesOf(view: ImportView): string[] {
  const column = view.mapping.find((one) => one.field === 'status')?.column
  const at = column === undefined ? -1 : view.columns.indexOf(column)
  return at < 0 ? [] : [...new Set(view.preview.rows.map((row) => row[at] ?? '').filter(Boolean))]
}

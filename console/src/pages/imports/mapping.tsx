// mapping.tsx -- column by column: a few values of it, and the field it becomes.
import { Card, Select } from 'antd'
import type { ImportView } from '~/api'
import { useSay } from '~/base/locale'
import { Rows, still, type Column } from '~/parts/rows'

/** The fields a column can become, in the order an operator looks for them. */
const targets = [
  'order_id', 'line_id', 'member', 'member_kind', 'phone', 'email', 'external_userid', 'name', 'created_at',
  'paid_at', 'completed_at', 'cancelled_at', 'status', 'aftersale', 'total', 'paid', 'refund', 'postage', 'currency', 'promo_code',
  'product_id', 'product', 'variant', 'category', 'quantity', 'price', 'amount', 'line_refund', 'discount',
  'province', 'city', 'country', 'address', 'touchpoint', 'shop',
] as const

const eventTargets = [
  'member', 'event', 'at', 'member_kind', 'phone', 'email', 'external_userid', 'name', 'product_id', 'product', 'category',
  'quantity', 'price', 'value', 'touchpoint', 'shop',
] as const

interface Row {
  column: string
  samples: string[]
  field?: string
}

export function Mapping({ view, busy, patch }: { view: ImportView; busy: boolean; patch: (body: object) => void }) {
  const say = useSay()
  const rows: Row[] = view.columns.map((column, i) => ({
    column,
    samples: [...new Set(view.preview.rows.map((row) => row[i] ?? '').filter(Boolean))].slice(0, 3),
    field: view.mapping.find((one) => one.column === column)?.field,
  }))
  // A field has one column: giving it to another takes it from the first.
  const put = (column: string, field: string | undefined) =>
    patch({
      mapping: [
        ...view.mapping.filter((one) => one.column !== column && one.field !== field),
        ...(field ? [{ field, column }] : []),
      ],
    })
  const columns: Column<Row>[] = [
    { key: 'column', title: say('import.column'), cell: (row) => <strong>{row.column}</strong> },
    { key: 'sample', title: say('import.sample'), cell: (row) => <span className="quiet sample">{row.samples.join(' / ') || '–'}</span> },
    {
      key: 'field', title: say('import.field'), width: 220,
      cell: (row) => (
        <Select
          aria-label={`${row.column} ${say('import.field')}`}
          value={row.field}
          placeholder={say('import.field.skip')}
          disabled={busy}
          onChange={(field: string | undefined) => put(row.column, field)}
          options={(view.profile === 'events' ? eventTargets : targets).map((field) => ({ value: field, label: say(`target.${field}`) }))}
          showSearch={{ optionFilterProp: 'label' }}
          allowClear
          className="full"
        />
      ),
    },
  ]
  return (
    <Card title={say('import.mapping')} className="card-flush">
      <Rows from={still(rows)} columns={columns} id={(row) => row.column} />
    </Card>
  )
}

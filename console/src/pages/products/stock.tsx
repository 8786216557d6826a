// stock.tsx -- counts of stock: the last of each product; a file of them uploaded.
import { UploadOutlined } from '@ant-design/icons'
import { App, Button, Input, Upload } from 'antd'
import { useState } from 'react'
import type { Forms } from '~/api'
import { useMay } from '~/app/session'
import { usePages } from '~/base/data'
import { useFormat } from '~/base/format'
import { upload } from '~/base/http'
import { useSay } from '~/base/locale'
import { Rows, type Column } from '~/parts/rows'
import { Failure, Nothing } from '~/parts/states'
import type { StockRow } from './forms'

export function Stock() {
  const say = useSay()
  const format = useFormat()
  const may = useMay()('orders:write')
  const { message } = App.useApp()
  const [shop, setShop] = useState('')
  const [refused, refuse] = useState<Error>()
  const [busy, setBusy] = useState(false)
  const list = usePages<StockRow>('/v1/stock')
  const send = async (file: File) => {
    refuse(undefined)
    setBusy(true)
    try {
      const told = await upload<Forms['stock_put']>('/v1/stock/import', { shop: shop.trim() || undefined }, file, () => {})
      message.success(say('stock.written', { written: told.written, same: told.same }))
      list.reload()
    } catch (error) {
      refuse(error as Error)
    } finally {
      setBusy(false)
    }
  }
  const columns: Column<StockRow>[] = [
    { key: 'name', title: say('products.product'), cell: (row) => <div className="rule-name"><span>{row.name || row.code}</span><span className="fact-note">{row.shop} · {row.code}</span></div> },
    { key: 'on', title: say('stock.counted_on'), cell: (row) => row.counted_on },
    { key: 'quantity', title: say('stock.quantity'), right: true, cell: (row) => format.count(row.quantity) },
    { key: 'cost', title: say('stock.cost'), right: true, cell: (row) => format.money(row.cost) },
    { key: 'told', title: say('stock.told'), wideOnly: true, cell: (row) => `${format.when(row.written_at)} ${row.actor ?? ''}` },
  ]
  return (
    <>
      <div className="tab-bar">
        <p className="quiet">{say('stock.upload.what')}</p>
        {may && (
          <span className="chips">
            <Input aria-label={say('stock.shop')} placeholder={say('stock.shop')} value={shop} onChange={(event) => setShop(event.target.value)} style={{ width: 230 }} />
            <Upload accept=".csv,.xlsx,.txt,.gz" showUploadList={false} customRequest={({ file }) => void send(file as File)}>
              <Button type="primary" icon={<UploadOutlined />} loading={busy}>{say('stock.upload')}</Button>
            </Upload>
          </span>
        )}
      </div>
      {refused && <div className="tab-body"><Failure error={refused} /></div>}
      <Rows from={list} columns={columns} id={(row) => row.product} empty={<Nothing text={say('stock.none')} />} />
    </>
  )
}

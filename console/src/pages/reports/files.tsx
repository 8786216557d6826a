// files.tsx -- a report taken away as a workbook or a PDF; the server notes who did.
import { FileExcelOutlined, FilePdfOutlined } from '@ant-design/icons'
import { App, Button } from 'antd'
import { useState } from 'react'
import { useMay } from '~/app/session'
import { download } from '~/base/http'
import { useSay } from '~/base/locale'
import type { Row } from './forms'

const formats = [['xlsx', <FileExcelOutlined key="xlsx" />], ['pdf', <FilePdfOutlined key="pdf" />]] as const

export function Files({ row, small }: { row: Row; small?: boolean }) {
  const say = useSay()
  const may = useMay()
  const { message } = App.useApp()
  const [busy, setBusy] = useState<string>()
  if (!may('export')) return small ? <>–</> : null
  const take = (format: string) => {
    setBusy(format)
    download(`/v1/reports/kept/${row.id}/file`, { format }, `${row.title}.${format}`)
      .then(() => message.success(say('reports.taken')), (error: Error) => message.error(error.message))
      .finally(() => setBusy(undefined))
  }
  return (
    <span className="report-files">
      {formats.map(([format, icon]) => (
        <Button
          key={format} size={small ? 'small' : 'middle'} icon={icon} loading={busy === format} disabled={busy !== undefined && busy !== format}
          onClick={() => take(format)} aria-label={`${format} ${row.title}`}
        >
          {format}
        </Button>
      ))}
    </span>
  )
}

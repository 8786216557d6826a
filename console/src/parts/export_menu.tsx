// export_menu.tsx -- hands out as a file, csv or xlsx, what a page shows.
import { DownloadOutlined } from '@ant-design/icons'
import { App, Button, Dropdown } from 'antd'
import { useState } from 'react'
import { useMay } from '~/app/session'
import { download } from '~/base/http'
import { useSay } from '~/base/locale'
import { Failure } from './states'

/** `name` of the file without its ending; asked by POST of `path`, with the format in `asked`. */
export function ExportMenu({ path, asked, name, label }: { path: string; asked: object | (() => Promise<object>); name: string; label: string }) {
  const say = useSay()
  const may = useMay()('export')
  const { message } = App.useApp()
  const [refused, refuse] = useState<Error>()
  if (!may) return null
  const take = (format: string) => {
    refuse(undefined)
    const body = async () => ({ ...(typeof asked === 'function' ? await asked() : asked), format })
    body().then((it) => download(path, it, `${name}.${format}`)).then(() => message.success(say('seg.exported')), refuse)
  }
  return (
    <>
      <Dropdown menu={{ items: ['csv', 'xlsx'].map((format) => ({ key: format, label: format, onClick: () => take(format) })) }} trigger={['click']}>
        <Button icon={<DownloadOutlined />} className="filter-link">{label}</Button>
      </Dropdown>
      {refused && <Failure error={refused} title={say('failed_change')} />}
    </>
  )
}

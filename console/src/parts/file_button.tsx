// file_button.tsx -- a list as a file, csv or xlsx, for who may take it out of the house.
import { DownloadOutlined } from '@ant-design/icons'
import { Button, Dropdown } from 'antd'
import { useMay } from '~/app/session'
import { address, type Query } from '~/base/http'

export function FileButton({ name, path, query }: { name: string; path: string; query?: Query }) {
  const may = useMay()('export')
  if (!may) return null
  const items = ['csv', 'xlsx'].map((format) => ({ key: format, label: <a href={address(path, { ...query, format })} download>{format}</a> }))
  return (
    <Dropdown trigger={['click']} menu={{ items }}>
      <Button icon={<DownloadOutlined />}>{name}</Button>
    </Dropdown>
  )
}

// saved_tools.tsx -- what can be done with a saved segment besides changing its conditions.
import { CopyOutlined, DeleteOutlined, DownloadOutlined, EditOutlined, HistoryOutlined, MoreOutlined, ReloadOutlined, SwapOutlined } from '@ant-design/icons'
import { App, Button, Drawer, Dropdown, Modal, type MenuProps } from 'antd'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { useMay } from '~/app/session'
import { useChange, useData, type Page } from '~/base/data'
import { useFormat } from '~/base/format'
import { download } from '~/base/http'
import { useSay } from '~/base/locale'
import { settled } from '~/base/unsaved'
import { Mark } from '~/parts/mark'
import { inSegment } from '~/parts/segment_filter'
import { Failure, Loaded, Nothing } from '~/parts/states'
import type { Saved, Version } from './forms'
import { useRemove } from './remove'
import { NameDialog } from './save'
import { newFrom } from './templates'

interface ToolsProps {
  saved: Saved
  changed: () => void
  /** What stands there now, saved or not. */
  text: string
  put: (text: string) => void
  at: string | undefined
}

export function SavedTools({ saved, changed, text, put, at }: ToolsProps) {
  const say = useSay()
  const may = useMay()
  const go = useNavigate()
  const { message } = App.useApp()
  const change = useChange()
  const [open, show] = useState<'name' | 'versions'>()
  const [refused, refuse] = useState<Error>()
  const write = may('segments:write')
  const refresh = async () => {
    if (!(await change.run('POST', `/v1/segments/${saved.id}/refresh`))) return
    message.success(say('seg.refreshed'))
    changed()
  }
  const keepFile = (format: string) =>
    // Unchanged and of now: what is kept of it.
    download('/v1/segments/export', at || text !== saved.text ? { text, at, format } : { id: saved.id, format }, `${saved.name}.${format}`).then(() => message.success(say('seg.exported')), refuse)
  const remove = useRemove(saved, change, () => void go('/segments', settled))
  const items: MenuProps['items'] = [
    { key: 'versions', icon: <HistoryOutlined />, label: say('seg.versions'), onClick: () => show('versions') },
    { key: 'compare', icon: <SwapOutlined />, label: say('seg.compare'), onClick: () => go(`/segments/compare?${new URLSearchParams({ a: inSegment(saved.name) })}`) },
    ...(may('export') ? [
      { key: 'csv', icon: <DownloadOutlined />, label: say('seg.export.csv'), onClick: () => keepFile('csv') },
      { key: 'xlsx', icon: <DownloadOutlined />, label: say('seg.export.xlsx'), onClick: () => keepFile('xlsx') },
    ] : []),
    ...(write ? [
      { type: 'divider' as const },
      { key: 'refresh', icon: <ReloadOutlined />, label: say('seg.refresh'), onClick: refresh },
      { key: 'name', icon: <EditOutlined />, label: say('seg.rename'), onClick: () => show('name') },
      { key: 'copy', icon: <CopyOutlined />, label: say('seg.copy'), onClick: () => go(newFrom(saved.text, say('seg.copy.name', { name: saved.name }))) },
      { key: 'delete', icon: <DeleteOutlined />, danger: true, label: say('seg.delete'), onClick: remove },
    ] : []),
  ]
  return (
    <>
      <Dropdown menu={{ items }} trigger={['click']}>
        <Button icon={<MoreOutlined />} loading={change.busy}>{say('more')}</Button>
      </Dropdown>
      {open === 'name' && (
        <NameDialog
          title={say('seg.rename')}
          start={{ name: saved.name, description: saved.description ?? '', auto: saved.auto }}
          close={() => show(undefined)}
          keep={(named, run) => run<Saved>('PATCH', `/v1/segments/${saved.id}`, named)}
          kept={changed}
        />
      )}
      <Drawer open={open === 'versions'} onClose={() => show(undefined)} title={say('seg.versions')} size={520}>
        {open === 'versions' && <Versions saved={saved} changed={(back) => { show(undefined); put(back); changed() }} />}
      </Drawer>
      {(change.error ?? refused) && (
        <Modal open footer={null} onCancel={() => { change.clear(); refuse(undefined) }} title={say('failed_change')}>
          <Failure error={(change.error ?? refused)!} />
        </Modal>
      )}
    </>
  )
}

function Versions({ saved, changed }: { saved: Saved; changed: (text: string) => void }) {
  const say = useSay()
  const format = useFormat()
  const may = useMay()('segments:write')
  const { message } = App.useApp()
  const change = useChange()
  const read = useData<Page<Version>>(`/v1/segments/${saved.id}/versions`)
  const restore = async (version: Version) => {
    const kept = await change.run<Saved>('PATCH', `/v1/segments/${saved.id}`, { text: version.text })
    if (!kept) return
    message.success(say('seg.restored', { n: version.version, to: kept.version }))
    changed(kept.text)
  }
  return (
    <Loaded from={read}>
      {(all) => (
        <>
          {change.error && <Failure error={change.error} />}
          {all.items.length === 0 && <Nothing />}
          <ul className="versions">
            {all.items.map((version) => (
              <li key={version.version}>
                <div className="version-head">
                  <strong>{say('seg.version', { n: version.version })}</strong>
                  <span className="quiet">{version.by} · {format.when(version.at)}</span>
                  <span className="space" />
                  {version.version === saved.version ? <Mark tone="teal">{say('seg.version.now')}</Mark>
                    : may && <Button size="small" loading={change.busy} onClick={() => restore(version)}>{say('seg.restore')}</Button>}
                </div>
                <code className="version-text">{version.text}</code>
              </li>
            ))}
          </ul>
        </>
      )}
    </Loaded>
  )
}

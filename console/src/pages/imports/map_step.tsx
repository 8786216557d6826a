// map_step.tsx -- says what the columns are; every change is sent and the preview made anew.
import { App, Button, Card, Input, Modal, Select, Space, Tooltip } from 'antd'
import { useState } from 'react'
import type { ImportProfile, ImportView } from '~/api'
import { useChange, useData, type Page } from '~/base/data'
import { useSay } from '~/base/locale'
import { Hint } from '~/parts/figure'
import { Failure } from '~/parts/states'
import { Mapping } from './mapping'
import { Options } from './options'
import { Preview } from './preview'

interface StepProps {
  view: ImportView
  changed: (view: ImportView) => void
  started: (view: ImportView) => void
}

export function MapStep({ view, changed, started }: StepProps) {
  const say = useSay()
  const change = useChange()
  const start = useChange()
  const patch = async (body: object) => {
    const now = await change.run<ImportView>('PATCH', `/v1/imports/${view.id}`, body)
    if (now) changed(now)
  }
  const begin = async (dry_run: boolean) => {
    const now = await start.run<Partial<ImportView>>('POST', `/v1/imports/${view.id}/start`, { dry_run })
    if (now) started({ ...view, state: now.state ?? 'running', dry_run, result: null })
  }
  return (
    <div className="stack">
      {change.error && <Failure error={change.error} title={say('failed_change')} />}
      {start.error && <Failure error={start.error} title={say('failed_change')} />}
      <ProfileChoice view={view} busy={change.busy} patch={patch} />
      <Mapping view={view} busy={change.busy} patch={patch} />
      <Options view={view} busy={change.busy} patch={patch} />
      <Preview view={view} busy={change.busy} />
      <div className="bottom-bar">
        {view.missing && <span className="move-down">{view.missing}</span>}
        <span className="space" />
        <Tooltip title={say('import.dry_run.what')}>
          <Button onClick={() => begin(true)} loading={start.busy} disabled={change.busy || Boolean(view.missing)}>{say('import.dry_run')}</Button>
        </Tooltip>
        <Button type="primary" onClick={() => begin(false)} loading={start.busy} disabled={change.busy || Boolean(view.missing)}>{say('import.start')}</Button>
      </div>
    </div>
  )
}

function ProfileChoice({ view, busy, patch }: { view: ImportView; busy: boolean; patch: (body: object) => void }) {
  const say = useSay()
  const known = useData<Page<ImportProfile>>('/v1/import-profiles')
  const options = [
    ...(known.data?.items ?? []).map((one) => ({ value: one.name, label: one.title || one.name })),
    ...(view.profile ? [] : [{ value: '', label: say('import.profile.own') }]),
  ]
  return (
    <Card title={<>{say('import.profile')} <Hint text={say('import.profile.what')} about={say('import.profile')} /></>}>
      <Space wrap>
        <Select
          aria-label={say('import.profile')}
          value={view.profile || ''}
          options={options}
          disabled={busy}
          loading={busy}
          showSearch={{ optionFilterProp: 'label' }}
          popupMatchSelectWidth={false}
          onChange={(profile: string) => patch({ profile })}
          className="filter-wide"
        />
        {view.profile && <span className="quiet">{say('import.score', { n: view.score })}</span>}
        <SaveProfile view={view} known={known.data?.items ?? []} saved={known.reload} />
      </Space>
      {known.error && <Failure error={known.error} retry={known.reload} />}
    </Card>
  )
}

function SaveProfile({ view, known, saved }: { view: ImportView; known: ImportProfile[]; saved: () => void }) {
  const say = useSay()
  const { message } = App.useApp()
  const [open, setOpen] = useState(false)
  const [name, setName] = useState('')
  const change = useChange()
  const save = async () => {
    const base = known.some((one) => one.name === view.profile && one.built_in) ? view.profile : null
    const body = { base, mapping: view.mapping, options: view.options }
    if (!(await change.run('PUT', `/v1/import-profiles/${encodeURIComponent(name.trim())}`, body))) return
    message.success(say('saved'))
    setOpen(false)
    saved()
  }
  return (
    <>
      <Button onClick={() => setOpen(true)}>{say('import.save_profile')}</Button>
      <Modal
        open={open}
        title={say('import.save_profile')}
        okText={say('save')}
        cancelText={say('cancel')}
        okButtonProps={{ disabled: !name.trim() }}
        confirmLoading={change.busy}
        onOk={save}
        onCancel={() => setOpen(false)}
      >
        {change.error && <Failure error={change.error} title={say('failed_change')} />}
        <Input value={name} onChange={(event) => setName(event.target.value)} aria-label={say('import.save_profile.name')} placeholder={say('import.save_profile.name')} maxLength={60} />
      </Modal>
    </>
  )
}

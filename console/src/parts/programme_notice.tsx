// programme_notice.tsx -- says so while the loyalty programme is not open: until then orders earn nothing.
import { Alert, App, Popconfirm, Button } from 'antd'
import type { Setting } from '~/api'
import { useMay } from '~/app/session'
import { useChange, useData, type Page } from '~/base/data'
import { todayIs } from '~/base/format'
import { useSay } from '~/base/locale'
import { Failure } from './states'

export function ProgrammeNotice() {
  const say = useSay()
  const may = useMay()('settings:write')
  const { message } = App.useApp()
  const settings = useData<Page<Setting>>('/v1/settings')
  const change = useChange()
  const since = settings.data?.items.find((row) => row.name === 'loyalty.since')
  const today = todayIs()
  if (!since || (since.value && since.value <= today)) return null
  const open = async () => {
    if (!(await change.run('PUT', '/v1/settings/loyalty.since', { value: today }))) return
    message.success(say('saved'))
    settings.reload()
  }
  return (
    <>
      {change.error && <Failure error={change.error} title={say('failed_change')} />}
      <Alert
        type="warning"
        showIcon
        role="status"
        className="failure"
        title={since.value ? say('programme.opens', { day: since.value }) : say('programme.closed')}
        description={say(may ? 'programme.closed.what' : 'programme.closed.ask')}
        action={may && (
          <Popconfirm title={say('programme.open.sure', { day: today })} onConfirm={open}>
            <Button size="small" loading={change.busy}>{say('programme.open')}</Button>
          </Popconfirm>
        )}
      />
    </>
  )
}

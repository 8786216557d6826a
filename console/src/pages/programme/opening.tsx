// opening.tsx -- whether the programme is open and since when; who may change settings opens it here.
import { App, Button, DatePicker, Modal } from 'antd'
import dayjs from 'dayjs'
import { useState } from 'react'
import type { Setting } from '~/api'
import { useMay } from '~/app/session'
import { useChange, useData, type Page } from '~/base/data'
import { todayIs, useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { Mark } from '~/parts/mark'
import { Failure } from '~/parts/states'

export function Opening({ since, changed }: { since: string | null; changed: () => void }) {
  const say = useSay()
  const format = useFormat()
  const may = useMay()('settings:write')
  const [opening, open] = useState(false)
  // A day in the future is known to the settings alone.
  const settings = useData<Page<Setting>>(since ? null : '/v1/settings')
  const planned = settings.data?.items.find((row) => row.name === 'loyalty.since')?.value
  const day = since ? format.day(since) : planned
  const state = since ? 'open' : planned ? 'planned' : 'closed'
  const tone = { open: 'green', planned: 'blue', closed: 'amber' } as const
  const text = since ? say('opening.since', { day: format.day(since) }) : planned ? say('programme.opens', { day: planned }) : say('opening.what')
  return (
    <section className="panel opening" aria-label={say('page.programme')}>
      <Mark tone={tone[state]}>{say(`opening.${state}`)}</Mark>
      <p>{text}</p>
      {may && <Button type={state === 'closed' ? 'primary' : 'default'} onClick={() => open(true)}>{say(state === 'closed' ? 'opening.now' : 'opening.change')}</Button>}
      {opening && (
        <OpenDialog
          day={day || todayIs()}
          close={() => open(false)}
          done={() => {
            settings.reload()
            changed()
          }}
        />
      )}
    </section>
  )
}

function OpenDialog({ day: start, close, done }: { day: string; close: () => void; done: () => void }) {
  const say = useSay()
  const { message } = App.useApp()
  const change = useChange()
  const [day, pick] = useState(start)
  const save = async () => {
    if (!(await change.run('PUT', '/v1/settings/loyalty.since', { value: day }))) return
    message.success(say('saved'))
    close()
    done()
  }
  return (
    <Modal
      open
      title={say('opening.sure', { day })}
      okText={say('opening.now')}
      cancelText={say('cancel')}
      confirmLoading={change.busy}
      onOk={save}
      onCancel={close}
    >
      {change.error && <Failure error={change.error} title={say('failed_change')} />}
      <p className="flat">{say('opening.sure.what')}</p>
      <DatePicker aria-label={say('opening.day')} className="full" value={dayjs(day)} allowClear={false} onChange={(to) => to && pick(to.format('YYYY-MM-DD'))} />
    </Modal>
  )
}

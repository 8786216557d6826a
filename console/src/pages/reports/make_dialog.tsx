// make_dialog.tsx -- makes a report now: which kind, as of which day.
import { App, DatePicker, Modal, Select } from 'antd'
import dayjs from 'dayjs'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { useChange } from '~/base/data'
import { todayIs } from '~/base/format'
import { useSay } from '~/base/locale'
import { Failure } from '~/parts/states'
import { kinds, type Kind } from './forms'

export function MakeDialog({ open, close }: { open: boolean; close: () => void }) {
  const say = useSay()
  const { message } = App.useApp()
  const go = useNavigate()
  const change = useChange()
  const [kind, choose] = useState<Kind>('weekly')
  const [at, setAt] = useState(todayIs())
  const make = async () => {
    const made = await change.run<{ id: number; fresh: boolean }>('POST', '/v1/reports/kept', { kind, at })
    if (!made) return
    message.success(say(made.fresh ? 'reports.make.fresh' : 'reports.make.same'))
    close()
    void go(`/reports/${made.id}`)
  }
  return (
    <Modal open={open} title={say('reports.make.title')} onCancel={close} onOk={() => void make()} okText={say('reports.make')} confirmLoading={change.busy} destroyOnHidden>
      <div className="stack">
        {change.error && <Failure error={change.error} title={say('failed_change')} />}
        <label className="cut">
          <span className="quiet">{say('reports.kind')}</span>
          <Select aria-label={say('reports.kind')} value={kind} onChange={choose} options={kinds.map((one) => ({ value: one, label: say(`reports.kind.${one}`) }))} />
        </label>
        <label className="cut">
          <span className="quiet">{say('reports.make.at')}</span>
          <DatePicker
            aria-label={say('reports.make.at')} value={dayjs(at)} allowClear={false} minDate={dayjs('2000-01-01')} maxDate={dayjs(todayIs())}
            onChange={(day) => day && setAt(day.format('YYYY-MM-DD'))}
          />
        </label>
        <p className="quiet flat">{say('reports.make.at.help')}</p>
      </div>
    </Modal>
  )
}

// merge_dialog.tsx -- joins another member into this one, after saying what that does.
import { App, InputNumber, Modal } from 'antd'
import { useState } from 'react'
import type { MemberView } from '~/api'
import { useChange, useData, useSettled } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { Failure } from '~/parts/states'

interface MergeProps {
  open: boolean
  winner: number
  suggested?: number
  close: () => void
  changed: () => void
}

export function MergeDialog({ open, winner, suggested, close, changed }: MergeProps) {
  const say = useSay()
  const format = useFormat()
  const { message } = App.useApp()
  const [loser, setLoser] = useState<number | null>(suggested ?? null)
  const change = useChange()
  const asked = useSettled(loser)
  const other = useData<MemberView>(open && asked ? `/v1/members/${asked}/profile` : null)
  const merge = async () => {
    if (!loser || !(await change.run('POST', `/v1/members/${winner}/merge`, { loser }))) return
    message.success(say('merged'))
    close()
    changed()
  }
  return (
    <Modal
      open={open}
      title={`${say('merge')} #${winner}`}
      okText={say('merge')}
      cancelText={say('cancel')}
      okButtonProps={{ disabled: !loser || loser === winner, danger: true }}
      confirmLoading={change.busy}
      onOk={merge}
      onCancel={close}
    >
      <p>{say('merge.what')}</p>
      {change.error && <Failure error={change.error} title={say('failed_change')} />}
      <label className="field-label" htmlFor="merge-loser">{say('merge.loser')}</label>
      <InputNumber id="merge-loser" min={1} precision={0} value={loser} onChange={setLoser} className="full" controls={false} />
      {asked && other.error && <div className="add"><Failure error={other.error} /></div>}
      {asked && other.data && (
        <p className="quiet">
          {other.data.name || say('nameless')} #{other.data.id} · {say('orders')} {format.count(other.data.orders)} · {format.money(other.data.spent)}
        </p>
      )}
    </Modal>
  )
}

// applications.tsx -- who wants to be a KOC: looked at, approved or refused with a reason.
import { App, Button, Popconfirm, Space } from 'antd'
import { useState } from 'react'
import type { Koc } from '~/api'
import { useMay } from '~/app/session'
import { useChange, type Data, type Page } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { Rows, type Column } from '~/parts/rows'
import { Failure, Nothing } from '~/parts/states'
import { About, KocName } from './koc_words'
import { ReasonDialog } from '~/parts/reason_dialog'

export function Applications({ list, changed }: { list: Data<Page<Koc>>; changed: () => void }) {
  const say = useSay()
  const format = useFormat()
  const may = useMay()('loyalty:write')
  const { message } = App.useApp()
  const approval = useChange()
  const [refusing, refuse] = useState<Koc>()
  const approve = async (it: Koc) => {
    if (!(await approval.run('POST', `/v1/koc/members/${it.member}/review`, { approve: true }))) return
    message.success(say('koc.approved_now'))
    changed()
  }
  const columns: Column<Koc>[] = [
    { key: 'who', title: say('member'), cell: (it) => <KocName member={it.member} name={it.name} /> },
    { key: 'about', title: say('koc.about'), cell: (it) => <About it={it} /> },
    { key: 'asked', title: say('koc.asked_at'), cell: (it) => <span className="number">{format.when(it.asked_at)}</span> },
  ]
  if (may)
    columns.push({
      key: 'do', title: say('actions'),
      cell: (it) => (
        <Space>
          <Popconfirm title={say('koc.approve.sure')} onConfirm={() => approve(it)}>
            <Button size="small" type="primary" disabled={approval.busy}>{say('koc.approve')}</Button>
          </Popconfirm>
          <Button size="small" danger onClick={() => refuse(it)}>{say('koc.refuse')}</Button>
        </Space>
      ),
    })
  return (
    <>
      {approval.error && <Failure error={approval.error} title={say('failed_change')} />}
      <Rows from={list} columns={columns} id={(it) => it.member} empty={<Nothing text={say('koc.none.applied')} />} />
      {refusing && (
        <ReasonDialog
          title={say('koc.refuse')}
          label={say('koc.refuse.why')}
          said={say('koc.refused_now')}
          method="POST"
          path={`/v1/koc/members/${refusing.member}/review`}
          body={(reason) => ({ approve: false, reason })}
          close={() => refuse(undefined)}
          done={changed}
        />
      )}
    </>
  )
}

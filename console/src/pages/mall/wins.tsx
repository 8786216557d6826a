// wins.tsx -- who won a grab, in order; a prize can be taken back, and its unit won again.
import { App, Button, Modal, Popconfirm } from 'antd'
import type { Grab, GrabWin } from '~/api'
import { useMay } from '~/app/session'
import { useChange, usePages } from '~/base/data'
import { useFormat } from '~/base/format'
import { isWord, useSay } from '~/base/locale'
import { Mark } from '~/parts/mark'
import { MemberLink } from '~/parts/member_link'
import { Rows, type Column } from '~/parts/rows'
import { Failure, Nothing } from '~/parts/states'
import { useGoodWords } from './good_words'

/** `gives`: the name of the prize. */
export function Wins({ grab, gives, close, changed }: { grab: Grab; gives: string; close: () => void; changed: () => void }) {
  const say = useSay()
  const format = useFormat()
  const words = useGoodWords()
  const may = useMay()('loyalty:write')
  const { message } = App.useApp()
  const list = usePages<GrabWin>(`/v1/grabs/${grab.id}/wins`)
  const change = useChange()
  const takeBack = async (win: GrabWin) => {
    if (!(await change.run('POST', `/v1/grabs/wins/${win.id}/return`, {}))) return
    message.success(say('done'))
    list.reload()
    changed()
  }
  const prize = (win: GrabWin) => {
    const word = `grab.prize.${win.prize ?? ''}`
    if (win.returned_at) return <Mark>{say('grab.returned')}</Mark>
    return (
      <>
        {gives}{' '}
        {win.exchange ? <span className="quiet small">{say('exchange.number')} <span className="number">#{win.exchange}</span></span>
          : isWord(word) && <Mark tone={win.prize === 'given' ? 'green' : 'amber'}>{say(word)}</Mark>}
      </>
    )
  }
  const columns: Column<GrabWin>[] = [
    { key: 'place', title: say('grab.place'), cell: (win) => <span className="number">{win.place}</span> },
    { key: 'member', title: say('member'), cell: (win) => <MemberLink id={win.member} name={win.name} /> },
    { key: 'at', title: say('time'), cell: (win) => <span className="number">{format.when(win.at)}</span> },
    { key: 'prize', title: say('grab.prize'), cell: prize },
  ]
  if (may)
    columns.push({
      key: 'do', title: say('actions'),
      cell: (win) => !win.returned_at && (
        <Popconfirm title={say('grab.return.sure')} onConfirm={() => takeBack(win)}>
          <Button size="small" loading={change.busy}>{say('grab.return')}</Button>
        </Popconfirm>
      ),
    })
  return (
    <Modal open width={720} title={`${words.name(grab)} · ${say('grab.wins')}`} onCancel={close} footer={<Button onClick={close}>{say('close')}</Button>}>
      {change.error && <Failure error={change.error} title={say('failed_change')} />}
      <Rows from={list} columns={columns} id={(win) => win.id} empty={<Nothing text={say('grab.wins.none')} />} />
    </Modal>
  )
}

// paste_dialog.tsx -- a table pasted from a spreadsheet: shown as it was understood, and saved at once when all of it was.
import { Alert, App, Input, Modal } from 'antd'
import { useDeferredValue, useMemo, useState } from 'react'
import type { Forms } from '~/api'
import { useChange } from '~/base/data'
import { todayIs, useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { Rows, still, type Column } from '~/parts/rows'
import { Failure } from '~/parts/states'
import { linesMax, readLines, type Line } from './paste'

/** More than these need not be looked at one by one. */
const shown = 100

export function PasteDialog({ close, done }: { close: () => void; done: () => void }) {
  const say = useSay()
  const format = useFormat()
  const { message } = App.useApp()
  const change = useChange()
  const [text, write] = useState('')
  const read = useDeferredValue(text)
  const lines = useMemo(() => readLines(read, todayIs()), [read])
  const wrong = lines.filter((line) => line.wrong)
  const good = lines.filter((line) => !line.wrong)
  const many = lines.length > linesMax
  const ready = read === text && lines.length > 0 && wrong.length === 0 && !many
  const save = async () => {
    const items = good.map(({ entry }) => ({ ...entry, note: entry?.note ?? undefined }))
    const told = await change.run<Forms['metric_costs_done']>('POST', '/v1/costs', { items })
    if (!told) return
    message.success(say('spend.paste.saved', { n: told.written }))
    done()
    close()
  }
  const columns: Column<Line>[] = [
    { key: 'line', title: say('spend.line'), cell: (line) => say('spend.line.n', { n: line.n }) },
    { key: 'day', title: say('date'), cell: (line) => line.entry?.day ?? line.cells[0] },
    { key: 'touchpoint', title: say('touchpoint'), cell: (line) => line.cells[1] },
    { key: 'amount', title: say('spend.amount'), right: true, cell: (line) => (line.entry ? format.money(line.entry.amount) : line.cells[2]) },
    { key: 'followers', title: say('spend.followers'), right: true, cell: (line) => (line.entry ? format.count(line.entry.followers) : line.cells[3]) },
    {
      key: 'note', title: say('spend.note_or_wrong'),
      cell: ({ entry, wrong: what, cells }) =>
        what ? <div className="gives move-down">{say(what.word as 'spend.wrong.day', what.values)}</div>
          : Number(entry?.amount) === 0 && entry?.followers === 0 ? <div className="gives quiet">{say('spend.paste.takes')}</div> : cells[4] && <div className="gives">{cells[4]}</div>,
    },
  ]
  return (
    <Modal
      open title={say('spend.paste')} width={960} onCancel={close} onOk={save} cancelText={say('cancel')}
      okText={lines.length > 0 ? say('spend.paste.save', { n: lines.length }) : say('save')} okButtonProps={{ disabled: !ready }} confirmLoading={change.busy}
    >
      <div className="stack">
        <p className="quiet flat">{say('spend.paste.what')} {say('spend.replaces')}</p>
        <Input.TextArea
          aria-label={say('spend.paste.here')} placeholder={say('spend.paste.example')} value={text} rows={6} autoFocus
          onChange={(event) => write(event.target.value)}
        />
        {change.error && <Failure error={change.error} title={say('failed_change')} />}
        {many && <Alert type="error" showIcon title={say('spend.paste.many', { n: format.count(lines.length) })} />}
        {wrong.length > 0 && <Alert type="error" showIcon title={say('spend.paste.wrong', { n: wrong.length })} />}
        {lines.length > 0 && (
          <div className="tall">
            {/* What is to be mended stands first. */}
            <Rows from={still([...wrong, ...good].slice(0, shown))} columns={columns} id={(line) => line.n} />
            {lines.length > shown && <p className="quiet">{say('spend.paste.more', { n: format.count(lines.length - shown) })}</p>}
          </div>
        )}
      </div>
    </Modal>
  )
}

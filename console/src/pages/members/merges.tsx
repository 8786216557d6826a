// merges.tsx -- merges that were made (with undo) and conflicts that wait for somebody to decide.
import { App, Button, Card, Popconfirm } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import type { ConflictView, MergeView } from '~/api'
import { useMay } from '~/app/session'
import { useChange, usePages } from '~/base/data'
import { useFormat } from '~/base/format'
import { isWord, useSay } from '~/base/locale'
import { Hint } from '~/parts/figure'
import { Head } from '~/parts/head'
import { Rows, type Column } from '~/parts/rows'
import { Failure, Nothing } from '~/parts/states'
import { MergeDialog } from '../member/merge_dialog'
import { Mark } from '~/parts/mark'

const MemberLink = ({ id, name }: { id: number; name?: string | null }) => <Link to={`/members/${id}`}>{name} <span className="number">#{id}</span></Link>

export default function Merges() {
  const say = useSay()
  return (
    <>
      <Head title={say('page.merges')} />
      <div className="stack">
        <Conflicts />
        <Merged />
      </div>
    </>
  )
}

function Conflicts() {
  const say = useSay()
  const format = useFormat()
  const may = useMay()('members:write')
  const [pair, setPair] = useState<ConflictView>()
  const list = usePages<ConflictView>('/v1/identity-conflicts')
  const columns: Column<ConflictView>[] = [
    { key: 'kind', title: say('identities'), cell: (row) => { const word = `identity.${row.kind}`; return <>{isWord(word) ? say(word) : row.kind} {row.value}</> } },
    { key: 'one', title: say('member'), cell: (row) => <><MemberLink id={row.member} name={row.member_name} /> · <MemberLink id={row.other} name={row.other_name} /></> },
    { key: 'at', title: say('time'), cell: (row) => format.when(row.at) },
    ...(may ? [{ key: 'do', title: say('actions'), cell: (row: ConflictView) => <Button size="small" onClick={() => setPair(row)}>{say('merge_these')}</Button> }] : []),
  ]
  return (
    <Card className="card-flush" title={<>{say('conflicts')} <Hint text={say('conflicts.what')} about={say('conflicts')} /></>}>
      <Rows from={list} columns={columns} id={(row) => row.id} empty={<Nothing text={say('no_conflicts')} />} />
      {pair && <MergeDialog open winner={pair.member} suggested={pair.other} close={() => setPair(undefined)} changed={list.reload} />}
    </Card>
  )
}

function Merged() {
  const say = useSay()
  const format = useFormat()
  const may = useMay()('members:write')
  const { message } = App.useApp()
  const list = usePages<MergeView>('/v1/merges')
  const change = useChange()
  const undo = async (id: number) => {
    if (!(await change.run('POST', `/v1/merges/${id}/undo`))) return
    message.success(say('merge_undone'))
    list.reload()
  }
  const columns: Column<MergeView>[] = [
    { key: 'pair', title: say('merge_kept'), cell: (row) => <MemberLink id={row.winner} name={row.winner_name} /> },
    { key: 'loser', title: say('merge_gone'), cell: (row) => <MemberLink id={row.loser} name={row.loser_name} /> },
    { key: 'by', title: say('merge_by'), cell: (row) => (row.by === 'auto' ? say('merge_auto') : row.by) },
    { key: 'at', title: say('time'), cell: (row) => format.when(row.at) },
    {
      key: 'do', title: say('actions'),
      cell: (row) =>
        row.undone_at ? <Mark>{say('merge_state_undone')}</Mark> : may ? (
          <Popconfirm title={say('undo_merge')} onConfirm={() => undo(row.id)}>
            <Button size="small" loading={change.busy}>{say('undo')}</Button>
          </Popconfirm>
        ) : null,
    },
  ]
  return (
    <Card className="card-flush" title={say('page.merges')}>
      {change.error && <Failure error={change.error} title={say('failed_change')} />}
      <Rows from={list} columns={columns} id={(row) => row.id} empty={<Nothing text={say('no_merges')} />} />
    </Card>
  )
}

// imports.tsx -- takes a file in, and lists the imports so far.
import { InboxOutlined } from '@ant-design/icons'
import { Card, Progress, Upload } from 'antd'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import type { ImportRow, ImportView } from '~/api'
import { usePages } from '~/base/data'
import { useFormat } from '~/base/format'
import { upload } from '~/base/http'
import { isWord, useSay } from '~/base/locale'
import { Head } from '~/parts/head'
import { Rows, type Column } from '~/parts/rows'
import { Failure, Nothing } from '~/parts/states'
import { stateTone } from './import_states'
import { Mark } from '~/parts/mark'

export default function Imports() {
  const say = useSay()
  return (
    <>
      <Head title={say('page.imports')} />
      <div className="stack">
        <Drop />
        <Past />
      </div>
    </>
  )
}

function Drop() {
  const say = useSay()
  const go = useNavigate()
  const [file, setFile] = useState<File>()
  const [share, setShare] = useState(0)
  const [error, setError] = useState<Error>()
  const send = async (chosen: File) => {
    setFile(chosen)
    setShare(0)
    setError(undefined)
    try {
      const view = await upload<ImportView>('/v1/imports', { name: chosen.name }, chosen, setShare)
      go(`/imports/${view.id}`)
    } catch (refused) {
      setError(refused as Error)
      setFile(undefined)
    }
  }
  return (
    <div>
      {error && <Failure error={error} title={say('failed_change')} />}
      <Upload.Dragger
        accept=".csv,.tsv,.txt,.xlsx,.gz"
        multiple={false}
        showUploadList={false}
        disabled={Boolean(file)}
        beforeUpload={(chosen) => {
          void send(chosen)
          return false
        }}
        className="drop"
      >
        {file ? (
          <div className="drop-busy">
            <p>{share < 1 ? say('import.uploading', { file: file.name }) : say('import.reading')}</p>
            <Progress percent={Math.round(share * 100)} status="active" aria-label={say('import.uploading', { file: file.name })} />
          </div>
        ) : (
          <>
            <p className="drop-icon"><InboxOutlined /></p>
            <p className="drop-title">{say('import.drop')}</p>
            <p className="quiet">{say('import.drop.what')}</p>
          </>
        )}
      </Upload.Dragger>
    </div>
  )
}

function Past() {
  const say = useSay()
  const format = useFormat()
  const go = useNavigate()
  const list = usePages<ImportRow>('/v1/imports')
  const columns: Column<ImportRow>[] = [
    { key: 'file', title: say('import.file'), cell: (row) => <Link to={`/imports/${row.id}`}>{row.file}</Link> },
    { key: 'state', title: say('state'), cell: (row) => <ImportState state={row.state} /> },
    { key: 'at', title: say('time'), cell: (row) => <span className="number">{format.when(row.created_at)}</span> },
    { key: 'size', title: say('import.size'), right: true, cell: (row) => format.bytes(row.size) },
    { key: 'rows', title: say('import.rows'), right: true, cell: (row) => count(row.rows, format.count) },
    { key: 'accepted', title: say('import.accepted'), right: true, cell: (row) => count(row.accepted, format.count) },
    {
      key: 'rejected', title: say('import.rejected'), right: true,
      cell: (row) => row.rejected ? <a href={`/v1/imports/${row.id}/rejects`} download>{format.count(row.rejected)}</a> : count(row.rejected, format.count),
    },
  ]
  return (
    <Card title={say('import.past')} className="card-flush">
      <Rows from={list} columns={columns} id={(row) => row.id} open={(row) => go(`/imports/${row.id}`)} empty={<Nothing text={say('import.none')} />} />
    </Card>
  )
}

const count = (n: number | null | undefined, text: (n: number) => string) =>
  n === null || n === undefined ? <span className="quiet">–</span> : text(n)

export function ImportState({ state }: { state: string }) {
  const say = useSay()
  const word = `istate.${state}`
  return <Mark tone={stateTone(state)}>{isWord(word) ? say(word) : state}</Mark>
}

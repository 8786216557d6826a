// wizard.tsx -- one import from columns to result; which step shows follows the import's state.
import { ArrowLeftOutlined } from '@ant-design/icons'
import { Steps } from 'antd'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import type { ImportView } from '~/api'
import { useData } from '~/base/data'
import { ask } from '~/base/http'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { Head } from '~/parts/head'
import { Loaded } from '~/parts/states'
import { stageOf, type Stage } from './import_states'
import { MapStep } from './map_step'
import { Result } from './result'
import { Running } from './running'

const stages: Stage[] = ['map', 'run', 'end']

export default function Wizard() {
  const say = useSay()
  const format = useFormat()
  const { id = '' } = useParams()
  const read = useData<ImportView>(`/v1/imports/${encodeURIComponent(id)}`)
  // What the last change answered is newer than what was read.
  const [newer, setNewer] = useState<ImportView>()
  const [editing, setEditing] = useState(false)
  const view = newer && String(newer.id) === id ? newer : read.data
  const again = () => {
    ask<ImportView>('GET', `/v1/imports/${encodeURIComponent(id)}`).then(setNewer, () => {
      setNewer(undefined)
      read.reload()
    })
  }
  const started = (to: ImportView) => {
    setEditing(false)
    setNewer(to)
  }
  const stage: Stage = view ? (editing ? 'map' : stageOf(view.state)) : 'map'
  const titles = [say('step.map'), say('step.run'), say('step.result')]
  return (
    <>
      <Head
        title={
          <>
            <Link to="/imports" aria-label={say('back')} className="back"><ArrowLeftOutlined /></Link>
            <span className="file-name">{view?.file ?? say('page.imports')}</span>
          </>
        }
      >
        {view && <span className="quiet">{view.format} · {format.bytes(view.size)}</span>}
      </Head>
      <Steps
        size="small"
        responsive={false}
        current={stages.indexOf(stage)}
        className="steps"
        items={titles.map((title) => ({ title }))}
      />
      <Loaded from={{ ...read, data: view }} rows={10}>
        {(shown) =>
          stage === 'map' ? (
            <MapStep view={shown} changed={setNewer} started={started} />
          ) : stage === 'run' ? (
            <Running id={shown.id} over={again} />
          ) : (
            <Result view={shown} edit={() => setEditing(true)} started={started} />
          )
        }
      </Loaded>
    </>
  )
}

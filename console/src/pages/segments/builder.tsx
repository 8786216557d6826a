// builder.tsx -- one segment: conditions as rows and as text, the answer while typing, and what is kept of it.
import { ArrowLeftOutlined, BookOutlined, RedoOutlined, UndoOutlined } from '@ant-design/icons'
import { Alert, Button, Card, DatePicker, Drawer, Grid, Segmented, Tabs, Tooltip } from 'antd'
import dayjs from 'dayjs'
import { useState } from 'react'
import { Link, useParams, useSearchParams } from 'react-router'
import { useMay } from '~/app/session'
import { useData, type Data } from '~/base/data'
import { dayPlus, todayIs } from '~/base/format'
import { useSay } from '~/base/locale'
import { useUnsaved } from '~/base/unsaved'
import { Head } from '~/parts/head'
import { Mark } from '~/parts/mark'
import { Failure, Loaded } from '~/parts/states'
import { useFaces } from './faces'
import type { Saved } from './forms'
import { Group } from './group'
import { Help } from './help'
import { History } from './history'
import { LanguageProvider, useLanguage } from './language'
import { Members } from './members_tab'
import { Result, Sample } from './result'
import { SavedTools } from './saved_tools'
import { SaveButton } from './save'
import { Snapshots } from './snapshots'
import { Templates } from './templates'
import { TextFace } from './text_face'
import { lacks, type Group as Conditions, type Node } from './tree'

export default function Builder() {
  const { id } = useParams()
  return <LanguageProvider>{id ? <Kept key={id} id={id} /> : <New />}</LanguageProvider>
}

function New() {
  const [search] = useSearchParams()
  const text = search.get('text') ?? ''
  const at = search.get('at') ?? undefined
  return <Conditional key={`${at} ${text}`} text={text} suggested={search.get('name') ?? ''} from={at} />
}

function Kept({ id }: { id: string }) {
  const read = useData<Saved>(`/v1/segments/${id}`)
  return <Loaded from={read} rows={10}>{(saved) => <Conditional text={saved.text} saved={saved} read={read} suggested="" />}</Loaded>
}

/** How many rows are half filled in. */
function useOpenRows(tree: Conditions): number {
  const { of } = useLanguage()
  const open = (node: Node): number => (node.kind === 'test' ? (node.subject && lacks(node, of(node.subject)) ? 1 : 0) : node.parts.reduce((sum, part) => sum + open(part), 0))
  return open(tree)
}

type Face = 'rows' | 'text'

function Conditional({ text, saved, read, suggested, from }: { text: string; saved?: Saved; read?: Data<Saved>; suggested: string; from?: string }) {
  const say = useSay()
  const may = useMay()
  const [at, setAt] = useState(from)
  const faces = useFaces(text, at)
  const wide = Grid.useBreakpoint().lg ?? window.innerWidth >= 992
  const [face, show] = useState<Face>('rows')
  const [helping, help] = useState(false)
  const openRows = useOpenRows(faces.tree)
  // While it is not known what the edited comes to, it counts as changed.
  const dirty = faces.undo !== undefined && !(faces.fresh && faces.answered!.text === (saved?.text ?? ''))
  useUnsaved(dirty && may('segments:write'))
  const empty = faces.text.trim() === '' && !faces.undo
  const seen = { counts: faces.counts, total: faces.answered?.total ?? 0, wrongs: faces.wrongs }
  const rows = (
    <Card title={wide ? say('seg.rows') : undefined} className="face" extra={<UndoTools faces={faces} />}>
      {faces.wrongText && <p className="rows-wait quiet">{say('seg.rows.wait')}</p>}
      <Group group={faces.tree} put={([tree]) => tree && tree.kind !== 'test' && faces.editRows(tree)} seen={seen} root />
    </Card>
  )
  const words = (
    <Card
      title={wide ? say('seg.text.short') : undefined}
      className="face face-text"
      extra={<Button type="link" size="small" icon={<BookOutlined />} onClick={() => help(true)}>{say('seg.text.help')}</Button>}
    >
      <TextFace text={faces.text} change={faces.editText} tidy={faces.fresh ? faces.answered?.text : undefined} wrong={faces.wrongText} />
      <p className="quiet face-note">{say('seg.text.what')}</p>
    </Card>
  )
  return (
    <>
      <Head
        title={
          <>
            <Link to="/segments" aria-label={say('back')} className="back"><ArrowLeftOutlined /></Link>
            {saved ? saved.name : say('page.segment_new')}
            {saved && dirty && <> <Mark tone="amber">{say('seg.changed')}</Mark></>}
          </>
        }
      >
        <DatePicker
          aria-label={say('seg.at')}
          prefix={<span className="quiet">{say('seg.at')}</span>}
          placeholder={say('seg.at.now')}
          value={at ? dayjs(at) : null}
          maxDate={dayjs(dayPlus(todayIs(), 1))}
          onChange={(day) => setAt(day ? day.format('YYYY-MM-DD') : undefined)}
          className="at-picker"
        />
        {saved && read && <SavedTools saved={saved} changed={read.reload} put={faces.take} text={faces.fresh ? faces.answered!.text : saved.text} at={at} />}
        {may('segments:write') && (
          <SaveButton saved={saved} suggested={suggested} text={faces.fresh ? faces.answered!.text : undefined} openRows={openRows} done={read?.reload} />
        )}
      </Head>
      <div className="stack">
        {saved?.description && <p className="quiet flat">{saved.description}</p>}
        {saved?.problem && <Alert type="warning" showIcon title={say('seg.problem')} description={saved.problem} />}
        <Result faces={faces} at={at} />
        {faces.failure && <Failure error={faces.failure} retry={faces.again} />}
        {wide ? <div className="pair faces">{rows}{words}</div> : (
          <div>
            <Segmented<Face>
              block
              className="face-switch"
              value={face}
              onChange={show}
              options={[{ value: 'rows', label: say('seg.rows') }, { value: 'text', label: say('seg.text.short') }]}
            />
            {face === 'rows' ? rows : words}
          </div>
        )}
        {empty && !saved ? <Templates /> : <Below faces={faces} saved={saved} at={at} />}
      </div>
      <Drawer open={helping} onClose={() => help(false)} title={say('seg.text.help')} size={620}>
        {helping && <Help take={(example) => { faces.take(faces.text.trim() ? `${faces.text.trim()} and ${example}` : example); help(false) }} />}
      </Drawer>
    </>
  )
}

function UndoTools({ faces }: { faces: ReturnType<typeof useFaces> }) {
  const say = useSay()
  return (
    <span>
      <Tooltip title={say('undo')}>
        <Button type="text" size="small" icon={<UndoOutlined />} aria-label={say('undo')} disabled={!faces.undo} onClick={faces.undo} />
      </Tooltip>
      <Tooltip title={say('seg.redo')}>
        <Button type="text" size="small" icon={<RedoOutlined />} aria-label={say('seg.redo')} disabled={!faces.redo} onClick={faces.redo} />
      </Tooltip>
    </span>
  )
}

function Below({ faces, saved, at }: { faces: ReturnType<typeof useFaces>; saved: Saved | undefined; at: string | undefined }) {
  const say = useSay()
  const wide = Grid.useBreakpoint().md ?? true
  const text = faces.answered?.text
  return (
    <Card className="card-flush card-tabs tabs-flush">
      <Tabs
        tabBarGutter={wide ? undefined : 18}
        items={[
          { key: 'sample', label: say('seg.sample'), children: <Sample faces={faces} /> },
          { key: 'members', label: say('seg.members'), children: text === undefined ? null : <Members text={text} at={at} /> },
          ...(saved
            ? [
                { key: 'history', label: say('seg.history'), children: <History saved={saved} /> },
                { key: 'snapshots', label: say('seg.snapshots'), children: <Snapshots saved={saved} /> },
              ]
            : []),
        ]}
      />
    </Card>
  )
}

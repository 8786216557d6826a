// experiments.tsx -- all experiments, the planner of their size, and who is held out of all.
import { PlusOutlined } from '@ant-design/icons'
import { Button, Card, Tabs } from 'antd'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { useMay } from '~/app/session'
import { usePages } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { useQuestion } from '~/base/question'
import { Bar } from '~/parts/bar'
import { Head } from '~/parts/head'
import { Mark } from '~/parts/mark'
import { Rows, type Column } from '~/parts/rows'
import { SegmentWords } from '~/parts/segment_words'
import { Nothing } from '~/parts/states'
import { readAll, TableExport, tableOf } from '~/parts/table_export'
import { ExperimentDialog } from './experiment_dialog'
import { stateTones, type Experiment } from './forms'
import { HeldOut } from './held_out'
import { partsOf, useCountables } from './metric_input'
import { Planner } from './planner'

export default function Experiments() {
  const say = useSay()
  const go = useNavigate()
  const may = useMay()('segments:write')
  const { asked, put } = useQuestion(['tab'] as const)
  const [adding, setAdding] = useState(false)
  const open = (one: Experiment) => go(`/experiments/${one.id}`)
  const add = may && <Button type="primary" icon={<PlusOutlined />} onClick={() => setAdding(true)}>{say('exp.add')}</Button>
  return (
    <>
      <Head title={say('page.experiments')}>{add}</Head>
      <p className="quiet flat">{say('exp.what')}</p>
      <Card className="tabs-flush">
        <Tabs
          activeKey={asked.tab ?? 'list'}
          onChange={(tab) => put({ tab: tab === 'list' ? undefined : tab })}
          destroyOnHidden
          items={[
            { key: 'list', label: say('exp.tab.list'), children: <List add={add} open={open} /> },
            { key: 'plan', label: say('exp.tab.plan'), children: <Planner made={open} /> },
            { key: 'held', label: say('exp.tab.held'), children: <HeldOut /> },
          ]}
        />
      </Card>
      {adding && <ExperimentDialog close={() => setAdding(false)} saved={open} />}
    </>
  )
}

/** What a metric is called, with the behaviour it names. */
export function useMetricName() {
  const all = useCountables()
  return (metric: string) => {
    const { what, event } = partsOf(metric)
    const name = all.find((one) => one.metric === what)?.name ?? what
    return event ? `${event} (${name})` : name
  }
}

const armsOf = (one: Experiment) => one.arms.map((arm) => `${arm.name} ${arm.weight}`).join(' : ')

function List({ add, open }: { add: React.ReactNode; open: (one: Experiment) => void }) {
  const say = useSay()
  const format = useFormat()
  const nameOf = useMetricName()
  const list = usePages<Experiment>('/v1/experiments')
  const columns: Column<Experiment>[] = [
    { key: 'name', title: say('exp.experiment'), cell: (one) => <Link to={`/experiments/${one.id}`} className="rule-name">{one.name}</Link>, file: (one) => one.name },
    { key: 'state', title: say('state'), cell: (one) => <Mark tone={stateTones[one.state]}>{say(`exp.state.${one.state}`)}</Mark>, file: (one) => say(`exp.state.${one.state}`) },
    { key: 'metric', title: say('exp.metric'), cell: (one) => nameOf(one.metric), file: (one) => nameOf(one.metric) },
    { key: 'arms', title: say('exp.arms'), cell: armsOf, file: armsOf },
    { key: 'audience', title: say('exp.audience'), cell: (one) => <span className="wraps">{one.audience ? <SegmentWords text={one.audience} /> : say('exp.everybody')}</span>, file: (one) => one.audience },
    { key: 'layer', title: say('exp.layer'), cell: (one) => <>{one.layer || say('exp.layer.own')} <span className="quiet number">{one.share}%</span></>, file: (one) => one.layer },
    {
      key: 'exposed', title: say('exp.exposed'), right: true,
      cell: (one) => (one.planned ? <Bar share={one.exposed / (one.planned * one.arms.length)} text={`${format.count(one.exposed)} / ${format.count(one.planned * one.arms.length)}`} /> : format.count(one.exposed)),
      file: (one) => one.exposed,
    },
    { key: 'started', title: say('exp.started'), cell: (one) => <span className="number">{one.started_at ? format.day(one.started_at) : '–'}{one.stopped_at ? ` – ${format.day(one.stopped_at)}` : ''}</span>, file: (one) => one.started_at },
  ]
  const table = async () => tableOf(columns, await readAll<Experiment>('/v1/experiments', {}))
  const tools = (list.data?.items.length ?? 0) > 0 && <div className="tab-body"><div><TableExport name="experiments" table={table} /></div></div>
  return <>{tools}<Rows from={list} columns={columns} id={(one) => one.id} open={open} empty={<Nothing text={say('exp.none')}>{add}</Nothing>} /></>
}

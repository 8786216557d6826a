// report.tsx -- one report as a page: in short, then block by block in words, charts and tables; made to be printed too.
import { PrinterOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { Link, useParams } from 'react-router'
import { useData } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { Head } from '~/parts/head'
import { How } from '~/parts/how'
import { Loaded } from '~/parts/states'
import { BlockChart } from './block_chart'
import { BlockTable } from './block_table'
import { Files } from './files'
import type { Block, Report as Form, ReportOne, Sentence } from './forms'

const marks: Record<Sentence['tone'], string> = { plain: '·', good: '✓', bad: '!' }

export default function Report() {
  const say = useSay()
  const format = useFormat()
  const { id } = useParams()
  const read = useData<ReportOne>(`/v1/reports/kept/${id}`)
  const row = read.data?.row
  return (
    <>
      <Head title={row?.title ?? say('page.report')}>
        {row && <Files row={row} />}
        {row && <Button icon={<PrinterOutlined />} onClick={() => window.print()}>{say('reports.print')}</Button>}
      </Head>
      <Loaded from={read} rows={14}>
        {({ report, row }) => (
          <div className="stack report">
            <Front report={report} />
            <p className="quiet flat">
              {say('reports.version_n', { n: row.version })} · {say('reports.when', { when: format.when(row.made_at), seq: format.count(row.seq) })}
            </p>
            {report.blocks.map((block) => <OneBlock key={block.name} block={block} />)}
            <How text={report.definition} />
          </div>
        )}
      </Loaded>
    </>
  )
}

function Said({ sentences }: { sentences: Sentence[] }) {
  return (
    <ul className="report-said">
      {sentences.map((one, at) => (
        <li key={at} className={`report-${one.tone}`}>
          <span className="report-mark" aria-hidden>{marks[one.tone]}</span>{one.text}
        </li>
      ))}
    </ul>
  )
}

function Front({ report }: { report: Form }) {
  const say = useSay()
  return (
    <section className="panel report-front" aria-label={say('reports.summary')}>
      <dl className="report-periods">
        {report.periods.map((one) => (
          <div key={one.name}>
            <dt>{one.label}</dt>
            <dd className="number">{one.from === one.to ? one.from : `${one.from} – ${one.to}`}</dd>
          </div>
        ))}
      </dl>
      <h2>{say('reports.summary')}</h2>
      <Said sentences={report.summary} />
      <nav aria-label={say('reports.contents')} className="report-contents">
        {report.blocks.map((block) => <a key={block.name} href={`#${block.name}`}>{block.title}</a>)}
      </nav>
    </section>
  )
}

function OneBlock({ block }: { block: Block }) {
  const say = useSay()
  return (
    <section className="panel report-block" id={block.name} aria-labelledby={`${block.name}-title`}>
      <header>
        <h2 id={`${block.name}-title`}>{block.title}</h2>
        {block.page && <Link to={block.page}>{say('reports.deeper')}</Link>}
      </header>
      <Said sentences={block.sentences} />
      {block.charts.map((chart) => <BlockChart key={chart.title} block={block} chart={chart} />)}
      <BlockTable block={block} />
      {block.note && <p className="quiet report-note">{block.note}</p>}
    </section>
  )
}

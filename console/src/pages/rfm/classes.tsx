// classes.tsx -- the A/B/C classes and scene tags of all members at a date.
import { Card, DatePicker } from 'antd'
import dayjs from 'dayjs'
import { Link, useSearchParams } from 'react-router'
import { metricLink } from '~/base/metric_text'
import type { ClassesReport } from '~/api'
import { useMay } from '~/app/session'
import { useData } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { Bar } from '~/parts/bar'
import { Figure, Hint } from '~/parts/figure'
import { Head } from '~/parts/head'
import { Loaded } from '~/parts/states'
import { How } from '~/parts/how'

const classes = ['A', 'B', 'C'] as const
const scenes = ['new', 'active', 'dormant', 'high_value'] as const

export default function Classes() {
  const say = useSay()
  const [search, setSearch] = useSearchParams()
  const at = search.get('at') ?? undefined
  const read = useData<ClassesReport>('/v1/reports/classes', { at })
  return (
    <>
      <Head title={say('page.classes')}>
        <DatePicker
          aria-label={say('rfm.at')}
          prefix={<span className="quiet">{say('rfm.at')}</span>}
          placeholder={say('rfm.at_now')}
          value={at ? dayjs(at) : null}
          onChange={(day) => setSearch(day ? { at: day.format('YYYY-MM-DD') } : {})}
        />
      </Head>
      <Loaded from={read} rows={8}>{(report) => <Shown report={report} now={!at} />}</Loaded>
    </>
  )
}

function Shown({ report, now }: { report: ClassesReport; now: boolean }) {
  const say = useSay()
  const format = useFormat()
  const may = useMay()('members:read')
  const shareOf = (n: number) => (report.members > 0 ? n / report.members : 0)
  const below = (n: number) => <Bar share={shareOf(n)} text={format.percent(shareOf(n))} />
  return (
    <div className="stack">
      <p className="quiet flat"><Link to={metricLink('members')}>{say('classes.all', { n: format.count(report.members) })}</Link></p>
      <Card title={<>{say('classes.abc')} <Hint text={say('classes.abc.what')} about={say('classes.abc')} /></>} className="card-flush">
        <div className="figures figures-3">
          {classes.map((name) => (
            <Figure
              key={name}
              name={`${say(`class.${name}`)} · ${say(`class.${name}.what`)}`}
              value={now && may ? <Link to={`/members?class=${name}`}>{format.count(report.classes[name])}</Link> : format.count(report.classes[name])}
              below={below(report.classes[name])}
            />
          ))}
        </div>
      </Card>
      <Card title={<>{say('classes.scene')} <Hint text={say('classes.scene.what')} about={say('classes.scene')} /></>} className="card-flush">
        <div className="figures">
          {scenes.map((name) => (
            <Figure key={name} name={say(`scene.${name}`)} hint={say(`scene.${name}.what`)} value={format.count(report.scene[name])} below={below(report.scene[name])} />
          ))}
        </div>
      </Card>
      <How text={report.definition} />
    </div>
  )
}

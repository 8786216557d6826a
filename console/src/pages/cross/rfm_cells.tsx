// rfm_cells.tsx -- the cells of RFM for the members of a segment, by the settings' rule.
import { Card } from 'antd'
import type { CellsAnswer, RfmReport, RfmRule } from '~/api'
import { useMay } from '~/app/session'
import { typeColours } from '~/app/theme'
import { useAnswer, useData } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSpeech } from '~/base/locale'
import { allOf, segmentLink } from '~/base/segment_link'
import { Bar } from '~/parts/bar'
import { HeatTable } from '~/parts/heat_table'
import { Rows, still, type Column } from '~/parts/rows'
import { Answered } from './answered'
import { useBandText } from '../rfm/rule'

const falling = (most: number) => Array.from({ length: most }, (_, i) => most - i)

export function RfmCells({ segment }: { segment: string | undefined }) {
  const question = { segment }
  const read = useAnswer<CellsAnswer>('/v1/questions/cells', question)
  // Where the bands are cut.
  const rule = useData<RfmReport>('/v1/reports/rfm').data?.rule
  return (
    <Answered from={read} without={!rule}>
      {(answer) => rule && <Shown answer={answer} rule={rule} segment={(JSON.parse(read.of!) as typeof question).segment} />}
    </Answered>
  )
}

/** Band `n` as conditions: at least the cut below it, under the cut above it. */
function bandTexts(rule: RfmRule) {
  const between = (subject: string, low: string | number | undefined, high: string | number | undefined) =>
    allOf([low === undefined ? undefined : `${subject} >= ${low}`, high === undefined ? undefined : `${subject} < ${high}`])
  const days = (cut: number | undefined) => (cut === undefined ? undefined : `${cut}d`)
  const bare = (amount: string | undefined) => amount?.replace(/\.0+$/, '')
  const { recency, frequency, monetary } = rule
  return {
    r: (n: number) => between('recency', days(recency[recency.length - n]), days(recency[recency.length + 1 - n])),
    f: (n: number) => between('frequency', frequency[n - 2], frequency[n - 1]),
    m: (n: number) => between('monetary', bare(monetary[n - 2]), bare(monetary[n - 1])),
  }
}

function Shown({ answer, rule, segment }: { answer: CellsAnswer; rule: RfmRule; segment: string | undefined }) {
  const { say, locale } = useSpeech()
  const format = useFormat()
  const may = useMay()('members:read')
  const band = useBandText(rule)
  const text = bandTexts(rule)
  const bands = (axis: 'r' | 'f' | 'm') => Math.max(1, ...answer.cells.map((cell) => cell[axis]))
  const most = Math.max(1, ...answer.cells.map((cell) => cell.members))
  const types = answer.types.filter((one) => one.members > 0).sort((a, b) => b.members - a.members)
  const columns: Column<(typeof types)[number]>[] = [
    { key: 'type', title: say('rfm.type'), cell: (row) => <><span className="dot" style={{ background: typeColours[row.type] }} /> {locale === 'zh-CN' ? row.zh : row.en}</> },
    { key: 'members', title: say('rfm.members'), right: true, cell: (row) => format.count(row.members) },
    { key: 'share', title: say('share'), cell: (row) => <Bar share={row.members / answer.members} text={format.percent(row.members / answer.members)} /> },
  ]
  return (
    <>
      <div className="facets">
        {falling(bands('m')).map((m) => (
          <Card key={m} title={say('rfm.m_band', { n: m, range: band.m(m) })} className="card-flush">
            <HeatTable
              label={say('rfm.m_band', { n: m, range: band.m(m) })}
              corner=""
              columns={falling(bands('f')).map((f) => <>F{f}<small>{band.f(f)}</small></>)}
              rows={falling(bands('r')).map((r) => ({
                head: <>R{r}<small>{band.r(r)}</small></>,
                cells: falling(bands('f')).map((f) => {
                  const n = answer.cells.find((one) => one.r === r && one.f === f && one.m === m)?.members ?? 0
                  return {
                    value: format.tile(n),
                    note: n > 0 ? format.percent(n / answer.members) : undefined,
                    share: Math.sqrt(n / most),
                    label: say('cross.rfm_cell', { r, f, m, n: format.count(n) }),
                    to: may && n > 0 ? segmentLink(allOf([segment, text.r(r), text.f(f), text.m(m)])) : undefined,
                  }
                }),
              }))}
            />
          </Card>
        ))}
      </div>
      <Card title={say('rfm.types')} className="card-flush">
        <Rows from={still(types)} columns={columns} id={(row) => row.type} />
      </Card>
    </>
  )
}

// compare.tsx -- two sets of members: how far they overlap, and field by field in what they differ.
import { ArrowLeftOutlined, SwapOutlined } from '@ant-design/icons'
import { Button, Card, Select } from 'antd'
import { useMemo, useState } from 'react'
import { Link } from 'react-router'
import { useAnswer } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { useQuestion } from '~/base/question'
import { Hint } from '~/parts/figure'
import { Head } from '~/parts/head'
import { How } from '~/parts/how'
import { SegmentFilter } from '~/parts/segment_filter'
import { Loaded, Nothing } from '~/parts/states'
import type { Compared, TgiRow } from './forms'
import { LanguageProvider, useLanguage } from './language'
import { newFrom } from './templates'
import { Venn } from './venn'

export default function Compare() {
  return <LanguageProvider><Asked /></LanguageProvider>
}

function Asked() {
  const say = useSay()
  const { subjects } = useLanguage()
  const { asked, put } = useQuestion(['a', 'b', 'fields'] as const)
  const choices = subjects.filter((one) => !one.named)
  const fields = asked.fields?.split(',') ?? []
  const answer = useAnswer<Compared>('/v1/questions/compare', asked.a ? { a: asked.a, b: asked.b, fields: fields.length > 0 ? fields : undefined, limit: 200 } : null)
  return (
    <>
      <Head title={<><Link to="/segments" aria-label={say('back')} className="back"><ArrowLeftOutlined /></Link>{say('page.segments_compare')}</>} />
      <div className="stack">
        <section className="panel compare-pick">
          <div className="compare-pair">
            <SegmentFilter label={say('cmp.a')} value={asked.a} change={(a) => put({ a })} />
            <Button icon={<SwapOutlined />} aria-label={say('cmp.swap')} disabled={!asked.a || !asked.b} onClick={() => put({ a: asked.b, b: asked.a })} />
            <SegmentFilter label={say('cmp.b')} value={asked.b} change={(b) => put({ b })} />
          </div>
          <Select
            mode="multiple"
            aria-label={say('cmp.fields')}
            prefix={<span className="quiet">{say('cmp.fields')}</span>}
            value={fields}
            onChange={(names: string[]) => put({ fields: names.join(',') })}
            placeholder={say('cmp.fields.all')}
            allowClear
            options={choices.map((one) => ({ value: one.name, label: one.title }))}
            showSearch={{ optionFilterProp: 'label' }}
            maxTagCount="responsive"
            className="full"
          />
          <p className="quiet flat">{say('cmp.pick')}</p>
        </section>
        {asked.a && <Loaded from={answer} rows={8}>{(compared) => <Shown compared={compared} a={asked.a!} everybody={!asked.b} />}</Loaded>}
      </div>
    </>
  )
}

function Shown({ compared, a, everybody }: { compared: Compared; a: string; everybody: boolean }) {
  const say = useSay()
  const format = useFormat()
  const parts: [string, number, string][] = [
    [say('cmp.only_a'), compared.only_a, 'venn-dot-a'],
    [say('cmp.both'), compared.both, 'venn-dot-both'],
    [say('cmp.only_b'), compared.only_b, 'venn-dot-b'],
    [say('cmp.neither'), compared.neither, 'venn-dot-none'],
  ]
  return (
    <div className="stack">
      <div className="pair pair-flip">
        <Card title={say('cmp.overlap')}>
          <Venn
            a={compared.a}
            b={compared.b}
            both={compared.both}
            label={say('cmp.chart', { a: format.count(compared.a), b: format.count(compared.b), both: format.count(compared.both) })}
          />
          <ul className="venn-parts">
            {parts.map(([name, n, dot]) => (
              <li key={name}>
                <span><span className={`dot ${dot}`} />{name}</span>
                <span className="number"><strong>{format.count(n)}</strong> <span className="quiet">{format.percent(compared.total > 0 ? n / compared.total : 0)}</span></span>
              </li>
            ))}
          </ul>
        </Card>
        <Card title={say('cmp.words')}><Words compared={compared} everybody={everybody} /></Card>
      </div>
      <Card title={<>{say('cmp.index')} <Hint text={say('cmp.tgi.what')} about={say('cmp.tgi')} /></>}>
        <Index compared={compared} a={a} />
      </Card>
      <How text={compared.how} />
    </div>
  )
}

/** Nobody of B has it: more than any. */
const tgiOf = (row: TgiRow) => row.tgi ?? Infinity
/** Standard errors apart: less can be chance. */
const telling = 2

function Words({ compared, everybody }: { compared: Compared; everybody: boolean }) {
  const say = useSay()
  const format = useFormat()
  const { of } = useLanguage()
  const rows = compared.index
    .filter((row) => (tgiOf(row) >= 120 || tgiOf(row) <= 80) && Math.abs(row.score) >= telling)
    .sort((one, two) => Math.abs(two.score) - Math.abs(one.score))
    // Of each field the most telling.
    .filter((row, i, all) => all.findIndex((other) => other.field === row.field) === i)
    .slice(0, 8)
  if (rows.length === 0) return <Nothing text={say('cmp.alike')} />
  return (
    <ul className="cmp-words">
      {rows.map((row) => {
        const args = {
          what: say('cmp.what', { field: of(row.field)?.title ?? row.field, value: row.value }), of: everybody ? say('cmp.everybody') : 'B',
          share_a: format.percent(row.share_a), share_b: format.percent(row.share_b),
        }
        return (
          <li key={`${row.field} ${row.value}`}>
            {row.tgi === null ? say('cmp.only', args) : row.a === 0 ? say('cmp.nobody', args)
              : row.tgi >= 100 ? say('cmp.more', { ...args, times: (row.tgi / 100).toFixed(1) }) : say('cmp.less', { ...args, share: format.percent(row.tgi / 100) })}
          </li>
        )
      })}
    </ul>
  )
}

/** Fields in the order of their most telling value. */
function Index({ compared, a }: { compared: Compared; a: string }) {
  const fields = useMemo(() => [...new Set(compared.index.map((row) => row.field))], [compared])
  return (
    <div className="tgi-fields">
      {fields.map((field) => <Field key={field} field={field} rows={compared.index.filter((row) => row.field === field)} a={a} />)}
    </div>
  )
}

const few = 6

/** Its most telling values, from the most to the least typical of A. */
function Field({ field, rows, a }: { field: string; rows: TgiRow[]; a: string }) {
  const say = useSay()
  const format = useFormat()
  const { of } = useLanguage()
  const [whole, showWhole] = useState(false)
  const title = of(field)?.title ?? field
  const shown = [...(whole ? rows : rows.slice(0, few))].sort((one, two) => tgiOf(two) - tgiOf(one))
  return (
    <section>
      <table className="tgi-table">
        <caption>{title}</caption>
        <thead>
          <tr><th scope="col">{say('cmp.value')}</th><th scope="col">{say('cmp.tgi')}</th><th scope="col" className="number">A</th><th scope="col" className="number">B</th></tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={row.value}>
              <th scope="row"><Link to={newFrom(`(${a}) and ${row.text}`)} title={say('cmp.open')}>{row.value}</Link></th>
              <td>{row.tgi === null ? say('cmp.only_a') : <Tgi value={row.tgi} />}</td>
              <td className="number" title={say('segment.people', { n: format.count(row.a) })}>{format.percent(row.share_a)}</td>
              <td className="number quiet" title={say('segment.people', { n: format.count(row.b) })}>{format.percent(row.share_b)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > few && (
        <Button type="link" size="small" className="plain-link" onClick={() => showWhole(!whole)}>
          {say(whole ? 'cmp.fewer' : 'cmp.rest', { n: rows.length - few })}
        </Button>
      )}
    </section>
  )
}

/** A bar to the right of 100 or to its left; by the logarithm, so that twice and half are as long. */
function Tgi({ value }: { value: number }) {
  const far = Math.max(-1, Math.min(1, Math.log(Math.max(value, 1) / 100) / Math.log(5)))
  const tone = value >= 120 ? 'tgi-more' : value <= 80 ? 'tgi-less' : 'tgi-same'
  return (
    <span className="tgi">
      <span className="tgi-track" aria-hidden>
        <span className={`tgi-fill ${tone}`} style={far >= 0 ? { left: '50%', width: `${far * 50}%` } : { right: '50%', width: `${-far * 50}%` }} />
      </span>
      <span className="number tgi-value">{Math.round(value)}</span>
    </span>
  )
}

// tree.tsx -- the GMV tree: what changed between two periods, why, in which part, and where to look next.
import { Card, Select } from 'antd'
import { useMemo } from 'react'
import type { Forms, Given, GmvTree } from '~/api'
import { useAnswer, useData, type Page } from '~/base/data'
import { useSay } from '~/base/locale'
import { yearAgo, type MetricQuestion } from '~/base/metric_text'
import { useQuestion } from '~/base/question'
import { Asked, AskBar } from '~/pages/behaviour/ask_bar'
import { Hint } from '~/parts/figure'
import { Head } from '~/parts/head'
import { How } from '~/parts/how'
import { periodOf, PeriodPicker } from '~/parts/period'
import { inSegment, SegmentFilter } from '~/parts/segment_filter'
import { Loaded, Nothing } from '~/parts/states'
import { FactorTree } from './factor_tree'
import { Influences } from './influences'
import { partQuestion, type By } from './opens'
import { PartsTable } from './parts_table'
import { Waterfall } from './waterfall'

const bys: readonly By[] = ['none', 'shop', 'touchpoint', 'category', 'segment']
const compares = ['before', 'year'] as const

const partsOf = (text: string | undefined) => text?.split('\n').filter(Boolean) ?? []

export default function Tree() {
  const say = useSay()
  const { asked, put } = useQuestion(['from', 'to', 'compare', 'segment', 'by', 'parts'] as const)
  const period = periodOf(asked)
  const by: By = bys.find((one) => one === asked.by) ?? 'none'
  const compare = compares.find((one) => one === asked.compare) ?? 'before'
  const parts = partsOf(asked.parts)
  const saved = useData<Page<Given<Forms['saved_view'], 'name'>>>('/v1/segments')
  const segments = (saved.data?.items ?? []).map((one) => ({ value: inSegment(one.name), label: one.name }))
  const nameOf = (part: string) => (by === 'segment' ? segments.find((one) => one.value === part)?.label : undefined) ?? part
  // Segments not chosen yet: the whole meanwhile.
  const cut = by === 'segment' && parts.length === 0 ? 'none' : by
  const question = {
    ...period, segment: asked.segment, by: cut, parts: cut === 'segment' ? parts : undefined,
    ...(compare === 'year' && { before_from: yearAgo(period).from, before_to: yearAgo(period).to }),
  }
  const read = useAnswer<GmvTree>('/v1/reports/gmv-tree', question)
  return (
    <>
      <Head title={say('page.gmv_tree')}>
        <PeriodPicker value={period} change={put} />
      </Head>
      <div className="stack">
        <section className="panel ask" aria-label={say('page.gmv_tree')}>
          <AskBar>
            <Asked name={say('tree.compare')}>
              <Select
                aria-label={say('tree.compare')}
                className="field-select"
                value={compare}
                onChange={(to: string) => put({ compare: to === 'before' ? undefined : to })}
                options={compares.map((one) => ({ value: one, label: say(`tree.compare.${one}`) }))}
              />
            </Asked>
            <Asked name={say('tree.by')}>
              <Select
                aria-label={say('tree.by')}
                className="field-select"
                value={by}
                onChange={(to: By) => put({ by: to === 'none' ? undefined : to, parts: undefined })}
                options={bys.map((one) => ({ value: one, label: say(`tree.by.${one}`) }))}
              />
            </Asked>
            {by === 'segment' && (
              <Asked wide name={<>{say('tree.parts')} <Hint text={say('tree.parts.what')} about={say('tree.parts')} /></>}>
                <Select
                  mode="multiple"
                  aria-label={say('tree.parts')}
                  className="tree-parts"
                  value={parts}
                  maxCount={12}
                  placeholder={say('tree.parts.none')}
                  onChange={(to: string[]) => put({ parts: to.join('\n') || undefined })}
                  options={segments}
                />
              </Asked>
            )}
            <SegmentFilter label={say('flows.only')} value={asked.segment} change={(segment) => put({ segment })} />
          </AskBar>
        </section>
        <Loaded from={read} rows={10}>
          {(tree) => (
            <Answer tree={tree} of={JSON.parse(read.of!) as TreeQuestion} beside={compare} nameOf={nameOf} />
          )}
        </Loaded>
      </div>
    </>
  )
}

/** As it was asked: the answer shown may be of the question before. */
interface TreeQuestion {
  by: By
  parts?: string[]
  segment?: string
}

function Answer({ tree, of, beside, nameOf }: { tree: GmvTree; of: TreeQuestion; beside: 'before' | 'year'; nameOf: (part: string) => string }) {
  const say = useSay()
  const when = say(`tree.compare.${beside}`)
  const now = useMemo((): MetricQuestion => ({ from: tree.from, to: tree.to, segment: of.segment, beside }), [tree, of.segment, beside])
  const before = useMemo((): MetricQuestion => ({ from: tree.before_from, to: tree.before_to, segment: of.segment }), [tree, of.segment])
  return (
    <div className="stack tree-answer">
      <Card title={say('tree.picture')} extra={<span className="quiet">{say('tree.compare.text', { from: tree.before_from, to: tree.before_to })}</span>} className="card-tools">
        {/* A sign stays on the line of its amount. */}
        <p className="sentence">{tree.sentence.replace(/[+−](?=\D)/g, '$&\u2060')}</p>
        <FactorTree whole={tree} when={when} question={now} />
      </Card>
      {Number(tree.gmv) === 0 && Number(tree.gmv_before) === 0
        ? <section className="panel"><Nothing text={say('tree.empty')} /></section>
        : <Card title={say('tree.waterfall')}><Waterfall whole={tree} now={now} before={before} /></Card>}
      {of.by !== 'none' && (
        <PartsTable tree={tree} what={say(`tree.by.${of.by}`)} when={when} nameOf={nameOf} questionOf={(part) => partQuestion(part, of.by, of.parts ?? [], now)} />
      )}
      <Influences tree={tree} question={now} />
      <How text={tree.definition} took_us={tree.took_us} />
    </div>
  )
}

// sankey.tsx -- from the stages at the first date to those at the last, as streams.
import { useCallback, useMemo } from 'react'
import { useNavigate } from 'react-router'
import type { Stage } from '~/api'
import { useMay } from '~/app/session'
import { ink } from '~/app/theme'
import { dayPlus, useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { allOf, segmentLink } from '~/base/segment_link'
import { ChartBox } from '~/parts/chart_box'
import { tooltip } from '~/parts/chart_look'
import type { AiplProps } from './aipl'
import { dayOver, directionColours, directionOf, falling, flowLink, order, stageColours, stageText, useStageName } from './stages'

/** `withNone`: also those who were and are in no stage; usually so many that they hide the others. */
export function AiplSankey({ answer, period, segment, withNone }: AiplProps & { withNone: boolean }) {
  const say = useSay()
  const format = useFormat()
  const go = useNavigate()
  const may = useMay()('members:read')
  const nameOf = useStageName(answer)
  const names = order.map(nameOf).join('\n')
  const option = useMemo(() => {
    const told = names.split('\n')
    const nameOfNode = (node: string) => told[order.indexOf(node.replace(/^(from|to):/, '') as Stage)]!
    const flow = answer.flow.filter((one) => one.members > 0 && (withNone || one.from !== 'none' || one.to !== 'none'))
    const node = (side: 'from' | 'to') => (stage: Stage) => {
      const members = flow.reduce((sum, one) => sum + (one[side] === stage ? one.members : 0), 0)
      return {
        name: `${side}:${stage}`,
        itemStyle: { color: stageColours[stage], borderColor: ink, borderWidth: 0.5 },
        label: { position: side === 'from' ? 'right' : 'left', color: ink, formatter: `${nameOfNode(stage)} ${format.short(members)}` },
        depth: side === 'from' ? 0 : 1,
      }
    }
    const used = (side: 'from' | 'to') => falling.filter((stage) => flow.some((one) => one[side] === stage))
    const rank = (one: (typeof flow)[number]) => falling.indexOf(one.from) * 10 + falling.indexOf(one.to)
    return {
      tooltip: {
        ...tooltip,
        formatter: (at: { dataType: string; value: number; name: string; data: { source?: string; target?: string } }) => {
          const head = at.dataType === 'edge' ? `${nameOfNode(at.data.source!)} → ${nameOfNode(at.data.target!)}` : nameOfNode(at.name)
          return Object.assign(document.createElement('span'), { textContent: `${head}: ${format.count(at.value)}` })
        },
      },
      series: [{
        type: 'sankey',
        left: 4, right: 4, top: 8, bottom: 8,
        nodeGap: 14, nodeWidth: 14,
        layoutIterations: 0,
        draggable: false,
        emphasis: { focus: 'adjacency' },
        data: [...used('from').map(node('from')), ...used('to').map(node('to'))],
        links: flow.sort((a, b) => rank(a) - rank(b)).map((one) => ({
          source: `from:${one.from}`, target: `to:${one.to}`, value: one.members,
          lineStyle: { color: directionColours[directionOf(one.from, one.to)], opacity: 0.42 },
        })),
      }],
    }
  }, [answer, names, withNone, format])
  const pick = useCallback((node: string) => {
    // The chart names a stream after its ends: "from:interest > to:purchase".
    const stream = /^from:(\w+) > to:(\w+)$/.exec(node) as [string, Stage, Stage] | null
    if (may && stream) return void go(flowLink(period, segment, stream[1], stream[2]))
    const [side, stage] = node.split(':') as ['from' | 'to', Stage]
    const text = order.includes(stage) ? stageText(answer.stages, stage) : undefined
    if (may && text) void go(segmentLink(allOf([segment, text]), side === 'to' ? dayOver(period.to) : dayPlus(period.from, -1)))
  }, [answer, segment, period, may, go])
  return <ChartBox option={option} height={420} label={say('aipl.chart', { from: period.from, to: period.to })} onPick={pick} />
}

// sankey.tsx -- layers of steps as streams, from left to right in time; who goes no further leaves by a pale stream.
import { useCallback, useMemo } from 'react'
import { useNavigate } from 'react-router'
import type { PathNode, PathsAnswer } from '~/api'
import { useMay } from '~/app/session'
import { ink, koi, water } from '~/app/theme'
import { asTest, type Behaviour } from '~/base/event_text'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { allOf, segmentLink, windowOf } from '~/base/segment_link'
import { ChartBox } from '~/parts/chart_box'
import { tooltip } from '~/parts/chart_look'
import { isTouchpoint, nameOfEnd, readEnd } from './end_text'
import type { Asking } from './paths'

const colours = { start: water, end: koi, step: '#7aa6c2', rest: '#b9b6ab', lost: '#ddd3c6' }

const isEnd = (answer: PathsAnswer, node: PathNode) => (answer.direction === 'to' ? node.layer === answer.layers - 1 : node.arrived > 0)
const isStart = (answer: PathsAnswer, node: PathNode) => answer.direction !== 'to' && node.layer === 0
export const colourOf = (answer: PathsAnswer, node: PathNode) =>
  node.rest ? colours.rest : isEnd(answer, node) ? colours.end : isStart(answer, node) ? colours.start : colours.step

export function PathsSankey({ answer, asking }: { answer: PathsAnswer; asking: Asking }) {
  const say = useSay()
  const format = useFormat()
  const go = useNavigate()
  const may = useMay()('members:read')
  const { direction, nodes, links, layers } = answer
  const back = direction === 'to'
  const option = useMemo(() => {
    const nameOf = (at: string): string => {
      const node = nodes[Number(at.slice(1))]
      if (at.startsWith('x') || !node) return say(back ? 'paths.began' : 'paths.lost')
      return node.rest ? say('paths.rest') : nameOfEnd(node.name, say)
    }
    const deepest = layers - 1 + 1 // one more for who begins before the first, or leaves after the last
    const ended = Array.from({ length: layers }, (_, layer) => nodes.reduce((sum, one) => sum + (one.layer === layer ? one.ended : 0), 0))
    const node = (one: PathNode, i: number) => ({
      name: `n${i}`,
      value: one.members,
      depth: one.layer + Number(back),
      itemStyle: { color: colourOf(answer, one), borderColor: ink, borderWidth: 0.5 },
      label: {
        position: one.layer + Number(back) === deepest ? 'left' : 'right',
        color: ink, width: 118, overflow: 'truncate',
        formatter: `${nameOf(`n${i}`)} ${format.short(one.members)}`,
      },
    })
    const lost = (members: number, layer: number) => ({
      name: `x${layer}`,
      value: members,
      depth: back ? layer : layer + 1,
      itemStyle: { color: colours.lost, borderColor: ink, borderWidth: 0.3 },
      label: {
        position: !back && layer + 1 === deepest ? 'left' : 'right', color: '#55636a', width: 110, overflow: 'truncate',
        formatter: `${nameOf('x')} ${format.short(members)}`,
      },
    })
    const stream = (source: string, target: string, value: number, color: string, opacity: number) => ({ source, target, value, lineStyle: { color, opacity } })
    return {
      tooltip: {
        ...tooltip,
        formatter: (at: { dataType: string; value: number; name: string; data: { source?: string; target?: string } }) => {
          const { source, target } = at.data
          const head = at.dataType === 'edge' ? `${nameOf(source!)} → ${nameOf(target!)}` : nameOf(at.name)
          const from = nodes[Number((back ? target : source)?.slice(1))]
          const rate = at.dataType === 'edge' && from && from.members > 0 ? ` (${format.percent(at.value / from.members)})` : ''
          return Object.assign(document.createElement('span'), { textContent: `${head}: ${format.count(at.value)}${rate}` })
        },
      },
      series: [{
        type: 'sankey',
        left: 4, right: 8, top: 8, bottom: 8,
        nodeGap: 15, nodeWidth: 12,
        layoutIterations: 0,
        draggable: false,
        emphasis: { focus: 'adjacency' },
        data: [...nodes.map(node), ...ended.flatMap((members, layer) => (members > 0 ? [lost(members, layer)] : []))],
        links: [
          ...links.map((one) => stream(`n${one.from}`, `n${one.to}`, one.members, colourOf(answer, nodes[one.to]!), 0.38)),
          ...nodes.flatMap((one, i) => {
            if (one.ended === 0) return []
            const [source, target] = back ? [`x${one.layer}`, `n${i}`] : [`n${i}`, `x${one.layer}`]
            return [stream(source, target, one.ended, '#b9a899', 0.32)]
          }),
        ],
      }],
    }
  }, [answer, nodes, links, layers, back, say, format])
  const pick = useCallback((name: string) => {
    if (!may || asking.of !== 'event') return
    const behaviourOf = (at: string): Behaviour | undefined => {
      const node = nodes[Number(at.slice(1))]
      if (!at.startsWith('n') || !node || node.rest) return undefined
      const given = isStart(answer, node) ? asking.start : isEnd(answer, node) ? asking.end : ''
      const one = given ? readEnd(given) : { name: node.name, conditions: [] }
      return isTouchpoint(one) ? undefined : one
    }
    // The chart names a stream after its ends: "n0 > n3".
    const tests = name.split(' > ').map((at) => {
      const one = behaviourOf(at)
      return one && asTest(one, windowOf(answer.from, answer.to))
    })
    if (tests.every((one) => one !== undefined)) void go(segmentLink(allOf([asking.segment, ...new Set(tests)]), answer.to))
  }, [answer, nodes, asking.of, asking.start, asking.end, asking.segment, may, go])
  const most = Math.max(...Array.from({ length: layers }, (_, layer) => nodes.filter((one) => one.layer === layer).length))
  const label = say('paths.flow.label', { began: format.count(answer.began), layers })
  // On a phone it scrolls by itself: names need room.
  return (
    <div className="chart-scroll" tabIndex={0} role="region" aria-label={say('paths.flow')}>
      <div style={{ minWidth: (layers + 1) * 104 }}>
        <ChartBox option={option} height={Math.max(320, 60 + 46 * (most + 1))} label={label} onPick={pick} />
      </div>
    </div>
  )
}

// waterfall.tsx -- from the GMV before to the GMV now, a step for each factor; lying down where it is narrow.
import { Grid } from 'antd'
import { useCallback, useMemo } from 'react'
import { useNavigate } from 'react-router'
import { ink, line, palette, quiet } from '~/app/theme'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { metricLink, type MetricQuestion } from '~/base/metric_text'
import { ChartBox } from '~/parts/chart_box'
import { tooltip } from '~/parts/chart_look'
import { centsText, signedText } from './factor_text'
import type { Whole } from './factor_tree'
import { factorLink } from './opens'

const up = palette[5]!
const down = palette[1]!

/** A bar from `from` to `to`, whichever is higher; steps say by a sign which way they go. */
interface Step {
  name: string
  from: number
  to: number
  text: string
  colour: string
  /** Where it opens. */
  opens: string | undefined
}

function stepsOf(whole: Whole, now: MetricQuestion, before: MetricQuestion, say: ReturnType<typeof useSay>): Step[] {
  const steps: Step[] = [{ name: say('tree.before'), from: 0, to: Number(whole.gmv_before), text: centsText(whole.gmv_before), colour: palette[2]!, opens: metricLink('gmv', before) }]
  let at = Number(whole.gmv_before)
  for (const one of whole.factors) {
    const { factor, contribution } = one
    const moved = Number(contribution ?? 0)
    steps.push({ name: say(`factor.${factor}`), from: at, to: at + moved, text: signedText(contribution, say), colour: moved < 0 ? down : up, opens: factorLink(one, now) })
    at += moved
  }
  return [...steps, { name: say('tree.now'), from: 0, to: Number(whole.gmv), text: centsText(whole.gmv), colour: palette[0]!, opens: metricLink('gmv', now) }]
}

/** What the bars are of, where they open. */
export function Waterfall({ whole, now, before }: { whole: Whole; now: MetricQuestion; before: MetricQuestion }) {
  const say = useSay()
  const format = useFormat()
  const go = useNavigate()
  const steps = useMemo(() => stepsOf(whole, now, before, say), [whole, now, before, say])
  const pick = useCallback((name: string) => {
    const to = steps.find((one) => one.name === name)?.opens
    if (to) void go(to)
  }, [steps, go])
  const narrow = !(Grid.useBreakpoint().md ?? true)
  const option = useMemo(() => {
    const names = {
      type: 'category',
      data: steps.map((one) => one.name),
      inverse: narrow,
      axisLabel: { color: quiet, interval: 0, width: 84, overflow: 'break', lineHeight: 14 },
      axisLine: { lineStyle: { color: line } },
      axisTick: { show: false },
    }
    const amounts = {
      type: 'value',
      splitNumber: narrow ? 2 : undefined,
      axisLabel: { color: quiet, formatter: (n: number) => format.shortMoney(n) },
      splitLine: { lineStyle: { color: line } },
    }
    return {
      grid: { left: 4, right: narrow ? 72 : 12, top: narrow ? 4 : 28, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      tooltip: {
        ...tooltip,
        trigger: 'axis',
        axisPointer: { type: 'shadow' },
        formatter: (at: { dataIndex: number }[]) => {
          const one = steps[at[0]?.dataIndex ?? 0]
          return one ? `${one.name} <b>${one.text}</b>` : ''
        },
      },
      xAxis: narrow ? amounts : names,
      yAxis: narrow ? names : amounts,
      series: [
        { type: 'bar', stack: 'step', silent: true, itemStyle: { color: 'transparent' }, data: steps.map((one) => Math.min(one.from, one.to)) },
        {
          type: 'bar',
          stack: 'step',
          barMaxWidth: narrow ? 22 : 64,
          data: steps.map((one) => ({ value: Math.abs(one.to - one.from), itemStyle: { color: one.colour, borderRadius: 3 } })),
          label: {
            show: true, position: narrow ? 'right' : 'top', color: ink, fontSize: 12,
            formatter: (at: { dataIndex: number }) => shortOf(steps[at.dataIndex]!, format),
          },
        },
      ],
    }
  }, [steps, format, narrow])
  return (
    <ChartBox
      option={option}
      height={300}
      onPick={pick}
      label={say('tree.waterfall.label', {
        before: centsText(whole.gmv_before), now: centsText(whole.gmv),
        steps: steps.slice(1, -1).map((one) => `${one.name} ${one.text}`).join(say('words.comma')),
      })}
    />
  )
}

/** Room is short above a bar: 1.2 万 instead of all digits. */
function shortOf(step: Step, format: ReturnType<typeof useFormat>): string {
  const [, sign = ''] = /^([+−])/.exec(step.text) ?? []
  return /\d/.test(step.text) ? `${sign}${format.shortMoney(Math.abs(step.to - step.from))}` : step.text
}

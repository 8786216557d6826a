// credit_chart.tsx -- what the foremost touchpoints get by each model: bars beside each other.
import { useMemo } from 'react'
import type { AttributionAnswer } from '~/api'
import { line, palette, quiet } from '~/app/theme'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { behaviourText } from '~/parts/event_input'
import { ChartBox } from '~/parts/chart_box'
import { tooltip } from '~/parts/chart_look'
import { amountOf, type Measure } from './attribution'

const shown = 8

export function CreditChart({ answer, measure }: { answer: AttributionAnswer; measure: Measure }) {
  const say = useSay()
  const format = useFormat()
  const rows = useMemo(() => answer.rows.filter((row) => row.kind === 'touch').slice(0, shown), [answer])
  const option = useMemo(() => {
    const told = (value: number) => (measure === 'money' ? format.money(value.toFixed(2)) : value.toLocaleString('en-US', { maximumFractionDigits: 2 }))
    return {
      grid: { left: 14, right: 24, top: 4, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      tooltip: {
        ...tooltip,
        trigger: 'axis',
        axisPointer: { type: 'shadow' },
        formatter: (at: { dataIndex: number }[]) => {
          const row = rows[at[0]?.dataIndex ?? 0]
          if (!row) return ''
          const box = document.createElement('div')
          const put = (text: string) => box.appendChild(Object.assign(document.createElement('div'), { textContent: text }))
          put(behaviourText(row.touch, say))
          for (const model of answer.models) put(`${say(`model.${model}`)} ${told(amountOf(row, model, measure))}`)
          return box
        },
      },
      xAxis: {
        type: 'value',
        axisLabel: { color: quiet, formatter: (n: number) => (measure === 'money' ? format.shortMoney(n) : format.short(n)) },
        splitLine: { lineStyle: { color: line } },
      },
      yAxis: {
        type: 'category', inverse: true,
        data: rows.map((row) => behaviourText(row.touch, say)),
        axisLabel: { color: quiet, width: 110, overflow: 'truncate' },
        axisLine: { lineStyle: { color: line } },
        axisTick: { show: false },
      },
      series: answer.models.map((model, i) => ({
        type: 'bar',
        name: say(`model.${model}`),
        data: rows.map((row) => amountOf(row, model, measure)),
        itemStyle: { color: palette[i % palette.length] },
        barGap: '10%', barCategoryGap: '24%',
      })),
    }
  }, [answer, rows, measure, say, format])
  if (rows.length === 0) return null
  return (
    <>
      <ul className="chart-legend" aria-hidden>
        {answer.models.map((model, i) => (
          <li key={model}><span className="dot" style={{ background: palette[i % palette.length] }} /> {say(`model.${model}`)}</li>
        ))}
        {rows.length === shown && <li className="quiet">{say('attribution.chart', { n: shown })}</li>}
      </ul>
      <ChartBox
        option={option}
        height={40 + rows.length * (answer.models.length * 9 + 16)}
        label={say('attribution.chart.label', { n: rows.length, models: answer.models.length, what: say(`attribution.${measure}`) })}
      />
    </>
  )
}

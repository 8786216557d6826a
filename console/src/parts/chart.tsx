// chart.tsx -- an ECharts drawing that follows its box; only the charts we use are brought along.
import { BarChart, LineChart, SankeyChart, ScatterChart } from 'echarts/charts'
import { GridComponent, MarkLineComponent, TooltipComponent } from 'echarts/components'
import { init, use as bring, type EChartsCoreOption } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { useEffect, useRef } from 'react'
import { ink, palette } from '~/app/theme'

bring([BarChart, LineChart, SankeyChart, ScatterChart, GridComponent, MarkLineComponent, TooltipComponent, SVGRenderer])

const base = {
  color: palette,
  animation: !matchMedia('(prefers-reduced-motion: reduce)').matches,
  animationDuration: 250,
  textStyle: { color: ink, fontFamily: 'inherit' },
  aria: { enabled: false },
}

/** `label` says to those who cannot see it what is drawn; `onPick` is told the name of what is clicked. */
export default function Chart(props: { option: EChartsCoreOption; height: number; label: string; onPick?: (name: string) => void }) {
  const { option, height, label, onPick } = props
  const box = useRef<HTMLDivElement>(null)
  const chart = useRef<ReturnType<typeof init>>(undefined)
  useEffect(() => {
    const drawn = init(box.current!, undefined, { renderer: 'svg' })
    chart.current = drawn
    const watch = new ResizeObserver(() => drawn.resize())
    watch.observe(box.current!)
    return () => {
      watch.disconnect()
      drawn.dispose()
    }
  }, [])
  useEffect(() => chart.current?.setOption({ ...base, ...option }, true), [option])
  useEffect(() => {
    if (!onPick) return
    const pick = (event: { name: string }) => onPick(event.name)
    chart.current?.on('click', pick)
    return () => void chart.current?.off('click', pick)
  }, [onPick])
  return <div ref={box} role="img" aria-label={label} style={{ height, width: '100%' }} />
}

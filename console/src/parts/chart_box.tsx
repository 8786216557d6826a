// chart_box.tsx -- fetches the chart library when the first chart is shown, not before.
import { Skeleton } from 'antd'
import { lazy, Suspense, type ComponentProps } from 'react'

const Chart = lazy(() => import('./chart'))

export function ChartBox(props: ComponentProps<typeof Chart>) {
  return (
    <Suspense fallback={<div style={{ height: props.height }}><Skeleton active /></div>}>
      <Chart {...props} />
    </Suspense>
  )
}

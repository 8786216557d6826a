// chart_box.tsx -- fetches the chart library when the first chart is shown, not before.
import { Skeleton } from 'antd'
import { fetched } from '~/base/fetched'

export const ChartBox = fetched(() => import('./chart'), ({ height }) => <div style={{ height }}><Skeleton active /></div>)

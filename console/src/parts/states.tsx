// states.tsx -- what a page shows instead of content: loading, an error with its detail, nothing.
import { Alert, Button, Empty, Skeleton } from 'antd'
import type { ReactNode } from 'react'
import type { Data } from '~/base/data'
import { ApiError } from '~/base/http'
import { useSay } from '~/base/locale'

/** A refusal in the server's own words, field by field. */
export function Failure({ error, retry, title }: { error: Error; retry?: () => void; title?: string }) {
  const say = useSay()
  const problem = error instanceof ApiError ? error.problem : undefined
  const head = problem?.title ?? title ?? say('failed')
  const detail = problem ? problem.detail : say('offline')
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      className="failure"
      title={head}
      description={
        <>
          {/* Field by field below, it need not be said twice. */}
          {!problem?.errors?.some((one) => one.detail === detail) && detail}
          {problem?.errors?.map((one) => (
            <div key={`${one.pointer} ${one.detail}`}>
              {one.pointer ? <code>{one.pointer}</code> : null} {one.detail}
            </div>
          ))}
        </>
      }
      action={retry && <Button size="small" onClick={retry}>{say('retry')}</Button>}
    />
  )
}

export function Nothing({ children, text }: { children?: ReactNode; text?: string }) {
  const say = useSay()
  return (
    <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={text ?? say('nothing_here')}>
      {children}
    </Empty>
  )
}

/** Shows data once it is there; until then its loading or error state. */
export function Loaded<T>({ from, children, rows = 4 }: { from: Data<T>; children: (data: T) => ReactNode; rows?: number }) {
  if (from.error) return <Failure error={from.error} retry={from.reload} />
  if (from.data === undefined) return <Skeleton active paragraph={{ rows }} title={false} />
  return <div className={from.loading ? 'stale' : undefined} aria-busy={from.loading}>{children(from.data)}</div>
}

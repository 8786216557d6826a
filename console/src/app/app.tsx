// app.tsx -- puts the console together: language, look, session, routes.
import { App as Ant, Button, ConfigProvider, Result, Spin } from 'antd'
import en from 'antd/locale/en_US'
import zh from 'antd/locale/zh_CN'
import dayjs from 'dayjs'
import 'dayjs/locale/zh-cn'
import type { ReactNode } from 'react'
import { createBrowserRouter, createRoutesFromElements, Link, Navigate, Outlet, Route, RouterProvider, useLocation, useRouteError } from 'react-router'
import { LocaleProvider, useSay, useSpeech } from '~/base/locale'
import { Failure } from '~/parts/states'
import { Frame } from './frame'
import { Login } from './login'
import { pages, type PageRow } from './pages'
import { SessionProvider, useMay, useSession } from './session'
import { theme } from './theme'

function Look({ children }: { children: ReactNode }) {
  const { locale } = useSpeech()
  dayjs.locale(locale === 'zh-CN' ? 'zh-cn' : 'en')
  return (
    <ConfigProvider button={{ autoInsertSpace: false }} locale={locale === 'zh-CN' ? zh : en} theme={theme}>
      <Ant>{children}</Ant>
    </ConfigProvider>
  )
}

/** Those who are not signed in go to the door, and come back here afterwards. */
function Inside() {
  const { session, state, error, ask } = useSession()
  const { pathname, search } = useLocation()
  if (state === 'asking') return <div className="middle"><Spin size="large" /></div>
  if (state === 'failed' && error) return <div className="middle"><Failure error={error} retry={ask} /></div>
  if (!session) return <Navigate to={`/login?back=${encodeURIComponent(pathname + search)}`} replace />
  return <Outlet />
}

function Opened({ row }: { row: PageRow }) {
  const say = useSay()
  const may = useMay()
  const first = pages.find((other) => other.menu && may(other.right))
  if (may(row.right)) {
    return (
      <>
        <title>{`${say(row.word)} · ${say('koi')}`}</title>
        <row.page />
      </>
    )
  }
  // The overview is where everybody lands: who may not see it goes to the first page he may.
  if (row.path === '/' && first) return <Navigate to={first.path} replace />
  return <Result status="403" title={say('no_right')} />
}

function Missing() {
  const say = useSay()
  return <Result status="404" title={say('no_such_page')} extra={<Link to="/"><Button>{say('to_overview')}</Button></Link>} />
}

/** A page that breaks says so in its own place: the menu stays, and the other pages work. */
function Broken() {
  const say = useSay()
  const error = useRouteError()
  return (
    <Result
      status="warning"
      title={say('broken_page')}
      subTitle={error instanceof Error ? error.message : undefined}
      extra={<Button type="primary" onClick={() => window.location.reload()}>{say('retry')}</Button>}
    />
  )
}

const router = createBrowserRouter(createRoutesFromElements(
  <Route errorElement={<Broken />}>
    <Route path="/login" element={<Login />} />
    <Route element={<Inside />}>
      <Route element={<Frame />}>
        {pages.map((row) => <Route key={row.path} path={row.path} element={<Opened row={row} />} errorElement={<Broken />} />)}
        <Route path="*" element={<Missing />} />
      </Route>
    </Route>
  </Route>,
))

export function App() {
  return (
    <LocaleProvider>
      <Look>
        <SessionProvider>
          <RouterProvider router={router} />
        </SessionProvider>
      </Look>
    </LocaleProvider>
  )
}

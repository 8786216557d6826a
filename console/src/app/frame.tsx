// frame.tsx -- what stands around every page: menu, language, the user's own menu.
import { LogoutOutlined, KeyOutlined, MenuOutlined, UserOutlined } from '@ant-design/icons'
import { Button, Drawer, Dropdown, Grid, Layout, Menu, type MenuProps } from 'antd'
import { useEffect, useState } from 'react'
import { Link, Outlet, useLocation } from 'react-router'
import { useSay } from '~/base/locale'
import type { Word } from '~/base/words'
import { AlertBell } from './alerts_open'
import { Jump } from './jump'
import { LanguageSwitch } from './language'
import { Logo } from './logo'
import { pages } from './pages'
import { PasswordDialog } from './password'
import { useMay, useSession } from './session'

const kept = 'koi.menu.closed'
/** Which groups were folded away: remembered, as they stand open else. */
const storedClosed = (): string[] => (localStorage.getItem(kept) ?? '').split(' ').filter(Boolean)

function useMenu(path: string): Pick<MenuProps, 'items' | 'openKeys' | 'onOpenChange'> {
  const say = useSay()
  const may = useMay()
  const [closed, setClosed] = useState(storedClosed)
  const shown = pages.filter((row) => row.menu && may(row.right))
  const groups = [...new Set(shown.map((row) => row.menu!.group))]
  // Who goes to a page finds it in the menu.
  const here = pages.find((row) => row.path === rowOf(path))?.menu?.group
  const [last, setLast] = useState(here)
  if (last !== here) {
    setLast(here)
    if (here && closed.includes(here)) setClosed(closed.filter((one) => one !== here))
  }
  return {
    openKeys: groups.filter((group) => !closed.includes(group)),
    onOpenChange: (open) => {
      const now = groups.filter((group) => !open.includes(group))
      localStorage.setItem(kept, now.join(' '))
      setClosed(now)
    },
    items: groups.map((group: Word) => ({
      key: group,
      label: say(group),
      children: shown
        .filter((row) => row.menu!.group === group)
        .map(({ path: to, word, menu }) => {
          const Beside = menu!.beside
          return { key: to, icon: menu!.icon, label: <Link to={to}>{say(word)}{Beside && <Beside />}</Link> }
        }),
    })),
  }
}

/** The menu row a path belongs to: the longest that begins it, or the one it says it is reached from. */
function rowOf(path: string): string {
  const under = pages.find((row) => row.path === path)?.under
  if (under) return under
  const fits = pages.filter((row) => row.menu && (path === row.path || path.startsWith(`${row.path}/`)))
  return fits.sort((a, b) => b.path.length - a.path.length)[0]?.path ?? ''
}

function UserMenu() {
  const say = useSay()
  const { session, signOut } = useSession()
  const [changing, setChanging] = useState(false)
  if (!session) return null
  const items: MenuProps['items'] = [
    { key: 'who', disabled: true, label: `${session.user.name} · ${say(`role.${session.user.role}`)}` },
    { key: 'password', icon: <KeyOutlined />, label: say('change_password'), onClick: () => setChanging(true) },
    { key: 'out', icon: <LogoutOutlined />, label: say('sign_out'), onClick: signOut },
  ]
  return (
    <>
      <Dropdown menu={{ items }} trigger={['click']}>
        <Button type="text" icon={<UserOutlined />} aria-label={session.user.name}>
          <span className="only-wide">{session.user.name}</span>
        </Button>
      </Dropdown>
      <PasswordDialog open={changing} close={() => setChanging(false)} />
    </>
  )
}

export function Frame() {
  const say = useSay()
  const path = useLocation().pathname
  const items = useMenu(path)
  // On a small screen the tables need the room; the menu is one press away, and the quick find stays.
  const wide = Grid.useBreakpoint().xl ?? window.innerWidth >= 1200
  const [open, setOpen] = useState(false)
  // The menu is longer than many screens: the row of this page is never out of sight.
  useEffect(() => {
    document.querySelector('.menu .ant-menu-item-selected')?.scrollIntoView({ block: 'nearest' })
  }, [path])
  const menu = (
    <Menu mode="inline" {...items} inlineIndent={8} selectedKeys={[rowOf(path)]} onClick={() => setOpen(false)} className="menu" />
  )
  return (
    <Layout className="frame">
      <a href="#content" className="skip">{say('skip_to_content')}</a>
      {wide ? (
        <Layout.Sider width={216} theme="light" className="sider">
          <nav aria-label={say('menu')}>
            <div className="menu-head">
              <Link to="/" className="home"><Logo /></Link>
              <Jump wide />
            </div>
            {menu}
          </nav>
        </Layout.Sider>
      ) : (
        <Drawer placement="left" open={open} onClose={() => setOpen(false)} size={264} title={<Logo />} className="menu-drawer">
          <nav aria-label={say('menu')}>{menu}</nav>
        </Drawer>
      )}
      <Layout>
        <Layout.Header className="head">
          {!wide && (
            <>
              <Button type="text" icon={<MenuOutlined />} aria-label={say('menu')} onClick={() => setOpen(true)} />
              <Link to="/" className="home-small" aria-label={say('to_overview')}><Logo /></Link>
            </>
          )}
          <span className="space" />
          {!wide && <Jump wide={false} />}
          <AlertBell />
          <LanguageSwitch />
          <UserMenu />
        </Layout.Header>
        <Layout.Content id="content" className="content" tabIndex={-1}>
          <Outlet />
        </Layout.Content>
      </Layout>
    </Layout>
  )
}

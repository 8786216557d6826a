// pages.tsx -- the table of pages: menu and routes are read from it. Each page is a file of its own, fetched when opened.
import { DashboardOutlined } from '@ant-design/icons'
import { lazy, type ComponentType, type LazyExoticComponent, type ReactNode } from 'react'
import type { Right } from '~/api'
import type { Word } from '~/base/words'

export interface PageRow {
  path: string
  word: Word
  right?: Right
  page: LazyExoticComponent<ComponentType>
  /** Where it stands in the menu; pages without are reached from others. */
  menu?: { group: Word; icon: ReactNode }
}

export const pages: PageRow[] = [
  { path: '/', word: 'page.overview', right: 'reports:read', page: lazy(() => import('~/pages/overview/overview')),
    menu: { group: 'group.look', icon: <DashboardOutlined /> } },
]

// pages.tsx -- the table of pages: menu and routes are read from it. Each page is a file of its own, fetched when opened.
import {
  AccountBookOutlined, ApartmentOutlined, ApiOutlined, AppstoreOutlined, AuditOutlined, BranchesOutlined, CheckSquareOutlined, CloudUploadOutlined,
  CrownOutlined, DashboardOutlined, ExperimentOutlined, FilterOutlined, FlagOutlined, FundOutlined, FunnelPlotOutlined, GiftOutlined,
  HeatMapOutlined, HourglassOutlined, IdcardOutlined, LayoutOutlined, LineChartOutlined, NotificationOutlined, RiseOutlined,
  SafetyCertificateOutlined, SettingOutlined,
  ShoppingCartOutlined, ShopOutlined, ShoppingOutlined, StarOutlined, TableOutlined, TeamOutlined, TrophyOutlined, UserSwitchOutlined, WalletOutlined,
} from '@ant-design/icons'
import { Skeleton } from 'antd'
import type { ComponentType, ReactNode } from 'react'
import type { Right } from '~/api'
import { fetched } from '~/base/fetched'
import type { Word } from '~/base/words'
import { AlertOutlined } from '@ant-design/icons'
import { ApprovalsWaiting } from './waiting'
import { AimOutlined, FileTextOutlined, ForkOutlined, PartitionOutlined, SendOutlined } from '@ant-design/icons'

export interface PageRow {
  path: string
  word: Word
  right?: Right | readonly Right[]
  page: ComponentType
  /** The page it is reached from, where its address does not say so. */
  under?: string
  /** Where it stands in the menu; pages without are reached from others. */
  menu?: { group: Word; icon: ReactNode; beside?: ComponentType }
}

const page = (load: () => Promise<{ default: ComponentType }>) => fetched(load, () => <Skeleton active paragraph={{ rows: 8 }} />)

export const pages: PageRow[] = [
  { path: '/', word: 'page.overview', right: 'reports:read', page: page(() => import('~/pages/overview/overview')),
    menu: { group: 'group.look', icon: <DashboardOutlined /> } },
  { path: '/dashboards', word: 'page.dashboards', right: 'reports:read', page: page(() => import('~/pages/dashboards/dashboards')),
    menu: { group: 'group.look', icon: <LayoutOutlined /> } },
  { path: '/figures', word: 'page.metrics', right: 'reports:read', page: page(() => import('~/pages/metrics/metrics')),
    menu: { group: 'group.look', icon: <FundOutlined /> } },
  { path: '/figures/:name', word: 'page.metric', right: 'reports:read', page: page(() => import('~/pages/metrics/metric')) },
  { path: '/reports', word: 'page.reports', right: 'reports:read', page: page(() => import('~/pages/reports/reports')),
    menu: { group: 'group.look', icon: <FileTextOutlined /> } },
  { path: '/reports/:id', word: 'page.report', right: 'reports:read', page: page(() => import('~/pages/reports/report')) },
  { path: '/goals', word: 'page.goals', right: 'reports:read', page: page(() => import('~/pages/goals/goals')),
    menu: { group: 'group.look', icon: <AimOutlined /> } },
  { path: '/rfm', word: 'page.rfm', right: 'reports:read', page: page(() => import('~/pages/rfm/rfm')),
    menu: { group: 'group.look', icon: <HeatMapOutlined /> } },
  { path: '/rfm/members', word: 'page.rfm_members', right: 'members:read', page: page(() => import('~/pages/rfm/rfm_members')) },
  { path: '/rfm/move', word: 'page.rfm_move', right: 'reports:read', page: page(() => import('~/pages/rfm/move')) },
  { path: '/classes', word: 'page.classes', right: 'reports:read', page: page(() => import('~/pages/rfm/classes')),
    menu: { group: 'group.look', icon: <AppstoreOutlined /> } },
  { path: '/aipl', word: 'page.aipl', right: 'reports:read', page: page(() => import('~/pages/aipl/aipl')),
    menu: { group: 'group.insight', icon: <BranchesOutlined /> } },
  { path: '/aipl/members', word: 'page.aipl_members', right: 'members:read', page: page(() => import('~/pages/aipl/flow_members')) },
  { path: '/gmv-tree', word: 'page.gmv_tree', right: 'reports:read', page: page(() => import('~/pages/tree/tree')),
    menu: { group: 'group.insight', icon: <ApartmentOutlined /> } },
  { path: '/funnel', word: 'page.funnel', right: 'reports:read', page: page(() => import('~/pages/behaviour/funnel')),
    menu: { group: 'group.insight', icon: <FunnelPlotOutlined /> } },
  { path: '/retention', word: 'page.retention', right: 'reports:read', page: page(() => import('~/pages/behaviour/retention')),
    menu: { group: 'group.insight', icon: <RiseOutlined /> } },
  { path: '/actives', word: 'page.actives', right: 'reports:read', page: page(() => import('~/pages/behaviour/actives')),
    menu: { group: 'group.insight', icon: <LineChartOutlined /> } },
  { path: '/paths', word: 'page.paths', right: 'reports:read', page: page(() => import('~/pages/paths/paths')),
    menu: { group: 'group.insight', icon: <ForkOutlined /> } },
  { path: '/attribution', word: 'page.attribution', right: 'reports:read', page: page(() => import('~/pages/attribution/attribution')),
    menu: { group: 'group.insight', icon: <PartitionOutlined /> } },
  { path: '/spend', word: 'page.spend', right: 'reports:read', page: page(() => import('~/pages/spend/spend')),
    menu: { group: 'group.insight', icon: <AccountBookOutlined /> } },
  { path: '/cross', word: 'page.cross', right: 'members:read', page: page(() => import('~/pages/cross/cross')),
    menu: { group: 'group.insight', icon: <TableOutlined /> } },
  { path: '/ltv', word: 'page.ltv', right: 'reports:read', page: page(() => import('~/pages/ltv/ltv')),
    menu: { group: 'group.insight', icon: <HourglassOutlined /> } },
  { path: '/experiments', word: 'page.experiments', right: 'reports:read', page: page(() => import('~/pages/experiments/experiments')),
    menu: { group: 'group.insight', icon: <ExperimentOutlined /> } },
  { path: '/experiments/:id', word: 'exp.experiment', right: 'reports:read', page: page(() => import('~/pages/experiments/experiment')) },
  { path: '/basket', word: 'page.basket', right: 'reports:read', page: page(() => import('~/pages/basket/basket')),
    menu: { group: 'group.insight', icon: <ShoppingCartOutlined /> } },
  { path: '/products', word: 'page.products', right: 'reports:read', page: page(() => import('~/pages/products/products')),
    menu: { group: 'group.insight', icon: <ShopOutlined /> } },
  { path: '/alerts', word: 'page.alerts', right: 'reports:read', page: page(() => import('~/pages/alerts/alerts')),
    menu: { group: 'group.look', icon: <AlertOutlined /> } },
  { path: '/members', word: 'page.members', right: 'members:read', page: page(() => import('~/pages/members/members')),
    menu: { group: 'group.people', icon: <TeamOutlined /> } },
  { path: '/members/:id', word: 'member', right: 'members:read', page: page(() => import('~/pages/member/member')) },
  { path: '/merges', word: 'page.merges', right: 'members:read', under: '/members', page: page(() => import('~/pages/members/merges')) },
  { path: '/segments', word: 'page.segments', right: 'members:read', page: page(() => import('~/pages/segments/segments')),
    menu: { group: 'group.people', icon: <FilterOutlined /> } },
  { path: '/segments/new', word: 'page.segment_new', right: 'members:read', page: page(() => import('~/pages/segments/builder')) },
  { path: '/segments/compare', word: 'page.segments_compare', right: 'members:read', page: page(() => import('~/pages/segments/compare')) },
  { path: '/segments/:id', word: 'page.segment', right: 'members:read', page: page(() => import('~/pages/segments/builder')) },
  { path: '/orders', word: 'page.orders', right: 'orders:read', page: page(() => import('~/pages/orders/orders')),
    menu: { group: 'group.people', icon: <ShoppingOutlined /> } },
  { path: '/imports', word: 'page.imports', right: 'import', page: page(() => import('~/pages/imports/imports')),
    menu: { group: 'group.people', icon: <CloudUploadOutlined /> } },
  { path: '/imports/:id', word: 'page.imports', right: 'import', page: page(() => import('~/pages/imports/wizard')) },
  { path: '/programme', word: 'page.programme', right: 'loyalty:read', page: page(() => import('~/pages/programme/programme')),
    menu: { group: 'group.loyalty', icon: <CrownOutlined /> } },
  { path: '/programme/rules', word: 'page.programme_rules', right: 'loyalty:write', page: page(() => import('~/pages/programme/rules')) },
  { path: '/points', word: 'page.points', right: 'loyalty:read', page: page(() => import('~/pages/points/points')),
    menu: { group: 'group.loyalty', icon: <StarOutlined /> } },
  { path: '/tasks', word: 'page.tasks', right: 'loyalty:read', page: page(() => import('~/pages/tasks/tasks')),
    menu: { group: 'group.loyalty', icon: <CheckSquareOutlined /> } },
  { path: '/boards', word: 'page.boards', right: 'loyalty:read', page: page(() => import('~/pages/boards/boards')),
    menu: { group: 'group.loyalty', icon: <TrophyOutlined /> } },
  { path: '/boards/:id', word: 'page.board', right: 'loyalty:read', page: page(() => import('~/pages/boards/board')) },
  { path: '/teams', word: 'page.teams', right: 'loyalty:read', page: page(() => import('~/pages/teams/teams')),
    menu: { group: 'group.loyalty', icon: <FlagOutlined /> } },
  { path: '/teams/:id', word: 'team.campaign', right: 'loyalty:read', page: page(() => import('~/pages/teams/campaign')) },
  { path: '/mall', word: 'page.mall', right: 'loyalty:read', page: page(() => import('~/pages/mall/mall')),
    menu: { group: 'group.loyalty', icon: <GiftOutlined /> } },
  { path: '/koc', word: 'page.koc', right: 'loyalty:read', page: page(() => import('~/pages/koc/koc')), menu: { group: 'group.loyalty', icon: <NotificationOutlined /> } },
  { path: '/joining', word: 'page.joining', right: 'loyalty:read', page: page(() => import('~/pages/joining/joining')),
    menu: { group: 'group.loyalty', icon: <IdcardOutlined /> } },
  { path: '/budgets', word: 'page.budgets', right: 'loyalty:read', page: page(() => import('~/pages/budgets/budgets')),
    menu: { group: 'group.loyalty', icon: <WalletOutlined /> } },
  { path: '/budgets/:code', word: 'budget', right: 'loyalty:read', page: page(() => import('~/pages/budgets/budget')) },
  { path: '/approvals', word: 'page.approvals', right: ['approve', 'points:grant'], page: page(() => import('~/pages/house/approvals')),
    menu: { group: 'group.house', icon: <SafetyCertificateOutlined />, beside: ApprovalsWaiting } },
  { path: '/deliveries', word: 'page.deliveries', right: 'reports:read', page: page(() => import('~/pages/deliveries/deliveries')),
    menu: { group: 'group.house', icon: <SendOutlined /> } },
  { path: '/users', word: 'page.users', right: 'users:write', page: page(() => import('~/pages/house/users')),
    menu: { group: 'group.house', icon: <UserSwitchOutlined /> } },
  { path: '/keys', word: 'page.keys', right: 'users:write', page: page(() => import('~/pages/house/keys')),
    menu: { group: 'group.house', icon: <ApiOutlined /> } },
  { path: '/audit', word: 'page.audit', right: 'audit:read', page: page(() => import('~/pages/house/audit')),
    menu: { group: 'group.house', icon: <AuditOutlined /> } },
  { path: '/settings', word: 'page.settings', right: 'settings:write', page: page(() => import('~/pages/house/settings')),
    menu: { group: 'group.house', icon: <SettingOutlined /> } },
]

// words -- every word an operator sees, Chinese and English side by side: one table, in chapters.
import { access } from './access'
import { alerts } from './alerts'
import { basket } from './basket'
import { boards } from './boards'
import { budgets } from './budgets'
import { deliveries } from './deliveries'
import type { Chapter } from './chapter'
import { common } from './common'
import { dashboards } from './dashboards'
import { experiments } from './experiments'
import { flows } from './flows'
import { goals } from './goals'
import { imports } from './imports'
import { joining } from './joining'
import { memberLines } from './lines'
import { ltv } from './ltv'
import { mall } from './mall'
import { koc } from './koc'
import { memberLoyalty } from './member_loyalty'
import { members } from './members'
import { metricWords } from './metrics'
import { overview } from './overview'
import { paths } from './paths'
import { points } from './points'
import { products } from './products'
import { programme } from './programme'
import { reports } from './reports'
import { rewards } from './rewards'
import { rfm } from './rfm'
import { segments } from './segments'
import { spend } from './spend'
import { tasks } from './tasks'
import { trade } from './trade'
import { tree } from './tree'

const chapters = [
  deliveries, access, alerts, basket, boards, budgets, common, dashboards, experiments, flows, goals, imports, joining, koc, ltv, mall, memberLines, memberLoyalty, members,
  metricWords, overview, paths, points, products, programme, reports, rewards, rfm, segments, spend, tasks, trade, tree,
] as const
type Chapters = typeof chapters
type KeyOf<Chapter> = Chapter extends unknown ? keyof Chapter : never
export type Word = KeyOf<Chapters[number]>

// A key in two chapters does not compile, and the compiler names it: the later one would win unseen.
type Repeated<All, Before = never> = All extends readonly [infer First, ...infer More]
  ? (keyof First & Before) | Repeated<More, Before | keyof First>
  : never
type None<Keys extends never> = Keys
export type RepeatedWord = None<Repeated<Chapters>>

export const words: Record<Word, Chapter[string]> = Object.assign({}, ...chapters)

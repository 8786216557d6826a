// words -- every word an operator sees, Chinese and English side by side: one table, in chapters.
import { access } from './access'
import { common } from './common'
import { flows } from './flows'
import { imports } from './imports'
import { members } from './members'
import { overview } from './overview'
import { rfm } from './rfm'
import { segments } from './segments'
import { trade } from './trade'

export const words = { ...common, ...access, ...flows, ...imports, ...members, ...overview, ...rfm, ...segments, ...trade }
export type Word = keyof typeof words

// segments.ts -- words of segments: the filter, the builder, what is saved, comparing.
import type { Chapter } from './chapter'

export const segments = {
  'segment.filter': ['分层', 'Segment'],
  'segment.filter.everybody': ['全部会员；可选已存分层，或写条件', 'Everybody; pick a saved segment or write conditions'],
  'segment.people': ['{n} 人', '{n} members'],
  'segment.people_share': ['{n} 人 · 占全体 {share}', '{n} members · {share} of all'],
} as const satisfies Chapter

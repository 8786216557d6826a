// members.ts -- words of the members pages.
import type { Chapter } from './chapter'

export const members = {
} as const satisfies Chapter

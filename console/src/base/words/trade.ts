// trade.ts -- words of the trade pages.
import type { Chapter } from './chapter'

export const trade = {
} as const satisfies Chapter

// overview.ts -- words of the overview pages.
import type { Chapter } from './chapter'

export const overview = {
} as const satisfies Chapter

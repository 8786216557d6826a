// rfm.ts -- words of the rfm pages.
import type { Chapter } from './chapter'

export const rfm = {
} as const satisfies Chapter

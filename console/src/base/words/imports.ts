// imports.ts -- words of the imports pages.
import type { Chapter } from './chapter'

export const imports = {
} as const satisfies Chapter

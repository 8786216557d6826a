// chapter.ts -- the form of a chapter of words: key -> [Chinese, English].
export type Chapter = Record<string, readonly [zh: string, en: string]>

// locale.tsx -- which language the console speaks, remembered; and the function that gives its words.
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from 'react'
import { words, type Word } from './words'

export type Locale = 'zh-CN' | 'en-US'
export type Args = Record<string, string | number>
/** The words of a key; {name} in them is replaced from args. */
export type Say = (word: Word, args?: Args) => string

interface Speech {
  locale: Locale
  setLocale: (locale: Locale) => void
  say: Say
}

const kept = 'koi.locale'
const Context = createContext<Speech | null>(null)

export const storedLocale = (): Locale => (localStorage.getItem(kept) === 'en-US' ? 'en-US' : 'zh-CN')

export function sayIn(locale: Locale): Say {
  const side = locale === 'zh-CN' ? 0 : 1
  return (word, args) =>
    args === undefined
      ? words[word][side]
      : words[word][side].replace(/\{(\w+)\}/g, (whole, name: string) => String(args[name] ?? whole))
}

export function LocaleProvider({ children }: { children: ReactNode }) {
  const [locale, change] = useState(storedLocale)
  const setLocale = useCallback((to: Locale) => {
    localStorage.setItem(kept, to)
    change(to)
  }, [])
  useEffect(() => {
    document.documentElement.lang = locale
  }, [locale])
  const speech = useMemo(() => ({ locale, setLocale, say: sayIn(locale) }), [locale, setLocale])
  return <Context value={speech}>{children}</Context>
}

export function useSpeech(): Speech {
  const speech = useContext(Context)
  if (!speech) throw new Error('useSpeech outside LocaleProvider')
  return speech
}

export const useSay = (): Say => useSpeech().say

/** Whether a text that came from outside is one of our keys, as for names of kinds. */
export const isWord = (text: string): text is Word => Object.hasOwn(words, text)

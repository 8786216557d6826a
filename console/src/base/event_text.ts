// event_text.ts -- one kind of behaviour with its conditions, and how it is written: did("Product Viewed", category = "面膜").

/** How a property is compared: words with words, numbers with numbers. */
export const comparisons = {
  is: { mark: '=', words: true },
  is_not: { mark: '!=', words: true },
  contains: { mark: 'contains', words: true },
  equals: { mark: '=', words: false },
  at_least: { mark: '>=', words: false },
  above: { mark: '>', words: false },
  at_most: { mark: '<=', words: false },
  below: { mark: '<', words: false },
} as const
export type Comparison = keyof typeof comparisons
export interface Condition {
  prop: string
  comparison: Comparison
  value: string
}
/** `written`: a text this page cannot take apart; it is kept as it is. */
export interface Behaviour {
  name: string
  conditions: Condition[]
  written?: string
}

export const nothing: Behaviour = { name: '', conditions: [] }
export const quoted = (text: string) => `"${text.replace(/[\\"]/g, '\\$&')}"`
const isNumber = (text: string) => /^-?\d+(\.\d+)?$/.test(text)

export const isWhole = (one: Condition) =>
  one.prop.trim() !== '' && one.value.trim() !== '' && (comparisons[one.comparison].words || isNumber(one.value.trim()))

/** The name and what must hold of it, for within the parentheses of did(…); what is half filled in is left out. */
function inside(one: Behaviour, window?: string): string {
  const conditions = one.conditions.filter(isWhole).map(({ prop, comparison, value }) => {
    const { mark, words } = comparisons[comparison]
    return `${prop.trim()} ${mark} ${words ? quoted(value) : value.trim()}`
  })
  return [quoted(one.name), ...(window ? [window] : []), ...conditions].join(', ')
}

/** As the server reads it; an empty text when nothing is chosen. A plain name stays plain. */
export function writeBehaviour(one: Behaviour): string {
  if (one.written !== undefined) return one.written
  if (one.name === '') return ''
  const plain = /^[\p{L}\p{N}_. ]+$/u.test(one.name) && one.name !== 'did' && !one.conditions.some(isWhole)
  return plain ? one.name : `did(${inside(one)})`
}

/** As a test of the segment language, within a window: did("Product Viewed", 30d, category = "面膜"). */
export function asTest(one: Behaviour, window: string): string | undefined {
  if (one.written !== undefined || one.name === '') return undefined
  return `did(${inside(one, window)})`
}

const unquoted = (text: string) => text.slice(1, -1).replace(/\\(.)/g, '$1')
const condition = /^\s*([\p{L}_][\p{L}\p{N}_.]*)\s*(>=|<=|!=|=|>|<|contains)\s*("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?)\s*$/u

/** Cuts at a mark that stands outside quotes and parentheses. */
function cut(text: string, at: string): string[] {
  const parts = ['']
  let depth = 0
  let quotes = false
  for (let i = 0; i < text.length; i++) {
    const letter = text[i]!
    if (quotes && letter === '\\') {
      parts[parts.length - 1] += letter + (text[++i] ?? '')
      continue
    }
    if (letter === '"') quotes = !quotes
    if (!quotes) depth += letter === '(' ? 1 : letter === ')' ? -1 : 0
    if (letter === at && !quotes && depth === 0) parts.push('')
    else parts[parts.length - 1] += letter
  }
  return parts
}

function readCondition(text: string): Condition | undefined {
  const [, prop, mark, value] = condition.exec(text) ?? []
  if (!prop || !mark || !value) return undefined
  const words = value.startsWith('"')
  const found = Object.entries(comparisons).find(([, one]) => one.mark === mark && one.words === words)
  return found && { prop, comparison: found[0] as Comparison, value: words ? unquoted(value) : value }
}

/** What `writeBehaviour` wrote, and what people write by hand in the same forms. */
export function readBehaviour(text: string): Behaviour {
  const bare = text.trim()
  if (bare === '') return nothing
  const call = /^did\s*\((.*)\)$/s.exec(bare)
  const [name = '', ...rest] = call ? cut(call[1]!, ',') : [bare]
  const told = name.trim()
  const conditions = rest.map(readCondition)
  const given = /^"(?:[^"\\]|\\.)*"$/.test(told) ? unquoted(told) : call || /["(),<>=]/.test(told) ? '' : told
  if (given === '' || conditions.some((one) => one === undefined)) return { name: '', conditions: [], written: bare }
  return { name: given, conditions: conditions as Condition[] }
}

/** "Product Viewed > Product Added": as the command line has them too. */
export const readSteps = (text: string): Behaviour[] => cut(text, '>').map(readBehaviour)
export const writeSteps = (steps: Behaviour[]): string => steps.map(writeBehaviour).filter(Boolean).join(' > ')

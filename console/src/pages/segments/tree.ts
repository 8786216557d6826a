// tree.ts -- the conditions as the builder holds them, and how they become rows for the server and come back.
//
// A group or a test may be turned round by `not`. Tests may be half filled in: those are left out of what is asked.
import type { AnsweredRow, AskedProp, AskedRow, Said } from './forms'

interface Common {
  /** Known to this page only: which row is which while things move. */
  id: number
  not: boolean
}
export interface Group extends Common {
  kind: 'all' | 'any'
  parts: Node[]
}
export interface Test extends Common, Said {
  kind: 'test'
}
export type Node = Group | Test

let lastId = 0
const newId = () => ++lastId

export const newTest = (subject = '', op = ''): Test => ({
  id: newId(), not: false, kind: 'test', subject, name: '', window: '', op, operands: [], props: [],
})
export const newGroup = (kind: Group['kind'], parts: Node[]): Group => ({ id: newId(), not: false, kind, parts })
export const emptyTree = (): Group => newGroup('all', [newTest()])
const isEmpty = ({ parts: [first, ...more] }: Group) => first?.kind === 'test' && !first.subject && more.length === 0

/** The same with ids of its own. */
export function copyOf<T extends Node>(node: T): T {
  return node.kind === 'test'
    ? { ...node, id: newId(), operands: [...node.operands], props: node.props.map((prop) => ({ ...prop })) }
    : { ...node, id: newId(), parts: node.parts.map(copyOf) }
}

// -- changes: a new tree each time ------------------------------------------------------------------------------------

/** Puts what `by` answers in the place of the node; null takes it away. */
export function changed(group: Group, id: number, by: (node: Node) => Node[] ): Group {
  return {
    ...group,
    parts: group.parts.flatMap((part) => (part.id === id ? by(part) : [part.kind === 'test' ? part : changed(part, id, by)])),
  }
}

export function find(node: Node, id: number): Node | undefined {
  if (node.id === id) return node
  if (node.kind === 'test') return undefined
  for (const part of node.parts) {
    const found = find(part, id)
    if (found) return found
  }
  return undefined
}

// -- what is filled in ------------------------------------------------------------------------------------------------

const forms: Record<string, RegExp> = {
  number: /^-?\d+(\.\d{1,4})?$/,
  duration: /^[1-9]\d*[hdw]$/,
  date: /^\d{4}-\d{2}-\d{2}$/,
}
export const isDuration = (text: string) => forms.duration!.test(text)
export const isDate = (text: string) => forms.date!.test(text)
export const isNumber = (text: string) => forms.number!.test(text)

/** How many operands an operator takes; many: -1. */
export function operandsOf(op: string): number {
  if (op === 'is known' || op === 'is unknown' || op === '') return 0
  if (op === 'between') return 2
  return op === 'in' ? -1 : 1
}

/** Whether an operand of this kind of subject is whole. */
export function isWhole(kind: string, op: string, operand: string): boolean {
  if (op === 'within next') return isDuration(operand)
  switch (kind) {
    case 'count': case 'number': case 'money': return isNumber(operand)
    case 'age': return isDuration(operand) || isDate(operand)
    case 'date': return isDate(operand)
    case 'flag': return operand === 'true' || operand === 'false'
    default: return operand.trim() !== ''
  }
}

function operandsWhole(kind: string, op: string, operands: string[]): boolean {
  const n = operandsOf(op)
  return (n < 0 ? operands.length > 0 : operands.length === n) && operands.every((one) => isWhole(kind, op, one))
}

/** What a test still lacks. */
export type Lack = 'subject' | 'name' | 'operands' | undefined
export function lacks(test: Test, subject: { kind: string; named: boolean } | undefined): Lack {
  if (!subject) return 'subject'
  if (subject.named && !test.name.trim()) return 'name'
  if (subject.kind === 'holds') return undefined
  return test.op && operandsWhole(subject.kind, test.op, test.operands) ? undefined : 'operands'
}
export const propWhole = (prop: AskedProp) => prop.name.trim() !== '' && prop.op !== '' && operandsWhole('text', prop.op, prop.operands)

// -- to rows and back -------------------------------------------------------------------------------------------------

type SubjectOf = (name: string, named: boolean) => { kind: string; named: boolean } | undefined

/** Rows of what is whole, and the node each row stands for. */
export function toRows(tree: Group, subjectOf: SubjectOf): { rows: AskedRow[]; ids: number[] } {
  const rows: AskedRow[] = []
  const ids: number[] = []
  const add = (id: number, row: Partial<AskedRow> & Pick<AskedRow, 'depth' | 'kind'>) => {
    rows.push({ subject: '', name: '', window: '', op: '', operands: [], props: [], ...row })
    ids.push(id)
  }
  const whole = (node: Node): boolean => (node.kind === 'test' ? !lacks(node, subjectOf(node.subject, node.name !== '')) : node.parts.some(whole))
  const walk = (node: Node, depth: number): void => {
    if (node.not) {
      add(node.id, { depth, kind: 'not' })
      depth++
    }
    if (node.kind === 'test') {
      const { subject, name, op, operands, props } = node
      add(node.id, {
        depth, kind: 'test', subject, name, op, operands, window: isDuration(node.window) ? node.window : '', props: props.filter(propWhole),
      })
      return
    }
    const parts = node.parts.filter(whole)
    // A group of one is that one.
    if (parts.length === 1) return walk(parts[0]!, depth)
    add(node.id, { depth, kind: node.kind })
    for (const part of parts) walk(part, depth + 1)
  }
  if (whole(tree)) walk(tree, 0)
  return { rows, ids }
}

/** The tree of rows; where it stands as before, rows keep who they are. */
export function fromRows(rows: AnsweredRow[], before?: Group): { tree: Group; ids: number[] } {
  const ids: number[] = []
  let at = 0
  const read = (old: Node | undefined): Node => {
    const row = rows[at++]!
    const place = ids.push(0) - 1
    const kept = old && old.kind === row.kind ? old.id : newId()
    if (row.kind === 'not') {
      const inner = read(old)
      // Not of not: the outer one gets a group of its own.
      const node: Node = inner.not ? { ...newGroup('all', [inner]), not: true } : { ...inner, not: true }
      ids[place] = node.id
      return node
    }
    ids[place] = kept
    if (row.kind === 'test') {
      const { subject, name, window, op, operands, props } = row
      return {
        id: kept, not: false, kind: 'test', subject: subject ?? '', name: name ?? '', window: window ?? '', op: op ?? '', operands, props,
      }
    }
    const parts: Node[] = []
    const olds = old && old.kind !== 'test' ? old.parts : []
    while (at < rows.length && rows[at]!.depth > row.depth) parts.push(read(olds[parts.length]))
    return { id: kept, not: false, kind: row.kind, parts }
  }
  // Somebody may be choosing a subject in the empty row already: it stays the row it is.
  if (rows.length === 0) return { tree: before && isEmpty(before) ? before : emptyTree(), ids }
  const first = rows[0]!
  const bare = first.kind === 'all' || first.kind === 'any'
  const node = read(bare ? before : before?.parts[0])
  if (node.kind !== 'test' && !node.not) return { tree: node, ids }
  return { tree: { id: before?.id ?? newId(), not: false, kind: 'all', parts: [node] }, ids }
}

// marks.tsx -- small marks of a member: tags, class.
import { Tooltip } from 'antd'
import type { Tone } from '~/app/theme'
import { isWord, useSay } from '~/base/locale'
import { Mark } from '~/parts/mark'

const shown = 3

export function TagChips({ tags }: { tags: string[] }) {
  if (tags.length === 0) return <span className="quiet">–</span>
  const rest = tags.slice(shown)
  return (
    <span className="chips">
      {tags.slice(0, shown).map((tag) => <Mark key={tag}>{tag}</Mark>)}
      {rest.length > 0 && <Tooltip title={rest.join('、')}><Mark tabIndex={0}>+{rest.length}</Mark></Tooltip>}
    </span>
  )
}

const colours: Record<string, Tone> = { A: 'amber', B: 'teal', C: 'blue' }

export function ClassMark({ name }: { name: string | null }) {
  const say = useSay()
  const what = `class.${name}.what`
  if (!name) return <span className="quiet">–</span>
  return (
    <Tooltip title={isWord(what) ? say(what) : undefined}>
      <Mark tone={colours[name]} tabIndex={0}>{name}</Mark>
    </Tooltip>
  )
}

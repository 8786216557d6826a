// marks.tsx -- small marks of a member: tags, class.
import { Tag, Tooltip } from 'antd'
import { isWord, useSay } from '~/base/locale'

const shown = 3

export function TagChips({ tags }: { tags: string[] }) {
  if (tags.length === 0) return <span className="quiet">–</span>
  const rest = tags.slice(shown)
  return (
    <span className="chips">
      {tags.slice(0, shown).map((tag) => <Tag key={tag}>{tag}</Tag>)}
      {rest.length > 0 && <Tooltip title={rest.join('、')}><Tag tabIndex={0}>+{rest.length}</Tag></Tooltip>}
    </span>
  )
}

const colours: Record<string, string> = { A: 'gold', B: 'cyan', C: 'geekblue' }

export function ClassMark({ name }: { name: string | null }) {
  const say = useSay()
  const what = `class.${name}.what`
  if (!name) return <span className="quiet">–</span>
  return (
    <Tooltip title={isWord(what) ? say(what) : undefined}>
      <Tag color={colours[name]} tabIndex={0}>{name}</Tag>
    </Tooltip>
  )
}

// who.tsx -- who did something and when: a person by name, a key, or the system itself.
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'

export function Who({ actor, at }: { actor?: string | null; at?: string | null }) {
  const say = useSay()
  const format = useFormat()
  if (!actor) return <>–</>
  const [, kind, name = ''] = /^(user|key):(.*)$/s.exec(actor) ?? []
  const text = kind === 'user' ? name : kind === 'key' ? say('approvals.by_key', { name }) : actor === 'system' ? say('approvals.by_system') : actor
  return (
    <>
      {text}
      <div className="quiet number">{format.when(at)}</div>
    </>
  )
}

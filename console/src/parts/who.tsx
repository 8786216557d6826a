// who.tsx -- who did something and when: a person by name, a key, or the system itself.
import { useFormat } from '~/base/format'
import { useSay, type Say } from '~/base/locale'

export function actorText(actor: string, say: Say): string {
  const [, kind, name = ''] = /^(user|key):(.*)$/s.exec(actor) ?? []
  if (kind) return kind === 'user' ? name : say('approvals.by_key', { name })
  return actor === 'system' ? say('approvals.by_system') : actor === 'cli' ? say('audit.by_cli') : actor
}

export function Who({ actor, at }: { actor?: string | null; at?: string | null }) {
  const say = useSay()
  const format = useFormat()
  if (!actor) return <>–</>
  return (
    <>
      {actorText(actor, say)}
      <div className="quiet number">{format.when(at)}</div>
    </>
  )
}

// how.tsx -- how figures were made, in the server's words.
import { Collapse } from 'antd'
import { useSay } from '~/base/locale'

export function How({ text, note }: { text: string; note?: string }) {
  const say = useSay()
  return (
    <Collapse
      className="how"
      items={[{
        key: 'how',
        label: say('rfm.how'),
        children: (
          <>
            <p className="how-text">{text}</p>
            {note && <p className="quiet">{note}</p>}
          </>
        ),
      }]}
    />
  )
}

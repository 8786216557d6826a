// jump.tsx -- goes anywhere by name: pages, metrics, members. Ctrl+K (⌘K), or the field above the menu.
import { SearchOutlined } from '@ant-design/icons'
import { Button, Input, Modal, type InputRef } from 'antd'
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { useNavigate } from 'react-router'
import type { MemberRow, Metric } from '~/api'
import { useData, useSettled, type Page } from '~/base/data'
import { useSay } from '~/base/locale'
import { metricLink } from '~/base/metric_text'
import { placesFor } from './places'
import { useMay } from './session'

const per_kind = 8
const keys = /Mac|iP(hone|ad)/.test(navigator.userAgent) ? '⌘ K' : 'Ctrl K'

interface Found {
  path: string
  name: string
  note?: string
}
interface Kind {
  title: string
  items: Found[]
}

/** What fits best comes first: what begins so, then what has it anywhere. */
function fitting<T>(all: T[], text: (one: T) => string, wanted: string): T[] {
  const rank = (one: T) => (text(one).startsWith(wanted) ? 0 : text(one).includes(` ${wanted}`) ? 1 : 2)
  return all.filter((one) => text(one).includes(wanted)).sort((a, b) => rank(a) - rank(b)).slice(0, per_kind)
}

/** Everything whose name has `typed` in it; all pages while nothing is typed. */
function useFound(typed: string): { kinds: Kind[]; loading: boolean } {
  const say = useSay()
  const may = useMay()
  const wanted = typed.trim().toLowerCase()
  const places = useMemo(() => placesFor(may), [may])
  const metrics = useData<Page<Metric>>(may('reports:read') ? '/v1/metrics' : null)
  const asked = useSettled(typed.trim())
  const q = /^#?\d{1,9}$/.test(asked) ? `#${asked.replace('#', '')}` : asked
  const searched = asked.length > 1 || /^\d/.test(asked)
  const members = useData<Page<MemberRow>>(may('members:read') && searched ? '/v1/members' : null, { q, limit: per_kind })
  const found: Kind[] = [
    {
      title: say('jump.pages'),
      items: (wanted ? fitting(places, (one) => one.text, wanted) : places.filter((one) => !one.within))
        .map((one) => ({ path: one.path, name: say(one.word), note: one.within && say(one.within) })),
    },
    {
      title: say('page.metrics'),
      items: wanted ? fitting(metrics.data?.items ?? [], (one) => `${one.label} ${one.name}`.toLowerCase(), wanted).map((one) => ({ path: metricLink(one.name), name: one.label, note: one.definition })) : [],
    },
    {
      title: say('page.members'),
      items: wanted && searched ? (members.data?.items ?? []).map((one) => ({ path: `/members/${one.id}`, name: one.name || say('nameless'), note: `#${one.id}${one.phone ? ` · ${one.phone}` : ''}` })) : [],
    },
  ]
  return { kinds: found.filter((kind) => kind.items.length > 0), loading: members.loading || asked !== typed.trim() }
}

function List({ close }: { close: () => void }) {
  const say = useSay()
  const go = useNavigate()
  const [typed, type] = useState('')
  const [at, setAt] = useState(0)
  const { kinds, loading } = useFound(typed)
  const all = kinds.flatMap((kind) => kind.items)
  const chosen = Math.min(at, all.length - 1)
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' })
  }, [chosen])
  const open = (one: Found | undefined) => {
    if (!one) return
    close()
    void go(one.path)
  }
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return // the input method's own keys
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step && all.length > 0) {
      event.preventDefault()
      setAt((chosen + step + all.length) % all.length)
    }
    if (event.key === 'Enter') open(all[chosen])
  }
  const input = useRef<InputRef>(null)
  useEffect(() => input.current?.focus(), [])
  return (
    <>
      <Input
        ref={input} size="large" variant="borderless" prefix={<SearchOutlined />} value={typed} placeholder={say('jump.hint')}
        role="combobox" aria-label={say('jump.hint')} aria-expanded aria-controls="jump-list" aria-activedescendant={all.length ? `jump-${chosen}` : undefined}
        onChange={(event) => {
          type(event.target.value)
          setAt(0)
        }}
        onKeyDown={press}
      />
      <div className="jump-list" id="jump-list" role="listbox" aria-label={say('jump')} ref={list}>
        {kinds.map((kind) => (
          <div role="group" aria-label={kind.title} key={kind.title}>
            <div className="jump-kind" aria-hidden>{kind.title}</div>
            {kind.items.map((one) => {
              const i = all.indexOf(one)
              return (
                <div key={one.path} id={`jump-${i}`} role="option" aria-selected={i === chosen} className="jump-one" onClick={() => open(one)} onMouseMove={() => i !== chosen && setAt(i)}>
                  <span className="jump-name">{one.name}</span> {one.note && <span className="quiet jump-note">{one.note}</span>}
                </div>
              )
            })}
          </div>
        ))}
      </div>
      {all.length === 0 && <p className="quiet jump-none" role="status">{say(loading ? 'loading' : 'jump.none')}</p>}
    </>
  )
}

/** The button that opens it; wide it looks like the field it opens. */
export function Jump({ wide }: { wide: boolean }) {
  const say = useSay()
  const [open, setOpen] = useState(false)
  useEffect(() => {
    const press = (event: globalThis.KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return
      event.preventDefault()
      setOpen((was) => !was)
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  }, [])
  return (
    <>
      {wide ? (
        <button type="button" className="jump-field" aria-keyshortcuts="Control+K Meta+K" onClick={() => setOpen(true)}>
          <SearchOutlined /> <span>{say('jump')}</span> <kbd>{keys}</kbd>
        </button>
      ) : (
        <Button type="text" icon={<SearchOutlined />} aria-label={say('jump')} onClick={() => setOpen(true)} />
      )}
      <Modal open={open} onCancel={() => setOpen(false)} footer={null} closable={false} destroyOnHidden width={620} className="jump" title={say('jump')} style={{ top: 72 }}>
        <List close={() => setOpen(false)} />
      </Modal>
    </>
  )
}

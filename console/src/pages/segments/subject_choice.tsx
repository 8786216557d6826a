// subject_choice.tsx -- what a condition is about: found by its Chinese name, its English name or what it means.
import { Select } from 'antd'
import { useState } from 'react'
import { useSay } from '~/base/locale'
import { useLanguage, type SubjectGroup } from './language'

const groups: SubjectGroup[] = ['buys', 'does', 'is']

export function SubjectChoice({ value, change, wrong }: { value: string; change: (name: string) => void; wrong?: boolean }) {
  const say = useSay()
  const { subjects } = useLanguage()
  const [open, setOpen] = useState(false)
  return (
    <Select
      className="subject"
      aria-label={say('seg.subject')}
      placeholder={say('seg.subject.choose')}
      value={value || undefined}
      onChange={change}
      // Left to itself the list closes a moment after the choice, and a Tab of that moment goes to it.
      open={open}
      onOpenChange={setOpen}
      onSelect={() => setOpen(false)}
      status={wrong ? 'error' : undefined}
      popupMatchSelectWidth={340}
      listHeight={360}
      showSearch={{
        filterOption: (typed, option) => ((option as { search?: string } | undefined)?.search ?? '').includes(typed.trim().toLowerCase()),
      }}
      labelRender={({ value: name }) => subjects.find((one) => one.name === name)?.title ?? name}
      options={groups.map((group) => ({
        label: say(`seg.group.${group}`),
        title: group,
        options: subjects.filter((one) => one.group === group).map((one) => ({
          value: one.name,
          search: `${one.name} ${one.zh} ${one.en} ${one.title}`.toLowerCase(),
          label: (
            <span className="subject-option">
              <span className="option-line"><span>{one.title}</span><code className="quiet">{one.name}</code></span>
              <span className="subject-doc">{one.doc}</span>
            </span>
          ),
        })),
      }))}
    />
  )
}

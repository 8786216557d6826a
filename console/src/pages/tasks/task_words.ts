// task_words.ts -- a task's name, state and terms in words.
import type { Task } from '~/api'
import type { Tone } from '~/app/theme'
import { dayOf, useFormat } from '~/base/format'
import { useSay, useSpeech } from '~/base/locale'

export const proofsToChoose = ['event', 'upload', 'code'] as const
/** Kinds that may say how they are verified. */
export const choosesProof = (kind: Task['kind']) => ['favourite', 'review', 'share'].includes(kind)
export const onceByNature = (kind: Task['kind']) => kind === 'profile' || kind === 'birthday'

export type TaskState = 'open' | 'shut' | 'soon' | 'over'
export const stateTones: Record<TaskState, Tone> = { open: 'green', shut: 'grey', soon: 'blue', over: 'amber' }
export function taskState(task: Task, now: number): TaskState {
  if (task.ends_at && Date.parse(task.ends_at) <= now) return 'over'
  if (!task.opened) return 'shut'
  return task.starts_at && Date.parse(task.starts_at) > now ? 'soon' : 'open'
}

export function useTaskName() {
  const { locale } = useSpeech()
  return (task: { zh: string; en: string }) => (locale === 'zh-CN' ? task.zh : task.en)
}

export function useTaskWords() {
  const say = useSay()
  const format = useFormat()
  const period = ({ starts_at, ends_at }: Pick<Task, 'starts_at' | 'ends_at'>) => {
    const from = starts_at && dayOf(new Date(starts_at))
    const to = ends_at && dayOf(new Date(Date.parse(ends_at) - 1))
    if (from && to) return say('rule.between', { from, to })
    return from ? say('rule.from', { from }) : to ? say('rule.until', { to }) : say('tasks.always')
  }
  const limits = (task: Task) =>
    [
      say(`task.often.text.${task.often}`, { n: task.times }),
      task.per_member > 0 && say('task.per_member.text', { n: format.count(task.per_member) }),
      task.total > 0 && say('task.total.text', { n: format.count(task.total) }),
      task.tier && say('task.tier.text', { tier: task.tier }),
      task.tag && say('task.tag.text', { tag: task.tag }),
    ].filter(Boolean).join(say('rule.join'))
  return { period, limits }
}

// budget_select.tsx -- which campaign budget pays; none where there are no budgets.
import { Select } from 'antd'
import { useData, type Page } from '~/base/data'
import { useSay } from '~/base/locale'

export const useBudgets = () => useData<Page<{ code: string; name: string }>>('/v1/budgets').data?.items ?? []

/** What people call a budget; its code where it is gone. */
export function useBudgetName() {
  const budgets = useBudgets()
  return (code: string) => budgets.find((one) => one.code === code)?.name ?? code
}

interface SelectProps {
  id?: string
  value?: string | null
  onChange?: (budget: string | null) => void
  className?: string
}

export function BudgetSelect({ id, value, onChange, className }: SelectProps) {
  const say = useSay()
  const budgets = useBudgets()
  if (budgets.length === 0 && !value) return null
  return (
    <Select
      id={id}
      aria-label={say('reward.budget')}
      value={value ?? undefined}
      placeholder={say('reward.no_budget')}
      allowClear
      popupMatchSelectWidth={false}
      className={className}
      onChange={(budget: string | undefined) => onChange?.(budget ?? null)}
      options={budgets.map((budget) => ({ value: budget.code, label: budget.name }))}
    />
  )
}

// form_dialog.tsx -- a form in a dialog; what the server refuses stands at the field it is about, the rest above.
import { Modal, type FormInstance } from 'antd'
import { useEffect, useMemo, useState, type ReactNode } from 'react'
import type { Change } from '~/base/data'
import { ApiError } from '~/base/http'
import { useSay } from '~/base/locale'
import { Failure } from './states'

interface DialogProps {
  title: string
  form: FormInstance
  change: Change
  close: () => void
  /** Instead of "save". */
  ok?: string
  width?: number
  children: ReactNode
}

export function FormDialog({ title, form, change, close, ok, width, children }: DialogProps) {
  const say = useSay()
  const left = usePlaced(form, change.error)
  return (
    <Modal
      open
      title={title}
      width={width}
      okText={ok ?? say('save')}
      cancelText={say('cancel')}
      confirmLoading={change.busy}
      onOk={form.submit}
      onCancel={close}
    >
      {left && <Failure error={left} title={say('failed_change')} />}
      {children}
    </Modal>
  )
}

/** A change whose refusals point into a greater whole ("/items/3/tier"), seen from the part that the form is about. */
export function useUnder(change: Change, at: string): Change {
  const error = useMemo(() => {
    if (!(change.error instanceof ApiError)) return change.error
    const { problem } = change.error
    const errors = problem.errors?.map((one) => (one.pointer?.startsWith(`${at}/`) ? { ...one, pointer: one.pointer.slice(at.length) } : one))
    return new ApiError({ ...problem, errors })
  }, [change.error, at])
  return { ...change, error }
}

/** Writes each refusal beside its field, or the field it lies in ("/gifts/rewards/0/amount"); answers what has none in this form. */
export function usePlaced(form: FormInstance, error: Error | undefined): Error | undefined {
  const [left, setLeft] = useState<Error>()
  useEffect(() => {
    const problem = error instanceof ApiError ? error.problem : undefined
    const fields = form.getFieldsError().map((field) => field.name)
    const fieldOf = (pointer = '') =>
      fields.filter((name) => `${pointer}/`.startsWith(`/${name.join('/')}/`)).sort((a, b) => b.length - a.length)[0]
    const placed = problem?.errors?.filter((one) => fieldOf(one.pointer)) ?? []
    form.setFields(placed.map((one) => ({ name: fieldOf(one.pointer)!, errors: [one.detail] })))
    const first = fieldOf(placed[0]?.pointer)
    if (first) form.scrollToField(first, { block: 'center' })
    const others = problem?.errors?.filter((one) => !fieldOf(one.pointer)) ?? []
    setLeft(problem && placed.length > 0 ? (others.length > 0 ? new ApiError({ ...problem, errors: others }) : undefined) : error)
  }, [form, error])
  return left
}

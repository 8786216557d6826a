// remove.ts -- deleting a saved segment, which is asked about first.
import { App } from 'antd'
import type { Change } from '~/base/data'
import { useSay } from '~/base/locale'
import type { Saved } from './forms'

export function useRemove(saved: Saved, change: Change, gone: () => void) {
  const say = useSay()
  const { message, modal } = App.useApp()
  return () =>
    modal.confirm({
      title: say('seg.delete.sure', { name: saved.name }),
      okText: say('seg.delete'), cancelText: say('cancel'), okButtonProps: { danger: true },
      onOk: async () => {
        if (!(await change.run('DELETE', `/v1/segments/${saved.id}`))) return
        message.success(say('seg.deleted'))
        gone()
      },
    })
}

// rule_dialog.tsx -- changes the rule of a stage; says at once how many members it holds for.
import { App, Input, Modal } from 'antd'
import { useState } from 'react'
import type { AiplStage } from '~/api'
import { useAnswer, useChange } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { textProblem } from '~/parts/segment_filter'
import { Failure } from '~/parts/states'

export function RuleDialog({ stage, name, close, saved }: { stage: AiplStage; name: string; close: () => void; saved: () => void }) {
  const say = useSay()
  const format = useFormat()
  const { message } = App.useApp()
  const [text, setText] = useState(stage.rule ?? '')
  const change = useChange()
  const asked = useAnswer<{ count: number; total: number }>('/v1/segments/ask', text.trim() ? { text } : null, 300)
  const save = async () => {
    if (!(await change.run('PUT', `/v1/settings/aipl.${stage.stage}`, { value: text.trim() }))) return
    message.success(say('saved'))
    saved()
  }
  return (
    <Modal
      open
      title={say('aipl.rule.edit', { stage: name })}
      okText={say('save')}
      cancelText={say('cancel')}
      confirmLoading={change.busy}
      okButtonProps={{ disabled: !text.trim() || asked.loading || Boolean(asked.error) || text.trim() === stage.rule }}
      onOk={save}
      onCancel={close}
    >
      <p className="quiet flat">{say('aipl.rule.what')}</p>
      <Input.TextArea
        aria-label={say('aipl.rule')}
        aria-describedby="aipl-rule-note"
        autoFocus
        autoSize={{ minRows: 3, maxRows: 10 }}
        value={text}
        status={asked.error ? 'error' : undefined}
        onChange={(event) => setText(event.target.value)}
      />
      <div id="aipl-rule-note" role="status" className={asked.error ? 'segment-filter-note wrong' : 'segment-filter-note quiet'}>
        {asked.error ? textProblem(asked.error) : asked.data && text.trim()
          ? say('segment.people_share', { n: format.count(asked.data.count), share: format.percent(asked.data.count / asked.data.total) })
          : null}
      </div>
      {change.error && <Failure error={change.error} title={say('failed_change')} />}
    </Modal>
  )
}

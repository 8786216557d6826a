// rules.tsx -- what makes a stage: its rule in words and as text; who may changes it here.
import { EditOutlined } from '@ant-design/icons'
import { Button, Card } from 'antd'
import { useState } from 'react'
import type { AiplAnswer, AiplStage } from '~/api'
import { useMay } from '~/app/session'
import { useSay } from '~/base/locale'
import { Hint } from '~/parts/figure'
import { SegmentWords } from '~/parts/segment_words'
import { RuleDialog } from './rule_dialog'
import { falling, stageColours, useStageName } from './stages'

export function Rules({ answer, changed }: { answer: AiplAnswer; changed: () => void }) {
  const say = useSay()
  const may = useMay()
  const nameOf = useStageName(answer)
  const [editing, edit] = useState<AiplStage>()
  return (
    <Card title={<>{say('aipl.rules')} <Hint text={say('aipl.rule.what')} about={say('aipl.rules')} /></>} className="card-flush">
      <dl className="stage-rules">
        {falling.map((stage) => {
          const row = answer.stages.find((one) => one.stage === stage)
          return row && (
            <div key={stage} className="stage-rule">
              <dt><span className="dot" style={{ background: stageColours[stage] }} /> {nameOf(stage)}</dt>
              <dd>
                {row.rule ? <><SegmentWords text={row.rule} /><code>{row.rule}</code></> : <span className="quiet">{say('aipl.none.what')}</span>}
              </dd>
              {row.rule && may('settings:write') && (
                <dd>
                  <Button size="small" icon={<EditOutlined />} aria-label={`${say('edit')} · ${say('aipl.rule.edit', { stage: nameOf(stage) })}`} onClick={() => edit(row)}>
                    {say('edit')}
                  </Button>
                </dd>
              )}
            </div>
          )
        })}
      </dl>
      {editing && (
        <RuleDialog
          stage={editing}
          name={nameOf(editing.stage)}
          close={() => edit(undefined)}
          saved={() => {
            edit(undefined)
            changed()
          }}
        />
      )}
    </Card>
  )
}

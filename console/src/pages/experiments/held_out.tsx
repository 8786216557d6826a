// held_out.tsx -- who takes part in no experiment at all: how many percent, and which members.
import type { MemberRow, Setting } from '~/api'
import { Link } from 'react-router'
import { useMay } from '~/app/session'
import { useData, usePages, type Page } from '~/base/data'
import { useSay } from '~/base/locale'
import { segmentLink } from '~/base/segment_link'
import { useMemberRows } from '~/pages/members/member_rows'
import { SettingRow } from '~/parts/setting_row'
import { Nothing } from '~/parts/states'

export function HeldOut() {
  const say = useSay()
  const people = useMay()('members:read')
  const settings = useData<Page<Setting>>(useMay()('settings:write') ? '/v1/settings' : null)
  const row = settings.data?.items.find((one) => one.name === 'experiments.holdout_percent')
  const list = usePages<MemberRow>(people ? '/v1/experiment-holdout' : null, { limit: 20 })
  const percent = (list.data as { percent?: number } | undefined)?.percent
  const { rows } = useMemberRows()
  return (
    <>
      <div className="tab-body">
        <p className="quiet flat">{say('exp.held.what')}</p>
        {percent !== undefined && percent > 0 && (
          <p className="sentence flat">{say('exp.held.percent', { percent })} {people && <Link to={segmentLink('held_out = true')}>{say('flows.members_of')}</Link>}</p>
        )}
        {row && <SettingRow key={row.value} row={row} changed={() => { settings.reload(); list.reload() }} />}
      </div>
      {people && rows(list, <Nothing text={say('exp.held.none')} />)}
    </>
  )
}

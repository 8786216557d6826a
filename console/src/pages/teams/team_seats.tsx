// team_seats.tsx -- who is in a team, who asks to come in; the shop may take somebody out.
import { App, Button, Drawer, Grid, Popconfirm, Typography } from 'antd'
import { Link } from 'react-router'
import type { Team, TeamSeat } from '~/api'
import { useMay } from '~/app/session'
import { useChange, useData } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { Mark } from '~/parts/mark'
import { Failure, Loaded } from '~/parts/states'

export function TeamSeats({ team, close }: { team: number; close: () => void }) {
  const say = useSay()
  const format = useFormat()
  const wide = Grid.useBreakpoint().sm ?? true
  const may = useMay()('loyalty:write')
  const { message } = App.useApp()
  const read = useData<{ team: Team; seats: TeamSeat[] }>(`/v1/teams/${team}`)
  const change = useChange()
  const remove = async (seat: number) => {
    if (!(await change.run('DELETE', `/v1/teams/${team}/seats/${seat}`))) return
    message.success(say('team.removed'))
    read.reload()
  }
  return (
    <Drawer open onClose={close} size={wide ? 420 : 390} title={read.data?.team.name ?? say('team.team')}>
      {change.error && <Failure error={change.error} title={say('failed_change')} />}
      <Loaded from={read} rows={5}>
        {({ team: it, seats }) => (
          <>
            <p className="quiet flat">
              {say(`team.join.${it.join_rule}`)}
              {it.join_rule === 'code' && it.code && <> · {say('team.code')} <Typography.Text code copyable={{ tooltips: [say('copy'), say('copied')] }}>{it.code}</Typography.Text></>}
            </p>
            <ul className="seats">
              {seats.map((seat) => (
                <li key={seat.seat}>
                  <div>
                    <Link to={`/members/${seat.member}`} className="member-name">{seat.name || say('nameless')} <span className="quiet number">#{seat.member}</span></Link>{' '}
                    {seat.captain && <Mark tone="amber">{say('team.captain')}</Mark>}
                    {seat.state === 'asked' && <Mark tone="blue">{say('team.asked')}</Mark>}
                    <div className="quiet small">{say('team.joined')} <span className="number">{format.when(seat.joined_at)}</span></div>
                  </div>
                  {may && (
                    <Popconfirm title={say('team.remove.sure')} onConfirm={() => remove(seat.seat)}>
                      <Button size="small" danger disabled={change.busy}>{say('team.remove')}</Button>
                    </Popconfirm>
                  )}
                </li>
              ))}
            </ul>
          </>
        )}
      </Loaded>
    </Drawer>
  )
}

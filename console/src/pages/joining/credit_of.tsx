// credit_of.tsx -- one member's shopping credit: balance, top-ups and spending, refunds worked out before they are made.
import { App, Button, Form, InputNumber, Space } from 'antd'
import { useState } from 'react'
import type { CreditAct, CreditView } from '~/api'
import { useMay } from '~/app/session'
import { useChange, useData, usePages, useSettled } from '~/base/data'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { newKey } from '~/base/new_key'
import { Figure } from '~/parts/figure'
import { FormDialog } from '~/parts/form_dialog'
import { Rows, type Column } from '~/parts/rows'
import { Loaded, Nothing } from '~/parts/states'
import { CreditDialog, CreditGiftDialog } from './credit_dialog'

export function CreditOf({ member, changed }: { member: number; changed?: () => void }) {
  const say = useSay()
  const format = useFormat()
  const holds = useMay()
  const may = holds('orders:write')
  const read = useData<CreditView>(`/v1/members/${member}/credit`)
  const acts = usePages<CreditAct>(`/v1/members/${member}/credit/acts`)
  const [refunding, refund] = useState<CreditAct>()
  const [doing, start] = useState<'topup' | 'spend' | 'gift'>()
  const done = () => {
    read.reload()
    acts.reload()
    changed?.()
  }
  const sign = (row: CreditAct, amount: string) => format.money(row.kind === 'spend' || row.kind === 'topup_refund' ? `-${amount}` : amount)
  const columns: Column<CreditAct>[] = [
    { key: 'kind', title: say('credit.act'), cell: (row) => <strong>{say(`credit.kind.${row.kind}`)}</strong> },
    { key: 'principal', title: say('credit.to_principal'), right: true, cell: (row) => sign(row, row.principal) },
    { key: 'bonus', title: say('credit.to_bonus'), right: true, cell: (row) => sign(row, row.bonus) },
    { key: 'back', title: say('credit.refund.paid_back'), right: true, cell: (row) => (row.kind === 'topup_refund' ? format.money(row.paid_back) : '–') },
    { key: 'key', title: say('credit.number'), cell: (row) => <>{row.of ?? row.key}</> },
    { key: 'at', title: say('time'), cell: (row) => <span className="number">{format.when(row.at)}</span> },
  ]
  if (may) columns.push({ key: 'do', title: say('actions'), cell: (row) => (row.kind === 'topup' || row.kind === 'spend' ? <Button size="small" onClick={() => refund(row)}>{say('credit.refund')}</Button> : '–') })
  return (
    <>
      {(may || holds('points:grant')) && (
        <div className="tab-tools">
          <Space wrap>
            {may && <Button onClick={() => start('topup')}>{say('credit.topup')}</Button>}
            {may && <Button onClick={() => start('spend')}>{say('credit.spend')}</Button>}
            {holds('points:grant') && <Button onClick={() => start('gift')}>{say('credit.gift')}</Button>}
          </Space>
        </div>
      )}
      <Loaded from={read} rows={2}>
        {(it) => (
          <div className="figures figures-inner figures-3">
            <Figure name={say('credit.owed')} value={format.money(it.total)} />
            <Figure name={say('credit.principal')} value={format.money(it.principal)} />
            <Figure name={say('credit.bonus')} value={format.money(it.bonus)} />
          </div>
        )}
      </Loaded>
      <Rows from={acts} columns={columns} id={(row) => row.number} empty={<Nothing text={say('credit.acts.none')} />} />
      {refunding && (
        <RefundDialog
          member={member}
          act={refunding}
          close={() => refund(undefined)}
          done={done}
        />
      )}
      {(doing === 'topup' || doing === 'spend') && <CreditDialog member={member} kind={doing} close={() => start(undefined)} done={done} />}
      {doing === 'gift' && <CreditGiftDialog member={member} close={() => start(undefined)} done={done} />}
    </>
  )
}

function RefundDialog({ member, act, close, done }: { member: number; act: CreditAct; close: () => void; done: () => void }) {
  const say = useSay()
  const format = useFormat()
  const { message } = App.useApp()
  const [form] = Form.useForm<{ amount?: string | null }>()
  const change = useChange()
  const [key] = useState(newKey) // the same for a retry: it is refunded once
  const typed = Form.useWatch('amount', form)
  const amount = useSettled(typed ?? undefined)
  const would = useData<CreditAct>(`/v1/members/${member}/credit/refund`, { of: act.key, amount })
  const send = async (given: { amount?: string | null }) => {
    if (!(await change.run('POST', `/v1/members/${member}/credit/refund`, { key, of: act.key, amount: given.amount || null }))) return
    message.success(say('credit.refunded'))
    close()
    done()
  }
  return (
    <FormDialog title={say('credit.refund.title', { what: say(`credit.kind.${act.kind}`) })} form={form} change={change} close={close} ok={say('credit.refund.do')}>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={send}>
        <Form.Item name="amount" label={say('credit.refund.amount')}><InputNumber stringMode min="0.01" precision={2} className="full" autoFocus /></Form.Item>
      </Form>
      <Loaded from={would}>
        {(it) => (
          <dl className="sum">
            <div><dt>{say('credit.to_principal')}</dt><dd className="number">{format.money(it.principal)}</dd></div>
            <div><dt>{say('credit.to_bonus')}</dt><dd className="number">{format.money(it.bonus)}</dd></div>
            {it.kind === 'topup_refund' && <div><dt>{say('credit.refund.deducted')}</dt><dd className="number">{format.money(`-${it.deducted}`)}</dd></div>}
            {it.kind === 'topup_refund' && <div className="sum-total"><dt>{say('credit.refund.paid_back')}</dt><dd className="number">{format.money(it.paid_back)}</dd></div>}
          </dl>
        )}
      </Loaded>
    </FormDialog>
  )
}

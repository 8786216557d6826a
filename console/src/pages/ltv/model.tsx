// model.tsx -- the fit itself: each parameter with its standard error and what it means, and the check by Pareto/NBD.
import { Card } from 'antd'
import type { ReactNode } from 'react'
import { useFormat } from '~/base/format'
import { useSay } from '~/base/locale'
import { Mark } from '~/parts/mark'
import { Rows, still, type Column } from '~/parts/rows'
import type { Fit } from './forms'

interface Parameter {
  model: string
  name: string
  value: number
  error?: number
  means: string
}

const digits = (n: number) => n.toLocaleString('en-US', { maximumSignificantDigits: 4 })

export function Model({ fit, fitted_at }: { fit: Fit; fitted_at: string | null }) {
  const say = useSay()
  const format = useFormat()
  const { bgnbd: m, gamma_gamma: g, pareto_nbd: check } = fit
  const parameters: Parameter[] = [
    ...(['r', 'alpha', 'a', 'b'] as const).map((name) => ({ model: 'BG/NBD', name, value: m[name], error: m.errors[name], means: say(`ltv.means.${name}`) })),
    ...(g ? (['p', 'q', 'v'] as const).map((name) => ({ model: 'Gamma-Gamma', name, value: g[name], means: say(`ltv.means.${name}`) })) : []),
    ...(check ? (['r', 'alpha', 's', 'beta'] as const).map((name) => ({ model: 'Pareto/NBD', name, value: check[name], means: say(`ltv.means.pareto_${name}`) })) : []),
  ]
  const columns: Column<Parameter>[] = [
    { key: 'name', title: say('ltv.parameter'), cell: (row) => <><Mark tone={row.model === 'BG/NBD' ? 'teal' : row.model === 'Gamma-Gamma' ? 'amber' : 'grey'}>{row.model}</Mark> <b>{row.name}</b></> },
    { key: 'value', title: say('ltv.parameter.value'), right: true, cell: (row) => digits(row.value) },
    { key: 'error', title: say('ltv.parameter.error'), right: true, cell: (row) => (row.error === undefined ? '–' : `± ${digits(row.error)}`) },
    { key: 'means', title: say('ltv.parameter.means'), cell: (row) => <span className="wraps quiet">{row.means}</span> },
  ]
  const unit = say(`ltv.unit.${fit.unit}`)
  const pace = m.r / m.alpha
  const words: ReactNode[] = [
    say('ltv.words.fit', {
      when: format.when(fitted_at), customers: format.count(fit.customers), repeaters: format.count(fit.repeat_customers), repeats: format.count(fit.repeats),
      from: fit.from, to: fit.calibrate_to,
    }),
    say('ltv.words.pace', { unit, n: digits(pace), each: digits(1 / pace) }),
    say('ltv.words.leave', { share: format.percent(m.a / (m.a + m.b)) }),
    g ? (g.q > 1 ? say('ltv.words.spend', { value: format.mean(String((g.p * g.v) / (g.q - 1))) }) : say('ltv.words.spend.none')) : say('ltv.words.spend.problem', { problem: fit.gamma_gamma_problem ?? '' }),
    fit.spend_correlation === null ? say('ltv.words.correlation.none')
      : say(Math.abs(fit.spend_correlation) < 0.1 ? 'ltv.words.correlation.low' : 'ltv.words.correlation.high', { r: fit.spend_correlation.toFixed(3) }),
    checkWords(),
  ]
  function checkWords() {
    if (!check) return say('ltv.words.check.none')
    const told = { pareto: check.log_likelihood.toFixed(1), bgnbd: m.log_likelihood.toFixed(1), n: format.count(check.customers) }
    if (check.customers !== fit.customers) return say('ltv.words.check.some', told)
    return say(check.log_likelihood > m.log_likelihood ? 'ltv.words.check.better' : 'ltv.words.check.worse', told)
  }
  return (
    <Card title={say('ltv.model')} className="card-flush">
      <div className="tab-body">
        <ul className="cmp-words">{words.map((one, i) => <li key={i}>{one}</li>)}</ul>
      </div>
      <Rows from={still(parameters)} columns={columns} id={(row) => `${row.model} ${row.name}`} />
    </Card>
  )
}

// overview.tsx -- how the shop is doing, against the period before.
import { useSay } from '~/base/locale'
import { Head } from '~/parts/head'

export default function Overview() {
  const say = useSay()
  return <Head title={say('page.overview')} />
}

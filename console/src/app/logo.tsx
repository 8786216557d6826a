// logo.tsx -- the koi and its name.
import { useSpeech } from '~/base/locale'

export function Logo({ big = false }: { big?: boolean }) {
  const { locale } = useSpeech()
  const size = big ? 64 : 30
  return (
    <span className={big ? 'logo logo-big' : 'logo'}>
      <img src="/koi.svg" width={size} height={size} alt="" />
      <span className="logo-name">{locale === 'zh-CN' ? '锦鲤 Koi' : 'Koi'}</span>
    </span>
  )
}

// language.tsx -- the switch between Chinese and English.
import { GlobalOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useSpeech } from '~/base/locale'

export function LanguageSwitch() {
  const { locale, setLocale } = useSpeech()
  const other = locale === 'zh-CN' ? 'en-US' : 'zh-CN'
  const label = other === 'en-US' ? 'English' : '中文'
  return (
    <Button type="text" icon={<GlobalOutlined />} lang={other} onClick={() => setLocale(other)}>
      {label}
    </Button>
  )
}

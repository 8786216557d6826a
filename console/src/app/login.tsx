// login.tsx -- the door: name and password, then back to the page that was asked for.
import { LockOutlined, UserOutlined } from '@ant-design/icons'
import { Alert, Button, Form, Input } from 'antd'
import { useState } from 'react'
import { Navigate, useSearchParams } from 'react-router'
import { useSay } from '~/base/locale'
import { Failure } from '~/parts/states'
import { LanguageSwitch } from './language'
import { Logo } from './logo'
import { useSession } from './session'

/** Only paths of our own: never send anybody elsewhere after signing in. */
const wayBack = (asked: string | null) => (asked && /^\/(?![/\\])/.test(asked) ? asked : '/')

export function Login() {
  const say = useSay()
  const { session, expired, signIn } = useSession()
  const [search] = useSearchParams()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<Error>()
  if (session) return <Navigate to={wayBack(search.get('back'))} replace />

  const enter = async ({ name, password }: { name: string; password: string }) => {
    setBusy(true)
    setError(undefined)
    try {
      await signIn(name, password)
    } catch (refused) {
      setError(refused as Error)
    }
    setBusy(false)
  }

  return (
    <main className="login">
      <section className="login-card">
        <Logo big />
        <h1 className="login-slogan">{say('slogan')}</h1>
        {expired && !error && <Alert type="info" showIcon title={say('session_over')} className="failure" />}
        {error && <Failure error={error} title={say('sign_in_failed')} />}
        <Form layout="vertical" requiredMark={false} onFinish={enter} size="large">
          <Form.Item name="name" label={say('user_name')} rules={[{ required: true, message: say('required') }]}>
            <Input prefix={<UserOutlined />} autoComplete="username" autoFocus />
          </Form.Item>
          <Form.Item name="password" label={say('password')} rules={[{ required: true, message: say('required') }]}>
            <Input.Password prefix={<LockOutlined />} autoComplete="current-password" />
          </Form.Item>
          <Button type="primary" htmlType="submit" block loading={busy}>
            {say('sign_in')}
          </Button>
        </Form>
        <LanguageSwitch />
      </section>
    </main>
  )
}

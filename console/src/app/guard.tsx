// guard.tsx -- catches a page that fails, so that the menu and other pages stay usable.
import { Button, Result } from 'antd'
import { Component, type ReactNode } from 'react'
import { useSay } from '~/base/locale'

export class Guard extends Component<{ children: ReactNode }, { error?: Error }> {
  state: { error?: Error } = {}
  static getDerivedStateFromError(error: Error) {
    return { error }
  }
  render() {
    return this.state.error ? <Broken error={this.state.error} /> : this.props.children
  }
}

function Broken({ error }: { error: Error }) {
  const say = useSay()
  return (
    <Result
      status="warning"
      title={say('broken_page')}
      subTitle={error.message}
      extra={<Button type="primary" onClick={() => location.reload()}>{say('retry')}</Button>}
    />
  )
}

// flow_members.tsx -- the members who went from one stage to another between two dates.
import { ArrowLeftOutlined } from '@ant-design/icons'
import { Link } from 'react-router'
import type { AiplAnswer, MemberRow, Stage } from '~/api'
import { useAnswer, useAnswerPages } from '~/base/data'
import { address } from '~/base/http'
import { useSay, useSpeech } from '~/base/locale'
import { useQuestion } from '~/base/question'
import { Head } from '~/parts/head'
import { periodOf } from '~/parts/period'
import { Nothing } from '~/parts/states'
import { useMemberRows } from '../members/member_rows'
import { questionOf } from './aipl'
import { stageColours } from './stages'

export default function FlowMembers() {
  const say = useSay()
  const { locale } = useSpeech()
  const members = useMemberRows()
  const { asked } = useQuestion(['from', 'to', 'segment', 'was', 'is'] as const)
  const period = periodOf(asked)
  const question = questionOf(period, asked.segment)
  const stages = useAnswer<AiplAnswer>('/v1/questions/aipl', question).data?.stages
  const list = useAnswerPages<MemberRow>('/v1/questions/aipl/members', { ...question, was: asked.was, is: asked.is, limit: 50 })
  const named = (stage: string | undefined) => {
    const found = stages?.find((one) => one.stage === stage)
    return (
      <>
        <span className="dot" style={{ background: stageColours[stage as Stage] }} />{' '}
        {found ? (locale === 'zh-CN' ? found.zh : found.en) : stage}
      </>
    )
  }
  return (
    <>
      <Head
        title={
          <>
            <Link to={address('/aipl', { from: asked.from, to: asked.to, segment: asked.segment })} aria-label={say('back')} className="back"><ArrowLeftOutlined /></Link>
            AIPL {named(asked.was)} → {named(asked.is)}
          </>
        }
      >
        <span className="quiet number">{say('period.text', { ...period })}</span>
        {members.chooser}
      </Head>
      {asked.segment && <p className="flat quiet">{say('flows.only')} <code>{asked.segment}</code></p>}
      <section className="panel card-list">
        {members.rows(list, <Nothing text={say('nothing_found')} />)}
      </section>
    </>
  )
}

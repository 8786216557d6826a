// campaign_words.ts -- where a campaign of teams stands.
import type { TeamCampaign } from '~/api'

export type CampaignState = 'upcoming' | 'running' | 'over'
export const campaignTones = { upcoming: 'blue', running: 'green', over: 'grey' } as const
export const campaignState = (it: TeamCampaign, now: number): CampaignState =>
  Date.parse(it.ends_at) <= now ? 'over' : Date.parse(it.starts_at) > now ? 'upcoming' : 'running'

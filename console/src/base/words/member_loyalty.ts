// member_loyalty.ts -- words of the loyalty section of a member's page.
import type { Chapter } from './chapter'

export const memberLoyalty = {
  loyalty: ['会员忠诚', 'Loyalty'],
  'loyalty.tier': ['等级', 'Tier'],
  'loyalty.tier.none': ['还没有等级', 'No tier yet'],
  'loyalty.tier.next': ['再{missing}升到{tier}', '{missing} more to {tier}'],
  'loyalty.tier.until': ['有效至 {day}', 'until {day}'],
  'loyalty.tier.top': ['已是最高等级', 'The highest tier'],
  'loyalty.credit': ['购物金', 'Shopping credit'],
  'loyalty.credit.parts': ['本金 {principal}，赠送 {bonus}', 'principal {principal}, bonus {bonus}'],
  'loyalty.membership': ['付费会员', 'Paid membership'],
  'loyalty.membership.none': ['没有开通', 'None'],
  'loyalty.entitlements': ['可用权益', 'Entitlements'],
  'loyalty.entitlements.none': ['没有可用的权益。等级、礼包和任务会给。', 'None. Tiers, packs and tasks grant them.'],
  'loyalty.entitlement.left': ['还有 {n} 次', '{n} left'],
  'loyalty.entitlement.use': ['用一次', 'Use one'],
  'loyalty.entitlement.use.sure': ['用掉一次「{name}」？', 'Use “{name}” once?'],
  'loyalty.entitlement.used': ['已用一次', 'Used once'],
  'loyalty.entitlement.back': ['撤回', 'Take it back'],
  'loyalty.entitlement.given_back': ['已退回', 'Given back'],
  'loyalty.tasks': ['任务', 'Tasks'],
  'loyalty.tasks.none': ['没有开放的任务', 'No task is open'],
  'loyalty.task.done': ['本期 {done}/{times}，共 {ever} 次', '{done}/{times} this period, {ever} in all'],
} as const satisfies Chapter

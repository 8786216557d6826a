// programme.ts -- words of the loyalty programme: whether it is open, its tiers, what they give, trying out other rules, appointments.
import type { Chapter } from './chapter'

export const programme = {
  'page.programme': ['会员计划', 'Programme'],

  'opening.open': ['已开启', 'Open'],
  'opening.closed': ['未开启', 'Not open'],
  'opening.planned': ['待开启', 'Opens soon'],
  'opening.since': ['从 {day} 起，订单累计积分、计入等级', 'Since {day}, orders earn points and count for tiers'],
  'opening.what': [
    '现在订单不积分、不升级。先看一遍等级与权益，试算合适后，再定从哪一天起开启。',
    'Orders earn nothing yet. Look through tiers and benefits, simulate, then say from which day on it is open.',
  ],
  'opening.day': ['从哪一天起', 'Open from'],
  'opening.now': ['开启', 'Open it'],
  'opening.change': ['改日期', 'Change the day'],
  'opening.sure': ['从 {day} 起开启会员计划？', 'Open the programme from {day}?'],
  'opening.sure.what': [
    '从那天零点起付款的订单会积分、计入等级；会员按现在的规则定级，得到那一级的权益。',
    'Orders paid from that day on earn points and count; members are put into their tiers by the rules of now, and get what those give.',
  ],

  'programme.tab.tiers': ['等级', 'Tiers'],
  'programme.tab.benefits': ['权益', 'Benefits'],
  'programme.tab.appointed': ['任命', 'Appointments'],
  'programme.tab.history': ['变更记录', 'History'],

  tier: ['等级', 'Tier'],
  'tier.none': ['无等级', 'No tier'],
  'tier.reach': ['升级门槛', 'Reached by'],
  'tier.keep': ['保级门槛', 'Kept by'],
  'tier.multiplier': ['积分倍数', 'Points'],
  'tier.members': ['现有会员', 'Members now'],
  'tier.gives': ['给什么', 'What it gives'],
  'tier.by_invitation': ['仅限任命', 'By appointment'],
  'tier.join': ['入会即得', 'On joining'],
  'tier.times': ['{n} 倍', '{n}×'],
  'tier.orders': ['{n} 笔订单', '{n} orders'],
  'tier.growth': ['{n} 成长值', '{n} growth'],
  'tier.nobody': [
    '还没有人有等级：开启会员计划后，有订单或已入会的会员会在一分钟内定级。',
    'Nobody has a tier yet: once the programme is open, members who bought or joined are put into theirs within a minute.',
  ],
  'tier.members.note': ['共 {n} 位会员有等级', '{n} members hold a tier'],

  'ladder.sentence': ['按{span}{measure}升级，达到当刻即升；{term}{expiry}', 'Tiers are reached at once, by {measure} {span}; {term}{expiry}'],
  'ladder.measure.spent': ['消费金额', 'money spent'],
  'ladder.measure.growth': ['成长值', 'growth value'],
  'ladder.measure.orders': ['订单数', 'orders'],
  'ladder.span.days': ['最近 {n} 天的', 'in the last {n} days'],
  'ladder.span.year': ['当年（1 月 1 日起）的', 'in the calendar year'],
  'ladder.span.ever': ['历史累计', 'ever'],
  'ladder.term.ever': ['升级后一直保留。', 'once reached they are kept for good.'],
  'ladder.term': ['每次保留 {n} 个月，', 'each is held for {n} months, '],
  'ladder.term.month_end': ['每次保留 {n} 个月并到月底，', 'each is held for {n} months to the end of the month, '],
  'ladder.expiry.one_down': ['到期未保级则降一级。', 'then kept or one down.'],
  'ladder.expiry.recompute': ['到期未保级则按当时的统计重新定级。', 'then kept or worked out anew.'],

  'ladder.history.none': ['还没有变更记录', 'No changes yet'],
  'ladder.version': ['版本', 'Version'],
  'ladder.live_at': ['生效', 'In force since'],
  'ladder.shipped': ['出厂规则', 'Shipped'],
  'ladder.rules': ['规则', 'Rules'],
  'ladder.is_live': ['生效中', 'In force'],
} as const satisfies Chapter

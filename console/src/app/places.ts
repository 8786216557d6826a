// places.ts -- where one may go by name: every page of the menu and the tabs people look for, with what else they type for
// them: pinyin in full and by initials, and the field's other words.
import { words, type Word } from '~/base/words'
import { pages, type PageRow } from './pages'

export interface Place {
  path: string
  word: Word
  /** The page it is a tab of. */
  within?: Word
  /** Both languages and the keys, in small letters. */
  text: string
}

const keys: Record<string, string> = {
  '/': 'zonglan zl shouye 首页 home', '/dashboards': 'kanban kb', '/figures': 'zhibiao zb kpi', '/reports': 'baogao bg 日报 周报 月报 ribao zhoubao yuebao',
  '/goals': 'mubiao mb', '/rfm': 'fenceng', '/classes': 'fenlei changjing fl 新客 沉睡', '/alerts': 'yujing yj', '/aipl': 'liuzhuan',
  '/gmv-tree': 'chaijie cj 归因 增长公式 pansuan', '/funnel': 'loudou ld 转化 zhuanhua', '/retention': 'liucun lc 复购 cohort', '/actives': 'huoyue hy dau mau',
  '/paths': 'lujing lj', '/attribution': 'guiyin gy', '/spend': 'tuiguang shuju tg 花费 huafei 投放 toufang 粉丝 fensi spend cost cac roi followers', '/cross': 'fenbu jiaocha fb', '/ltv': 'shengming zhouqi jiazhi smzq ltv 流失', '/experiments': 'shiyan sy ab 测试',
  '/basket': 'liandai daihuo ld 关联 购物篮', '/products': 'shangpin sp sku', '/members': 'huiyuan hy 顾客 用户 客户 customers', '/segments': 'fenceng fc 人群 renqun audience',
  '/orders': 'dingdan dd', '/imports': 'daoru dr 上传 csv excel', '/programme': 'huiyuan jihua dengji 等级 权益 tiers', '/points': 'jifen jf', '/tasks': 'renwu rw 签到 qiandao',
  '/boards': 'bangdan bd 排行', '/teams': 'zhandui zd', '/mall': 'jifen shangcheng sc 兑换', '/koc': 'daren dr 达人 佣金', '/joining': 'ruhui fufei rh 购物金 充值',
  '/budgets': 'yusuan jiangli ys', '/approvals': 'shenpi sp', '/deliveries': 'tuisong ts webhook 邮件 email', '/users': 'yonghu 账号', '/keys': 'jiekou miyao api token',
  '/audit': 'shenji rizhi sj log', '/settings': 'shezhi sz 时区 币种',
}

/** Tabs that are looked for by their own name: page, tab, its word, keys. */
const tabs: [page: string, tab: string, word: Word, keys: string][] = [
  ['/points', 'liability', 'points.tab.liability', 'fuzhai fz'], ['/points', 'policy', 'points.tab.policy', 'youxiaoqi guoqi 过期'], ['/points', 'member', 'points.tab.member', 'liushui ls'],
  ['/programme', 'benefits', 'programme.tab.benefits', 'quanyi qy 权益'], ['/programme', 'appointed', 'programme.tab.appointed', 'renming rm'],
  ['/tasks', 'proofs', 'tasks.tab.proofs', 'pingzheng shenhe'], ['/mall', 'exchanges', 'mall.tab.exchanges', 'duihuan fahuo 发货'], ['/mall', 'grabs', 'mall.tab.grabs', 'xianliang qiang'],
  ['/koc', 'applied', 'koc.tab.applied', 'shenqing'], ['/koc', 'months', 'koc.tab.months', 'yongjin jiesuan 结算'], ['/koc', 'trials', 'koc.tab.trials', 'shiyong'],
  ['/joining', 'plans', 'joining.tab.plans', 'fangan'], ['/joining', 'paid', 'joining.tab.paid', 'fufei huiyuan'], ['/joining', 'credit', 'joining.tab.credit', 'gouwujin gwj'],
  ['/budgets', 'rewards', 'budgets.tab.rewards', 'jiangli jl'], ['/products', 'quadrants', 'products.tab.quadrants', 'sixiangxian'], ['/products', 'stock', 'products.tab.stock', 'kucun pandian kc'],
  ['/alerts', 'rules', 'alerts.tab.rules', 'yujing guize'],
]

const lower = (word: Word, more = '') => `${words[word].join(' ')} ${more}`.toLowerCase()

export function placesFor(may: (right: PageRow['right']) => boolean): Place[] {
  const shown = pages.filter((row) => row.menu && may(row.right))
  return [
    ...shown.map(({ path, word }) => ({ path, word, text: lower(word, keys[path]) })),
    ...tabs.flatMap(([path, tab, word, more]) => {
      const page = shown.find((row) => row.path === path)
      return page ? [{ path: `${path}?tab=${tab}`, word, within: page.word, text: lower(word, more) }] : []
    }),
  ]
}

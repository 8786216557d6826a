// access.ts -- words of sign-in, users, keys, the audit log and settings.
import type { Chapter } from './chapter'

export const access = {
  sign_in: ['登录', 'Sign in'],
  sign_out: ['退出登录', 'Sign out'],
  user_name: ['用户名', 'User name'],
  password: ['密码', 'Password'],
  old_password: ['当前密码', 'Current password'],
  new_password: ['新密码', 'New password'],
  change_password: ['修改密码', 'Change password'],
  password_changed: ['密码已修改', 'The password has been changed'],
  password_rule: ['至少 10 个字符', 'At least 10 characters'],
  session_over: ['登录已过期，请重新登录', 'Your session has ended; please sign in again'],
  sign_in_failed: ['没有登录成功', 'You could not be signed in'],

  'role.owner': ['店主', 'Owner'],
  'role.operator': ['运营', 'Operator'],
  'role.analyst': ['分析', 'Analyst'],
  'role.support': ['客服', 'Support'],
  'role.viewer': ['只读', 'Viewer'],
  'role.owner.what': ['全部权限，包括用户、密钥和设置', 'Everything, users, keys and settings included'],
  'role.operator.what': ['日常运营：会员、订单、导入、报表', 'Daily work: members, orders, imports, reports'],
  'role.analyst.what': ['看报表与脱敏后的会员、订单', 'Reports; members and orders with personal data masked'],
  'role.support.what': ['查看会员与订单，修改资料和标签', 'Looks up members and orders, edits profile and tags'],
  'role.viewer.what': ['只看，个人信息脱敏', 'Looks only, personal data masked'],
} as const satisfies Chapter

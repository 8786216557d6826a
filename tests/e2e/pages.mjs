// pages.mjs -- every page of the console and what must be seen on it: [name, path, Chinese title, English title].
export const pages = [
  ['overview', '/', '总览', 'Overview'],
  ['rfm', '/rfm', 'RFM 分层', 'RFM'],
  ['rfm-move', '/rfm/move', 'RFM 变化', 'RFM movement'],
  ['rfm-members', '/rfm/members?type=important_value', '重要价值', 'Important: value'],
  ['classes', '/classes', '分类与场景', 'Classes'],
  ['members', '/members', '会员', 'Members'],
  ['member', '/members/1', '#1', '#1'],
  ['merges', '/merges', '合并记录', 'Merges'],
  ['orders', '/orders', '订单', 'Orders'],
  ['imports', '/imports', '导入', 'Import'],
  ['users', '/users', '用户', 'Users'],
  ['keys', '/keys', '接口密钥', 'API keys'],
  ['audit', '/audit', '审计日志', 'Audit log'],
  ['settings', '/settings', '设置', 'Settings'],
];

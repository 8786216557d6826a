/* tables.c -- what is kept of tasks: the tasks, what they give, who did what; and the tasks that
 * are shipped, shut until somebody opens them. */
#include "loyalty/tasks/inside.h"

const struct migration task_migrations[] = {
    { "0001 tasks",
      "CREATE TABLE task ("
      "  id int64 NOT NULL PRIMARY KEY,"
      "  code text NOT NULL,"
      "  kind text NOT NULL,"
      "  zh text NOT NULL,"
      "  en text NOT NULL,"
      "  opened flag NOT NULL,"
      "  starts_at int64,"
      "  ends_at int64,"
      "  often text NOT NULL,"
      "  times int64 NOT NULL,"
      "  per_member int64 NOT NULL,"
      "  total int64 NOT NULL,"
      "  tier text,"
      "  tag text,"
      "  proof text NOT NULL,"
      "  event text,"
      "  fields text,"
      "  counts text NOT NULL,"
      "  cycle int64 NOT NULL,"
      "  make_ups int64 NOT NULL,"
      "  make_up_points int64 NOT NULL,"
      "  make_up_days int64 NOT NULL,"
      "  created_at int64 NOT NULL"
      ");"
      "CREATE UNIQUE INDEX task_code ON task (code);"
      "CREATE TABLE task_prop ("
      "  task int64 NOT NULL,"
      "  name text NOT NULL,"
      "  value text NOT NULL,"
      "  PRIMARY KEY (task, name)"
      ") clustered;"
      "CREATE TABLE task_gift ("
      "  task int64 NOT NULL,"
      "  place int64 NOT NULL,"
      "  milestone int64," /* both absent: each time it is done */
      "  special int64,"
      "  zh text,"
      "  en text,"
      "  kind text NOT NULL,"
      "  amount int64 NOT NULL,"
      "  credit int64,"
      "  code text,"
      "  valid_days int64,"
      "  cost int64,"
      "  budget text,"
      "  PRIMARY KEY (task, place)"
      ") clustered;"
      /* origin: who did it, under whose id its rewards stand; a merge moves member alone. */
      "CREATE TABLE task_done ("
      "  member int64 NOT NULL,"
      "  task int64 NOT NULL,"
      "  key text NOT NULL,"
      "  origin int64 NOT NULL,"
      "  number int64 NOT NULL,"
      "  on_day int64 NOT NULL,"
      "  at int64 NOT NULL,"
      "  check_in flag NOT NULL,"
      "  made_up flag NOT NULL,"
      "  undone flag NOT NULL,"
      "  review text,"
      "  PRIMARY KEY (member, task, key, origin)"
      ") clustered;"
      "CREATE INDEX task_done_at ON task_done (member, at);"
      "CREATE TABLE task_milestone_had ("
      "  member int64 NOT NULL,"
      "  task int64 NOT NULL,"
      "  milestone int64 NOT NULL,"
      "  on_day int64 NOT NULL,"
      "  origin int64 NOT NULL,"
      "  number int64 NOT NULL,"
      "  PRIMARY KEY (member, task, milestone, on_day, origin)"
      ") clustered;"
      "INSERT INTO task (id, code, kind, zh, en, opened, often, times, per_member, total, proof,"
      " event, fields, counts, cycle, make_ups, make_up_points, make_up_days, created_at) VALUES"
      " (1, 'check-in', 'check_in', '每日签到', 'Daily check-in', FALSE, 'day', 1, 0, 0,"
      "  'check_in', NULL, NULL, 'at_once', 7, 3, 10, 31, 0),"
      " (2, 'favourite', 'favourite', '收藏店铺', 'Favourite the shop', FALSE, 'once', 1, 0, 0,"
      "  'event', 'Shop Favorited', NULL, 'at_once', 0, 0, 0, 0, 0),"
      " (3, 'profile', 'profile', '完善资料', 'Complete your profile', FALSE, 'once', 1, 0, 0,"
      "  'facts', NULL, 'gender,city,skin_type', 'at_once', 0, 0, 0, 0, 0),"
      " (4, 'birthday', 'birthday', '登记生日', 'Register your birthday', FALSE, 'once', 1, 0, 0,"
      "  'facts', NULL, 'birthday', 'at_once', 0, 0, 0, 0, 0),"
      " (5, 'invite', 'invite', '邀请好友入会', 'Invite friends to join', FALSE, 'month', 10, 0, 0,"
      "  'invite', NULL, NULL, 'first_order', 0, 0, 0, 0, 0),"
      " (6, 'review', 'review', '评价晒单', 'Review what you bought', FALSE, 'week', 3, 0, 0,"
      "  'upload', NULL, NULL, 'at_once', 0, 0, 0, 0, 0),"
      " (7, 'share', 'share', '分享商品', 'Share a product', FALSE, 'day', 1, 0, 0,"
      "  'event', 'Product Shared', NULL, 'at_once', 0, 0, 0, 0, 0);"
      "INSERT INTO task_gift (task, place, milestone, kind, amount) VALUES"
      " (1, 0, 1, 'points', 5), (1, 1, 2, 'points', 5), (1, 2, 3, 'points', 10),"
      " (1, 3, 4, 'points', 10), (1, 4, 5, 'points', 15), (1, 5, 6, 'points', 15),"
      " (1, 6, 7, 'points', 50), (2, 0, NULL, 'points', 20), (3, 0, NULL, 'points', 50),"
      " (4, 0, NULL, 'points', 30), (5, 0, NULL, 'points', 200), (6, 0, NULL, 'points', 30),"
      " (7, 0, NULL, 'points', 5);"
      "INSERT INTO sequence (name, next) VALUES ('task', 8);" },
    { "0002 codes and proofs", "CREATE TABLE task_password ("
                               "  hash text NOT NULL PRIMARY KEY,"
                               "  task int64 NOT NULL,"
                               "  uses int64 NOT NULL,"
                               "  ends_at int64,"
                               "  created_at int64 NOT NULL"
                               ") clustered;"
                               "CREATE TABLE task_proof ("
                               "  member int64 NOT NULL,"
                               "  number int64 NOT NULL,"
                               "  task int64 NOT NULL,"
                               "  url text,"
                               "  text text,"
                               "  state text NOT NULL,"
                               "  at int64 NOT NULL,"
                               "  decided_at int64,"
                               "  decided_by text,"
                               "  note text,"
                               "  PRIMARY KEY (member, number)"
                               ") clustered;"
                               "CREATE INDEX task_proof_number ON task_proof (number);" },
    /* On which devices members did things: hashes. origin: who; a merge moves member alone. */
    { "0003 devices", "CREATE TABLE task_device ("
                      "  member int64 NOT NULL,"
                      "  hash text NOT NULL,"
                      "  origin int64 NOT NULL,"
                      "  number int64 NOT NULL,"
                      "  at int64 NOT NULL,"
                      "  PRIMARY KEY (member, hash, origin)"
                      ") clustered;"
                      "CREATE INDEX task_device_hash ON task_device (hash, at);" },
    { "0004 birthdays", "CREATE TABLE birthday_lock ("
                        "  member int64 NOT NULL,"
                        "  number int64 NOT NULL,"
                        "  at int64 NOT NULL,"
                        "  open flag NOT NULL,"
                        "  PRIMARY KEY (member, number)"
                        ") clustered;" },
    /* What was done of each task in the last days, without looking at what was done before. */
    { "0005 figures", "CREATE INDEX task_done_figures ON task_done (on_day, task, member)"
                      " WHERE NOT undone;" },
    { 0 },
};

SHAPE_DEFINE(task_milestone);
SHAPE_DEFINE(task_special);
SHAPE_DEFINE(task_gifts);
SHAPE_DEFINE(task_prop);
SHAPE_DEFINE(task_event);
SHAPE_DEFINE(task_post);
SHAPE_DEFINE(task_patch);
SHAPE_DEFINE(task_view);
SHAPE_DEFINE(task_got);
SHAPE_DEFINE(check_in_view);
SHAPE_DEFINE(check_in_calendar);
SHAPE_DEFINE(task_proof_view);
SHAPE_DEFINE(birthday_view);
SHAPE_DEFINE(my_task);
SHAPE_DEFINE(task);
CHOICE_DEFINE(task_kind, "check_in", "event", "upload", "code", "profile", "birthday", "invite",
              "favourite", "review", "share");
CHOICE_DEFINE(task_proof, "check_in", "event", "upload", "code", "facts", "invite");
CHOICE_DEFINE(task_often, "once", "day", "week", "month");
CHOICE_DEFINE(proof_state, "waiting", "approved", "rejected");
CHOICE_DEFINE(invite_counts, "at_once", "first_order");
#define X(name, err, zh, en) #name,
CHOICE_DEFINE(task_result, TASK_RESULTS(X));
#undef X

static const struct task_kind_row kinds[] = {
    [TASK_CHECK_IN] = { "签到", "Check-in", PROVED_CHECK_IN, NULL, false, false },
    [TASK_EVENT] = { "行为", "Something done", PROVED_EVENT, NULL, false, false },
    [TASK_UPLOAD] = { "上传凭证", "Upload a proof", PROVED_UPLOAD, NULL, false, false },
    [TASK_CODE] = { "输入口令", "Enter a code", PROVED_CODE, NULL, false, false },
    [TASK_PROFILE] = { "完善资料", "Complete the profile", PROVED_FACTS, NULL, false, true },
    [TASK_BIRTHDAY] = { "登记生日", "Register the birthday", PROVED_FACTS, NULL, false, true },
    [TASK_INVITE] = { "邀请入会", "Invite to join", PROVED_INVITE, NULL, false, false },
    [TASK_FAVOURITE] = { "收藏店铺", "Favourite the shop", PROVED_EVENT, "Shop Favorited", true,
                         false },
    [TASK_REVIEW] = { "评价晒单", "Review", PROVED_EVENT, "Product Reviewed", true, false },
    [TASK_SHARE] = { "分享", "Share", PROVED_EVENT, "Product Shared", true, false },
};

const struct task_kind_row *task_kind_row(enum task_kind kind) { return &kinds[kind]; }

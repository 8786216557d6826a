/* room.c -- the store's own tables and settings. */
#include "base/room.h"
#include "base/clock.h"
#include "store/setting.h"
#include "store/store_private.h"

static const struct migration migrations[] = {
    { "0001 sequence, setting, outbox",
      "CREATE TABLE sequence ("
      "  name text NOT NULL PRIMARY KEY,"
      "  next int64 NOT NULL"
      ") clustered;"
      "CREATE TABLE setting ("
      "  name text NOT NULL PRIMARY KEY,"
      "  value text NOT NULL,"
      "  changed_at int64 NOT NULL,"
      "  changed_by text NOT NULL"
      ") clustered;"
      "CREATE TABLE outbox ("
      "  id int64 NOT NULL PRIMARY KEY,"
      "  kind text NOT NULL,"
      "  payload text NOT NULL,"
      "  state text NOT NULL," /* waiting, done, dead */
      "  due_at int64 NOT NULL,"
      "  attempts int64 NOT NULL,"
      "  why text NOT NULL,"
      "  made_at int64 NOT NULL"
      ");"
      "CREATE INDEX outbox_due ON outbox (kind, due_at) WHERE state = 'waiting';" },
    { 0 },
};

static enum err zone_exists(struct ctx *c, str value)
{
    if (zone_open(str_z(c->arena, value))) return OK;
    return fail_at(c, E_INVALID, S("value"), "没有这个时区，请写 IANA 名称，例如 Asia/Shanghai",
                   "there is no such time zone; write its IANA name, such as Asia/Shanghai");
}

static enum err is_currency(struct ctx *c, str value)
{
    bool good = value.n == 3;
    for (i64 i = 0; good && i < 3; i++) good = value.at[i] >= 'A' && value.at[i] <= 'Z';
    if (good) return OK;
    return fail_at(c, E_INVALID, S("value"), "币种应是三个大写字母，例如 CNY",
                   "a currency is three capital letters, such as CNY");
}

static const struct setting settings[] = {
    { .name = "timezone",
      .kind = SETTING_TEXT,
      .fallback = "Asia/Shanghai",
      .check = zone_exists,
      .zh = "店铺时区：“一天”从这里的零点开始",
      .en = "The shop's time zone: what a day is" },
    { .name = "currency",
      .kind = SETTING_TEXT,
      .fallback = "CNY",
      .check = is_currency,
      .zh = "金额的币种（ISO 4217）",
      .en = "The currency of amounts (ISO 4217)" },
    { .name = "language",
      .kind = SETTING_CHOICE,
      .fallback = "zh-CN",
      .choices = "zh-CN en-US",
      .zh = "通知和命令行使用的语言",
      .en = "The language of notices and of the command line" },
    { 0 },
};

const struct room store_room = { .name = "store", .migrations = migrations, .settings = settings };

/* programme.c -- the day the programme opens. */
#include "loyalty/programme.h"

#include "base/clock.h"
#include "base/room.h"
#include "store/setting.h"

static enum err since_check(struct ctx *c, str value)
{
    day d;
    if (str_empty(value) || day_parse(value, &d)) return OK;
    return fail(c, E_INVALID, "请写成 2026-01-01 这样的日期，或留空（尚未开始）",
                "write a day like 2026-01-01, or leave it empty: not open yet");
}

static const struct setting settings[] = {
    { .name = "loyalty.since",
      .kind = SETTING_TEXT,
      .fallback = "",
      .zh = "会员计划从哪一天起生效（如 2026-01-01）；留空：尚未开始，订单不积分、不升级",
      .en = "The day the loyalty programme opens, like 2026-01-01; empty: not open, orders earn "
            "nothing",
      .check = since_check },
    { 0 },
};

enum err programme_open(struct ctx *c, opt_instant *since)
{
    str text;
    day d;
    *since = NONE;
    TRY(setting_text(c, "loyalty.since", &text));
    if (!day_parse(text, &d)) return OK;
    instant at = zone_midnight(c->zone, d);
    if (at <= c->now) *since = SOME(at);
    return OK;
}

const struct room programme_room = { .name = "programme", .settings = settings };

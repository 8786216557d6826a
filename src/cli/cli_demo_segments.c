/* cli_demo_segments.c -- saved segments of the demo shop, kept as if somebody had made them a month
 * ago: refreshed once for each day since, so that they have a history of who came and who went. */
#include "audience/ask.h"
#include "audience/saved.h"
#include "cli/cli_demo.h"

#define DAYS 30

/* In the shop's language, as its members are. */
static const struct {
    const char *name, *description, *text;
} kept[] = {
    { "高价值沉睡", "一年内消费过千，近 90 天没有再来：专人唤回",
      "spent(365d) >= 999 and recency > 90d" },
    { "加购未付", "七天内加购、没有下单：次日提醒",
      "did(\"Product Added\", 7d) and orders(7d) = 0" },
    { "新客", "近 30 天第一次购买：入会礼", "first_order <= 30d" },
    { "忠诚老客", "一年买过五次以上，近 30 天还在买", "orders(365d) >= 5 and last_order <= 30d" },
};

static enum err save(struct tx *t, void *arg)
{
    i64 *ids = arg;
    for (i64 i = 0; i < COUNT(kept); i++) {
        struct saved_post in = { .name = str_of(kept[i].name),
                                 .text = str_of(kept[i].text),
                                 .description = str_of(kept[i].description) };
        TRY(saved_create(t, &in, &ids[i]));
    }
    return OK;
}

static enum err refresh_all(struct store *s, struct ctx *c, const i64 *ids)
{
    struct saved_refreshed done;
    enum err e = store_reader(s, c);
    for (i64 i = 0; i < COUNT(kept) && e == OK; i++) e = saved_refresh(s, c, ids[i], &done);
    if (c->db) store_release(c);
    return e;
}

enum err demo_segments(struct store *s, struct ctx *c, instant until)
{
    i64 ids[COUNT(kept)];
    bool worth;
    TRY(audience_worth(c, &worth));
    day last = zone_day(c->zone, until - 1);
    for (i64 back = worth ? DAYS - 1 : 0; back >= 0; back--) {
        struct ctx then = *c;
        then.arena = arena_new();
        then.db = NULL;
        then.actor = S("user:owner");
        then.now = back ? zone_midnight(c->zone, last - (day)back) + 9 * HOUR_MS : until;
        enum err e = OK;
        if (back == (worth ? DAYS - 1 : 0)) e = store_write(s, &then, save, ids);
        if (e == OK) e = refresh_all(s, &then, ids);
        c->why = then.why;
        arena_free(then.arena);
        TRY(e);
    }
    return OK;
}

/* fraud.c -- what looks wrong about a deed: a row a rule. What a rule finds is held for review by
 * people; it never refuses by itself. */
#include "loyalty/tasks/inside.h"
#include "store/setting.h"

QUERY(q_lately, one_i64,
      "SELECT COUNT(*) AS value FROM task_done WHERE member = $1 AND at > $2 AND at <= $3"
      " AND NOT undone");

static enum err too_many(struct ctx *c, const struct deed *d, const char *setting, i64 within_ms,
                         bool *out)
{
    struct one_i64 lately;
    i64 limit;
    TRY(setting_i64(c, setting, &limit));
    TRY(db_get(c, &q_lately, &lately, ARGS(d->member, d->at - within_ms, d->at)));
    *out = lately.value >= limit;
    return OK;
}

static enum err fast_by_minute(struct ctx *c, const struct deed *d, bool *out)
{
    return too_many(c, d, "tasks.per_minute", MINUTE_MS, out);
}

static enum err fast_by_hour(struct ctx *c, const struct deed *d, bool *out)
{
    return too_many(c, d, "tasks.per_hour", HOUR_MS, out);
}

static const struct {
    const char *zh, *en;
    enum err (*looks_wrong)(struct ctx *c, const struct deed *d, bool *out);
} rules[] = {
    { "一分钟内完成太多", "too many within a minute", fast_by_minute },
    { "一小时内完成太多", "too many within an hour", fast_by_hour },
};

enum err deed_review(struct ctx *c, const struct deed *d, str *why)
{
    *why = NO_STR;
    for (i64 i = 0; i < COUNT(rules); i++) {
        bool wrong;
        TRY(rules[i].looks_wrong(c, d, &wrong));
        if (!wrong) continue;
        *why = str_fmt(c->arena, "%s (%s)", rules[i].zh, rules[i].en);
        return OK;
    }
    return OK;
}

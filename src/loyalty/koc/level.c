/* level.c -- levels: rows, what a KOC's orders make him at an instant, and writing it down. */
#include "base/json.h"
#include "loyalty/koc/inside.h"
#include "loyalty/tiers.h"

enum { LEVELS_MAX = 10, RATE_MAX = 5000, TRIALS_MAX = 50, WINDOW_MAX = 3650 };

QUERY(q_levels, koc_level,
      "SELECT code, zh, en, orders, amount, window_days, rate, trials, tier FROM koc_level"
      " ORDER BY rank");
CHANGE(c_clear, "DELETE FROM koc_level");
CHANGE(c_level, "INSERT INTO koc_level (rank, code, zh, en, orders, amount, window_days, rate,"
                " trials, tier) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");

#define FIELDS_OF_koc_brought_row(X, N) \
    X(i64, orders, ANY, "", N)          \
    X(money, amount, ANY, "", N)
SHAPE(koc_brought_row);
SHAPE_DEFINE(koc_brought_row);
QUERY(q_brought, koc_brought_row,
      "SELECT COUNT(*) AS orders, CAST(COALESCE(SUM(net), 0) AS BIGINT) AS amount FROM koc_order"
      " WHERE holder = $1 AND counted AND paid_at >= $2 AND paid_at < $3");

enum err koc_levels(struct ctx *c, struct koc_level_list *out)
{
    *out = (struct koc_level_list){ 0 };
    return db_all(c, &q_levels, out, NO_ARGS);
}

static str place_of(struct ctx *c, i64 i, const char *field)
{
    return str_fmt(c->arena, "/levels/%lld/%s", (long long)i, field);
}

static enum err numbers_check(struct ctx *c, const struct koc_level *l, i64 i)
{
    if (!i && (l->orders || l->amount))
        return fail_at(c, E_INVALID, place_of(c, i, l->orders ? "orders" : "amount"),
                       "最低一级不能有门槛", "the lowest level needs nothing");
    if (l->rate > RATE_MAX)
        return fail_at(c, E_INVALID, place_of(c, i, "rate"), "佣金至多 50%%",
                       "a rate is at most 50 %%");
    if (l->trials > TRIALS_MAX)
        return fail_at(c, E_INVALID, place_of(c, i, "trials"), "每月试用至多 %d 次",
                       "at most %d trials a month", TRIALS_MAX);
    if (l->window_days <= WINDOW_MAX) return OK;
    return fail_at(c, E_INVALID, place_of(c, i, "window_days"), "窗口至多 %d 天",
                   "a window has at most %d days", WINDOW_MAX);
}

static enum err level_check(struct ctx *c, const struct koc_level_list *in, i64 i)
{
    const struct koc_level *l = &in->at[i];
    i64 rank;
    TRY(numbers_check(c, l, i));
    if (!str_is_line(l->code) || !str_is_line(l->zh) || !str_is_line(l->en))
        return fail_at(c, E_INVALID, place_of(c, i, "code"), "名称须为一行文字",
                       "names are lines of text");
    for (i64 k = 0; k < i; k++)
        if (str_eq(in->at[k].code, l->code))
            return fail_at(c, E_INVALID, place_of(c, i, "code"), "代号“" STR_FMT "”用了两次",
                           "the code \"" STR_FMT "\" is there twice", STR_ARG(l->code));
    if (!str_empty(l->tier) && tier_rank(c, l->tier, &rank) != OK)
        return fail_at(c, E_INVALID, place_of(c, i, "tier"), "没有会员等级“" STR_FMT "”",
                       "there is no tier \"" STR_FMT "\"", STR_ARG(l->tier));
    return OK;
}

enum err koc_levels_put(struct tx *t, const struct koc_level_list *in)
{
    if (in->n < 1 || in->n > LEVELS_MAX)
        return fail_at(t->c, E_INVALID, S("/levels"), "须有 1 至 %d 级", "1 to %d levels",
                       LEVELS_MAX);
    for (i64 i = 0; i < in->n; i++) TRY(level_check(t->c, in, i));
    TRY(tx_change(t, &c_clear, NO_ARGS));
    for (i64 i = 0; i < in->n; i++) {
        const struct koc_level *l = &in->at[i];
        TRY(tx_change(t, &c_level,
                      ARGS(i + 1, l->code, l->zh, l->en, l->orders, l->amount, l->window_days,
                           l->rate, l->trials, str_empty(l->tier) ? NO_STR : l->tier)));
    }
    return koc_line_append(t, 0, "koc.levels_changed", S("koc:levels"), NONE, NO_STR);
}

/* What he brought in the window of a level as of an instant, before `until`. */
static enum err brought(struct ctx *c, i64 holder, const struct koc_level *l, instant at,
                        instant until, struct koc_brought_row *out)
{
    instant from = zone_midnight(c->zone, zone_day(c->zone, at) - (day)l->window_days + 1);
    return db_get(c, &q_brought, out, ARGS(holder, from, until));
}

enum err koc_level_at(struct ctx *c, const struct koc_level_list *levels, i64 holder, instant at,
                      instant until, struct koc_stand *out)
{
    struct koc_brought_row b = { 0 };
    *out = (struct koc_stand){ 0 };
    for (i64 i = levels->n - 1; i >= 0; i--) {
        const struct koc_level *l = &levels->at[i];
        if (i == levels->n - 1 || l->window_days != l[1].window_days)
            TRY(brought(c, holder, l, at, until, &b));
        bool there = b.orders >= l->orders && b.amount >= l->amount;
        if (!there || i == levels->n - 1) {
            out->orders = b.orders;
            out->amount = b.amount;
        }
        if (!there) continue;
        out->level = l;
        out->rank = i + 1;
        return OK;
    }
    return OK;
}

/* -- written down ------------------------------------------------------------------------------ */

CHANGE(c_written, "UPDATE koc SET level = $2, appointed = $3 WHERE member = $1");
QUERY(q_others, one_i64,
      "SELECT member AS value FROM koc WHERE holder = $1 AND member <> $2"
      " AND (level <> '' OR appointed IS NOT NULL)");

/* The tier of a level is held while the level is: an appointment of ours, and of nobody else. */
static enum err tier_follows(struct tx *t, i64 holder, str was, str is)
{
    struct ctx *c = t->c;
    struct tier_appointment now;
    bool found;
    if (str_eq(was, is)) return OK;
    TRY(tier_appointed(c, holder, &now, &found));
    if (found && (str_empty(was) || !str_eq(now.tier, was))) return OK; /* by hand: stays */
    if (!str_empty(is)) {
        struct tier_appointment in = { .tier = is, .reason = S("KOC") };
        struct problem why = c->why;
        i64 rank;
        if (tier_rank(c, is, &rank) == OK) return tier_appoint(t, holder, &in);
        c->why = why; /* the ladder has lost it since */
    }
    return found ? tier_dismiss(t, holder, S("KOC")) : OK;
}

enum err koc_level_settle(struct tx *t, i64 holder)
{
    struct ctx *c = t->c;
    struct koc_level_list levels;
    struct one_i64_list others = { 0 };
    struct koc_stand now = { 0 };
    struct koc_row row;
    bool found;
    TRY(koc_row_of(c, holder, &found, &row));
    if (!found) return OK;
    TRY(koc_levels(c, &levels));
    if (row.state == KOC_ACTIVE) TRY(koc_level_at(c, &levels, holder, c->now, c->now + 1, &now));
    str level = now.level ? now.level->code : S(""), tier = now.level ? now.level->tier : NO_STR;
    TRY(db_all(c, &q_others, &others, ARGS(holder, row.member)));
    for (i64 i = 0; i < others.n; i++) /* of two that are one, one row says it */
        TRY(tx_change(t, &c_written, ARGS(others.at[i].value, S(""), NO_STR)));
    if (str_eq(level, row.level) && str_eq(tier, row.appointed)) return OK;
    TRY(tx_change(t, &c_written, ARGS(row.member, level, str_empty(tier) ? NO_STR : tier)));
    TRY(tier_follows(t, holder, row.appointed, tier));
    if (str_eq(level, row.level)) return OK;
    struct buf props = { .arena = c->arena };
    buf_add(&props, S("{\"from\":"));
    json_write_str(&props, row.level);
    buf_add(&props, S(",\"to\":"));
    json_write_str(&props, level);
    buf_byte(&props, '}');
    return koc_line_append(t, holder, "koc.level", str_fmt(c->arena, "koc:%lld", (long long)holder),
                           NONE, buf_str(&props));
}

/* -- the job ----------------------------------------------------------------------------------- */

QUERY(q_holders, one_i64,
      "SELECT DISTINCT holder AS value FROM koc WHERE holder > $1 AND (state = 'active'"
      " OR level <> '') ORDER BY holder LIMIT 200");

static enum err settle_some(struct tx *t, void *arg)
{
    const struct one_i64_list *some = arg;
    for (i64 i = 0; i < some->n; i++) {
        TRY(koc_lock(t, some->at[i].value));
        TRY(koc_level_settle(t, some->at[i].value));
    }
    return OK;
}

enum err koc_levels_settle(struct store *s, struct ctx *c)
{
    i64 after = 0;
    for (bool more = true; more;) {
        struct arena_mark mark = arena_mark(c->arena);
        struct one_i64_list some = { 0 };
        enum err e = db_all(c, &q_holders, &some, ARGS(after));
        if (e == OK && some.n) e = store_write(s, c, settle_some, &some);
        more = some.n > 0;
        if (more) after = some.at[some.n - 1].value;
        arena_rewind(c->arena, mark);
        if (e != OK) return e;
    }
    return OK;
}

/* rules.c -- another ladder: checked, drafted, and put in force once it was simulated. */
#include "base/json.h"
#include "loyalty/tiers/inside.h"

enum { TIERS_MAX = 20, TERM_MONTHS_MAX = 120, SPAN_DAYS_MAX = 3660, CODE_MAX = 24 };

static enum err step_fault(struct ctx *c, i64 i, const char *field, const char *zh, const char *en)
{
    return fail_at(c, E_INVALID, str_fmt(c->arena, "/tiers/%lld/%s", (long long)i, field), "%s",
                   "%s", say(c, str_of(zh), str_of(en)).at);
}

static enum err step_check(struct ctx *c, const struct ladder *l, i64 i, opt_money below)
{
    const struct tier_step *s = &l->tiers.at[i];
    if (!str_is_line(s->code) || s->code.n > CODE_MAX || str_has(s->code, ':') ||
        str_has(s->code, '"'))
        return step_fault(c, i, "code", "代码是不超过 24 字节的一行文字，不含冒号和引号",
                          "a code is a line of at most 24 bytes without colons and quotes");
    if (ladder_rank(l, s->code) != i + 1)
        return step_fault(c, i, "code", "这个代码出现了两次", "this code stands twice");
    if (s->threshold.has && below.has && s->threshold.value <= below.value)
        return step_fault(c, i, "threshold", "门槛须高于前一级",
                          "it must be above the tier before");
    if (s->threshold.has && !below.has && i > 0 && l->tiers.at[0].threshold.has)
        return step_fault(c, i, "threshold", "门槛须高于前一级",
                          "it must be above the tier before");
    if (s->keep.has && (!s->threshold.has || s->keep.value > s->threshold.value))
        return step_fault(c, i, "keep", "保级门槛不能高于升级门槛",
                          "what keeps it cannot be more than what reaches it");
    if (s->multiplier < 1 || s->multiplier > 100000)
        return step_fault(c, i, "multiplier", "积分倍数须在 0.001 与 100 之间（千分之几）",
                          "the multiplier is 1 to 100000 thousandths");
    return OK;
}

enum err ladder_check(struct ctx *c, const struct ladder *l)
{
    opt_money below = NONE;
    if (l->tiers.n < 1 || l->tiers.n > TIERS_MAX)
        return fail_at(c, E_INVALID, S("/tiers"), "等级须有 1 至 %d 级",
                       "a ladder has 1 to %d tiers", TIERS_MAX);
    if (l->term_months > TERM_MONTHS_MAX)
        return fail_at(c, E_INVALID, S("/term_months"), "有效期至多 %d 个月",
                       "a term has at most %d months", TERM_MONTHS_MAX);
    if (l->span == SPAN_DAYS && (!l->span_days.has || l->span_days.value > SPAN_DAYS_MAX))
        return fail_at(c, E_INVALID, S("/span_days"), "统计多少天：1 至 %d",
                       "over how many days: 1 to %d", SPAN_DAYS_MAX);
    if (l->span != SPAN_DAYS && l->span_days.has)
        return fail_at(c, E_INVALID, S("/span_days"), "只有按天数统计时才写天数",
                       "days are said only when the window is counted in days");
    for (i64 i = 0; i < l->tiers.n; i++) {
        TRY(step_check(c, l, i, below));
        if (l->tiers.at[i].threshold.has) below = l->tiers.at[i].threshold;
    }
    return OK;
}

QUERY(q_version, one_i64, "SELECT COALESCE(MAX(version), 0) + 1 AS value FROM tier_ladder");
QUERY(q_live, one_i64, "SELECT COALESCE(MAX(live), 0) + 1 AS value FROM tier_ladder");
CHANGE(c_ladder, "INSERT INTO tier_ladder (version, measure, span, span_days, term_months,"
                 " to_month_end, on_expiry, actor, created_at, live)"
                 " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL)");
CHANGE(c_step, "INSERT INTO tier_step (version, rank, code, zh, en, threshold, keep, multiplier)"
               " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
CHANGE(c_live, "UPDATE tier_ladder SET live = $2, live_at = $3, live_by = $4 WHERE version = $1");

enum err ladder_put(struct tx *t, const struct ladder *in, i64 *version)
{
    struct one_i64 next;
    TRY(ladder_check(t->c, in));
    TRY(db_get(t->c, &q_version, &next, NO_ARGS));
    *version = next.value;
    TRY(tx_change(t, &c_ladder,
                  ARGS(*version, choice_name(&tier_measure_choice, (int)in->measure),
                       choice_name(&tier_span_choice, (int)in->span), in->span_days,
                       in->term_months, in->to_month_end,
                       choice_name(&tier_expiry_choice, (int)in->on_expiry), t->c->actor,
                       t->c->now)));
    for (i64 i = 0; i < in->tiers.n; i++) {
        const struct tier_step *s = &in->tiers.at[i];
        TRY(tx_change(
            t, &c_step,
            ARGS(*version, i + 1, s->code, s->zh, s->en, s->threshold, s->keep, s->multiplier)));
    }
    return OK;
}

/* -- going live -------------------------------------------------------------------------------- */

CHANGE(c_simulated, "INSERT INTO tier_simulated (digest, at, actor) VALUES ($1, $2, $3)"
                    " ON CONFLICT (digest) DO UPDATE SET at = excluded.at, actor = excluded.actor");
QUERY(q_simulated, one_i64, "SELECT at AS value FROM tier_simulated WHERE digest = $1");

/* The same rules have the same. */
static str digest(struct ctx *c, const struct ladder *l)
{
    struct buf b = { .arena = c->arena };
    json_write(&b, &ladder_shape, l);
    return str_fmt(c->arena, "%016llx", (unsigned long long)str_hash(buf_str(&b)));
}

enum err ladder_simulated(struct tx *t, const struct ladder *l)
{
    return tx_change(t, &c_simulated, ARGS(digest(t->c, l), t->c->now, t->c->actor));
}

enum err ladder_go_live(struct tx *t, i64 version)
{
    struct ctx *c = t->c;
    struct ladder l;
    struct one_i64 at, next;
    i64 live, draft;
    bool found;
    TRY(ladder_read(c, version, &l));
    TRY(ladder_versions(c, &live, &draft));
    if (version == live) return OK;
    TRY(db_find(c, &q_simulated, &at, &found, ARGS(digest(c, &l))));
    if (!found || at.value < c->now - DAY_MS)
        return fail(c, E_UNPROCESSABLE, "请先试算这套规则，看清谁会升降级，再在一天之内生效",
                    "simulate these rules first, see who would move, and go live within a day");
    TRY(db_get(c, &q_live, &next, NO_ARGS));
    TRY(tx_change(t, &c_live, ARGS(version, next.value, c->now, c->actor)));
    struct timeline_line line = {
        .at = c->now,
        .kind = S("tier.rules_changed"),
        .subject = str_fmt(c->arena, "ladder:%lld", (long long)version),
    };
    return timeline_append(t, &line);
}

/* -- looking back ------------------------------------------------------------------------------ */

#define FIELDS_OF_past_row(X, N)        \
    X(i64, version, ANY, "", N)         \
    X(opt_instant, live_at, ANY, "", N) \
    X(str, live_by, ANY, "", N)
SHAPE(past_row);
SHAPE_DEFINE(past_row);
SHAPE_DEFINE(ladder_past);
QUERY(q_past, past_row,
      "SELECT version, live_at, live_by FROM tier_ladder WHERE live IS NOT NULL"
      " ORDER BY live DESC LIMIT $1");

enum err ladder_history(struct ctx *c, i64 limit, struct ladder_past_list *out)
{
    struct past_row_list rows = { 0 };
    TRY(db_all(c, &q_past, &rows, ARGS(limit)));
    for (i64 i = 0; i < rows.n; i++) {
        struct ladder *rules = NEW(c->arena, struct ladder);
        TRY(ladder_read(c, rows.at[i].version, rules));
        *PUSH(c->arena, out) = (struct ladder_past){ rows.at[i].version, rows.at[i].live_at,
                                                     rows.at[i].live_by, rules };
    }
    return OK;
}

/* events.c -- deeds earn: so many points for a line of the timeline that a rule names.
 *
 * What a line earned by a rule is a points_line of the order -seq, so that caps count it, merges
 * carry it, and a line that is read anew finds it decided. The points are given through reward.h,
 * within the rule's budget.
 */
#include "loyalty/points/inside.h"
#include "loyalty/programme.h"
#include "loyalty/reward.h"
#include "member/member.h"

QUERY(
    q_decided, one_i64,
    "SELECT COUNT(*) AS value FROM points_line WHERE member = $1 AND order_id = $2 AND rule = $3");
CHANGE(c_deed,
       "INSERT INTO points_line (member, order_id, line, rule, on_day, points_per, per_amount,"
       " multiplier, paid, due, at_most) VALUES ($1, $2, 0, $3, $4, $5, 0, 1000, 0, $6, $7)");

/* What holds for all lines of a batch. */
struct run {
    struct tx *t;
    opt_instant since;
    struct points_rule_list rules;
    i64 daily_cap;
};

static enum err run_load(struct tx *t, struct run *r)
{
    struct points_rule_list all;
    *r = (struct run){ .t = t };
    TRY(programme_open(t->c, &r->since));
    if (!r->since.has) return OK;
    TRY(points_rules(t->c, &all));
    for (i64 i = 0; i < all.n; i++)
        if (all.at[i].kind == RULE_EVENT && all.at[i].on) *PUSH(t->c->arena, &r->rules) = all.at[i];
    return setting_i64(t->c, "points.daily_cap", &r->daily_cap);
}

static enum err fits(struct run *r, const struct points_rule *rule,
                     const struct timeline_line *line, bool *out)
{
    *out = str_eq(rule->event, line->kind) && line->at >= r->since.value &&
           points_rule_holds(rule, r->t->c->zone, line->at);
    for (i64 i = 0; *out && i < rule->props.n; i++)
        TRY(line_prop_is(r->t->c, line, rule->props.at[i].name, rule->props.at[i].value, out));
    return OK;
}

static enum err give(struct tx *t, const struct points_rule *rule, i64 member, i64 points, i64 seq,
                     bool *given)
{
    enum reward_result got;
    struct reward what = { .kind = REWARD_POINTS, .amount = points, .budget = rule->budget };
    struct reward_why why = { .id = str_fmt(t->c->arena, "points:%lld:line:%lld",
                                            (long long)rule->id, (long long)seq),
                              .reason = rule->name };
    TRY(reward_give(t, member, &what, why, &got));
    *given = got == REWARD_GIVEN;
    return OK;
}

/* *used: what other rules gave for the same line. */
static enum err earn(struct run *r, const struct points_rule *rule,
                     const struct timeline_line *line, i64 member, i64 *used)
{
    struct tx *t = r->t;
    struct ctx *c = t->c;
    struct one_i64 decided;
    bool given = false;
    i64 got;
    TRY(points_lock(t, member));
    TRY(db_get(c, &q_decided, &decided, ARGS(member, -line->seq, rule->id)));
    if (decided.value) return OK;
    str cap =
        str_fmt(c->arena, "points.cap:%lld:line:%lld", (long long)rule->id, (long long)line->seq);
    struct points_cap_ask ask = { .member = member,
                                  .order_id = -line->seq,
                                  .want = rule->points,
                                  .used_all = *used,
                                  .on = zone_day(c->zone, line->at),
                                  .what = cap };
    TRY(points_cap_take(t, rule, r->daily_cap, &ask, &got));
    if (got) TRY(give(t, rule, member, got, line->seq, &given));
    if (got && !given) {
        TRY(points_cap_return(t, rule, got, str_fmt(c->arena, STR_FMT ":back", STR_ARG(cap))));
        got = 0;
    }
    *used += got;
    return tx_change(t, &c_deed,
                     ARGS(member, -line->seq, rule->id, (i64)ask.on, rule->points, got, got));
}

static enum err told(struct tx *t, const struct timeline_line *lines, i64 n)
{
    struct run r;
    TRY(run_load(t, &r));
    for (i64 i = 0; i < n; i++) {
        i64 used = 0;
        for (i64 k = 0; k < r.rules.n && lines[i].member; k++) {
            bool it_does;
            i64 living;
            TRY(fits(&r, &r.rules.at[k], &lines[i], &it_does));
            if (!it_does) continue;
            enum err e = member_living(t->c, lines[i].member, &living);
            if (e == E_NOT_FOUND) continue;
            TRY(e);
            TRY(earn(&r, &r.rules.at[k], &lines[i], living, &used));
        }
    }
    return OK;
}

const struct line_listener points_lines = { .part = "points", .told = told };

/* membership.c -- terms bought, renewed, switched and refunded.
 *
 *     buy --> paid --refund---> refunded    its unused time is paid back
 *              |------another plan-> switched   its unused value goes into the next term
 *
 * Invariants
 *   1. A term covers the days starts_on .. ends_on - 1, both by months from its anchor. A renewal
 *      has the anchor of the term before and begins where that ends.
 *   2. Only paid terms count. Those of one chain do not overlap; after a merge there may be two
 *      chains, and the later end counts.
 *   3. paid + carried of a term is what its days are worth; a switched term's unused value is the
 *      next one's `carried`.
 */
#include "loyalty/membership/inside.h"

#include "base/json.h"
#include "store/setting.h"

QUERY(q_terms, term,
      "SELECT " TERM " FROM membership_term WHERE member = $1 ORDER BY ends_on DESC, number DESC");
CHANGE(c_term,
       "INSERT INTO membership_term (" TERM
       ", last_day, due_on, closed) VALUES ($1, $2, $3, $4, $5,"
       " $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, NULL, $19, $20, FALSE)");
CHANGE(c_over,
       "UPDATE membership_term SET state = $3, unused = $4, deducted = $5, unused_days = $6,"
       " decided_at = $7, due_on = NULL, closed = TRUE WHERE member = $1 AND number = $2");
QUERY(q_multiplier, one_opt,
      "SELECT MAX(p.multiplier) AS value FROM membership_term m JOIN membership_plan p"
      " ON p.code = m.plan WHERE m.member = $1 AND m.starts_on <= $2 AND m.ends_on > $2"
      " AND m.bought_at <= $3 AND (m.state = 'paid' OR m.decided_at > $3)");

enum err terms_of(struct ctx *c, i64 member, struct term_list *out)
{
    *out = (struct term_list){ 0 };
    return db_all(c, &q_terms, out, ARGS(member));
}

/* -- figures ----------------------------------------------------------------------------------- */

money term_unused(const struct term *of, i64 today, i64 *days)
{
    i64 from = today + 1 > of->starts_on ? today + 1 : of->starts_on;
    *days = of->ends_on > from ? of->ends_on - from : 0;
    __int128 value = (__int128)(of->paid + of->carried) * *days / (of->ends_on - of->starts_on);
    return (money)(value / 100 * 100);
}

static bool runs_or_will(const struct term *of, i64 today)
{
    return of->state == TERM_PAID && of->ends_on > today;
}

static struct term_view view_of(const struct term *of)
{
    return (struct term_view){
        .key = of->key,
        .plan = of->plan,
        .state = of->state,
        .paid = of->paid,
        .carried = of->carried,
        .order = of->purchase,
        .starts_on = (day)of->starts_on,
        .last_day = (day)(of->ends_on - 1),
        .refunded =
            of->state == TERM_REFUNDED && of->unused > of->deducted ? of->unused - of->deducted : 0,
        .bought_at = of->bought_at,
    };
}

enum err membership_of(struct ctx *c, i64 member, struct membership_view *out)
{
    struct term_list terms;
    i64 today = today_of(c), end = 0;
    *out = (struct membership_view){ 0 };
    TRY(terms_of(c, member, &terms));
    for (i64 i = 0; i < terms.n; i++) {
        const struct term *m = &terms.at[i];
        *PUSH(c->arena, &out->terms) = view_of(m);
        if (m->state != TERM_PAID) continue;
        if (m->ends_on > end) end = m->ends_on;
        if (m->starts_on > today || m->ends_on <= today || out->active) continue;
        out->active = true;
        out->plan = m->plan;
    }
    if (end) out->until = day_text(c->arena, (day)(end - 1));
    if (end > today) out->days_left = SOME(end - today);
    return OK;
}

enum err membership_multiplier(struct ctx *c, i64 member, instant at, i64 *out)
{
    struct one_opt row;
    TRY(db_get(c, &q_multiplier, &row, ARGS(member, (i64)zone_day(c->zone, at), at)));
    *out = row.value.has ? row.value.value : 1000;
    return OK;
}

#define RUNS "r.member = t.member AND r.state = 'paid' AND r.starts_on <= $1 AND r.ends_on > $1"
QUERY(q_running, membership_row,
      "SELECT t.member AS member, m.name AS name,"
      " (SELECT r.plan FROM membership_term r WHERE " RUNS
      " ORDER BY r.ends_on DESC, r.number DESC LIMIT 1) AS plan,"
      " (SELECT MAX(r.starts_on) FROM membership_term r WHERE " RUNS ") AS since,"
      " MAX(t.ends_on) - 1 AS until, CAST(SUM(t.paid) AS BIGINT) AS paid"
      " FROM membership_term t JOIN member m ON m.member = t.member"
      " WHERE t.state = 'paid' AND NOT t.closed AND t.ends_on > $1 GROUP BY t.member, m.name"
      " HAVING MIN(t.starts_on) <= $1 AND (MAX(t.ends_on) - 1, t.member) > ($2, $3)"
      " ORDER BY until, member LIMIT $4");

enum err memberships_running(struct ctx *c, day until, i64 member, i64 limit,
                             struct membership_row_list *out)
{
    return db_all(c, &q_running, out, ARGS(today_of(c), (i64)until, member, limit));
}

/* -- buying ------------------------------------------------------------------------------------ */

enum err term_line(struct tx *t, const struct term *of, const char *verb, opt_money value)
{
    struct arena *a = t->c->arena;
    struct buf props = { .arena = a };
    buf_add(&props, S("{\"plan\":"));
    json_write_str(&props, of->plan);
    buf_add(&props, S(",\"until\":"));
    json_write_str(&props, day_text(a, (day)(of->ends_on - 1)));
    buf_byte(&props, '}');
    struct timeline_line line = { .at = t->c->now,
                                  .member = of->member,
                                  .kind = str_fmt(a, "membership.%s", verb),
                                  .subject = str_fmt(a, "term:%lld", (long long)of->number),
                                  .value = value,
                                  .props = buf_str(&props) };
    return timeline_append(t, &line);
}

/* What buying this plan today comes to. */
struct offer {
    struct plan plan;
    struct term_list running; /* terms that run or will */
    const char *kind;
    struct term next;
};

static enum err offer_of(struct ctx *c, i64 member, str plan, struct offer *out)
{
    struct term_list terms;
    i64 today = today_of(c), days;
    *out = (struct offer){ .kind = "start" };
    TRY(plan_get(c, plan, &out->plan));
    if (out->plan.ended)
        return fail_at(c, E_UNPROCESSABLE, S("/plan"), "方案 " STR_FMT " 已停售",
                       "the plan " STR_FMT " is no longer sold", STR_ARG(plan));
    TRY(terms_of(c, member, &terms));
    for (i64 i = 0; i < terms.n; i++)
        if (runs_or_will(&terms.at[i], today)) *PUSH(c->arena, &out->running) = terms.at[i];
    struct term *next = &out->next;
    *next = (struct term){
        .member = member, .plan = plan, .months = out->plan.months, .anchor = today
    };
    const struct term *last = out->running.n ? &out->running.at[0] : NULL;
    if (last && str_eq(last->plan, plan)) {
        out->kind = "renew";
        next->anchor = last->anchor;
        next->from_month = last->from_month + last->months;
    } else if (last) {
        out->kind = "switch";
        for (i64 i = 0; i < out->running.n; i++)
            next->carried += term_unused(&out->running.at[i], today, &days);
    }
    next->starts_on = month_add((day)next->anchor, (i32)next->from_month);
    next->ends_on = month_add((day)next->anchor, (i32)(next->from_month + next->months));
    return OK;
}

enum err membership_quote(struct ctx *c, i64 member, str plan, struct membership_quote *out)
{
    struct offer offer;
    TRY(offer_of(c, member, plan, &offer));
    const struct term *next = &offer.next;
    money price = offer.plan.price;
    *out = (struct membership_quote){ .plan = plan,
                                      .kind = str_of(offer.kind),
                                      .price = price,
                                      .unused = next->carried,
                                      .due = price > next->carried ? price - next->carried : 0,
                                      .starts_on = (day)next->starts_on,
                                      .last_day = (day)(next->ends_on - 1) };
    return OK;
}

static const struct term *term_named(const struct term_list *terms, str key)
{
    for (i64 i = 0; i < terms->n; i++)
        if (str_eq(terms->at[i].key, key)) return &terms->at[i];
    return NULL;
}

static enum err close_term(struct tx *t, const struct term *of, enum term_state state, money unused,
                           i64 days, money deducted)
{
    return tx_change(t, &c_over,
                     ARGS(of->member, of->number, choice_name(&term_state_choice, (int)state),
                          unused, deducted, days, t->c->now));
}

static enum err write_term(struct tx *t, const struct term *m)
{
    return tx_change(t, &c_term,
                     ARGS(m->member, m->number, m->key, m->plan, m->months, m->paid, m->carried,
                          m->anchor, m->from_month, m->starts_on, m->ends_on, m->purchase,
                          choice_name(&term_state_choice, TERM_PAID), (i64)0, (i64)0, (i64)0,
                          m->bought_at, (i64)0, day_text(t->c->arena, (day)(m->ends_on - 1)),
                          m->starts_on));
}

static const char *verb_of(const char *kind)
{
    return kind[0] == 'r' ? "renewed" : kind[1] == 'w' ? "switched" : "started";
}

enum err membership_buy(struct tx *t, const struct membership_ask *in)
{
    struct ctx *c = t->c;
    struct term_list terms;
    struct offer offer;
    if (in->paid % 100)
        return fail_at(c, E_INVALID, S("/paid"), "金额须精确到分", "an amount is in whole cents");
    TRY(programme_lock(t, in->id));
    TRY(terms_of(c, in->id, &terms));
    const struct term *was = term_named(&terms, in->key);
    if (was && str_eq(was->plan, in->plan) && was->paid == in->paid) return OK;
    if (was)
        return fail_at(c, E_CONFLICT, S("/key"), "这个编号已用于另一次购买",
                       "this key was used for another purchase");
    TRY(offer_of(c, in->id, in->plan, &offer));
    struct term *m = &offer.next;
    bool switches = m->carried || (offer.running.n && offer.kind[0] == 's');
    for (i64 i = 0; switches && i < offer.running.n; i++) {
        i64 days;
        money unused = term_unused(&offer.running.at[i], today_of(c), &days);
        TRY(close_term(t, &offer.running.at[i], TERM_SWITCHED, unused, days, 0));
    }
    m->key = in->key;
    m->paid = in->paid;
    m->purchase = in->order;
    m->bought_at = c->now;
    TRY(tx_take(t, S("membership_term"), 1, &m->number));
    TRY(write_term(t, m));
    TRY(term_line(t, m, verb_of(offer.kind), SOME(in->paid)));
    return term_give_due(t, m);
}

/* -- refunding --------------------------------------------------------------------------------- */

/* Its benefits go back; *used is what those cost that had been used, rounded down to the cent. */
static enum err take_benefits_back(struct tx *t, const struct term *m, money *used)
{
    struct ctx *c = t->c;
    struct reward_view_list given = { 0 }, after = { 0 };
    str under = str_fmt(c->arena, "paid:%lld:", (long long)m->number);
    *used = 0;
    TRY(rewards_under(c, m->member, under, &given));
    for (i64 i = 0; i < given.n; i++)
        TRY(reward_take_back(t, m->member, given.at[i].id, S("membership refunded")));
    TRY(rewards_under(c, m->member, under, &after));
    for (i64 i = 0; i < after.n; i++) {
        const struct reward_view *r = &after.at[i];
        i64 size = r->credit.has ? r->credit.value : r->kind == REWARD_TAG ? 1 : r->amount;
        bool stays = r->state == REWARD_GIVEN; /* a gift on its way */
        if (!stays && r->state != REWARD_TAKEN_BACK) continue;
        if (!stays && given.at[i].state != REWARD_GIVEN) continue; /* it was under review */
        i64 gone = stays ? size : size - r->taken;
        *used += (money)((__int128)r->cost * gone / size);
    }
    *used = *used / 100 * 100;
    return OK;
}

QUERY(q_switched, term,
      "SELECT " TERM " FROM membership_term WHERE member = $1 AND state = 'switched'"
      " AND decided_at = $2 AND number < $3 ORDER BY number");

/* The same of the terms whose value it took along, and of theirs. */
static enum err take_all_benefits_back(struct tx *t, const struct term *m, money *used)
{
    struct term_list before = { 0 };
    TRY(take_benefits_back(t, m, used));
    if (!m->carried) return OK;
    TRY(db_all(t->c, &q_switched, &before, ARGS(m->member, m->bought_at, m->number)));
    for (i64 i = 0; i < before.n; i++) {
        money more;
        TRY(take_all_benefits_back(t, &before.at[i], &more));
        *used += more;
    }
    return OK;
}

static void answer(const struct term *m, struct membership_refund *out)
{
    *out = (struct membership_refund){
        .key = m->key,
        .value = m->paid + m->carried,
        .unused_days = m->unused_days,
        .days = m->ends_on - m->starts_on,
        .unused = m->unused,
        .deducted = m->deducted,
        .refund = m->unused > m->deducted ? m->unused - m->deducted : 0,
    };
}

enum err membership_refund(struct tx *t, i64 member, str key, struct membership_refund *out)
{
    struct ctx *c = t->c;
    struct term_list terms;
    i64 today = today_of(c);
    bool deduct;
    TRY(programme_lock(t, member));
    TRY(terms_of(c, member, &terms));
    const struct term *found = term_named(&terms, key);
    if (!found)
        return fail_at(c, E_NOT_FOUND, S("/key"), "没有编号为 " STR_FMT " 的购买",
                       "there is no purchase " STR_FMT, STR_ARG(key));
    struct term m = *found;
    if (m.state == TERM_REFUNDED) {
        answer(&m, out);
        return OK;
    }
    if (m.state == TERM_SWITCHED)
        return fail(c, E_UNPROCESSABLE, "这一期已换成别的方案：请退后来那一期",
                    "this term went into another plan: refund that one");
    if (m.ends_on <= today) return fail(c, E_UNPROCESSABLE, "这一期已经用完", "this term is over");
    for (i64 i = 0; i < terms.n; i++)
        if (runs_or_will(&terms.at[i], today) && terms.at[i].starts_on >= m.ends_on)
            return fail(c, E_UNPROCESSABLE, "请先退后续的续费 " STR_FMT,
                        "refund the renewal after it first: " STR_FMT, STR_ARG(terms.at[i].key));
    m.unused = term_unused(&m, today, &m.unused_days);
    TRY(take_all_benefits_back(t, &m, &m.deducted));
    TRY(setting_flag(c, "membership.refund_deducts_benefits", &deduct));
    if (!deduct) m.deducted = 0;
    TRY(close_term(t, &m, TERM_REFUNDED, m.unused, m.unused_days, m.deducted));
    answer(&m, out);
    return term_line(t, &m, "refunded", SOME(out->refund));
}

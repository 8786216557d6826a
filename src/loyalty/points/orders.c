/* orders.c -- orders earn: what an order is due follows from its facts and from the rules and the
 * multiplier that held when it was first seen paid; what has been given is brought to that.
 *
 * A line's rule is chosen once, by what was paid for it: the rule that gives most, and all that
 * add. Later rules, tiers and refunds change the amount, never the choice.
 */
#include <assert.h>

#include "loyalty/membership.h"
#include "loyalty/points/inside.h"
#include "loyalty/programme.h"
#include "loyalty/tiers.h"
#include "trade/trade.h"

SHAPE_DEFINE(points_fact_line);
SHAPE_DEFINE(points_line_row);

#define FIELDS_OF_fact_row(X, N)              \
    X(str, shop, ANY, "", N)                  \
    X(flag, is_paid, ANY, "", N)              \
    X(instant, paid_at, ANY, "", N)           \
    X(opt_instant, completed_at, ANY, "", N)  \
    X(money, gross, ANY, "Before refunds", N) \
    X(money, refund, ANY, "", N)              \
    X(money, postage, ANY, "", N)             \
    X(str, currency, ANY, "", N)
SHAPE(fact_row);
SHAPE_DEFINE(fact_row);
QUERY(q_fact, fact_row,
      "SELECT s.name AS shop, o.is_paid AS is_paid, COALESCE(o.paid_at, o.at) AS paid_at,"
      " o.completed_at AS completed_at, CASE WHEN o.is_paid THEN o.paid + COALESCE(o.excluded, 0)"
      " ELSE 0 END AS gross, o.refund AS refund, COALESCE(o.postage, 0) AS postage,"
      " o.currency AS currency FROM purchase_order o JOIN shop s ON s.id = o.shop"
      " WHERE o.member = $1 AND o.id = $2");
#define FACT_LINES(PRODUCT, CATEGORY, FROM)                                                \
    "SELECT l.line AS line, " PRODUCT " AS product, " CATEGORY " AS category, l.amount AS" \
    " amount, CASE WHEN COALESCE(l.stated_refund, 0) > COALESCE(l.own_refund, 0) THEN"     \
    " COALESCE(l.stated_refund, 0) ELSE COALESCE(l.own_refund, 0) END AS refund,"          \
    " CAST(0 AS BIGINT) AS paid, CAST(0 AS BIGINT) AS net FROM order_line l" FROM          \
    " WHERE l.member = $1 AND l.order_id = $2 ORDER BY l.line"
QUERY(q_fact_lines, points_fact_line,
      FACT_LINES("COALESCE(p.code, '')", "COALESCE(p.category, '')",
                 " LEFT JOIN product p ON p.id = l.product"));
/* While no rule asks what it was. */
QUERY(q_plain_lines, points_fact_line, FACT_LINES("''", "''", ""));
QUERY(q_lines, points_line_row,
      "SELECT line, rule, on_day, points_per, per_amount, multiplier, paid, due, at_most"
      " FROM points_line WHERE member = $1 AND order_id = $2 ORDER BY line, rule");
CHANGE(c_line_new,
       "INSERT INTO points_line (member, order_id, line, rule, on_day, points_per, per_amount,"
       " multiplier, paid, due, at_most) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)");
CHANGE(c_line, "UPDATE points_line SET paid = $5, due = $6, at_most = $7"
               " WHERE member = $1 AND order_id = $2 AND line = $3 AND rule = $4");
#define FIELDS_OF_charged_row(X, N) \
    X(i64, rule, ANY, "", N)        \
    X(str, budget, ANY, "", N)
SHAPE(charged_row);
SHAPE_DEFINE(charged_row);
QUERY(q_charged, charged_row,
      "SELECT rule, MAX(budget) AS budget FROM points_charge WHERE member = $1 AND order_id = $2"
      " GROUP BY rule ORDER BY rule");
QUERY(q_any_charge, one_i64, "SELECT order_id AS value FROM points_charge LIMIT 1");
QUERY(q_any, one_i64, "SELECT order_id AS value FROM points_order LIMIT 1");

/* What holds for all orders of a batch. */
struct run {
    struct tx *t;
    opt_instant since;
    struct points_rule_list rules;
    struct points_policy policy;
    i64 window_ms, daily_cap;
    bool from_completion, product; /* of multipliers; else the greater */
    bool budgets;                  /* some rule has or had one */
    bool earning;                  /* some rule of orders is on */
    bool scoped;                   /* some asks for products or categories */
    str currency;
    const struct ladder *ladder; /* NULL: no rule asks for the tier */
};

static enum err run_load(struct tx *t, struct run *r, bool *idle)
{
    struct ctx *c = t->c;
    struct one_i64 one;
    i64 days;
    str from, multipliers;
    bool any;
    *r = (struct run){ .t = t };
    *idle = false;
    TRY(programme_open(c, &r->since));
    if (!r->since.has) { /* closed: orders that earned before go on being right */
        TRY(db_find(c, &q_any, &one, &any, NO_ARGS));
        *idle = !any;
        if (*idle) return OK;
    }
    TRY(points_rules(c, &r->rules));
    TRY(db_find(c, &q_any_charge, &one, &r->budgets, NO_ARGS));
    for (i64 i = 0; i < r->rules.n; i++) {
        r->budgets |= r->rules.at[i].budget.n > 0;
        r->earning |= r->rules.at[i].kind == RULE_ORDER && r->rules.at[i].on;
        r->scoped |= r->rules.at[i].products.n || r->rules.at[i].categories.n;
    }
    TRY(points_policy_load(c, &r->policy));
    TRY(setting_i64(c, "points.pending_days", &days));
    TRY(setting_text(c, "points.pending_from", &from));
    TRY(setting_text(c, "points.multipliers", &multipliers));
    TRY(setting_i64(c, "points.daily_cap", &r->daily_cap));
    r->product = str_eq(multipliers, S("product"));
    for (i64 i = 0; i < r->rules.n && !r->ladder; i++)
        if (r->rules.at[i].times_tier) TRY(tier_ladder(c, &r->ladder));
    r->window_ms = days * DAY_MS;
    r->from_completion = str_eq(from, S("completion"));
    return setting_text(c, "currency", &r->currency);
}

/* An order in hand. */
struct work {
    struct points_order_row o;
    struct fact_row fact;
    struct points_fact_line_list facts;
    struct points_line_row_list lines;
    i64 known;    /* lines that are rows already */
    ints refused; /* rules whose budget is too small for it */
    bool placed;  /* told for the first time */
};

static enum err load_facts(struct ctx *c, i64 member, i64 order, bool scoped, struct work *w)
{
    bool found;
    TRY(db_find(c, &q_fact, &w->fact, &found, ARGS(member, order)));
    if (!found) w->fact = (struct fact_row){ 0 };
    TRY(db_all(c, scoped ? &q_fact_lines : &q_plain_lines, &w->facts, ARGS(member, order)));
    if (!w->facts.n) /* without lines it is one line as a whole */
        *PUSH(c->arena, &w->facts) = (struct points_fact_line){ .product = S(""),
                                                                .category = S(""),
                                                                .amount = w->fact.gross };
    points_share(w->fact.gross - w->fact.postage, w->fact.refund, &w->facts);
    return OK;
}

/* -- frozen at first sight --------------------------------------------------------------------- */

static instant turns_at(const struct run *r, const struct work *w)
{
    bool completed =
        r->from_completion && w->fact.completed_at.has && w->fact.completed_at.value > w->o.paid_at;
    return (completed ? w->fact.completed_at.value : w->o.paid_at) + w->o.window_ms;
}

static bool may_earn(const struct run *r, const struct work *w)
{
    const struct fact_row *f = &w->fact;
    return r->since.has && f->is_paid && f->paid_at >= r->since.value &&
           (str_empty(f->currency) || str_eq(f->currency, r->currency));
}

/* Of his tier and his paid membership at that instant. */
static enum err multiplier_at(struct run *r, i64 member, instant at, i64 *out)
{
    struct tier_now tier;
    i64 paid;
    *out = 1000;
    if (!r->ladder) return OK;
    TRY(tier_at_on(r->t->c, r->ladder, member, at, &tier));
    TRY(membership_multiplier(r->t->c, member, at, &paid));
    *out = points_multiplier(r->product, tier.multiplier, paid);
    return OK;
}

static enum err freeze_order(struct run *r, i64 member, i64 order, struct work *w)
{
    i64 multiplier;
    TRY(multiplier_at(r, member, w->fact.paid_at, &multiplier));
    w->o = (struct points_order_row){ .member = member,
                                      .order_id = order,
                                      .paid_at = w->fact.paid_at,
                                      .multiplier = multiplier,
                                      .window_ms = r->window_ms };
    return OK;
}

static bool is_refused(const struct work *w, i64 rule)
{
    for (i64 i = 0; i < w->refused.n; i++)
        if (w->refused.at[i] == rule) return true;
    return false;
}

static bool may_use(const struct run *r, const struct work *w, const struct points_rule *rule,
                    const struct points_fact_line *fact)
{
    if (!w->placed && rule->on_since.value > w->o.paid_at) return false; /* see earn */
    return rule->kind == RULE_ORDER && points_rule_holds(rule, r->t->c->zone, w->o.paid_at) &&
           points_rule_fits(r->t->c->arena, rule, w->fact.shop, fact->category, fact->product);
}

static struct points_line_row line_under(const struct run *r, const struct work *w,
                                         const struct points_rule *rule,
                                         const struct points_fact_line *fact)
{
    return (struct points_line_row){ .line = fact->line,
                                     .rule = rule->id,
                                     .on_day = zone_day(r->t->c->zone, w->o.paid_at),
                                     .points_per = rule->points,
                                     .per_amount = rule->amount.value,
                                     .multiplier = rule->times_tier ? w->o.multiplier : 1000,
                                     .paid = fact->net };
}

static void freeze_line(struct run *r, struct work *w, const struct points_fact_line *fact)
{
    struct points_line_row best = { .line = fact->line,
                                    .on_day = zone_day(r->t->c->zone, w->o.paid_at),
                                    .per_amount = MONEY_UNIT };
    for (i64 i = 0; i < r->rules.n; i++) {
        const struct points_rule *rule = &r->rules.at[i];
        if (is_refused(w, rule->id) || !may_use(r, w, rule, fact)) continue;
        struct points_line_row row = line_under(r, w, rule, fact);
        if (rule->cap_day.has || rule->cap_total.has || r->daily_cap) row.at_most = SOME(0);
        if (rule->adds) *PUSH(r->t->c->arena, &w->lines) = row;
        else if (points_better(&row, &best)) best = row;
    }
    *PUSH(r->t->c->arena, &w->lines) = best; /* of rule 0, when none fits: later rules find it
                                                decided */
}

static bool is_decided(const struct work *w, i64 line)
{
    for (i64 k = 0; k < w->known; k++)
        if (w->lines.at[k].line == line) return true;
    return false;
}

static i64 in_work(const struct work *w, i64 rule)
{
    i64 sum = 0;
    for (i64 k = 0; k < w->lines.n; k++) {
        const struct points_line_row *row = &w->lines.at[k];
        if (rule && row->rule != rule) continue;
        sum += row->at_most.has ? row->at_most.value : row->due;
    }
    return sum;
}

/* A rule of which a cap has left nothing is no choice: the next best is. */
static enum err refuse_used_up(struct run *r, struct work *w)
{
    for (i64 i = 0; i < r->rules.n; i++) {
        const struct points_rule *rule = &r->rules.at[i];
        bool fits = false, used_up;
        if (rule->adds || (!rule->cap_day.has && !rule->cap_total.has)) continue;
        for (i64 k = 0; k < w->facts.n && !fits; k++)
            fits = !is_decided(w, w->facts.at[k].line) && may_use(r, w, rule, &w->facts.at[k]);
        if (!fits) continue;
        struct points_cap_ask ask = { .member = w->o.member,
                                      .order_id = w->o.order_id,
                                      .used = in_work(w, rule->id),
                                      .on = zone_day(r->t->c->zone, w->o.paid_at) };
        TRY(points_cap_used_up(r->t, rule, &ask, &used_up));
        if (used_up) *PUSH(r->t->c->arena, &w->refused) = rule->id;
    }
    return OK;
}

/* A rule with a budget is charged for all it may give, before it is chosen; what it then does not
 * give flows back. One that the budget cannot pay is no choice: the next best is. */
static enum err charge_ahead(struct run *r, struct work *w)
{
    for (i64 i = 0; i < r->rules.n; i++) {
        const struct points_rule *rule = &r->rules.at[i];
        struct points_line_row_list rows = { 0 };
        bool enough;
        if (str_empty(rule->budget) || is_refused(w, rule->id)) continue;
        for (i64 k = 0; k < w->facts.n; k++)
            if (!is_decided(w, w->facts.at[k].line) && may_use(r, w, rule, &w->facts.at[k]))
                *PUSH(r->t->c->arena, &rows) = line_under(r, w, rule, &w->facts.at[k]);
        if (!rows.n) continue;
        TRY(points_charge(r->t, rule, &w->o, points_of_terms(&rows, 0), &enough));
        if (!enough) *PUSH(r->t->c->arena, &w->refused) = rule->id;
    }
    return OK;
}

/* known: it has a row, and may have lines. */
static enum err freeze_lines(struct run *r, struct work *w, bool known)
{
    if (known) TRY(db_all(r->t->c, &q_lines, &w->lines, ARGS(w->o.member, w->o.order_id)));
    w->known = w->lines.n;
    TRY(refuse_used_up(r, w));
    if (r->budgets) TRY(charge_ahead(r, w));
    for (i64 i = 0; i < w->facts.n; i++)
        if (!is_decided(w, w->facts.at[i].line)) freeze_line(r, w, &w->facts.at[i]);
    return OK;
}

/* -- what it comes to -------------------------------------------------------------------------- */

static const struct points_rule *rule_named(const struct run *r, i64 id)
{
    for (i64 i = 0; i < r->rules.n; i++)
        if (r->rules.at[i].id == id) return &r->rules.at[i];
    return NULL;
}

/* What caps allowed the lines of the terms of lines.at[i]; absent: no cap. */
static opt_i64 allowed_so_far(const struct work *w, i64 i, i64 *last)
{
    opt_i64 sum = NONE;
    for (i64 k = 0; k < w->lines.n; k++) {
        const struct points_line_row *row = &w->lines.at[k];
        if (!points_same_terms(&w->lines.at[i], row)) continue;
        *last = k;
        if (row->at_most.has) sum = SOME(sum.value + row->at_most.value);
    }
    return sum;
}

static enum err within_caps(struct run *r, struct work *w, i64 i, i64 *all)
{
    i64 last = i, got = 0;
    opt_i64 sum = allowed_so_far(w, i, &last);
    const struct points_line_row *row = &w->lines.at[i];
    const struct points_rule *rule = rule_named(r, row->rule);
    if (!sum.has) return OK;
    if (*all > sum.value && rule) {
        struct points_cap_ask ask = {
            .member = w->o.member,
            .order_id = w->o.order_id,
            .want = *all - sum.value,
            .used = in_work(w, rule->id),
            .used_all = in_work(w, 0),
            .on = (day)row->on_day,
            .what = str_fmt(r->t->c->arena, "points.cap:%lld:%lld:%lld:%lld", (long long)rule->id,
                            (long long)w->o.order_id, (long long)row->line, (long long)sum.value)
        };
        TRY(points_cap_take(r->t, rule, r->daily_cap, &ask, &got));
        w->lines.at[last].at_most.value += got;
    }
    if (*all > sum.value + got) *all = sum.value + got;
    return OK;
}

/* Both go by line, but for lines that came to be known later: looked for from where the last was.
 */
static void fill_paid(struct work *w)
{
    const struct points_fact_line *facts = w->facts.at;
    for (i64 k = 0, near = 0; k < w->lines.n; k++) {
        struct points_line_row *row = &w->lines.at[k];
        i64 n = w->facts.n, i = 0;
        while (i < n && facts[(near + i) % n].line != row->line) i++;
        if (i < n) near = (near + i) % n;
        row->paid = i < n ? facts[near].net : 0;
    }
}

/* The first line of its terms, under a rule. */
static bool leads(const struct work *w, i64 i)
{
    for (i64 k = 0; k < i; k++)
        if (points_same_terms(&w->lines.at[i], &w->lines.at[k])) return false;
    return w->lines.at[i].rule;
}

static enum err work_out(struct run *r, struct work *w)
{
    fill_paid(w);
    for (i64 i = 0; i < w->lines.n; i++) {
        if (!leads(w, i)) continue;
        i64 all = points_of_terms(&w->lines, i);
        TRY(within_caps(r, w, i, &all));
        points_part(&w->lines, i, all);
    }
    return OK;
}

static i64 due_of(const struct work *w, i64 rule)
{
    i64 sum = 0;
    for (i64 k = 0; k < w->lines.n; k++)
        if (w->lines.at[k].rule == rule) sum += w->lines.at[k].due;
    return sum;
}

/* Budgets follow what the lines have come to. More than was charged, as after a withdrawn refund,
 * is earned if the budget has it. */
static enum err settle_budgets(struct run *r, struct work *w)
{
    struct charged_row_list rows = { 0 };
    if (r->budgets) TRY(db_all(r->t->c, &q_charged, &rows, ARGS(w->o.member, w->o.order_id)));
    for (i64 i = 0; i < rows.n; i++) {
        const struct points_rule of = { .id = rows.at[i].rule, .budget = rows.at[i].budget };
        i64 want = due_of(w, of.id), have;
        bool enough = true;
        TRY(points_charged(r->t->c, &w->o, of.id, &have));
        if (want > have) TRY(points_charge(r->t, &of, &w->o, want - have, &enough));
        else TRY(points_charge_down(r->t, &w->o, of.id, want));
        for (i64 k = w->lines.n - 1, over = enough ? 0 : want - have; k >= 0 && over > 0; k--) {
            struct points_line_row *l = &w->lines.at[k];
            i64 less = l->rule != of.id ? 0 : over < l->due ? over : l->due;
            l->due -= less;
            over -= less;
        }
    }
    return OK;
}

static enum err save_lines(struct run *r, struct work *w, const struct points_line_row *was)
{
    enum { VALUES = 11 };
    i64 n = w->lines.n - w->known;
    struct value *values = NEWS(r->t->c->arena, struct value, n * VALUES);
    for (i64 k = 0; k < w->known; k++) {
        const struct points_line_row *l = &w->lines.at[k];
        if (was[k].paid == l->paid && was[k].due == l->due &&
            was[k].at_most.value == l->at_most.value)
            continue;
        TRY(tx_change(
            r->t, &c_line,
            ARGS(w->o.member, w->o.order_id, l->line, l->rule, l->paid, l->due, l->at_most)));
    }
    for (i64 k = 0; k < n; k++) {
        const struct points_line_row *l = &w->lines.at[w->known + k];
        struct args row =
            ARGS(w->o.member, w->o.order_id, l->line, l->rule, l->on_day, l->points_per,
                 l->per_amount, l->multiplier, l->paid, l->due, l->at_most);
        assert(row.n == VALUES);
        memcpy(values + VALUES * k, row.at, sizeof(struct value) * VALUES);
    }
    return tx_change_each(r->t, &c_line_new, n, (struct args){ values, (int)(VALUES * n) });
}

/* -- given what is due ------------------------------------------------------------------------- */

static enum err tell_pending(struct tx *t, const struct points_order_row *o)
{
    struct arena *a = t->c->arena;
    struct timeline_line line = {
        .at = t->c->now,
        .member = o->member,
        .kind = S("points.pending"),
        .subject = str_fmt(a, "order:%lld", (long long)o->order_id),
        .props = str_fmt(a, "{\"points\":%lld}", (long long)o->due),
    };
    return timeline_append(t, &line);
}

/* Brings what was given to what is due, once it has turned. */
static enum err settle(struct run *r, struct work *w, i64 due, bool asked)
{
    struct points_order_row *o = &w->o;
    struct tx *t = r->t;
    i64 was = o->due;
    bool fresh = !o->matured;
    o->due = due;
    if (!o->matured) {
        o->matures_at = turns_at(r, w);
        o->expires_at = points_expire(&r->policy, t->c->zone, o->matures_at);
        o->matured = o->member && o->matures_at <= t->c->now;
    }
    if (!o->matured) {
        if (o->member && was != due) TRY(tell_pending(t, o));
        return points_order_save(t, o);
    }
    i64 more = due - (o->given - o->forgiven);
    if (more > 0) { /* what was forgiven is not given twice */
        i64 again = o->forgiven < more ? o->forgiven : more;
        o->forgiven -= again;
        more -= again;
    }
    if (more > 0) TRY(points_order_give(t, o, more, fresh ? o->matures_at : t->c->now));
    if (more < 0) TRY(points_order_take(t, o, -more, asked));
    return points_order_save(t, o);
}

static enum err whose_row(struct run *r, const struct order_change *change, struct work *w,
                          bool *found)
{
    struct tx *t = r->t;
    TRY(points_order_find(t->c, change->member, change->order, found, &w->o));
    if (*found || change->was == change->member) return OK;
    TRY(points_order_find(t->c, change->was, change->order, found, &w->o));
    if (!*found) return OK;
    if (change->was) {
        TRY(points_lock(t, change->was));
        TRY(points_touch(t, change->was));
        TRY(points_order_find(t->c, change->was, change->order, found, &w->o));
    }
    TRY(points_order_follow(t, &w->o, change->member, 0));
    return OK;
}

/* While no rule is on, orders that are told for the first time are passed by without a row. Told
 * again when one is, they are decided by the rules that were on when they were paid. */
static enum err earn(struct run *r, const struct order_change *change)
{
    struct tx *t = r->t;
    struct work w = { .placed = change->placed };
    bool found, anew = change->placed && change->was == change->member;
    if (anew && !r->earning) return OK;
    if (change->member) TRY(points_lock(t, change->member));
    TRY(whose_row(r, change, &w, &found));
    if (!found && (!change->member || !r->since.has || !r->earning)) return OK;
    if (found && change->member) {
        TRY(points_touch(t, change->member));
        TRY(points_order_find(t->c, change->member, change->order, &found, &w.o));
    }
    TRY(load_facts(t->c, change->member, change->order, r->scoped, &w));
    if (!found && !may_earn(r, &w)) return OK;
    if (!found) TRY(freeze_order(r, change->member, change->order, &w));
    if (!change->member) return points_order_save(t, &w.o); /* nobody's: what is due waits */
    TRY(freeze_lines(r, &w, found));
    struct points_line_row *was = NEWS(t->c->arena, struct points_line_row, w.known + 1);
    memcpy(was, w.lines.at, (size_t)w.known * sizeof *was);
    TRY(work_out(r, &w));
    TRY(settle_budgets(r, &w));
    TRY(save_lines(r, &w, was));
    i64 due = 0;
    for (i64 k = 0; k < w.lines.n; k++) due += w.lines.at[k].due;
    return settle(r, &w, due, change->asked);
}

static enum err orders_changed(struct tx *t, const struct order_change *at, i64 n)
{
    struct run r;
    bool idle;
    TRY(run_load(t, &r, &idle));
    for (i64 i = 0; i < n && !idle; i++) TRY(earn(&r, &at[i]));
    return OK;
}

const struct order_listener points_orders = { .room = "points", .changed = orders_changed };

/* -- checked ----------------------------------------------------------------------------------- */

enum err points_order_worth(struct ctx *c, const struct points_order_row *o, i64 *out)
{
    struct work w = { .o = *o };
    struct charged_row_list charged = { 0 };
    *out = 0;
    TRY(load_facts(c, o->member, o->order_id, false, &w));
    TRY(db_all(c, &q_lines, &w.lines, ARGS(o->member, o->order_id)));
    fill_paid(&w);
    for (i64 i = 0; i < w.lines.n; i++) {
        i64 last;
        if (!leads(&w, i)) continue;
        i64 all = points_of_terms(&w.lines, i);
        opt_i64 most = allowed_so_far(&w, i, &last);
        points_part(&w.lines, i, most.has && most.value < all ? most.value : all);
    }
    for (i64 k = 0; k < w.lines.n; k++)
        if (w.lines.at[k].rule) *out += w.lines.at[k].due;
    TRY(db_all(c, &q_charged, &charged, ARGS(o->member, o->order_id)));
    for (i64 i = 0; i < charged.n; i++) {
        i64 want = due_of(&w, charged.at[i].rule), have;
        TRY(points_charged(c, o, charged.at[i].rule, &have));
        if (want > have) *out -= want - have;
    }
    return OK;
}

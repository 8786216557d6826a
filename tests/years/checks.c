/* checks.c -- what must hold every day, worked out from the world's own notes and plain sums. */
#include "years/years.h"

#include <stdlib.h>

#include "ledger/ledger.h"
#include "loyalty/boards.h"
#include "loyalty/budget.h"
#include "loyalty/credit.h"
#include "loyalty/membership.h"
#include "loyalty/points.h"
#include "loyalty/tasks.h"
#include "loyalty/tiers.h"

#define MUST(c, call)                                                          \
    do {                                                                       \
        if ((call) != OK) wrong("%s: " STR_FMT, #call, STR_ARG(fail_text(c))); \
    } while (0)

/* A question that counts what is wrong. */
static void none(struct ctx *c, struct query *q, const char *what, struct args args)
{
    struct one_i64 n = { 0 };
    MUST(c, db_get(c, q, &n, args));
    EXPECT(n.value == 0, "%s: %lld", what, (long long)n.value);
}

/* Calls fn with some of the people, or at a month's end with all. */
static void each(struct ctx *c, bool all, int some, void (*fn)(struct ctx *c, int who))
{
    int n = all ? w.people_n : some;
    for (int i = 0; i < n && w.people_n && !w.fault[0]; i++) {
        int who = all ? i : (int)below(w.people_n);
        struct arena_mark mark = arena_mark(c->arena);
        if (w.people[who].into < 0) fn(c, who);
        arena_rewind(c->arena, mark);
    }
}

/* -- the books --------------------------------------------------------------------------------- */

QUERY(q_sums, one_i64,
      "SELECT COUNT(*) AS value FROM (SELECT unit FROM ledger_account GROUP BY unit"
      " HAVING SUM(balance) <> 0) AS u");
QUERY(q_below, one_i64,
      "SELECT COUNT(*) AS value FROM ledger_account WHERE balance - held < 0 AND unit <> 'point'"
      " AND unit NOT IN ('growth', 'commission') AND NOT (member = 0 AND name = 'source')");
QUERY(q_entries, one_i64,
      "SELECT COUNT(*) AS value FROM ledger_account a WHERE a.balance <> (SELECT"
      " COALESCE(SUM(e.amount), 0) FROM ledger_entry e WHERE e.member = a.member AND"
      " e.unit = a.unit AND e.name = a.name)");
/* No lot is free beside a debt. */
QUERY(q_lots, one_i64,
      "SELECT COUNT(*) AS value FROM (SELECT a.balance AS balance,"
      " COALESCE(SUM(l.remaining), 0) AS remaining, COALESCE(SUM(l.remaining - l.held), 0) AS free,"
      " COALESCE(SUM(l.held), 0) AS lots_held, a.held AS held FROM ledger_account a LEFT JOIN"
      " ledger_lot l ON l.member = a.member AND l.unit = a.unit AND l.name = a.name"
      " WHERE a.member > 0 AND a.unit IN ('point', 'credit', 'quota')"
      " GROUP BY a.member, a.unit, a.name, a.balance, a.held) AS x"
      " WHERE balance > remaining OR (balance < remaining AND free > 0) OR held <> lots_held");

void check_books(struct ctx *c, bool month_end)
{
    none(c, &q_sums, "units that do not sum to zero", NO_ARGS);
    none(c, &q_below, "accounts below zero", NO_ARGS);
    if (!month_end) return;
    none(c, &q_entries, "balances that are not their entries", NO_ARGS);
    none(c, &q_lots, "balances that are not their lots", NO_ARGS);
}

/* -- points ------------------------------------------------------------------------------------ */

static void statement_is_balance(struct ctx *c, int who)
{
    struct points_balance b;
    struct account of = { id_of(who), S(POINT), S("") };
    struct balance book;
    i64 below_number = 0, sum = 0, newest = 0, expiring = 0;
    MUST(c, points_balance_of(c, id_of(who), &b));
    MUST(c, ledger_balance(c, &of, &book));
    do {
        struct points_entry_list page = { 0 };
        MUST(c, points_statement(c, id_of(who), below_number, 100, &page));
        if (!below_number && page.n) newest = page.at[0].balance;
        for (i64 i = 0; i < page.n; i++) sum += page.at[i].amount;
        below_number = page.n == 100 ? page.at[page.n - 1].number : 0;
    } while (below_number && !w.fault[0]);
    EXPECT(sum == newest, "person %d: entries come to %lld, the newest says %lld", who,
           (long long)sum, (long long)newest);
    EXPECT(sum == b.available + book.held - b.debt,
           "person %d: statement %lld, available %lld, held %lld, debt %lld", who, (long long)sum,
           (long long)b.available, (long long)book.held, (long long)b.debt);
    for (i64 i = 0; i < b.expiring.n; i++) expiring += b.expiring.at[i].amount;
    EXPECT(expiring <= b.available, "more expires than there is");
}

#define FIELDS_OF_order_points(X, N) \
    X(i64, order_id, ANY, "", N)     \
    X(i64, member, ANY, "", N)       \
    X(i64, buyer, ANY, "", N)        \
    X(i64, due, ANY, "", N)          \
    X(i64, multiplier, ANY, "", N)   \
    X(i64, taken, ANY, "", N)
SHAPE(order_points);
SHAPE_DEFINE(order_points);
QUERY(q_orders, order_points,
      "SELECT p.order_id AS order_id, p.member AS member, o.member AS buyer, p.due AS due,"
      " p.multiplier AS multiplier, p.given - p.forgiven AS taken FROM points_order p"
      " JOIN purchase_order o ON o.id = p.order_id ORDER BY p.order_id");

static void order_is_due(struct ctx *c, const struct sale *s, const struct order_points *row)
{
    i64 naive = naive_points(s), most = s->extra ? naive + s->money / MONEY_UNIT : naive;
    long long number = s->number;
    if (!row) {
        EXPECT(!s->multiplier, "order N%lld of person %d earned nothing", number, s->who);
        return;
    }
    EXPECT(s->who < 0 || (row->member == id_of(s->who) && row->buyer == row->member),
           "the points of N%lld are of %lld, its buyer is %lld, not %lld", number,
           (long long)row->member, (long long)row->buyer,
           s->who < 0 ? 0 : (long long)id_of(s->who));
    EXPECT(s->who < 0 || row->multiplier == s->multiplier, "N%lld earns at %lld, not %lld", number,
           (long long)row->multiplier, (long long)s->multiplier);
    EXPECT(row->due >= naive && row->due <= most,
           "N%lld (paid %lld, postage %lld, refunded %lld, at %lld) earns %lld, not %lld to %lld",
           number, (long long)s->money, (long long)s->postage, (long long)s->refund,
           (long long)s->multiplier, (long long)row->due, (long long)naive, (long long)most);
    (void)c;
}

static int by_id(const void *a, const void *b)
{
    i64 x = (*(struct sale *const *)a)->id, y = (*(struct sale *const *)b)->id;
    return (x > y) - (x < y);
}

static void orders_are_due(struct ctx *c)
{
    struct order_points_list rows = { 0 };
    struct sale **sales = malloc((size_t)(w.sales_n + 1) * sizeof *sales);
    for (i64 i = 0; i < w.sales_n; i++) sales[i] = &w.sales[i];
    qsort(sales, (size_t)w.sales_n, sizeof *sales, by_id);
    MUST(c, db_all(c, &q_orders, &rows, NO_ARGS));
    for (i64 i = 0, k = 0; i < w.sales_n; i++) {
        while (k < rows.n && rows.at[k].order_id < sales[i]->id) k++;
        bool has = k < rows.n && rows.at[k].order_id == sales[i]->id;
        order_is_due(c, sales[i], has ? &rows.at[k] : NULL);
    }
    free(sales);
}

void check_points(struct ctx *c, bool month_end)
{
    each(c, month_end, 4, statement_is_balance);
    if (month_end) orders_are_due(c);
}

/* -- tiers ------------------------------------------------------------------------------------- */

static void tier_follows(struct ctx *c, int who)
{
    struct tier_now now;
    i64 naive = c->now >= w.open ? naive_rank(c, who, c->now, false) : 0;
    if (c->now < w.open) return;
    MUST(c, tier_of(c, id_of(who), &now));
    EXPECT(now.rank == naive, "person %d (member %lld) holds %lld, should hold %lld", who,
           (long long)id_of(who), (long long)now.rank, (long long)naive);
}

void check_tiers(struct ctx *c, bool month_end) { each(c, month_end, 4, tier_follows); }

/* -- rewards ----------------------------------------------------------------------------------- */

QUERY(q_twice, one_i64,
      "SELECT COUNT(*) AS value FROM (SELECT origin, id FROM reward GROUP BY origin, id"
      " HAVING COUNT(*) > 1) AS x");
/* Of one cause in a programme's year or month, whatever its id: 8 hours are added to the instant.
 */
QUERY(q_birthdays, one_i64,
      "SELECT COUNT(*) AS value FROM (SELECT origin, SUBSTR(id, 1, 18) AS which FROM reward"
      " WHERE reason = 'birthday' AND state = 'given' GROUP BY origin, SUBSTR(id, 1, 18)"
      " HAVING COUNT(*) > 1) AS x");
QUERY(q_newcomers, one_i64,
      "SELECT COUNT(*) AS value FROM (SELECT origin, kind FROM reward WHERE budget = 'newcomers'"
      " AND state = 'given' AND kind = 'benefit' GROUP BY origin, kind HAVING COUNT(*) > 1) AS x");
QUERY(q_points_given, one_i64,
      "SELECT CAST((SELECT COALESCE(SUM(amount), 0) FROM reward WHERE kind = 'points'"
      " AND given_to > 0) - (SELECT COALESCE(SUM(amount), 0) FROM ledger_transfer"
      " WHERE unit = 'point' AND kind = 'move' AND id LIKE 'reward:%') AS BIGINT) AS value");
QUERY(q_quota_given, one_i64,
      "SELECT CAST((SELECT COALESCE(SUM(amount), 0) FROM reward WHERE kind = 'benefit'"
      " AND given_to > 0) - (SELECT COALESCE(SUM(amount), 0) FROM ledger_transfer"
      " WHERE unit = 'quota' AND kind = 'move' AND id LIKE 'reward:%') AS BIGINT) AS value");
QUERY(q_days_given, one_i64,
      "SELECT COUNT(*) AS value FROM reward WHERE member = $1 AND id LIKE 'task:1:2%'");
/* A prize on a board is one a person: who won 500 points twice under one number. */
QUERY(q_prizes, one_i64,
      "SELECT COUNT(*) AS value FROM (SELECT board, origin FROM (SELECT origin, kind,"
      " SUBSTR(id, 1, 9) AS board FROM reward WHERE id LIKE 'board:%' AND state = 'given'"
      " AND kind = 'points') AS p GROUP BY board, origin HAVING COUNT(*) > 1) AS x");

static void days_gave_once(struct ctx *c, int who)
{
    const struct person *p = &w.people[who];
    struct one_i64 n = { 0 };
    i64 days = 0;
    if (p->met || !p->habit) return;
    for (i64 i = 0; i < DAYS_MAX; i++) days += p->days[i] == 1;
    MUST(c, db_get(c, &q_days_given, &n, ARGS(p->id)));
    EXPECT(n.value == days, "person %d checked in on %lld days and was given %lld times", who,
           (long long)days, (long long)n.value);
}

void check_rewards(struct ctx *c, bool month_end)
{
    if (!month_end) return;
    none(c, &q_twice, "rewards given twice", NO_ARGS);
    none(c, &q_birthdays, "birthdays given twice a year", NO_ARGS);
    none(c, &q_newcomers, "newcomers twice", NO_ARGS);
    none(c, &q_points_given, "points of rewards less those of the ledger", NO_ARGS);
    none(c, &q_quota_given, "benefits of rewards less those of the ledger", NO_ARGS);
    none(c, &q_prizes, "prizes won twice", NO_ARGS);
    each(c, true, 0, days_gave_once);
}

/* -- budgets ----------------------------------------------------------------------------------- */

/* What rewards cost: those that were handed over, less what was still there when taken back. */
QUERY(q_cost, one_i64,
      "SELECT CAST(COALESCE(SUM(cost - CASE WHEN state = 'taken_back' THEN cost * taken /"
      " CASE kind WHEN 'credit' THEN credit WHEN 'tag' THEN 1 ELSE amount END ELSE 0 END), 0)"
      " AS BIGINT) AS value FROM reward WHERE budget = $1 AND state IN ('given', 'taken_back')"
      " AND (given_to > 0)");
QUERY(q_reserved, one_i64,
      "SELECT CAST(COALESCE(SUM(cost), 0) AS BIGINT) AS value FROM reward WHERE budget = $1"
      " AND state = 'held' AND held_until > $2");

void check_budgets(struct ctx *c, bool month_end)
{
    static const char *const codes[] = { "newcomers", "checkin", "bonus", "prizes" };
    for (i64 i = 0; i < COUNT(codes); i++) {
        struct budget_view b;
        struct one_i64 cost = { 0 }, held = { 0 };
        str code = str_of(codes[i]);
        MUST(c, budget_get(c, code, &b));
        EXPECT(b.left >= 0 && b.total == w.raised[i] && b.spent + b.reserved + b.left == b.total,
               "budget %s: %lld of %lld spent, %lld reserved, %lld left", codes[i],
               (long long)b.spent, (long long)b.total, (long long)b.reserved, (long long)b.left);
        if (!month_end || i == 2) continue;
        MUST(c, db_get(c, &q_cost, &cost, ARGS(code)));
        MUST(c, db_get(c, &q_reserved, &held, ARGS(code, c->now)));
        EXPECT(b.spent == cost.value, "budget %s: %lld spent, its rewards cost %lld", codes[i],
               (long long)b.spent, (long long)cost.value);
        EXPECT(b.reserved == held.value, "budget %s: %lld reserved, %lld held", codes[i],
               (long long)b.reserved, (long long)held.value);
    }
}

/* -- credit and membership --------------------------------------------------------------------- */

QUERY(q_principal, one_i64,
      "SELECT CAST(COALESCE(SUM(CASE WHEN kind IN ('topup', 'spend_refund') THEN principal"
      " ELSE -principal END), 0) AS BIGINT) AS value FROM credit_act WHERE member = $1");
/* Of each top-up what was paid back, and the spent bonus deducted, stay within what was paid. */
QUERY(q_paid_back, one_i64,
      "SELECT COUNT(*) AS value FROM (SELECT x.principal AS principal, (SELECT"
      " COALESCE(SUM(r.principal), 0) FROM credit_act r WHERE r.of_number = x.number"
      " AND r.member = x.member) AS back FROM credit_act x WHERE x.kind = 'topup') AS b"
      " WHERE back > principal");

static void credit_is_its_lines(struct ctx *c, int who)
{
    struct credit_view v;
    struct one_i64 acts = { 0 };
    MUST(c, credit_of(c, id_of(who), &v));
    MUST(c, db_get(c, &q_principal, &acts, ARGS(id_of(who))));
    EXPECT(w.people[who].parted || v.principal == acts.value, /* parted: what was there then */
           "person %d: a principal of %lld, acts come to %lld", who, (long long)v.principal,
           (long long)acts.value);
    for (int bonus = 0; bonus < 2; bonus++) {
        struct credit_line_list lines = { 0 };
        money sum = 0;
        MUST(c, credit_statement(c, id_of(who), bonus, 0, 1000, &lines));
        for (i64 i = 0; i < lines.n; i++) sum += lines.at[i].amount;
        EXPECT(sum == (bonus ? v.bonus : v.principal), "person %d: credit %lld, statement %lld",
               who, (long long)(bonus ? v.bonus : v.principal), (long long)sum);
    }
}

void check_credit(struct ctx *c, bool month_end)
{
    each(c, month_end, 2, credit_is_its_lines);
    if (!month_end) return;
    none(c, &q_paid_back, "top-ups paid back twice", NO_ARGS);
}

static void terms_follow(struct ctx *c, int who)
{
    struct membership_view v;
    day today = day_at(c), end = 0;
    bool active = false;
    if (w.people[who].met) return;
    MUST(c, membership_of(c, id_of(who), &v));
    for (i64 i = 0; i < v.terms.n; i++) {
        const struct term_view *a = &v.terms.at[i];
        if (a->state != TERM_PAID) continue;
        if (a->starts_on <= today && today <= a->last_day) active = true;
        if (a->last_day > end) end = a->last_day;
        for (i64 k = 0; k < i; k++) {
            const struct term_view *b = &v.terms.at[k];
            EXPECT(b->state != TERM_PAID || a->last_day < b->starts_on ||
                       b->last_day < a->starts_on,
                   "person %d: two terms of one chain overlap", who);
        }
    }
    EXPECT(v.active == active, "person %d: a term runs, or none", who);
    EXPECT(!end || str_eq(v.until, day_text(c->arena, end)), "person %d: until another day", who);
}

void check_membership(struct ctx *c, bool month_end) { each(c, month_end, 2, terms_follow); }

/* -- check-ins, caps, boards ------------------------------------------------------------------- */

static void streak_is_days(struct ctx *c, int who)
{
    struct check_in_calendar v;
    const struct person *p = &w.people[who];
    if (p->met || !p->habit) return;
    MUST(c, task_calendar(c, p->id, 1, &v));
    EXPECT(v.streak == naive_streak(who, day_at(c)), "person %d: a streak of %lld, not %lld", who,
           (long long)v.streak, (long long)naive_streak(who, day_at(c)));
    EXPECT(v.done_today == (p->days[day_at(c) - w.first] != 0), "person %d: today", who);
}

void check_streaks(struct ctx *c, bool month_end) { each(c, month_end, 2, streak_is_days); }

QUERY(q_cap_total, one_i64,
      "SELECT COUNT(*) AS value FROM (SELECT SUM(at_most) AS n FROM points_line WHERE rule = 2)"
      " AS x WHERE n > 3000");
QUERY(q_cap_due, one_i64, "SELECT COUNT(*) AS value FROM points_line WHERE due > at_most");
QUERY(q_cap_day, one_i64,
      "SELECT CAST(COALESCE(MAX(n), 0) AS BIGINT) AS value FROM (SELECT SUM(at_most) AS n"
      " FROM points_line WHERE rule = 2 AND member = $1 GROUP BY on_day) AS x");

static void day_is_capped(struct ctx *c, int who)
{
    struct one_i64 n = { 0 };
    if (w.people[who].met) return;
    MUST(c, db_get(c, &q_cap_day, &n, ARGS(id_of(who))));
    EXPECT(n.value <= 100, "person %d: %lld points a day of a rule capped at 100", who,
           (long long)n.value);
}

void check_caps(struct ctx *c, bool month_end)
{
    if (!month_end) return;
    none(c, &q_cap_total, "a rule above its cap", NO_ARGS);
    none(c, &q_cap_due, "lines above what caps left", NO_ARGS);
    each(c, false, 50, day_is_capped);
}

static const struct board_view *of_board;
static void score_is_facts(struct ctx *c, int who)
{
    struct board_ranks r;
    money sum = 0;
    for (int p = 0; p < w.people_n; p++) {
        if (living(p) != who) continue;
        for (int i = w.people[p].sales; i >= 0; i = w.sales[i].kin) {
            const struct sale *s = &w.sales[i];
            if (s->paid && s->at >= of_board->starts_at && s->at < of_board->ends_at)
                sum += s->money - s->refund;
        }
    }
    MUST(c, board_rank(c, of_board, id_of(who), 0, &r));
    EXPECT(r.mine.score == sum, "person %d: a score of %lld, should be %lld", who,
           (long long)r.mine.score, (long long)sum);
}

void check_boards(struct ctx *c, bool month_end)
{
    struct board_view_list all = { 0 };
    if (!month_end) return;
    MUST(c, board_list(c, &all));
    for (i64 i = 0; i < all.n; i++) {
        const struct board_view *b = &all.at[i];
        if (b->metric != BOARD_AMOUNT || b->frozen_at.value <= c->now) continue;
        of_board = b;
        each(c, false, 40, score_is_facts);
    }
}

/* -- koi doctor -------------------------------------------------------------------------------- */

void check_doctor(struct ctx *c, bool month_end)
{
    struct ledger_faults f = { 0 };
    i64 trade = 0, points = 0, tiers = 0, boards = 0;
    if (!month_end) return;
    struct ctx *own = test_ctx_new(); /* the check of tiers takes a snapshot */
    own->now = c->now;
    MUST(own, store_reader(test_store(), own));
    MUST(own, store_check(own));
    MUST(own, ledger_check(own, &f));
    MUST(own, trade_check(own, &trade));
    MUST(own, points_check(own, &points));
    MUST(own, boards_check(own, &boards));
    MUST(own, tiers_check(own, &tiers));
    store_release(own);
    test_ctx_free(own);
    i64 ledger = f.sums + f.entries + f.lots + f.floors + f.holds + f.transfers;
    EXPECT(!ledger && !trade && !points && !tiers && !boards,
           "doctor: ledger %lld, trade %lld, points %lld, tiers %lld, boards %lld",
           (long long)ledger, (long long)trade, (long long)points, (long long)tiers,
           (long long)boards);
}

/* -- time needs no job ------------------------------------------------------------------------- */

static struct noted {
    int who;
    struct points_balance points;
    i64 rank;
    money credit;
    bool paid;
} before[4];

static struct noted look(struct ctx *c, int who)
{
    struct noted n = { .who = who };
    struct tier_now tier;
    struct credit_view credit;
    struct membership_view term;
    MUST(c, points_balance_of(c, id_of(who), &n.points));
    MUST(c, tier_of(c, id_of(who), &tier));
    MUST(c, credit_of(c, id_of(who), &credit));
    MUST(c, membership_of(c, id_of(who), &term));
    n.rank = tier.rank;
    n.credit = credit.total;
    n.paid = term.active;
    return n;
}

void time_noted(struct ctx *c)
{
    for (i64 i = 0; i < COUNT(before); i++)
        before[i] = look(c, w.people_n ? living((int)below(w.people_n)) : 0);
}

void time_compared(struct ctx *c)
{
    for (i64 i = 0; i < COUNT(before); i++) {
        const struct noted *a = &before[i];
        struct noted b = look(c, a->who);
        EXPECT(a->points.available <= b.points.available && a->points.debt >= b.points.debt &&
                   a->points.pending == b.points.pending && a->rank == b.rank &&
                   a->credit <= b.credit && a->paid == b.paid,
               "person %d before and after the jobs: points %lld and %lld, debt %lld and %lld,"
               " pending %lld and %lld, rank %lld and %lld",
               a->who, (long long)a->points.available, (long long)b.points.available,
               (long long)a->points.debt, (long long)b.points.debt, (long long)a->points.pending,
               (long long)b.points.pending, (long long)a->rank, (long long)b.rank);
    }
}

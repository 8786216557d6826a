/* tiers_crowd_test.c -- everybody at once comes to what each alone comes to: standing, history,
 * gifts, balances and timeline; whatever the size and the edges of the chunks.
 */
#include "job/pace.h"
#include "ledger/ledger.h"
#include "unit/tiers_crowd.h"

enum { PEOPLE = 260 };

struct stretch {
    i64 first, last;
};
static enum err settle_some(struct tx *t, void *arg)
{
    const struct stretch *s = arg;
    struct ladder l;
    TRY(ladder_live(t->c, &l));
    return settle_range(t, &l, s->first, s->last, WHY_RULES, NULL);
}

static void settle(struct ctx *c, i64 first, i64 last)
{
    struct stretch s = { first, last };
    CHECK_OK(c, store_write(test_store(), c, settle_some, &s));
}

QUERY(q_row, tier_row,
      "SELECT member, tier, rank, since, until, due_at, changes, settled_at, gone FROM tier_member"
      " WHERE member = $1");

static bool same_opt(opt_i64 a, opt_i64 b) { return a.has == b.has && a.value == b.value; }

static void same_standing(struct ctx *c, i64 a, i64 b)
{
    struct tier_row x, y;
    struct tier_change_list h, k;
    bool has, had;
    CHECK_OK(c, db_find(c, &q_row, &x, &has, ARGS(a)));
    CHECK_OK(c, db_find(c, &q_row, &y, &had, ARGS(b)));
    CHECK(has == had);
    if (!has) return;
    CHECK(str_eq(x.tier, y.tier) && x.rank == y.rank && x.changes == y.changes);
    CHECK(same_opt(x.since, y.since) && same_opt(x.until, y.until) && same_opt(x.due_at, y.due_at));
    CHECK_OK(c, tier_history(c, a, 100, &h));
    CHECK_OK(c, tier_history(c, b, 100, &k));
    CHECK_I64(h.n, k.n);
    for (i64 i = 0; i < h.n; i++)
        CHECK(h.at[i].at == k.at[i].at && str_eq(h.at[i].from, k.at[i].from) &&
              str_eq(h.at[i].to, k.at[i].to) && str_eq(h.at[i].why, k.at[i].why) &&
              same_opt(h.at[i].until, k.at[i].until));
}

static void same_gifts(struct ctx *c, i64 a, i64 b, i64 *gifts)
{
    static const char *const accounts[][2] = {
        { "point", "" }, { "growth", "" }, { "credit", "bonus" }, { "quota", "buy-3-free-1" }
    };
    struct reward_view_list x, y;
    CHECK_OK(c, rewards_of(c, a, 0, 100, &x));
    CHECK_OK(c, rewards_of(c, b, 0, 100, &y));
    CHECK_I64(x.n, y.n);
    for (i64 i = 0; i < x.n; i++)
        CHECK(str_eq(x.at[i].id, y.at[i].id) && x.at[i].state == y.at[i].state &&
              x.at[i].amount == y.at[i].amount && x.at[i].cost == y.at[i].cost);
    for (i64 i = 0; i < COUNT(accounts); i++) {
        struct account of = { a, str_of(accounts[i][0]), str_of(accounts[i][1]) };
        struct balance left, right;
        CHECK_OK(c, ledger_balance(c, &of, &left));
        of.member = b;
        CHECK_OK(c, ledger_balance(c, &of, &right));
        CHECK(left.balance == right.balance && left.available == right.available);
    }
    *gifts += x.n;
}

/* Transfers of the ledger have the reward's number in their words. */
static void same_lines(struct ctx *c, i64 a, i64 b)
{
    struct timeline_line_list x, y;
    CHECK_OK(c, timeline_of_member(c, (ints){ &a, 1 }, 0, 500, &x));
    CHECK_OK(c, timeline_of_member(c, (ints){ &b, 1 }, 0, 500, &y));
    CHECK_I64(x.n, y.n);
    for (i64 i = 0; i < x.n; i++) {
        const struct timeline_line *l = &x.at[i], *m = &y.at[i];
        CHECK(l->at == m->at && str_eq(l->kind, m->kind) && str_eq(l->subject, m->subject));
        CHECK(same_opt(l->value, m->value));
        CHECK(str_starts(l->kind, S("ledger.")) || str_eq(l->props, m->props));
    }
}

TEST(a_crowd_is_settled_as_each_alone)
{
    struct ctx *c = test_reader();
    struct crowd w = { .members = 2 * PEOPLE, .alike = PEOPLE, .until = c->now };
    struct dice d = { 3 };
    struct ledger_faults faults;
    i64 gifts = 0, changed, wrong;
    CHECK_OK(c, store_write(test_store(), c, crowd_buys, &w));
    CHECK_OK(c, store_write(test_store(), c, crowd_opens, &w));
    for (i64 first = 1, last; first <= PEOPLE; first = last + 1) { /* also of one, of nobody */
        last = first + (dice_below(&d, 3) ? dice_below(&d, 90) : 0);
        if (last > PEOPLE) last = PEOPLE;
        settle(c, first, last);
    }
    for (i64 m = PEOPLE + 1; m <= 2 * PEOPLE; m++) settle(c, m, m);
    for (i64 m = 1; m <= PEOPLE; m++) {
        same_standing(c, m, m + PEOPLE);
        same_gifts(c, m, m + PEOPLE, &gifts);
        same_lines(c, m, m + PEOPLE);
    }
    CHECK(gifts > PEOPLE);
    CHECK_OK(c, tiers_evaluate(test_store(), c, &changed)); /* again: nothing */
    CHECK_I64(changed, 0);
    CHECK_OK(c, tiers_keep_up(test_store(), c));
    CHECK_OK(c, tiers_check(c, &wrong));
    CHECK_I64(wrong, 0);
    CHECK_OK(c, ledger_check(c, &faults));
    CHECK_I64(faults.sums + faults.entries + faults.lots + faults.floors + faults.transfers, 0);
}

TEST(a_job_takes_as_much_as_its_time_allows)
{
    struct pace p = { .n = 100, .least = 30, .most = 500 };
    for (int i = 0; i < 5; i++) pace_begin(&p), pace_end(&p);
    CHECK_I64(p.n, 500);
    for (int i = 0; i < 6; i++) {
        pace_begin(&p);
        p.began -= 2 * PACE_US; /* as if it had taken so long */
        pace_end(&p);
    }
    CHECK_I64(p.n, 30);
}

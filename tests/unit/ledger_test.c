/* ledger_test.c -- the promises of the ledger, one by one. */
#include <stdio.h>

#include "ledger_moves.h"

TEST(units_sum_to_zero)
{
    struct trial_row_list rows = { 0 };
    sent(move_of("point", 0, 1, 100, "a"));
    sent(move_of("point", 1, 2, 30, "b"));
    sent(move_of("point", 2, 0, 10, "c"));
    sent(move_of("stock", 0, 1, 5, "d"));
    CHECK_OK(test_ctx(), ledger_trial(test_reader(), &rows));
    i64 point = 0, stock = 0;
    for (i64 i = 0; i < rows.n; i++)
        *(str_eq(rows.at[i].unit, S("point")) ? &point : &stock) += rows.at[i].balance;
    CHECK_I64(rows.n, 5);
    CHECK_I64(point, 0);
    CHECK_I64(stock, 0);
    check_books();
}

TEST(balance_is_entries_is_lots)
{
    instant now = test_ctx()->now;
    sent(until(move_of("point", 0, 1, 100, "a"), now + 2 * DAY_MS));
    sent(until(move_of("point", 0, 1, 50, "b"), now + DAY_MS));
    sent(move_of("point", 0, 1, 10, "c"));
    sent(move_of("point", 1, 0, 60, "d"));
    CHECK_I64(has("point", 1).balance, 100);
    CHECK_I64(free_until("point", 1, SOME(now + DAY_MS)), 0); /* the first to expire went first */
    CHECK_I64(free_until("point", 1, SOME(now + 2 * DAY_MS)), 90);
    CHECK_I64(free_until("point", 1, NONE), 10);
    CHECK_I64(entries_of("point", 1), 5);
    check_books();
}

TEST(no_account_under_its_floor)
{
    sent(move_of("credit", 0, 1, 100, "a"));
    refused(move_of("credit", 1, 0, 101, "b"), R_BELOW_FLOOR);
    sent(hold_of("credit", 1, 0, 60, "c"));
    refused(move_of("credit", 1, 0, 41, "d"), R_BELOW_FLOOR);
    sent(move_of("credit", 1, 0, 40, "e"));
    refused(after(T_REVERSE, 1, "a", 0, "f"), R_BELOW_FLOOR); /* credit may not be owed */
    CHECK_I64(has("credit", 1).available, 0);
    check_books();
}

struct limits {
    struct account of;
    struct account_limits limits;
};
static enum err put_limits(struct tx *t, void *arg)
{
    struct limits *l = arg;
    return account_put(t, &l->of, &l->limits);
}

TEST(no_account_above_its_cap)
{
    struct limits l = { { 1, S("growth"), NO_STR }, { SOME(0), SOME(0), SOME(100) } };
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), put_limits, &l));
    sent(move_of("growth", 0, 1, 60, "a"));
    sent(hold_of("growth", 0, 1, 30, "b"));
    refused(move_of("growth", 0, 1, 11, "c"), R_ABOVE_CAP); /* what is coming counts */
    CHECK_I64(has("growth", 1).coming, 30);
    later(2 * HOUR_MS);
    CHECK_I64(has("growth", 1).coming, 0);
    sent(move_of("growth", 0, 1, 11, "d"));
    l.limits.cap = SOME(70);
    CHECK_ERR(test_ctx(), store_write(test_store(), test_reader(), put_limits, &l),
              E_UNPROCESSABLE);
    i64 done;
    CHECK_OK(test_ctx(), ledger_lapse(test_store(), test_reader(), &done));
    CHECK_I64(done, 1);
    check_books();
}

/* What moved in the same change counts, though its rows are not written yet. */
static enum err move_and_look(struct tx *t, void *arg)
{
    struct account of = { 1, S("stock"), NO_STR };
    struct transfer in = move_of("stock", 0, 1, 30, "b"), hold = hold_of("stock", 1, 0, 5, "c");
    struct transferred out;
    i64 *left = arg;
    TRY(ledger_left(t, &of, &left[0]));
    TRY(ledger_transfer(t, &in, &out));
    TRY(ledger_transfer(t, &hold, &out));
    TRY(ledger_left(t, &of, &left[1]));
    of.member = 2;
    TRY(ledger_left(t, &of, &left[2]));
    of.unit = S("nothing");
    return ledger_left(t, &of, &left[3]);
}

TEST(what_is_left_counts_the_change_itself)
{
    i64 left[4] = { 0 };
    sent(move_of("stock", 0, 1, 12, "a"));
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), move_and_look, left));
    CHECK_I64(left[0], 12);
    CHECK_I64(left[1], 37);
    CHECK_I64(left[2], 0); /* never used */
    CHECK_I64(left[3], 0); /* no such unit */
    check_books();
}

TEST(same_id_same_answer)
{
    struct transferred first, again;
    struct transfer a = until(move_of("point", 0, 1, 100, "a"), test_ctx()->now + DAY_MS);
    CHECK_OK(test_ctx(), send(a, &first));
    later(2 * DAY_MS); /* even after what it gave expired */
    CHECK_OK(test_ctx(), send(a, &again));
    CHECK(!first.again && again.again);
    CHECK_I64(again.amount, first.amount);
    CHECK_I64(again.at, first.at);
    struct transfer other = a;
    other.amount = 101;
    CHECK_ERR(test_ctx(), send(other, &again), E_CONFLICT);
    CHECK_I64(again.result, R_OTHER_CONTENT);
    other = a;
    other.to = 2; /* another member's id of the same name is another transfer */
    other.expires_at = NONE;
    CHECK_OK(test_ctx(), send(other, &again));
    CHECK(!again.again);
    CHECK_I64(entries_of("point", 1), 1);
    check_books();
}

TEST(refused_changes_nothing)
{
    i64 before, now;
    sent(until(move_of("point", 0, 1, 10, "a"), test_ctx()->now + DAY_MS));
    CHECK_OK(test_ctx(), timeline_last(test_reader(), &before));
    later(2 * DAY_MS); /* a lot is due: a refusal does not write that down either */
    refused(move_of("point", 1, 0, 1, "b"), R_BELOW_FLOOR);
    refused(move_of("gold", 0, 1, 1, "b"), R_UNIT_UNKNOWN);
    CHECK_OK(test_ctx(), timeline_last(test_reader(), &now));
    CHECK_I64(now, before);
    CHECK_I64(entries_of("point", 1), 1);
    sent(move_of("point", 0, 1, 5, "b")); /* the id is free */
    check_books();
}

struct chain {
    const struct transfer *in;
    i64 n, failed;
    bool go_on;
    struct transferred out[4];
};
static enum err do_all(struct tx *t, void *arg)
{
    struct chain *chain = arg;
    enum err e = ledger_transfer_all(t, chain->in, chain->n, chain->out, &chain->failed);
    return chain->go_on ? OK : e;
}

TEST(linked_are_all_or_none)
{
    struct transfer in[] = { move_of("point", 0, 1, 10, "a"), move_of("point", 1, 2, 10, "b"),
                             move_of("point", 1, 2, 1, "c") };
    struct chain chain = { .in = in, .n = 3, .go_on = true };
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), do_all, &chain));
    CHECK_I64(chain.failed, 2);
    CHECK_I64(chain.out[2].result, R_BELOW_FLOOR);
    CHECK_I64(entries_of("point", 1), 0);
    chain = (struct chain){ .in = in, .n = 2 };
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), do_all, &chain));
    CHECK_I64(has("point", 2).balance, 10);
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), do_all, &chain));
    CHECK(chain.out[0].again && chain.out[1].again);
    CHECK_I64(has("point", 2).balance, 10);
    in[0].id = S("new"); /* one done, one not */
    CHECK_ERR(test_ctx(), store_write(test_store(), test_reader(), do_all, &chain), E_CONFLICT);
    CHECK_I64(has("point", 1).balance, 0);
    check_books();
}

TEST(every_hold_ends)
{
    struct transfer_view v;
    sent(move_of("point", 0, 1, 100, "in"));
    sent(hold_of("point", 1, 0, 40, "h1"));
    CHECK_I64(has("point", 1).held, 40);
    CHECK_I64(has("point", 1).available, 60);
    refused(after(T_CONFIRM, 1, "h1", 41, "c1"), R_ABOVE_REST);
    sent(after(T_CONFIRM, 1, "h1", 30, "c1")); /* in part: the rest is free */
    CHECK_I64(has("point", 1).available, 70);
    refused(after(T_VOID, 1, "h1", 0, "v1"), R_HOLD_ENDED);
    sent(after(T_CONFIRM, 1, "h1", 30, "c1"));
    sent(hold_of("point", 1, 0, 20, "h2"));
    sent(after(T_VOID, 1, "h2", 0, "v2"));
    refused(after(T_CONFIRM, 1, "h2", 0, "c2"), R_HOLD_ENDED);
    sent(hold_of("point", 1, 0, 50, "h3"));
    later(HOUR_MS);
    CHECK_I64(has("point", 1).available, 70);
    refused(after(T_CONFIRM, 1, "h3", 0, "c3"), R_HOLD_ENDED);
    CHECK_OK(test_ctx(), ledger_get(test_reader(), 1, S("h3"), &v));
    CHECK_STR(v.state, "expired");
    i64 done;
    CHECK_OK(test_ctx(), ledger_lapse(test_store(), test_reader(), &done));
    CHECK_I64(done, 1);
    CHECK_OK(test_ctx(), ledger_get(test_reader(), 1, S("~expire:h3"), &v));
    CHECK_STR(v.of, "h3");
    CHECK_I64(has("point", 1).balance, 70);
    check_books();
}

TEST(expired_is_not_spendable)
{
    i64 done;
    instant now = test_ctx()->now;
    sent(until(move_of("point", 0, 1, 100, "a"), now + DAY_MS));
    sent(move_of("point", 0, 1, 5, "b"));
    later(DAY_MS - 1);
    CHECK_I64(has("point", 1).available, 105);
    later(1); /* no job has run */
    CHECK_I64(has("point", 1).available, 5);
    CHECK_I64(has("point", 1).balance, 5);
    refused(move_of("point", 1, 0, 6, "c"), R_BELOW_FLOOR);
    CHECK_OK(test_ctx(), ledger_lapse(test_store(), test_reader(), &done));
    CHECK_I64(done, 1);
    CHECK_I64(has("point", 1).available, 5);
    CHECK_OK(test_ctx(), ledger_lapse(test_store(), test_reader(), &done));
    CHECK_I64(done, 0);
    struct account house = { 0, S("point"), S(LEDGER_EXPIRED) };
    struct balance b;
    CHECK_OK(test_ctx(), ledger_balance(test_reader(), &house, &b));
    CHECK_I64(b.balance, 100);
    check_books();
}

TEST(a_reversal_returns_to_the_same_lots)
{
    instant now = test_ctx()->now, soon = now + DAY_MS, late = now + 9 * DAY_MS;
    sent(until(move_of("point", 0, 1, 30, "a"), soon));
    sent(until(move_of("point", 0, 1, 70, "b"), late));
    sent(move_of("point", 1, 0, 80, "c"));
    sent(after(T_REVERSE, 1, "c", 20, "r1")); /* as if 60 had been spent */
    CHECK_I64(free_until("point", 1, SOME(soon)), 0);
    CHECK_I64(free_until("point", 1, SOME(late)), 40);
    later(2 * DAY_MS);
    sent(after(T_REVERSE, 1, "c", 0, "r2")); /* 30 of it to a lot that has expired since */
    CHECK_I64(free_until("point", 1, SOME(late)), 70);
    CHECK_I64(has("point", 1).balance, 70);
    refused(after(T_REVERSE, 1, "c", 1, "r3"), R_ABOVE_REST);
    refused(after(T_REVERSE, 1, "r1", 1, "r4"), R_OF_WRONG);
    check_books();
}

TEST(what_is_held_stays_while_its_lot_expires)
{
    instant soon = test_ctx()->now + HOUR_MS / 2;
    sent(until(move_of("point", 0, 1, 30, "a"), soon));
    sent(hold_of("point", 1, 0, 20, "h1"));
    sent(hold_of("point", 1, 0, 5, "h2"));
    later(HOUR_MS * 3 / 4);
    CHECK_I64(has("point", 1).balance, 25);
    sent(after(T_CONFIRM, 1, "h1", 12, "c1")); /* 8 are given back, and expired */
    CHECK_I64(has("point", 1).balance, 5);
    later(HOUR_MS);
    CHECK_I64(has("point", 1).balance, 0);
    check_books();
}

TEST(later_income_repays_a_debt)
{
    instant late = test_ctx()->now + 9 * DAY_MS;
    sent(move_of("point", 0, 1, 100, "a"));
    sent(move_of("point", 1, 0, 70, "b"));
    sent(after(T_REVERSE, 1, "a", 0, "r")); /* the order came back; 70 are gone */
    CHECK_I64(has("point", 1).balance, -70);
    CHECK_I64(has("point", 1).debt, 70);
    refused(move_of("point", 1, 0, 1, "c"), R_BELOW_FLOOR);
    sent(until(move_of("point", 0, 1, 90, "d"), late));
    CHECK_I64(has("point", 1).balance, 20);
    CHECK_I64(has("point", 1).debt, 0);
    CHECK_I64(free_until("point", 1, SOME(late)), 20);
    check_books();
}

TEST(lots_keep_their_expiry_between_members)
{
    instant now = test_ctx()->now, soon = now + DAY_MS, late = now + 9 * DAY_MS;
    sent(until(move_of("point", 0, 1, 30, "a"), soon));
    sent(until(move_of("point", 0, 1, 70, "b"), late));
    sent(move_of("point", 1, 2, 50, "c"));
    CHECK_I64(free_until("point", 2, SOME(soon)), 30);
    CHECK_I64(free_until("point", 2, SOME(late)), 20);
    sent(after(T_REVERSE, 1, "c", 25, "r"));
    CHECK_I64(free_until("point", 2, SOME(soon)), 25);
    CHECK_I64(free_until("point", 2, SOME(late)), 0);
    CHECK_I64(free_until("point", 1, SOME(soon)), 5);
    CHECK_I64(free_until("point", 1, SOME(late)), 70);
    check_books();
}

/* What is written down late bears the date on which it happened. */
TEST(entries_bear_the_date_of_what_happened)
{
    struct statement_row_list rows = { 0 };
    struct account of = { 1, S("point"), NO_STR };
    instant now = test_ctx()->now, at[] = { now + DAY_MS, now + HOUR_MS, now + HOUR_MS / 4 };
    sent(until(move_of("point", 0, 1, 30, "a"), at[0]));
    sent(until(move_of("point", 0, 1, 20, "b"), now + HOUR_MS / 2)); /* held when it expires */
    sent(until(move_of("point", 0, 1, 10, "c"), at[2]));
    const i64 amounts[] = { -30, -20, -10 }, balances[] = { 0, 30, 50 };
    struct transfer held = hold_of("point", 1, 0, 20, "h");
    later(HOUR_MS / 4); /* c is gone: the hold takes b */
    held.hold_ms = HOUR_MS * 3 / 4;
    sent(held);
    later(9 * DAY_MS);
    i64 done;
    CHECK_OK(test_ctx(), ledger_lapse(test_store(), test_reader(), &done));
    CHECK_OK(test_ctx(), ledger_statement(test_reader(), &of, 0, 3, &rows));
    CHECK_I64(rows.n, 3);
    for (i64 i = 0; i < 3; i++) {
        CHECK_I64(rows.at[i].kind, T_LAPSE);
        CHECK_I64(rows.at[i].at, at[i]);
        CHECK_I64(rows.at[i].amount, amounts[i]);
        CHECK_I64(rows.at[i].balance, balances[i]);
    }
    CHECK_OK(test_ctx(), ledger_statement(test_reader(), &of, rows.at[2].number, 3, &rows));
    CHECK_I64(rows.at[0].amount, 10);
    CHECK_I64(rows.at[0].balance, 60);
    check_books();
}

static enum err put_unit(struct tx *t, void *arg) { return unit_put(t, arg); }

struct many {
    i64 from;
    str unit, name;
};
enum { MANY = 200 };

static enum err hold_many(struct tx *t, void *arg)
{
    const struct many *m = arg;
    struct transferred out;
    for (i64 i = 0; i < MANY; i++) {
        char id[24];
        snprintf(id, sizeof id, "many/%lld", (long long)i);
        struct transfer x = { .kind = T_HOLD, .id = str_of(id), .unit = m->unit, .from = m->from };
        x.from_name = m->name;
        x.to_name = S("spent");
        x.amount = 1;
        x.hold_ms = MINUTE_MS + i;
        TRY(ledger_transfer(t, &x, &out));
    }
    return OK;
}

/* More holds than are ended at once: a stock ends as many as it takes, a member's account all. */
TEST(many_holds_end_by_themselves)
{
    i64 done;
    struct balance b;
    struct account stock = { 0, S("stock"), S("gift") };
    struct many many[] = { { 0, S("stock"), S("gift") }, { 1, S("point"), S("") } };
    struct transfer in = move_of("stock", 0, 0, 220, "in");
    in.to_name = S("gift");
    sent(in);
    sent(move_of("point", 0, 1, 220, "in"));
    for (i64 i = 0; i < COUNT(many); i++)
        CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), hold_many, &many[i]));
    struct transfer out = move_of("stock", 0, 2, 120, "out");
    out.from_name = S("gift");
    refused(out, R_BELOW_FLOOR);
    refused(move_of("point", 1, 0, 120, "out"), R_BELOW_FLOOR);
    later(HOUR_MS / 2);
    CHECK_OK(test_ctx(), ledger_balance(test_reader(), &stock, &b));
    CHECK_I64(b.available, 220);
    CHECK_I64(has("point", 1).available, 220);
    sent(out);
    sent(move_of("point", 1, 0, 120, "out"));
    check_books();
    CHECK_OK(test_ctx(), ledger_balance(test_reader(), &stock, &b));
    CHECK_I64(b.available, 100);
    CHECK_OK(test_ctx(), ledger_lapse(test_store(), test_reader(), &done));
    CHECK(done > 0 && done < MANY);
    CHECK_OK(test_ctx(), ledger_balance(test_reader(), &stock, &b));
    CHECK_I64(b.available, 100);
    CHECK_I64(b.held, 0);
    check_books();
}

TEST(units_are_rows)
{
    struct unit_list units = { 0 };
    struct unit stars = { S("star"), S("星星"), S("stars"), 0, true, false };
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), put_unit, &stars));
    CHECK_OK(test_ctx(), unit_list(test_reader(), &units));
    CHECK_I64(units.n, 9);
    sent(move_of("star", 0, 1, 3, "a"));
    stars.en = S("little stars");
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), put_unit, &stars));
    stars.lots = false; /* what it is cannot change under its accounts */
    CHECK_ERR(test_ctx(), store_write(test_store(), test_reader(), put_unit, &stars), E_CONFLICT);
    stars.unit = S("a:b");
    CHECK_ERR(test_ctx(), store_write(test_store(), test_reader(), put_unit, &stars), E_INVALID);
}

TEST(results_come_in_their_order)
{
    instant past = test_ctx()->now;
    struct transfer x = until(move_of("gold", 1, 1, 0, "~x"), past);
    refused(x, R_ID_INVALID);
    x.id = S("x");
    x.to = -1;
    refused(x, R_WORDS_INVALID);
    x.to = 1;
    refused(x, R_AMOUNT_INVALID);
    x.amount = LEDGER_AMOUNT_MAX + 1;
    refused(x, R_AMOUNT_INVALID);
    x.amount = 5;
    x.kind = T_HOLD;
    refused(x, R_TERM_INVALID);
    x.hold_ms = HOUR_MS;
    refused(x, R_SAME_ACCOUNT);
    x.to = 2;
    refused(x, R_UNIT_UNKNOWN);
    x.unit = S("point");
    refused(x, R_EXPIRY_PAST);
    x.expires_at = NONE;
    refused(x, R_BELOW_FLOOR);
    sent(move_of("point", 0, 1, 5, "in"));
    sent(x);
    x.expires_at = SOME(past); /* other content comes before an expiry that is past */
    refused(x, R_OTHER_CONTENT);
    refused(after(T_REVERSE, 1, "nothing", 1, "y"), R_OF_UNKNOWN);
    refused(after(T_REVERSE, 1, "x", 1, "y"), R_OF_WRONG);
    refused(after(T_VOID, 1, "in", 0, "y"), R_OF_WRONG);
}

static enum err fill(struct tx *t, void *arg)
{
    struct transferred out;
    for (i64 i = 0; i < 4000; i++) {
        char id[24];
        snprintf(id, sizeof id, "%lld", (long long)i);
        struct transfer x = move_of("growth", 0, 1, LEDGER_AMOUNT_MAX, id);
        struct arena_mark mark = arena_mark(t->c->arena);
        TRY(ledger_transfer(t, &x, &out));
        arena_rewind(t->c->arena, mark);
    }
    return OK;
}

TEST(numbers_do_not_overflow)
{
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), fill, NULL));
    CHECK_I64(has("growth", 1).balance, LEDGER_BALANCE_MAX);
    refused(move_of("growth", 0, 1, 1, "more"), R_OVERFLOWS);
    sent(after(T_REVERSE, 1, "7", 0, "back"));
    check_books();
}

TEST(a_transfer_is_a_line_on_the_timeline)
{
    struct timeline_line_list lines = { 0 };
    sent(move_of("point", 0, 1, 100, "a\"b"));
    CHECK_OK(test_ctx(), timeline_after(test_reader(), 0, 10, &lines));
    CHECK_I64(lines.n, 1);
    CHECK_STR(lines.at[0].kind, "ledger.moved");
    CHECK_STR(lines.at[0].subject, "unit:point");
    CHECK_I64(lines.at[0].member, 1);
    CHECK_STR(lines.at[0].props,
              "{\"transfer\":\"a\\\"b\",\"amount\":100,\"from\":0,\"to\":1,\"reason\":\"test\"}");
}

static enum err spoil(struct tx *t, void *arg) { return tx_change(t, arg, NO_ARGS); }
CHANGE(sql_spoil_balance, "UPDATE ledger_entry SET balance = balance + 1 WHERE member = 1");
CHANGE(sql_spoil_lot, "UPDATE ledger_lot SET remaining = remaining - 1 WHERE member = 1");
CHANGE(sql_spoil_floor, "UPDATE ledger_purse SET lowest = 90, floor = 90 WHERE member = 1");
CHANGE(sql_spoil_hold, "UPDATE ledger_hold SET state = 'voided' WHERE member = 1");
CHANGE(sql_spoil_entry, "UPDATE ledger_entry SET amount = amount + 1 WHERE member = 1");

TEST(the_check_finds_what_is_wrong)
{
    struct query *spoils[] = { &sql_spoil_balance, &sql_spoil_lot, &sql_spoil_floor,
                               &sql_spoil_hold, &sql_spoil_entry };
    sent(move_of("point", 0, 1, 100, "a"));
    sent(hold_of("point", 1, 0, 40, "h"));
    check_books();
    for (i64 i = 0; i < COUNT(spoils); i++) {
        struct ledger_faults f;
        struct ctx *c = test_ctx_new();
        CHECK_OK(c, store_write(test_store(), test_reader(), spoil, spoils[i]));
        CHECK_OK(c, store_reader(test_store(), c));
        c->now = test_ctx()->now;
        CHECK_OK(c, ledger_check(c, &f));
        const i64 found[] = { f.sums, f.lots, f.floors, f.holds, f.transfers };
        CHECK(found[i] > 0);
        test_ctx_free(c);
    }
}

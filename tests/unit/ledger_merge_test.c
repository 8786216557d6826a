/* ledger_merge_test.c -- members become one and are parted: lots, holds and debts come along and go
 * back. */
#include "ledger_moves.h"
#include "member/member.h"

struct merge {
    i64 merge, loser, winner;
};
static enum err merge_in(struct tx *t, void *arg)
{
    struct merge *m = arg;
    return ledger_merges.moved(t, m->merge, m->loser, m->winner);
}
static enum err part_in(struct tx *t, void *arg)
{
    struct merge *m = arg;
    return ledger_merges.parted(t, m->merge, m->loser, m->winner, (ints){ 0 });
}
static void merged(i64 merge, i64 loser, i64 winner)
{
    struct merge m = { merge, loser, winner };
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), merge_in, &m));
    check_books();
}
static void parted(i64 merge, i64 loser, i64 winner)
{
    struct merge m = { merge, loser, winner };
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), part_in, &m));
    check_books();
}
TEST(lots_come_along_with_their_expiry)
{
    instant now = test_reader()->now, soon = now + DAY_MS, late = now + 9 * DAY_MS;
    sent(until(move_of("point", 0, 1, 30, "a"), soon));
    sent(until(move_of("point", 0, 1, 40, "b"), late));
    sent(until(move_of("point", 0, 2, 5, "a"), late));
    sent(move_of("growth", 0, 1, 7, "g"));
    sent(move_of("point", 1, 0, 10, "spend"));
    merged(1, 1, 2);
    check_has("point", 1, 0, 0, 0);
    check_has("point", 2, 65, 0, 0);
    check_has("growth", 2, 7, 0, 0);
    CHECK_I64(free_until("point", 2, SOME(soon)), 20);
    CHECK_I64(free_until("point", 2, SOME(late)), 45);
    /* refunded afterwards, to the lot it was taken from */
    sent(after(T_REVERSE, 2, "spend", 0, "refund"));
    CHECK_I64(free_until("point", 2, SOME(soon)), 30);
    sent(after(T_REVERSE, 2, "b", 0, "taken back"));
    CHECK_I64(free_until("point", 2, SOME(late)), 5);
    check_books();
    parted(1, 1, 2);
    check_has("point", 1, 30, 0, 0);
    check_has("point", 2, 5, 0, 0);
    check_has("growth", 1, 7, 0, 0);
    CHECK_I64(free_until("point", 1, SOME(soon)), 30);
}

/* What the lot had nothing left of when he was merged comes back in a new one of that expiry. */
TEST(a_lot_that_was_empty_comes_back_new)
{
    instant soon = test_reader()->now + DAY_MS;
    sent(until(move_of("point", 0, 1, 30, "a"), soon));
    sent(move_of("point", 1, 0, 30, "spend"));
    merged(2, 1, 2);
    sent(after(T_REVERSE, 2, "spend", 12, "refund"));
    CHECK_I64(free_until("point", 2, SOME(soon)), 12);
    later(2 * DAY_MS);
    sent(after(T_REVERSE, 1, "spend", 0, "late refund"));
    check_has("point", 2, 0, 0, 0);
    check_books();
}

TEST(ids_used_by_either_count_as_used)
{
    struct transferred out;
    sent(move_of("point", 0, 1, 10, "task"));
    sent(move_of("point", 0, 1, 3, "both"));
    sent(move_of("point", 0, 2, 4, "both"));
    merged(3, 1, 2);
    CHECK_OK(test_ctx(), send(move_of("point", 0, 2, 10, "task"), &out));
    CHECK(out.again);
    CHECK_I64(out.member, 1);
    refused(move_of("point", 0, 2, 11, "task"), R_OTHER_CONTENT);
    CHECK_OK(test_ctx(), send(move_of("point", 0, 2, 4, "both"), &out));
    CHECK(out.again);
    check_has("point", 2, 17, 0, 0);
    merged(4, 2, 5);
    CHECK_OK(test_ctx(), send(move_of("point", 0, 5, 10, "task"), &out));
    CHECK(out.again);
    struct transfer_view view;
    CHECK_OK(test_ctx(), ledger_get(test_reader(), 5, S("task"), &view));
    CHECK_I64(view.member, 1);
    parted(4, 2, 5);
    check_has("point", 2, 17, 0, 0);
    CHECK_OK(test_ctx(), send(move_of("point", 0, 5, 10, "task"), &out));
    CHECK(!out.again);
}

TEST(holds_come_along_and_go_back)
{
    instant soon = test_reader()->now + DAY_MS;
    sent(until(move_of("point", 0, 1, 30, "a"), soon));
    sent(move_of("point", 0, 1, 30, "b"));
    sent(move_of("growth", 0, 1, 9, "g"));
    sent(hold_of("point", 1, 0, 40, "h"));
    sent(hold_of("point", 1, 0, 5, "kept"));
    sent(hold_of("growth", 1, 0, 4, "gh"));
    sent(hold_of("point", 0, 1, 6, "coming"));
    sent(hold_of("point", 1, 2, 2, "between"));
    merged(5, 1, 2);
    check_has("point", 2, 60, 45, 0);
    check_has("growth", 2, 9, 4, 0);
    CHECK_I64(has("point", 2).coming, 6);
    refused(after(T_CONFIRM, 1, "between", 0, "no"), R_OF_WRONG);
    sent(after(T_CONFIRM, 2, "h", 35, "confirmed"));
    sent(after(T_CONFIRM, 2, "coming", 0, "came"));
    check_has("point", 2, 31, 5, 0);
    parted(5, 1, 2);
    check_has("point", 1, 25, 5, 0);
    check_has("point", 2, 6, 0, 0);
    check_has("growth", 1, 9, 4, 0);
    check_has("growth", 2, 0, 0, 0);
    later(HOUR_MS);
    check_has("point", 1, 25, 0, 0);
    check_books();
}

TEST(debts_come_along)
{
    sent(move_of("point", 0, 1, 30, "a"));
    sent(move_of("point", 1, 0, 30, "spend"));
    sent(after(T_REVERSE, 1, "a", 0, "back"));
    sent(move_of("growth", 0, 1, 8, "a growth"));
    sent(move_of("growth", 1, 0, 8, "spent growth"));
    sent(after(T_REVERSE, 1, "a growth", 0, "back growth"));
    check_has("point", 1, -30, 0, 30);
    check_has("growth", 1, -8, 0, 8);
    sent(move_of("point", 0, 2, 12, "his"));
    merged(6, 1, 2);
    check_has("point", 1, 0, 0, 0);
    check_has("point", 2, -18, 0, 18);
    check_has("growth", 2, -8, 0, 8);
    sent(move_of("point", 0, 2, 10, "more"));
    check_has("point", 2, -8, 0, 8);
    parted(6, 1, 2);
    check_has("point", 1, -8, 0, 8);
    check_has("point", 2, 0, 0, 0);
    check_has("growth", 1, -8, 0, 8);
    check_has("growth", 2, 0, 0, 0);
}

static enum err put_cap(struct tx *t, void *arg)
{
    struct account of = { 2, S("point"), S("") };
    struct account_limits limits = { SOME(0), NONE, SOME(20) };
    return account_put(t, &of, &limits);
}

TEST(a_merge_does_not_ask_for_limits)
{
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), put_cap, NULL));
    sent(move_of("point", 0, 1, 30, "a"));
    merged(7, 1, 2);
    check_has("point", 2, 30, 0, 0);
    refused(move_of("point", 0, 2, 1, "b"), R_ABOVE_CAP);
    sent(move_of("point", 2, 0, 25, "c"));
    parted(7, 1, 2);
    check_has("point", 1, 5, 0, 0);
}

/* ledger_lapse_test.c -- very many lots: a night in which they expire, and an account full of them.
 */
#include "ledger_moves.h"

enum { LOTS_EACH = 5, AT_ONCE = 500 };

struct income {
    i64 first, n;
    instant expires_at;
};
static enum err earn(struct tx *t, void *arg)
{
    struct income *in = arg;
    struct transferred out;
    for (i64 i = 0; i < in->n; i++)
        for (i64 k = 0; k < LOTS_EACH; k++) {
            struct transfer x =
                until(move_of("point", 0, in->first + i, 10, ""), in->expires_at + k);
            x.id = str_fmt(t->c->arena, "%lld", (long long)k);
            TRY(ledger_transfer(t, &x, &out));
        }
    return OK;
}

/* Everything that is due is written down, and nothing else is. */
TEST(a_night_of_expiry)
{
    i64 members = test_store_is_pg() ? 1000 : 10000, done;
    instant midnight = test_reader()->now + DAY_MS;
    for (i64 first = 1; first <= members; first += AT_ONCE) {
        struct income in = { first, AT_ONCE, midnight };
        CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), earn, &in));
    }
    sent(until(move_of("point", 0, 1, 7, "later"), midnight + DAY_MS));
    test_ctx()->now = midnight + LOTS_EACH;
    check_has("point", 2, 0, 0, 0);
    CHECK_OK(test_ctx(), ledger_lapse(test_store(), test_reader(), &done));
    CHECK_I64(done, members);
    CHECK_I64(entries_of("point", 2), 2 * LOTS_EACH);
    struct account expired = { 0, S("point"), S(LEDGER_EXPIRED) };
    struct balance b;
    CHECK_OK(test_ctx(), ledger_balance(test_reader(), &expired, &b));
    CHECK_I64(b.balance, members * LOTS_EACH * 10);
    check_has("point", 1, 7, 0, 0);
    check_books();
    CHECK_OK(test_ctx(), ledger_lapse(test_store(), test_reader(), &done));
    CHECK_I64(done, 0);
}

static enum err fill(struct tx *t, void *arg)
{
    struct transferred out;
    instant now = t->c->now;
    for (i64 i = 0; i < *(i64 *)arg; i++) {
        struct transfer x = move_of("point", 0, 1, 3, "");
        x.id = str_fmt(t->c->arena, "%lld", (long long)i);
        if (i % 3) x.expires_at = SOME(now + (1 + i % 50) * DAY_MS);
        TRY(ledger_transfer(t, &x, &out));
    }
    return OK;
}

/* Only the first of them are read, and yet those that expire first are spent first. */
TEST(thousands_of_open_lots)
{
    i64 lots = 1200, left = 3 * lots;
    instant now = test_reader()->now;
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), fill, &lots));
    CHECK_I64(free_until("point", 1, SOME(now + DAY_MS)), 3 * 16);
    sent(move_of("point", 1, 0, 50, "spend")); /* all of tomorrow's, two of the day after */
    left -= 50;
    CHECK_I64(free_until("point", 1, SOME(now + DAY_MS)), 0);
    CHECK_I64(free_until("point", 1, SOME(now + 2 * DAY_MS)), 3 * 16 - 2);
    sent(hold_of("point", 1, 0, 1000, "hold"));
    check_has("point", 1, left, 1000, 0);
    sent(after(T_REVERSE, 1, "spend", 0, "back"));
    left += 50;
    CHECK_I64(free_until("point", 1, SOME(now + DAY_MS)), 3 * 16);
    sent(after(T_REVERSE, 1, "1199", 0, "taken back")); /* the last of the row */
    sent(after(T_CONFIRM, 1, "hold", 0, "confirmed"));
    left -= 1003;
    check_has("point", 1, left, 0, 0);
    refused(move_of("point", 1, 0, left + 1, "too much"), R_BELOW_FLOOR);
    sent(move_of("point", 1, 0, left, "all"));
    check_has("point", 1, 0, 0, 0);
    check_books();
}

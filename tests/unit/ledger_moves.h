/* ledger_moves.h -- transfers in few words, and what came of them. */
#pragma once

#include "ledger/ledger.h"

#include "test.h"

static inline struct transfer move_of(const char *unit, i64 from, i64 to, i64 amount,
                                      const char *id)
{
    return (struct transfer){ .kind = T_MOVE,
                              .id = str_of(id),
                              .unit = str_of(unit),
                              .from = from,
                              .from_name = from ? NO_STR : S(LEDGER_SOURCE),
                              .to = to,
                              .to_name = to ? NO_STR : S("spent"),
                              .amount = amount,
                              .reason = S("test") };
}
static inline struct transfer hold_of(const char *unit, i64 from, i64 to, i64 amount,
                                      const char *id)
{
    struct transfer x = move_of(unit, from, to, amount, id);
    x.kind = T_HOLD;
    x.hold_ms = HOUR_MS;
    return x;
}
static inline struct transfer after(enum transfer_kind kind, i64 member, const char *of, i64 amount,
                                    const char *id)
{
    return (struct transfer){
        .kind = kind, .id = str_of(id), .member = member, .of = str_of(of), .amount = amount
    };
}

struct one {
    const struct transfer *in;
    struct transferred out;
};
static inline enum err do_one(struct tx *t, void *arg)
{
    struct one *one = arg;
    return ledger_transfer(t, one->in, &one->out);
}
static inline enum err send(struct transfer x, struct transferred *out)
{
    struct one one = { .in = &x };
    enum err e = store_write(test_store(), test_reader(), do_one, &one);
    if (out) *out = one.out;
    return e;
}
static inline void sent(struct transfer x) { CHECK_OK(test_ctx(), send(x, NULL)); }
static inline void refused(struct transfer x, enum ledger_result why)
{
    struct transferred out;
    CHECK(send(x, &out) != OK);
    CHECK_I64(out.result, why);
}
static inline struct transfer until(struct transfer x, instant expires_at)
{
    x.expires_at = SOME(expires_at);
    return x;
}

static inline struct balance has(const char *unit, i64 member)
{
    struct balance b;
    struct account of = { member, str_of(unit), NO_STR };
    CHECK_OK(test_ctx(), ledger_balance(test_reader(), &of, &b));
    return b;
}
static inline void check_books(void)
{
    struct ledger_faults f;
    struct ctx *c = test_ctx_new();
    CHECK_OK(c, store_reader(test_store(), c));
    c->now = test_ctx()->now;
    enum err e = ledger_check(c, &f);
    test_ctx_free(c);
    CHECK_I64(e, OK);
    CHECK_I64(f.sums, 0);
    CHECK_I64(f.entries, 0);
    CHECK_I64(f.lots, 0);
    CHECK_I64(f.floors, 0);
    CHECK_I64(f.holds, 0);
    CHECK_I64(f.transfers, 0);
    CHECK_I64(f.turnover, 0);
}
static inline i64 free_until(const char *unit, i64 member, opt_instant when)
{
    struct expiring_list out;
    struct account of = { member, str_of(unit), NO_STR };
    CHECK_OK(test_ctx(), ledger_expiring(test_reader(), &of, &out));
    for (i64 i = 0; i < out.n; i++)
        if (out.at[i].expires_at.has == when.has &&
            (!when.has || out.at[i].expires_at.value == when.value))
            return out.at[i].amount;
    return 0;
}
static inline i64 entries_of(const char *unit, i64 member)
{
    struct statement_row_list rows = { 0 };
    struct account of = { member, str_of(unit), NO_STR };
    CHECK_OK(test_ctx(), ledger_statement(test_reader(), &of, 0, 1000, &rows));
    return rows.n;
}
static inline void later(i64 ms) { test_ctx()->now += ms; }
static inline void check_has(const char *unit, i64 member, i64 balance, i64 held, i64 debt)
{
    struct balance b = has(unit, member);
    CHECK_I64(b.balance, balance);
    CHECK_I64(b.held, held);
    CHECK_I64(b.debt, debt);
}

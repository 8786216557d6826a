/* read.c -- credit as people see it, what segments may ask of it, and how merges carry it. */
#include "base/clock.h"
#include "base/field.h"
#include "loyalty/credit/inside.h"

QUERY(q_acts, act,
      "SELECT " ACT " FROM credit_act WHERE member = $1 AND number < $2"
      " ORDER BY number DESC LIMIT $3");

SHAPE_DEFINE(credit_totals);

static struct account purse(i64 member, bool bonus)
{
    return (struct account){ member, S(CREDIT), bonus ? S(CREDIT_BONUS) : S(CREDIT_PRINCIPAL) };
}

enum err credit_of(struct ctx *c, i64 member, struct credit_view *out)
{
    struct account paid = purse(member, false), given = purse(member, true);
    struct balance principal, bonus;
    struct expiring_list ends = { 0 };
    TRY(ledger_balance(c, &paid, &principal));
    TRY(ledger_balance(c, &given, &bonus));
    TRY(ledger_expiring(c, &given, &ends));
    *out = (struct credit_view){ .total = principal.available + bonus.available,
                                 .principal = principal.available,
                                 .bonus = bonus.available };
    for (i64 i = 0; i < ends.n; i++) {
        if (!ends.at[i].expires_at.has) continue;
        *PUSH(c->arena, &out->expiring) =
            (struct credit_expiring){ zone_day(c->zone, ends.at[i].expires_at.value - 1),
                                      ends.at[i].amount };
    }
    return OK;
}

QUERY(q_totals, credit_totals,
      "SELECT COUNT(DISTINCT member) AS members,"
      " CAST(COALESCE(SUM(CASE name WHEN '' THEN balance ELSE 0 END), 0) AS BIGINT) AS principal,"
      " CAST(COALESCE(SUM(CASE name WHEN 'bonus' THEN balance ELSE 0 END), 0) AS BIGINT) AS bonus"
      " FROM ledger_account WHERE unit = 'credit' AND member > 0 AND balance > 0");

enum err credit_totals(struct ctx *c, struct credit_totals *out)
{
    return db_get(c, &q_totals, out, NO_ARGS);
}

enum err credit_acts(struct ctx *c, i64 member, i64 below, i64 limit, struct credit_act_list *out)
{
    struct act_list rows = { 0 };
    *out = (struct credit_act_list){ 0 };
    TRY(db_all(c, &q_acts, &rows, ARGS(member, below ? below : INT64_MAX, limit)));
    for (i64 i = 0; i < rows.n; i++) *PUSH(c->arena, out) = act_view(&rows.at[i]);
    return OK;
}

enum err credit_statement(struct ctx *c, i64 member, bool bonus, i64 below, i64 limit,
                          struct credit_line_list *out)
{
    struct account of = purse(member, bonus);
    struct statement_row_list rows = { 0 };
    *out = (struct credit_line_list){ 0 };
    TRY(ledger_statement(c, &of, below, limit, &rows));
    for (i64 i = 0; i < rows.n; i++) {
        const struct statement_row *r = &rows.at[i];
        str reason = r->kind == T_LAPSE ? S("expired") : r->reason;
        *PUSH(c->arena, out) =
            (struct credit_line){ r->number, r->at, r->amount, r->balance, r->expires_at, reason };
    }
    return OK;
}

/* -- segments ---------------------------------------------------------------------------------- */

/* What has expired is written down within a minute, with a line. */
QUERY(credit_rows, field_number,
      "SELECT member, CAST(SUM(balance) AS BIGINT) AS value FROM ledger_account"
      " WHERE member >= $1 AND member <= $2 AND unit = 'credit' AND member > 0 GROUP BY member");

static const char *const on_credit[] = { "credit.*", "ledger.*", "member.merged", "member.unmerged",
                                         NULL };

static const struct field rows[] = {
    { .name = "credit",
      .kind = FIELD_IS_MONEY,
      .sql = &credit_rows,
      .zero = true,
      .stale = on_credit,
      .zh = "购物金余额（本金与赠送）",
      .en = "Shopping credit, paid for and given",
      .example = "credit >= 100" },
    { 0 },
};
const struct field_table credit_fields = { .rows = rows };

/* -- merges: what was done goes along; the accounts are the ledger's --------------------------- */

QUERY(q_numbers, one_i64, "SELECT number AS value FROM credit_act WHERE member = $1");
CHANGE(c_move, "UPDATE credit_act SET member = $2 WHERE member = $1 AND number = $3");
/* With what was given back of it since. */
CHANGE(c_move_back,
       "UPDATE credit_act SET member = $2 WHERE member = $1 AND (number = $3 OR of_number = $3)");

static enum err moved(struct tx *t, i64 merge, i64 loser, i64 winner)
{
    struct one_i64_list numbers = { 0 };
    TRY(db_all(t->c, &q_numbers, &numbers, ARGS(loser)));
    for (i64 i = 0; i < numbers.n; i++) {
        TRY(tx_change(t, &c_move, ARGS(loser, winner, numbers.at[i].value)));
        TRY(merge_note(t, merge, "credit", numbers.at[i].value));
    }
    return OK;
}

static enum err parted(struct tx *t, i64 merge, i64 loser, i64 winner, ints noted)
{
    for (i64 i = 0; i < noted.n; i++)
        TRY(tx_change(t, &c_move_back, ARGS(winner, loser, noted.at[i])));
    return OK;
}

const struct merge_listener credit_merges = { .room = "credit", .moved = moved, .parted = parted };

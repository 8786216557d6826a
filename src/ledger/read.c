/* read.c -- looking: balances at this instant, what expires, transfers, statements, trial balance.
 */
#include "ledger/book.h"

/* -- balances ---------------------------------------------------------------------------------- */

enum { TRIES_MAX = 50 };

/* The account brought up to now in memory. It is read by several statements: again when it changed
 * in between. */
static enum err read_book(struct ctx *c, const struct account *of, bool all_lots, struct book **out,
                          i64 *vain)
{
    for (i64 i = 0; i < TRIES_MAX; i++) {
        struct work w = { .c = c };
        struct account key = { of->member, of->unit, of->name.at ? of->name : S("") };
        struct purse_row after;
        bool found;
        TRY(unit_find(c, w.t, of->unit, &w.unit, &found));
        if (!found)
            return fail_at(c, E_NOT_FOUND, S("/unit"), "没有单位 " STR_FMT,
                           "there is no unit " STR_FMT, STR_ARG(of->unit));
        TRY(work_book(&w, key.member, key.name, out));
        i64 version = (*out)->a.version, entries = (*out)->a.entries;
        if (all_lots) TRY(book_need(c, *out, NEED_ALL));
        if ((*out)->keeps_lots) TRY(work_settle(&w, *out, SETTLE_ALL));
        else TRY(held_in_vain(c, &key, vain));
        TRY(purse_row_find(c, &key, &after, &found));
        if (!found || (after.version == version && after.entries == entries)) return OK;
    }
    return fail(c, E_BUSY, "账户正被频繁改动，请重试",
                "the account changes too quickly: try again");
}

enum err ledger_balance(struct ctx *c, const struct account *of, struct balance *out)
{
    struct account key = { of->member, of->unit, of->name.at ? of->name : S("") };
    struct book *b;
    i64 vain = 0;
    *out = (struct balance){ 0 };
    TRY(read_book(c, &key, false, &b, &vain));
    out->balance = b->a.balance;
    out->held = b->a.held - vain;
    out->debt = book_debt(b);
    i64 above = b->a.balance - out->held - (b->a.floor.has ? b->a.floor.value : 0);
    i64 free = b->keeps_lots ? book_free(b) : above;
    out->available = free < above ? free : above;
    if (out->available < 0 || !b->a.floor.has) out->available = 0;
    return coming_to(c, &key, &out->coming);
}

enum err ledger_expiring(struct ctx *c, const struct account *of, struct expiring_list *out)
{
    struct book *b;
    i64 vain = 0;
    *out = (struct expiring_list){ 0 };
    TRY(read_book(c, of, true, &b, &vain));
    for (i64 i = 0; i < b->lots.n; i++) {
        const struct lot_row *l = &b->lots.at[i].row;
        struct expiring *last = out->n ? &out->at[out->n - 1] : NULL;
        if (l->remaining == l->held) continue;
        if (!last || last->expires_at.has != l->expires_at.has ||
            last->expires_at.value != l->expires_at.value) {
            last = PUSH(c->arena, out);
            last->expires_at = l->expires_at;
        }
        last->amount += l->remaining - l->held;
    }
    return OK;
}

/* -- looking back ------------------------------------------------------------------------------ */

QUERY(q_view, transfer_view,
      "SELECT t.member AS member, t.id AS id, t.kind AS kind, t.unit AS unit,"
      " t.from_member AS \"from\", t.from_name AS from_name, t.to_member AS \"to\","
      " t.to_name AS to_name, t.amount AS amount,"
      " (SELECT CAST(COALESCE(SUM(r.amount), 0) AS BIGINT) FROM ledger_transfer r"
      "   WHERE r.member = t.member AND r.of_id = t.id AND r.kind = 'reverse') AS reversed,"
      " t.of_id AS \"of\", h.state AS state, h.ends_at AS ends_at, t.reason AS reason,"
      " t.actor AS actor, t.at AS at FROM ledger_transfer t"
      " LEFT JOIN ledger_hold h ON h.member = t.member AND h.id = t.id"
      " WHERE t.id = $2 AND t.member IN (SELECT CAST($1 AS BIGINT) UNION ALL SELECT loser"
      "  FROM ledger_merged WHERE member = $1) ORDER BY t.member <> $1, t.member LIMIT 1");

enum err ledger_get(struct ctx *c, i64 member, str id, struct transfer_view *out)
{
    bool found;
    TRY(db_find(c, &q_view, out, &found, ARGS(member, id)));
    if (!found)
        return fail(c, E_NOT_FOUND, "没有编号为 " STR_FMT " 的转账",
                    "there is no transfer " STR_FMT, STR_ARG(id));
    if (str_eq(out->state, S("open")) && out->ends_at.value <= c->now) out->state = S("expired");
    return OK;
}

QUERY(q_statement, statement_row,
      "SELECT e.number AS number, e.at AS at, e.amount AS amount, e.balance AS balance,"
      " e.lot AS lot, l.expires_at AS expires_at, t.kind AS kind,"
      " e.transfer_member AS transfer_member, e.transfer AS transfer, t.of_id AS \"of\","
      " t.reason AS reason FROM ledger_entry e"
      " JOIN ledger_transfer t ON t.member = e.transfer_member AND t.id = e.transfer"
      " LEFT JOIN ledger_lot l ON l.member = e.member AND l.unit = e.unit AND l.name = e.name"
      " AND l.lot = e.lot WHERE e.member = $1 AND e.unit = $2 AND e.name = $3 AND e.number < $4"
      " ORDER BY e.number DESC LIMIT $5");

enum err ledger_statement(struct ctx *c, const struct account *of, i64 below, i64 limit,
                          struct statement_row_list *out)
{
    return db_all(c, &q_statement, out,
                  ARGS(of->member, of->unit, of->name.at ? of->name : S(""),
                       below ? below : INT64_MAX, limit));
}

QUERY(q_trial, trial_row,
      "SELECT unit, house, name, COUNT(*) AS accounts, CAST(SUM(balance) AS BIGINT) AS balance,"
      " CAST(SUM(held) AS BIGINT) AS held FROM (SELECT unit, member = 0 AS house, name, balance,"
      " held FROM ledger_account) AS a GROUP BY unit, house, name ORDER BY unit, house, name");

enum err ledger_trial(struct ctx *c, struct trial_row_list *out)
{
    return db_all(c, &q_trial, out, NO_ARGS);
}

/* -- limits ------------------------------------------------------------------------------------ */

enum err account_put(struct tx *t, const struct account *of, const struct account_limits *limits)
{
    struct ctx *c = t->c;
    struct work w = { .t = t, .c = c };
    struct account key = { of->member, of->unit, of->name.at ? of->name : S("") };
    struct book *b;
    bool found;
    i64 coming;
    TRY(unit_find(c, w.t, of->unit, &w.unit, &found));
    if (!found)
        return fail_at(c, E_NOT_FOUND, S("/unit"), "没有单位 " STR_FMT, "there is no unit " STR_FMT,
                       STR_ARG(of->unit));
    TRY(work_book(&w, key.member, key.name, &b));
    if (b->keeps_lots && (!limits->floor.has || limits->floor.value < 0))
        return fail_at(c, E_INVALID, S("/floor"), "按批次记的账户下限不能为负",
                       "an account with lots has a floor of zero or more");
    if (limits->lowest.has && (!limits->floor.has || limits->lowest.value > limits->floor.value))
        return fail_at(c, E_INVALID, S("/lowest"), "冲正后的下限不能高于平时的下限",
                       "what a reversal leaves cannot be more than the floor");
    TRY(work_settle(&w, b, SETTLE_ALL));
    TRY(coming_to(c, &key, &coming));
    i64 has = b->a.balance - b->a.held;
    if ((limits->lowest.has && has < limits->lowest.value) ||
        (limits->cap.has && b->a.balance + coming > limits->cap.value))
        return fail(c, E_UNPROCESSABLE, "账户现有的数量不符合新的上下限",
                    "what the account has does not fit the new limits");
    b->a.floor = limits->floor;
    b->a.lowest = limits->lowest;
    b->a.cap = limits->cap;
    b->changed = b->terms = true;
    return work_save(&w);
}

/* store.c -- rows of the ledger as they are read: books loaded and locked, transfers, holds. What
 * the batch has changed and not yet written is asked first (waiting.c). */
#include <assert.h>

#include "ledger/book.h"

/* -- units ------------------------------------------------------------------------------------- */

#define UNIT_COLUMNS "unit, zh, en, decimals, lots, owes"
QUERY_PAST(q_unit, unit, "SELECT " UNIT_COLUMNS " FROM ledger_unit WHERE unit = $1", NULL);
QUERY(q_units, unit, "SELECT " UNIT_COLUMNS " FROM ledger_unit ORDER BY unit");
CHANGE(c_unit, "INSERT INTO ledger_unit (" UNIT_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6)"
               " ON CONFLICT (unit) DO UPDATE SET zh = excluded.zh, en = excluded.en");

enum err unit_find(struct ctx *c, struct tx *t, str unit, struct unit *out, bool *found)
{
    *found = t && waiting_unit(t, unit, out);
    if (*found) return OK;
    TRY(db_find(c, &q_unit, out, found, ARGS(unit)));
    if (t && *found) waiting_unit_add(t, out);
    return OK;
}

enum err unit_list(struct ctx *c, struct unit_list *out)
{
    return db_all(c, &q_units, out, NO_ARGS);
}

enum err unit_put(struct tx *t, const struct unit *in)
{
    struct unit was;
    bool found;
    if (str_empty(in->unit) || in->unit.n > 40 || !str_is_line(in->unit) || str_has(in->unit, ':'))
        return fail_at(t->c, E_INVALID, S("/unit"), "单位须为 1 至 40 字节的一行文字，不含冒号",
                       "a unit is a line of 1 to 40 bytes without a colon");
    if (in->decimals < 0 || in->decimals > 6)
        return fail_at(t->c, E_INVALID, S("/decimals"), "小数位须在 0 与 6 之间",
                       "decimals must be between 0 and 6");
    TRY(unit_find(t->c, t, in->unit, &was, &found));
    if (found && (was.decimals != in->decimals || was.lots != in->lots || was.owes != in->owes))
        return fail(t->c, E_CONFLICT, "单位 " STR_FMT " 已在使用：只能改名称",
                    "the unit " STR_FMT " is in use: only its words may change", STR_ARG(in->unit));
    return tx_change(t, &c_unit, ARGS(in->unit, in->zh, in->en, in->decimals, in->lots, in->owes));
}

/* -- books ------------------------------------------------------------------------------------- */

#define ACCOUNT                                                                                \
    "SELECT member, unit, name, balance, held, floor, lowest, cap, entries, lapse_at, version" \
    " FROM ledger_account WHERE member = $1 AND unit = $2 AND name = $3"
QUERY(q_account, purse_row, ACCOUNT);
QUERY_PAST(q_account_locked, purse_row, ACCOUNT, ACCOUNT " FOR UPDATE");
CHANGE_PAST(c_account_open,
            "INSERT INTO ledger_account (member, unit, name, balance, held, floor, lowest, entries,"
            " version) VALUES ($1, $2, $3, 0, 0, $4, $5, 0, 0) ON CONFLICT (member, unit, name) DO "
            "NOTHING");

#define LOT_COLUMNS "lot, expires_at, amount, remaining, held"
#define OF_LOTS     " FROM ledger_lot WHERE member = $1 AND unit = $2 AND name = $3"
#define OPEN_LOTS   "SELECT " LOT_COLUMNS OF_LOTS " AND remaining > 0 ORDER BY expires_at, lot"
QUERY(q_lots, lot_row, OPEN_LOTS);
QUERY_PAST(q_lots_locked, lot_row, OPEN_LOTS, NULL);
QUERY_PAST(q_lot, lot_row, "SELECT " LOT_COLUMNS OF_LOTS " AND lot = $4", NULL);
static enum err load_lots(struct ctx *c, struct query *q, struct book *b)
{
    struct lot_row_list rows = { 0 };
    TRY(db_all(c, q, &rows, ARGS(b->a.member, b->a.unit, b->a.name)));
    for (i64 i = 0; i < rows.n; i++) book_add_lot(b, &rows.at[i]);
    return OK;
}

enum err book_fetch_lot(struct ctx *c, struct book *b, i64 lot)
{
    struct lot_row row;
    if (!b->keeps_lots || book_lot(b, lot)) return OK;
    TRY(db_get(c, &q_lot, &row, ARGS(b->a.member, b->a.unit, b->a.name, lot)));
    book_add_lot(b, &row);
    return OK;
}

enum err purse_row_find(struct ctx *c, const struct account *of, struct purse_row *out, bool *found)
{
    return db_find(c, &q_account, out, found, ARGS(of->member, of->unit, of->name));
}

static struct purse_row opened(const struct work *w, i64 member, str name)
{
    bool source = !member && str_eq(name, S(LEDGER_SOURCE));
    return (struct purse_row){ .member = member,
                               .unit = w->unit.unit,
                               .name = name,
                               .floor = source ? NONE : SOME(0),
                               .lowest = source || (member && w->unit.owes) ? NONE : SOME(0) };
}

static enum err load_book(struct work *w, i64 member, str name, struct book *b)
{
    struct ctx *c = w->c;
    struct query *q = w->t ? &q_account_locked : &q_account;
    bool found;
    TRY(db_find(c, q, &b->a, &found, ARGS(member, w->unit.unit, name)));
    if (!found && !w->t) {
        b->a = (struct purse_row){ .member = member, .unit = w->unit.unit, .name = name };
    } else if (!found) {
        b->a = opened(w, member, name);
        b->fresh = b->changed = !store_is_pg(c->store);
        if (b->fresh) return OK; /* nobody else can open it meanwhile */
        TRY(tx_change(w->t, &c_account_open,
                      ARGS(member, w->unit.unit, name, b->a.floor, b->a.lowest)));
        TRY(db_get(c, q, &b->a, ARGS(member, w->unit.unit, name)));
    }
    if (!b->keeps_lots || !found) return OK;
    return load_lots(c, w->t ? &q_lots_locked : &q_lots, b);
}

enum err work_book(struct work *w, i64 member, str name, struct book **out)
{
    for (i64 i = 0; i < w->n; i++) {
        *out = w->books[i];
        if ((*out)->a.member == member && str_eq((*out)->a.name, name)) return OK;
    }
    assert(w->n < BOOKS_MAX);
    *out = w->t ? waiting_book(w->t, member, w->unit.unit, name) : NULL;
    if (!*out) {
        struct arena *a = w->t ? waiting_arena(w->t) : w->c->arena;
        *out = NEW(a, struct book);
        **out = (struct book){ .arena = a, .keeps_lots = member && w->unit.lots };
        TRY(load_book(w, member, name, *out));
    }
    w->books[w->n++] = *out;
    return OK;
}

enum err work_books(struct work *w, const struct transfer_row *of, struct book **from,
                    struct book **to)
{
    bool swap = of->from_member > of->to_member ||
                (of->from_member == of->to_member && str_cmp(of->from_name, of->to_name) > 0);
    if (swap) TRY(work_book(w, of->to_member, of->to_name, to));
    TRY(work_book(w, of->from_member, of->from_name, from));
    return swap ? OK : work_book(w, of->to_member, of->to_name, to);
}

/* -- transfers and their entries --------------------------------------------------------------- */

QUERY_PAST(q_transfer, transfer_row,
           "SELECT " TRANSFER_COLUMNS " FROM ledger_transfer WHERE member = $1 AND id = $2", NULL);
/* Of one who became him. */
QUERY_PAST(q_transfer_merged, transfer_row,
           "SELECT " TRANSFER_COLUMNS " FROM ledger_transfer WHERE id = $2"
           " AND member IN (SELECT loser FROM ledger_merged WHERE member = $1)"
           " ORDER BY member LIMIT 1",
           NULL);
QUERY_PAST(q_merged_any, one_i64, "SELECT member AS value FROM ledger_merged LIMIT 1", NULL);
QUERY(q_reversed, one_i64,
      "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS value FROM ledger_transfer"
      " WHERE member = $1 AND of_id = $2 AND kind = 'reverse'");
#define ENTRY_COLUMNS "number, lot, amount, balance, at, transfer_member, transfer"
QUERY(q_entries, entry_row,
      "SELECT " ENTRY_COLUMNS " FROM ledger_entry WHERE member = $1 AND unit = $2 AND name = $3"
      " AND number >= $4 AND number < $5 ORDER BY number");

enum err transfer_row_find(struct tx *t, i64 member, str id, struct transfer_row *out, bool *found)
{
    const struct transfer_row *waits = waiting_transfer(t, member, id);
    enum merges_known *merges = waiting_merges(t);
    *found = waits;
    if (waits) *out = *waits;
    else TRY(db_find(t->c, &q_transfer, out, found, ARGS(member, id)));
    if (*found || !member || *merges == MERGES_NONE) return OK;
    if (*merges == MERGES_UNKNOWN) { /* once a batch: most shops have none */
        struct one_i64 one;
        bool any;
        TRY(db_find(t->c, &q_merged_any, &one, &any, NO_ARGS));
        *merges = any ? MERGES_SOME : MERGES_NONE;
        if (!any) return OK;
    }
    return db_find(t->c, &q_transfer_merged, out, found, ARGS(member, id));
}

enum err entries_taken(struct ctx *c, const struct transfer_row *of, struct entry_row_list *out)
{
    return db_all(c, &q_entries, out,
                  ARGS(of->from_member, of->unit, of->from_name, of->from_entry,
                       of->from_entry + of->from_entries));
}

enum err entries_given(struct ctx *c, const struct transfer_row *of, struct entry_row_list *out)
{
    return db_all(
        c, &q_entries, out,
        ARGS(of->to_member, of->unit, of->to_name, of->to_entry, of->to_entry + of->to_entries));
}

enum err lot_expiry(struct ctx *c, const struct account *of, i64 lot, opt_instant *out)
{
    struct lot_row row;
    TRY(db_get(c, &q_lot, &row, ARGS(of->member, of->unit, of->name, lot)));
    *out = row.expires_at;
    return OK;
}

static enum err one_number(struct ctx *c, struct query *q, i64 *out, struct args args)
{
    struct one_i64 row;
    TRY(db_get(c, q, &row, args));
    *out = row.value;
    return OK;
}

enum err reversed_so_far(struct ctx *c, i64 member, str id, i64 *out)
{
    return one_number(c, &q_reversed, out, ARGS(member, id));
}

/* -- holds ------------------------------------------------------------------------------------- */

#define HOLD_COLUMNS "member, id, state, amount, ends_at, from_member, to_member"
#define PAID_BY      " FROM ledger_hold WHERE from_member = $1 AND unit = $2 AND from_name = $3"
QUERY(q_hold, hold_row, "SELECT " HOLD_COLUMNS " FROM ledger_hold WHERE member = $1 AND id = $2");
QUERY(q_holds_due, hold_row,
      "SELECT " HOLD_COLUMNS PAID_BY " AND state = 'open' AND ends_at <= $4"
      " AND (ends_at, member, id) > ($5, $6, $7) ORDER BY ends_at, member, id LIMIT $8");
QUERY(q_in_vain, one_i64,
      "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS value" PAID_BY
      " AND state = 'open' AND ends_at <= $4");
QUERY(q_coming, one_i64,
      "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS value FROM ledger_hold"
      " WHERE to_member = $1 AND unit = $2 AND to_name = $3 AND state = 'open' AND ends_at > $4");
QUERY(q_pieces, piece_row,
      "SELECT lot, amount FROM ledger_piece WHERE member = $1 AND id = $2 ORDER BY place");
enum err hold_get(struct ctx *c, i64 member, str id, struct hold_row *out)
{
    return db_get(c, &q_hold, out, ARGS(member, id));
}

enum err hold_pieces(struct ctx *c, i64 member, str id, struct piece_row_list *out)
{
    return db_all(c, &q_pieces, out, ARGS(member, id));
}

enum err holds_due(struct ctx *c, const struct account *of, const struct hold_row *after,
                   struct hold_row_list *out)
{
    return db_all(c, &q_holds_due, out,
                  ARGS(of->member, of->unit, of->name, c->now, after->ends_at, after->member,
                       after->id, (i64)HOLDS_AT_ONCE));
}

enum err coming_to(struct ctx *c, const struct account *of, i64 *out)
{
    return one_number(c, &q_coming, out, ARGS(of->member, of->unit, of->name, c->now));
}

enum err held_in_vain(struct ctx *c, const struct account *of, i64 *out)
{
    return one_number(c, &q_in_vain, out, ARGS(of->member, of->unit, of->name, c->now));
}

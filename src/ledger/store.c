/* store.c -- rows of the ledger as they are read: books, transfers, holds. What
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

/* SQLite looks up the last entry once, where the view does so for each of its two figures. */
#define ACCOUNT                                                                                \
    "SELECT p.member AS member, p.unit AS unit, p.name AS name, COALESCE(e.balance, 0) AS"     \
    " balance, p.held AS held, p.floor AS floor, p.lowest AS lowest, p.cap AS cap,"            \
    " COALESCE(e.number, 0) AS entries, p.lapse_at AS lapse_at, p.version AS version"          \
    " FROM ledger_purse p LEFT JOIN ledger_entry e ON e.member = p.member AND e.unit = p.unit" \
    " AND e.name = p.name WHERE p.member = $1 AND p.unit = $2 AND p.name = $3"                 \
    " ORDER BY e.number DESC LIMIT 1"
#define ACCOUNT_PG                                                                             \
    "SELECT member, unit, name, balance, held, floor, lowest, cap, entries, lapse_at, version" \
    " FROM ledger_account WHERE member = $1 AND unit = $2 AND name = $3"
QUERY_PG(q_account, purse_row, ACCOUNT, ACCOUNT_PG);
QUERY_PAST(q_account_past, purse_row, ACCOUNT, ACCOUNT_PG);

#define LOT_COLUMNS "lot, expires_at, amount, remaining, held"
#define OF_LOTS     " FROM ledger_lot WHERE member = $1 AND unit = $2 AND name = $3"
#define OPEN_LOTS   "SELECT " LOT_COLUMNS OF_LOTS " AND remaining > 0 ORDER BY expires_at, lot"
QUERY(q_lots, lot_row, OPEN_LOTS);
QUERY_PAST(q_lots_past, lot_row, OPEN_LOTS, NULL);
QUERY_PAST(q_lot, lot_row, "SELECT " LOT_COLUMNS OF_LOTS " AND lot = $4", NULL);
#define FIRST_EXPIRING                                                            \
    "SELECT " LOT_COLUMNS OF_LOTS " AND remaining > 0 AND expires_at IS NOT NULL" \
    " AND (expires_at, lot) > ($4, $5) ORDER BY expires_at, lot LIMIT $6"
#define FIRST_LASTING                                                                      \
    "SELECT " LOT_COLUMNS OF_LOTS " AND remaining > 0 AND expires_at IS NULL AND lot > $4" \
    " ORDER BY lot LIMIT $5"
QUERY(q_expiring, lot_row, FIRST_EXPIRING);
QUERY(q_lasting, lot_row, FIRST_LASTING);
QUERY_PAST(q_expiring_past, lot_row, FIRST_EXPIRING, NULL);
QUERY_PAST(q_lasting_past, lot_row, FIRST_LASTING, NULL);

i64 ledger_lots_at_once = 64;

static enum err load_lots(struct ctx *c, struct book *b)
{
    struct lot_row_list rows = { 0 };
    struct query *q = b->of_change ? &q_lots_past : &q_lots;
    TRY(db_all(c, q, &rows, ARGS(b->a.member, b->a.unit, b->a.name)));
    for (i64 i = 0; i < rows.n; i++) book_add_lot(b, &rows.at[i]);
    return OK;
}

/* Of lots in hand that have not expired and are no later than the last one of the row: free. */
static i64 free_in_row(const struct book *b, instant now)
{
    i64 sum = 0;
    for (i64 i = 0; i < b->lots.n; i++) {
        const struct lot_row *l = &b->lots.at[i].row;
        bool lasting = !l->expires_at.has;
        i64 end = b->seen.expires_at;
        if (b->seen.upto == LOTS_EXPIRING && (lasting || l->expires_at.value > end ||
                                              (l->expires_at.value == end && l->lot > b->seen.lot)))
            break;
        if (b->seen.upto == LOTS_LASTING && lasting && l->lot > b->seen.lot) break;
        if (lasting || l->expires_at.value > now) sum += l->remaining - l->held;
    }
    return sum;
}

static void bring_lot(struct book *b, const struct lot_row *row)
{
    if (book_lot(b, row->lot)) return;
    book_add_lot(b, row);
    b->seen.left -= row->remaining;
    b->seen.held -= row->held;
}

static enum err next_lots(struct ctx *c, struct book *b)
{
    const struct purse_row *a = &b->a;
    struct lot_row_list rows = { 0 };
    if (b->seen.upto == LOTS_EXPIRING)
        TRY(db_all(c, b->of_change ? &q_expiring_past : &q_expiring, &rows,
                   ARGS(a->member, a->unit, a->name, b->seen.expires_at, b->seen.lot,
                        ledger_lots_at_once)));
    else
        TRY(db_all(c, b->of_change ? &q_lasting_past : &q_lasting, &rows,
                   ARGS(a->member, a->unit, a->name, b->seen.lot, ledger_lots_at_once)));
    for (i64 i = 0; i < rows.n; i++) bring_lot(b, &rows.at[i]);
    if (rows.n) b->seen.expires_at = rows.at[rows.n - 1].expires_at.value;
    if (rows.n) b->seen.lot = rows.at[rows.n - 1].lot;
    if (rows.n == ledger_lots_at_once) return OK;
    b->seen.upto++;
    b->seen.lot = 0;
    return OK;
}

enum err book_need(struct ctx *c, struct book *b, i64 amount)
{
    while (b->keeps_lots && b->seen.upto != LOTS_ALL) {
        bool expired = b->seen.upto == LOTS_EXPIRING && b->seen.expires_at <= c->now;
        if (!expired && amount != NEED_ALL && free_in_row(b, c->now) > amount) return OK;
        TRY(next_lots(c, b));
    }
    return OK;
}

/* The first lots, until one is free. Something free means that no debt stands: the balance says
 * what the others have. */
static enum err load_first_lots(struct ctx *c, struct book *b)
{
    b->seen.upto = LOTS_EXPIRING;
    b->seen.expires_at = INT64_MIN;
    b->seen.lot = 0;
    b->seen.left = b->a.balance;
    b->seen.held = b->a.held;
    TRY(book_need(c, b, 0));
    if (b->seen.upto == LOTS_ALL) b->seen.left = b->seen.held = 0; /* less a debt */
    return OK;
}

enum err book_fetch_lot(struct ctx *c, struct book *b, i64 lot)
{
    struct lot_row row;
    if (!b->keeps_lots || book_lot(b, lot)) return OK;
    TRY(db_get(c, &q_lot, &row, ARGS(b->a.member, b->a.unit, b->a.name, lot)));
    if (b->seen.upto == LOTS_ALL) book_add_lot(b, &row);
    else bring_lot(b, &row);
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
    struct query *q = w->t ? &q_account_past : &q_account;
    bool found;
    TRY(db_find(c, q, &b->a, &found, ARGS(member, w->unit.unit, name)));
    if (!found) {
        b->a = opened(w, member, name);
        b->fresh = b->changed = w->t;
    }
    if (!b->keeps_lots || !found) return OK;
    return b->a.entries > ledger_lots_at_once ? load_first_lots(c, b) : load_lots(c, b);
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
        **out = (struct book){ .arena = a,
                               .keeps_lots = member && w->unit.lots,
                               .of_change = w->t,
                               .seen = { .upto = LOTS_ALL } };
        TRY(load_book(w, member, name, *out));
    }
    w->books[w->n++] = *out;
    return OK;
}

enum err work_books(struct work *w, const struct transfer_row *of, struct book **from,
                    struct book **to)
{
    TRY(work_book(w, of->from_member, of->from_name, from));
    return work_book(w, of->to_member, of->to_name, to);
}

/* NULL: there is no such unit. */
static enum err book_of(struct tx *t, const struct account *of, struct book **out)
{
    struct work w = { .t = t, .c = t->c };
    bool found;
    *out = NULL;
    TRY(unit_find(t->c, t, of->unit, &w.unit, &found));
    return found ? work_book(&w, of->member, of->name.at ? of->name : S(""), out) : OK;
}

enum err ledger_lock(struct tx *t, const struct account *of)
{
    struct book *b;
    return book_of(t, of, &b);
}

enum err ledger_left(struct tx *t, const struct account *of, i64 *out)
{
    struct book *b;
    TRY(book_of(t, of, &b));
    assert(!b || !b->keeps_lots);
    *out = b ? b->a.balance - b->a.held : 0;
    return OK;
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

enum err held_pieces(struct ctx *c, struct book *b, i64 member, str id, struct piece_row_list *out)
{
    if (!b->keeps_lots) return OK;
    TRY(hold_pieces(c, member, id, out));
    for (i64 i = 0; i < out->n; i++) TRY(book_fetch_lot(c, b, out->at[i].lot));
    return OK;
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

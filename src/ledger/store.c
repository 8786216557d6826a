/* store.c -- rows of the ledger: books loaded and locked, and everything of a change written at its
 * end. */
#include <assert.h>

#include "base/json.h"
#include "ledger/book.h"

/* -- units ------------------------------------------------------------------------------------- */

#define UNIT_COLUMNS "unit, zh, en, decimals, lots, owes"
QUERY(q_unit, unit, "SELECT " UNIT_COLUMNS " FROM ledger_unit WHERE unit = $1");
QUERY(q_units, unit, "SELECT " UNIT_COLUMNS " FROM ledger_unit ORDER BY unit");
CHANGE(c_unit, "INSERT INTO ledger_unit (" UNIT_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6)"
               " ON CONFLICT (unit) DO UPDATE SET zh = excluded.zh, en = excluded.en");

enum err unit_find(struct ctx *c, str unit, struct unit *out, bool *found)
{
    return db_find(c, &q_unit, out, found, ARGS(unit));
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
    TRY(unit_find(t->c, in->unit, &was, &found));
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
QUERY_PG(q_account_locked, purse_row, ACCOUNT, ACCOUNT " FOR UPDATE");
CHANGE(c_account_open,
       "INSERT INTO ledger_account (member, unit, name, balance, held, floor, lowest, entries,"
       " version) VALUES ($1, $2, $3, 0, 0, $4, $5, 0, 0) ON CONFLICT (member, unit, name) DO "
       "NOTHING");
CHANGE(c_account, "UPDATE ledger_account SET balance = $4, held = $5, floor = $6, lowest = $7,"
                  " cap = $8, entries = $9, lapse_at = $10, version = version + 1"
                  " WHERE member = $1 AND unit = $2 AND name = $3");

#define LOT_COLUMNS "lot, expires_at, amount, remaining, held"
#define OF_LOTS     " FROM ledger_lot WHERE member = $1 AND unit = $2 AND name = $3"
QUERY(q_lots, lot_row, "SELECT " LOT_COLUMNS OF_LOTS " AND remaining > 0 ORDER BY expires_at, lot");
QUERY(q_lot, lot_row, "SELECT " LOT_COLUMNS OF_LOTS " AND lot = $4");
CHANGE(c_lot_new, "INSERT INTO ledger_lot (member, unit, name, " LOT_COLUMNS
                  ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
CHANGE(c_lot, "UPDATE ledger_lot SET remaining = $5, held = $6"
              " WHERE member = $1 AND unit = $2 AND name = $3 AND lot = $4");

static enum err load_lots(struct ctx *c, struct book *b)
{
    struct lot_row_list rows = { 0 };
    TRY(db_all(c, &q_lots, &rows, ARGS(b->a.member, b->a.unit, b->a.name)));
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

enum err work_book(struct work *w, i64 member, str name, struct book **out)
{
    struct ctx *c = w->c;
    bool found;
    for (i64 i = 0; i < w->n; i++) {
        *out = w->books[i];
        if ((*out)->a.member == member && str_eq((*out)->a.name, name)) return OK;
    }
    assert(w->n < BOOKS_MAX);
    struct book *b = NEW(c->arena, struct book);
    *b = (struct book){ .arena = c->arena, .keeps_lots = member && w->unit.lots };
    struct query *q = w->t ? &q_account_locked : &q_account;
    TRY(db_find(c, q, &b->a, &found, ARGS(member, w->unit.unit, name)));
    if (!found && w->t) {
        bool source = !member && str_eq(name, S(LEDGER_SOURCE));
        opt_i64 floor = source ? NONE : SOME(0);
        opt_i64 lowest = source || (member && w->unit.owes) ? NONE : SOME(0);
        TRY(tx_change(w->t, &c_account_open, ARGS(member, w->unit.unit, name, floor, lowest)));
        TRY(db_get(c, q, &b->a, ARGS(member, w->unit.unit, name)));
    } else if (!found) {
        b->a = (struct purse_row){ .member = member, .unit = w->unit.unit, .name = name };
    }
    if (b->keeps_lots) TRY(load_lots(c, b));
    *out = w->books[w->n++] = b;
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

QUERY(q_transfer, transfer_row,
      "SELECT " TRANSFER_COLUMNS " FROM ledger_transfer WHERE member = $1 AND id = $2");
CHANGE(c_transfer,
       "INSERT INTO ledger_transfer (" TRANSFER_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8,"
       " $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)");
QUERY(q_reversed, one_i64,
      "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS value FROM ledger_transfer"
      " WHERE member = $1 AND of_id = $2 AND kind = 'reverse'");
#define ENTRY_COLUMNS "number, lot, amount, balance, at, transfer_member, transfer"
QUERY(q_entries, entry_row,
      "SELECT " ENTRY_COLUMNS " FROM ledger_entry WHERE member = $1 AND unit = $2 AND name = $3"
      " AND number >= $4 AND number < $5 ORDER BY number");
CHANGE(c_entry, "INSERT INTO ledger_entry (member, unit, name, " ENTRY_COLUMNS
                ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");

enum err transfer_row_find(struct ctx *c, i64 member, str id, struct transfer_row *out, bool *found)
{
    return db_find(c, &q_transfer, out, found, ARGS(member, id));
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

#define HOLD_COLUMNS "member, id, state, amount, ends_at"
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
CHANGE(c_hold_new,
       "INSERT INTO ledger_hold (member, id, state, unit, from_member, from_name, to_member,"
       " to_name, amount, ends_at) VALUES ($1, $2, 'open', $3, $4, $5, $6, $7, $8, $9)");
CHANGE(c_piece_new,
       "INSERT INTO ledger_piece (member, id, lot, place, amount) VALUES ($1, $2, $3, $4, $5)");
CHANGE(c_hold_end, "UPDATE ledger_hold SET state = $3 WHERE member = $1 AND id = $2");

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

/* -- saving ------------------------------------------------------------------------------------ */

static enum err save_book(struct tx *t, struct book *b)
{
    const struct purse_row *a = &b->a;
    if (!b->changed) return OK;
    if (b->keeps_lots) book_note_lapse(b);
    TRY(tx_change(t, &c_account,
                  ARGS(a->member, a->unit, a->name, a->balance, a->held, a->floor, a->lowest,
                       a->cap, a->entries, a->lapse_at)));
    for (i64 i = 0; i < b->lots.n; i++) {
        const struct lot *lot = &b->lots.at[i];
        const struct lot_row *l = &lot->row;
        if (lot->fresh)
            TRY(tx_change(t, &c_lot_new,
                          ARGS(a->member, a->unit, a->name, l->lot, l->expires_at, l->amount,
                               l->remaining, l->held)));
        else if (lot->changed)
            TRY(tx_change(t, &c_lot,
                          ARGS(a->member, a->unit, a->name, l->lot, l->remaining, l->held)));
    }
    for (i64 i = 0; i < b->entries.n; i++) {
        const struct entry_row *e = &b->entries.at[i];
        TRY(tx_change(t, &c_entry,
                      ARGS(a->member, a->unit, a->name, e->number, e->lot, e->amount, e->balance,
                           e->at, e->transfer_member, e->transfer)));
    }
    return OK;
}

static enum err save_hold(struct tx *t, const struct hold_change *h)
{
    const struct transfer_row *of = h->transfer;
    if (h->state != HOLD_OPEN)
        return tx_change(t, &c_hold_end,
                         ARGS(h->member, h->id, choice_name(&hold_state_choice, h->state)));
    TRY(tx_change(t, &c_hold_new,
                  ARGS(h->member, h->id, of->unit, of->from_member, of->from_name, of->to_member,
                       of->to_name, of->amount, of->at + of->hold_ms)));
    for (i64 i = 0; i < h->pieces.n; i++)
        TRY(tx_change(t, &c_piece_new,
                      ARGS(h->member, h->id, h->pieces.at[i].lot, i, h->pieces.at[i].amount)));
    return OK;
}

static struct timeline_line line_of(struct arena *a, const struct transfer_row *r)
{
    static const char *const kinds[] = {
        [T_MOVE] = "ledger.moved",        [T_HOLD] = "ledger.held",
        [T_CONFIRM] = "ledger.confirmed", [T_VOID] = "ledger.voided",
        [T_REVERSE] = "ledger.reversed",  [T_EXPIRE] = "ledger.expired",
        [T_LAPSE] = "ledger.lapsed",
    };
    struct buf b = { .arena = a };
    buf_add(&b, S("{\"transfer\":"));
    json_write_str(&b, r->id);
    buf_add(&b, S(",\"amount\":"));
    buf_i64(&b, r->amount);
    buf_add(&b, S(",\"from\":"));
    buf_i64(&b, r->from_member);
    buf_add(&b, S(",\"to\":"));
    buf_i64(&b, r->to_member);
    if (r->reason.n) {
        buf_add(&b, S(",\"reason\":"));
        json_write_str(&b, r->reason);
    }
    buf_byte(&b, '}');
    return (struct timeline_line){ .at = r->at,
                                   .member = r->member,
                                   .kind = str_of(kinds[r->kind]),
                                   .subject = str_fmt(a, "unit:" STR_FMT, STR_ARG(r->unit)),
                                   .props = buf_str(&b) };
}

enum err work_save(struct work *w)
{
    struct tx *t = w->t;
    struct timeline_line *lines = NEWS(t->c->arena, struct timeline_line, w->transfers.n + 1);
    for (i64 i = 0; i < w->n; i++) TRY(save_book(t, w->books[i]));
    for (i64 i = 0; i < w->holds.n; i++) TRY(save_hold(t, &w->holds.at[i]));
    for (i64 i = 0; i < w->transfers.n; i++) {
        const struct transfer_row *r = &w->transfers.at[i];
        TRY(tx_change(t, &c_transfer,
                      ARGS(r->member, r->id, choice_name(&transfer_kind_choice, r->kind), r->unit,
                           r->from_member, r->from_name, r->to_member, r->to_name, r->asked,
                           r->amount, r->of_id, r->hold_ms, r->expires_at, r->reason, r->actor,
                           r->at, r->from_entry, r->from_entries, r->to_entry, r->to_entries)));
        lines[i] = line_of(t->c->arena, r);
    }
    return timeline_append_all(t, lines, w->transfers.n);
}

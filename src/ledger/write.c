/* write.c -- what waits becomes rows: accounts, lots, entries, transfers, holds. */
#include "ledger/waiting.h"

CHANGE_PAST(c_account_new,
            "INSERT INTO ledger_purse (member, unit, name, held, floor, lowest, cap, lapse_at,"
            " version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)");
CHANGE_PAST(c_account,
            "UPDATE ledger_purse SET held = $4, floor = $5, lowest = $6, cap = $7, lapse_at = $8,"
            " version = version + 1 WHERE member = $1 AND unit = $2 AND name = $3");
CHANGE_PAST(c_lot_new,
            "INSERT INTO ledger_lot (member, unit, name, lot, expires_at, amount, remaining, held)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
CHANGE_PAST(c_lot, "UPDATE ledger_lot SET remaining = $5, held = $6"
                   " WHERE member = $1 AND unit = $2 AND name = $3 AND lot = $4");

/* Several rows a statement, where each statement is a round trip. SQLite is quicker one by one. */
enum { TRANSFER_VALUES = 20, ENTRY_VALUES = 10, TRANSFERS_AT_ONCE = 4, ENTRIES_AT_ONCE = 8 };
#define TEN(T, L) \
    "$" T "1, $" T "2, $" T "3, $" T "4, $" T "5, $" T "6, $" T "7, $" T "8, $" T "9, $" L "0"
#define INTO_TRANSFERS "INSERT INTO ledger_transfer (" TRANSFER_COLUMNS ") VALUES"
#define INTO_ENTRIES                                                                  \
    "INSERT INTO ledger_entry (member, unit, name, number, lot, amount, balance, at," \
    " transfer_member, transfer) VALUES"
CHANGE_PAST(c_transfer, INTO_TRANSFERS " (" TEN("", "1") ", " TEN("1", "2") ")");
CHANGE_PAST(c_transfers,
            INTO_TRANSFERS " (" TEN("", "1") ", " TEN("1", "2") "), (" TEN("2", "3") ", " TEN(
                "3", "4") "),"
                          " (" TEN("4", "5") ", " TEN("5", "6") "), (" TEN("6",
                                                                           "7") ", " TEN("7",
                                                                                         "8") ")");
CHANGE_PAST(c_entry, INTO_ENTRIES " (" TEN("", "1") ")");
CHANGE_PAST(c_entries,
            INTO_ENTRIES " (" TEN("", "1") "), (" TEN("1", "2") "), (" TEN("2", "3") "), (" TEN(
                "3", "4") "),"
                          " (" TEN("4", "5") "), (" TEN("5", "6") "), (" TEN("6", "7") "), (" TEN(
                              "7", "8") ")");
CHANGE_PAST(c_hold_new,
            "INSERT INTO ledger_hold (member, id, state, unit, from_member, from_name, to_member,"
            " to_name, amount, ends_at) VALUES ($1, $2, 'open', $3, $4, $5, $6, $7, $8, $9)");
CHANGE_PAST(c_piece_new,
            "INSERT INTO ledger_piece (member, id, lot, place, amount) VALUES ($1, $2, $3, $4,"
            " $5)");
CHANGE_PAST(c_hold_end, "UPDATE ledger_hold SET state = $3 WHERE member = $1 AND id = $2");

static enum err write_account(struct tx *t, const struct book *b)
{
    const struct purse_row *a = &b->a;
    if (!b->fresh && !b->terms) return OK; /* the entries say it */
    return tx_change(
        t, b->fresh ? &c_account_new : &c_account,
        ARGS(a->member, a->unit, a->name, a->held, a->floor, a->lowest, a->cap, a->lapse_at));
}

static enum err write_lots(struct tx *t, struct book *b)
{
    const struct purse_row *a = &b->a;
    for (i64 i = 0; i < b->lots.n; i++) {
        struct lot *lot = &b->lots.at[i];
        const struct lot_row *l = &lot->row;
        if (lot->fresh)
            TRY(tx_change(t, &c_lot_new,
                          ARGS(a->member, a->unit, a->name, l->lot, l->expires_at, l->amount,
                               l->remaining, l->held)));
        else if (lot->changed)
            TRY(tx_change(t, &c_lot,
                          ARGS(a->member, a->unit, a->name, l->lot, l->remaining, l->held)));
        lot->fresh = lot->changed = false;
    }
    return OK;
}

static enum err write_book(struct tx *t, struct waiting *w, i64 place)
{
    struct book *b = w->books.at[place].book;
    if (!b->changed) return OK;
    if (w->marks.n) { /* going back would find it unwritten again */
        *PUSH(w->arena, &w->log) = (struct was){ place, b };
        b = w->books.at[place].book = book_copy(w->arena, b);
    }
    TRY(write_account(t, b));
    b->changed = b->fresh = b->terms = false;
    return write_lots(t, b);
}

static void entry_values(struct value *out, const struct waiting_entry *of)
{
    const struct entry_row *e = &of->row;
    const struct value values[ENTRY_VALUES] = {
        V(of->member), V(of->unit),   V(of->name), V(e->number),          V(e->lot),
        V(e->amount),  V(e->balance), V(e->at),    V(e->transfer_member), V(e->transfer),
    };
    memcpy(out, values, sizeof values);
}

static void transfer_values(struct value *out, const struct transfer_row *r)
{
    const struct value values[TRANSFER_VALUES] = {
        V(r->member),     V(r->id),          V(choice_name(&transfer_kind_choice, r->kind)),
        V(r->unit),       V(r->from_member), V(r->from_name),
        V(r->to_member),  V(r->to_name),     V(r->asked),
        V(r->amount),     V(r->of_id),       V(r->hold_ms),
        V(r->expires_at), V(r->reason),      V(r->actor),
        V(r->at),         V(r->from_entry),  V(r->from_entries),
        V(r->to_entry),   V(r->to_entries),
    };
    memcpy(out, values, sizeof values);
}

static enum err write_entries(struct tx *t, const struct waiting *w, i64 from)
{
    struct value values[ENTRIES_AT_ONCE * ENTRY_VALUES];
    bool many = store_is_pg(t->c->store);
    for (i64 n; from < w->entries.n; from += n) {
        n = many && w->entries.n - from >= ENTRIES_AT_ONCE ? ENTRIES_AT_ONCE : 1;
        for (i64 i = 0; i < n; i++)
            entry_values(values + i * ENTRY_VALUES, &w->entries.at[from + i]);
        TRY(tx_change(t, n > 1 ? &c_entries : &c_entry,
                      (struct args){ values, (int)(n * ENTRY_VALUES) }));
    }
    return OK;
}

static enum err write_transfers(struct tx *t, const struct waiting *w, i64 from)
{
    struct value values[TRANSFERS_AT_ONCE * TRANSFER_VALUES];
    bool many = store_is_pg(t->c->store);
    for (i64 n; from < w->transfers.n; from += n) {
        n = many && w->transfers.n - from >= TRANSFERS_AT_ONCE ? TRANSFERS_AT_ONCE : 1;
        for (i64 i = 0; i < n; i++)
            transfer_values(values + i * TRANSFER_VALUES, &w->transfers.at[from + i]);
        TRY(tx_change(t, n > 1 ? &c_transfers : &c_transfer,
                      (struct args){ values, (int)(n * TRANSFER_VALUES) }));
    }
    return OK;
}

static enum err write_hold(struct tx *t, const struct hold_change *h)
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

enum err waiting_write(struct tx *t, void *state)
{
    struct waiting *w = state;
    for (i64 i = 0; i < w->books.n; i++) TRY(write_book(t, w, i));
    TRY(turnover_write(t, w));
    TRY(write_entries(t, w, w->entries_in));
    w->entries_in = w->entries.n;
    TRY(write_transfers(t, w, w->transfers_in));
    w->transfers_in = w->transfers.n;
    for (; w->holds_in < w->holds.n; w->holds_in++) TRY(write_hold(t, &w->holds.at[w->holds_in]));
    return OK;
}

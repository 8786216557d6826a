/* write.c -- what waits becomes rows: accounts, lots, entries, transfers, holds. */
#include <stdlib.h>

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

enum { TRANSFER_VALUES = 20, ENTRY_VALUES = 10 };
CHANGE_PAST(c_transfer, "INSERT INTO ledger_transfer (" TRANSFER_COLUMNS ") VALUES ($1, $2, $3, $4,"
                        " $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,"
                        " $20)");
CHANGE_PAST(c_entry,
            "INSERT INTO ledger_entry (member, unit, name, number, lot, amount, balance, at,"
            " transfer_member, transfer) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
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

/* By account, so that those of one account go in together: the house's are half of all. */
static int entry_cmp(const void *x, const void *y)
{
    const struct waiting_entry *a = *(struct waiting_entry *const *)x,
                               *b = *(struct waiting_entry *const *)y;
    if (a->member != b->member) return a->member < b->member ? -1 : 1;
    int d = str_cmp(a->unit, b->unit);
    if (!d) d = str_cmp(a->name, b->name);
    if (d) return d;
    return (a->row.number > b->row.number) - (a->row.number < b->row.number);
}

static enum err write_entries(struct tx *t, const struct waiting *w, i64 from)
{
    i64 n = w->entries.n - from;
    const struct waiting_entry **sorted = NEWS(t->c->arena, const struct waiting_entry *, n);
    struct value *values = NEWS(t->c->arena, struct value, n * ENTRY_VALUES);
    for (i64 i = 0; i < n; i++) sorted[i] = &w->entries.at[from + i];
    if (n) qsort(sorted, (size_t)n, sizeof(void *), entry_cmp);
    for (i64 i = 0; i < n; i++) entry_values(values + i * ENTRY_VALUES, sorted[i]);
    return tx_change_each(t, &c_entry, n, (struct args){ values, (int)(n * ENTRY_VALUES) });
}

static enum err write_transfers(struct tx *t, const struct waiting *w, i64 from)
{
    i64 n = w->transfers.n - from;
    struct value *values = NEWS(t->c->arena, struct value, n * TRANSFER_VALUES);
    for (i64 i = 0; i < n; i++)
        transfer_values(values + i * TRANSFER_VALUES, &w->transfers.at[from + i]);
    return tx_change_each(t, &c_transfer, n, (struct args){ values, (int)(n * TRANSFER_VALUES) });
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

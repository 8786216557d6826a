/* write.c -- what waits becomes rows: accounts, lots, entries, transfers, holds. */
#include "ledger/waiting.h"

CHANGE_PAST(c_account_new,
            "INSERT INTO ledger_account (member, unit, name, balance, held, floor, lowest, cap,"
            " entries, lapse_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1)");
CHANGE_PAST(c_account, "UPDATE ledger_account SET balance = $4, held = $5, entries = $6,"
                       " version = version + 1 WHERE member = $1 AND unit = $2 AND name = $3");
CHANGE_PAST(c_account_terms,
            "UPDATE ledger_account SET balance = $4, held = $5, floor = $6, lowest = $7,"
            " cap = $8, entries = $9, lapse_at = $10, version = version + 1"
            " WHERE member = $1 AND unit = $2 AND name = $3");
CHANGE_PAST(c_lot_new,
            "INSERT INTO ledger_lot (member, unit, name, lot, expires_at, amount, remaining, held)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
CHANGE_PAST(c_lot, "UPDATE ledger_lot SET remaining = $5, held = $6"
                   " WHERE member = $1 AND unit = $2 AND name = $3 AND lot = $4");
CHANGE_PAST(c_transfer, "INSERT INTO ledger_transfer (" TRANSFER_COLUMNS
                        ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,"
                        " $15, $16, $17, $18, $19, $20)");
CHANGE_PAST(c_entry, "INSERT INTO ledger_entry (member, unit, name, number, lot, amount, balance,"
                     " at, transfer_member, transfer) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9,"
                     " $10)");
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
    if (!b->fresh && !b->terms)
        return tx_change(t, &c_account,
                         ARGS(a->member, a->unit, a->name, a->balance, a->held, a->entries));
    return tx_change(t, b->fresh ? &c_account_new : &c_account_terms,
                     ARGS(a->member, a->unit, a->name, a->balance, a->held, a->floor, a->lowest,
                          a->cap, a->entries, a->lapse_at));
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

static enum err write_entry(struct tx *t, const struct waiting_entry *of)
{
    const struct entry_row *e = &of->row;
    return tx_change(t, &c_entry,
                     ARGS(of->member, of->unit, of->name, e->number, e->lot, e->amount, e->balance,
                          e->at, e->transfer_member, e->transfer));
}

static enum err write_transfer(struct tx *t, const struct transfer_row *r)
{
    return tx_change(t, &c_transfer,
                     ARGS(r->member, r->id, choice_name(&transfer_kind_choice, r->kind), r->unit,
                          r->from_member, r->from_name, r->to_member, r->to_name, r->asked,
                          r->amount, r->of_id, r->hold_ms, r->expires_at, r->reason, r->actor,
                          r->at, r->from_entry, r->from_entries, r->to_entry, r->to_entries));
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
    for (; w->entries_in < w->entries.n; w->entries_in++)
        TRY(write_entry(t, &w->entries.at[w->entries_in]));
    for (; w->transfers_in < w->transfers.n; w->transfers_in++)
        TRY(write_transfer(t, &w->transfers.at[w->transfers_in]));
    for (; w->holds_in < w->holds.n; w->holds_in++) TRY(write_hold(t, &w->holds.at[w->holds_in]));
    return OK;
}

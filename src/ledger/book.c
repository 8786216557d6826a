/* book.c -- an account in hand: what is free, taken, held, given back, repaid. Pure. */
#include <assert.h>

#include "ledger/book.h"

struct lot *book_lot(struct book *b, i64 lot)
{
    for (i64 i = 0; i < b->lots.n; i++)
        if (b->lots.at[i].row.lot == lot) return &b->lots.at[i];
    return NULL;
}

static i64 lot_free(const struct lot *l) { return l->row.remaining - l->row.held; }

i64 book_debt(const struct book *b)
{
    if (!b->keeps_lots) return b->a.balance < 0 && b->a.member ? -b->a.balance : 0;
    i64 remaining = b->seen.left;
    for (i64 i = 0; i < b->lots.n; i++) remaining += b->lots.at[i].row.remaining;
    return remaining - b->a.balance;
}

i64 book_free(const struct book *b)
{
    if (!b->keeps_lots) return b->a.balance - b->a.held;
    i64 n = b->seen.left - b->seen.held;
    for (i64 i = 0; i < b->lots.n; i++) n += lot_free(&b->lots.at[i]);
    return n;
}

void book_hold(struct book *b, i64 more)
{
    b->a.held += more;
    b->changed = b->terms = true;
}

void book_entry(struct book *b, struct mark m, i64 lot, i64 amount)
{
    assert(amount);
    b->a.balance += amount;
    b->changed = true;
    *PUSH(b->arena, &b->entries) = (struct entry_row){ .number = ++b->a.entries,
                                                       .lot = lot,
                                                       .amount = amount,
                                                       .balance = b->a.balance,
                                                       .at = m.at,
                                                       .transfer_member = m.member,
                                                       .transfer = m.id };
}

static void lot_change(struct book *b, struct mark m, struct lot *l, i64 amount)
{
    l->row.remaining += amount;
    l->changed = true;
    assert(l->row.remaining >= l->row.held && l->row.remaining <= l->row.amount);
    book_entry(b, m, l->row.lot, amount);
}

static bool lapses(const struct lot *l, instant now)
{
    return l->row.expires_at.has && l->row.expires_at.value <= now && lot_free(l);
}

bool book_lapses(const struct book *b, instant now)
{
    for (i64 i = 0; i < b->lots.n; i++)
        if (lapses(&b->lots.at[i], now)) return true;
    return false;
}

i64 book_lapse(struct book *b, instant now, struct mark m)
{
    i64 lapsed = 0;
    for (i64 i = 0; i < b->lots.n; i++) {
        struct lot *l = &b->lots.at[i];
        i64 gone = lot_free(l);
        if (!lapses(l, now)) continue;
        struct mark then = m;
        if (l->row.expires_at.value > m.at) then.at = l->row.expires_at.value;
        lot_change(b, then, l, -gone);
        lapsed += gone;
    }
    return lapsed;
}

static bool spent_before(const struct lot *a, const struct lot *b)
{
    const struct lot_row *x = &a->row, *y = &b->row;
    if (x->expires_at.has != y->expires_at.has) return x->expires_at.has;
    if (x->expires_at.has && x->expires_at.value != y->expires_at.value)
        return x->expires_at.value < y->expires_at.value;
    return x->lot < y->lot;
}

static void insert_lot(struct book *b, struct lot lot)
{
    PUSH(b->arena, &b->lots);
    i64 i = b->lots.n - 1;
    for (; i > 0 && spent_before(&lot, &b->lots.at[i - 1]); i--) b->lots.at[i] = b->lots.at[i - 1];
    b->lots.at[i] = lot;
}

void book_add_lot(struct book *b, const struct lot_row *row)
{
    if (!book_lot(b, row->lot)) insert_lot(b, (struct lot){ .row = *row });
}

void book_give(struct book *b, struct mark m, i64 amount, opt_instant expires_at)
{
    if (!b->keeps_lots) {
        book_entry(b, m, 0, amount);
        return;
    }
    struct lot_row row = { b->a.entries + 1, expires_at, amount, amount, 0 };
    book_entry(b, m, row.lot, amount);
    insert_lot(b, (struct lot){ .row = row, .fresh = true });
}

void book_give_back(struct book *b, struct mark m, i64 lot, i64 amount)
{
    if (b->keeps_lots) lot_change(b, m, book_lot(b, lot), amount);
    else book_entry(b, m, 0, amount);
}

i64 book_take_from(struct book *b, struct mark m, i64 lot, i64 amount)
{
    struct lot *l = book_lot(b, lot);
    i64 n = l ? lot_free(l) : 0;
    if (n > amount) n = amount;
    if (n) lot_change(b, m, l, -n);
    return n;
}

i64 book_take(struct book *b, struct mark m, i64 amount)
{
    if (!b->keeps_lots) {
        book_entry(b, m, 0, -amount);
        return 0;
    }
    for (i64 i = 0; i < b->lots.n && amount; i++)
        amount -= book_take_from(b, m, b->lots.at[i].row.lot, amount);
    return amount;
}

void book_repay(struct book *b, struct mark m)
{
    if (!b->keeps_lots) return;
    i64 debt = book_debt(b);
    i64 rest = debt ? book_take(b, m, debt) : 0;
    if (debt > rest) book_entry(b, m, 0, debt - rest);
}

void book_reserve(struct book *b, i64 amount, struct piece_row_list *out)
{
    book_hold(b, amount);
    for (i64 i = 0; i < b->lots.n && amount; i++) {
        struct lot *l = &b->lots.at[i];
        i64 n = lot_free(l) < amount ? lot_free(l) : amount;
        if (!n) continue;
        l->row.held += n;
        l->changed = true;
        amount -= n;
        *PUSH(b->arena, out) = (struct piece_row){ l->row.lot, n };
    }
    assert(!b->keeps_lots || !amount);
}

void book_release(struct book *b, i64 amount, const struct piece_row_list *pieces)
{
    book_hold(b, -amount);
    for (i64 i = 0; i < pieces->n; i++) {
        struct lot *l = book_lot(b, pieces->at[i].lot);
        l->row.held -= pieces->at[i].amount;
        l->changed = true;
        assert(l->row.held >= 0);
    }
}

void book_spend(struct book *b, struct mark m, i64 amount, const struct hold_row *hold,
                const struct piece_row_list *pieces)
{
    book_release(b, hold->amount, pieces);
    if (!b->keeps_lots) book_entry(b, m, 0, -amount);
    for (i64 i = 0; i < pieces->n && amount; i++) {
        i64 n = pieces->at[i].amount < amount ? pieces->at[i].amount : amount;
        amount -= book_take_from(b, m, pieces->at[i].lot, n);
    }
    assert(!b->keeps_lots || !amount);
}

void book_hand_over(struct book *from, struct book *to, struct mark m, i64 lot, i64 amount,
                    i64 held)
{
    struct lot *l = book_lot(from, lot);
    struct lot_row row = { to->a.entries + 1, l->row.expires_at, l->row.amount, amount, held };
    l->row.held -= held;
    book_hold(from, -held);
    lot_change(from, m, l, -amount);
    book_hold(to, held);
    book_entry(to, m, row.lot, amount);
    insert_lot(to, (struct lot){ .row = row, .fresh = true });
}

void book_hand_back(struct book *from, struct book *to, struct mark m, i64 lot, i64 back,
                    i64 amount, i64 held)
{
    struct lot *l = book_lot(from, lot), *b = book_lot(to, back);
    l->row.held -= held;
    book_hold(from, -held);
    lot_change(from, m, l, -amount);
    book_hold(to, held);
    lot_change(to, m, b, amount);
    b->row.held += held;
}

void book_note_lapse(struct book *b)
{
    opt_instant first = NONE;
    for (i64 i = 0; i < b->lots.n && !first.has; i++)
        if (lot_free(&b->lots.at[i])) first = b->lots.at[i].row.expires_at;
    b->terms |= first.has != b->a.lapse_at.has || first.value != b->a.lapse_at.value;
    b->a.lapse_at = first;
}

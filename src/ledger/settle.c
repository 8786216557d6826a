/* settle.c -- what happens by itself: holds end, lots expire; in the order in which it happened. */
#include "ledger/book.h"

static void expire_row(struct work *w, const struct book *b, const struct hold_row *hold)
{
    struct arena *a = w->c->arena;
    *PUSH(a, &w->holds) =
        (struct hold_change){ .member = hold->member, .id = hold->id, .state = HOLD_EXPIRED };
    *PUSH(a, &w->transfers) = (struct transfer_row){
        .member = hold->member,
        .id = str_fmt(a, "~expire:" STR_FMT, STR_ARG(hold->id)),
        .kind = T_EXPIRE,
        .unit = b->a.unit,
        .from_member = b->a.member,
        .from_name = b->a.name,
        .to_member = b->a.member,
        .to_name = b->a.name,
        .amount = hold->amount,
        .of_id = hold->id,
        .at = hold->ends_at,
    };
}

/* What has expired up to an instant goes to the house's account for it. */
static enum err lapse(struct work *w, struct book *b, instant upto, instant not_before)
{
    struct arena *a = w->c->arena;
    struct mark m = { b->a.member, NO_STR, not_before };
    struct book *house = NULL;
    if (!book_lapses(b, upto)) return OK;
    m.id = str_fmt(a, LAPSE_ID STR_FMT ":" STR_FMT ":%lld", STR_ARG(b->a.unit), STR_ARG(b->a.name),
                   (long long)(b->a.entries + 1));
    i64 first = b->a.entries + 1, gone = book_lapse(b, upto, m);
    if (!gone || !w->t) return OK;
    TRY(work_book(w, 0, S(LEDGER_EXPIRED), &house));
    m.at = b->entries.at[b->entries.n - 1].at;
    book_give(house, m, gone, NONE);
    *PUSH(a, &w->transfers) = (struct transfer_row){
        .member = b->a.member,
        .id = m.id,
        .kind = T_LAPSE,
        .unit = b->a.unit,
        .from_member = b->a.member,
        .from_name = b->a.name,
        .to_member = 0,
        .to_name = S(LEDGER_EXPIRED),
        .amount = gone,
        .at = m.at,
        .from_entry = first,
        .from_entries = b->a.entries + 1 - first,
        .to_entry = house->a.entries,
        .to_entries = 1,
    };
    return OK;
}

static enum err end_hold(struct work *w, struct book *b, const struct hold_row *hold)
{
    struct piece_row_list pieces = { 0 };
    struct mark m = { hold->member, str_fmt(w->c->arena, "~expire:" STR_FMT, STR_ARG(hold->id)),
                      hold->ends_at };
    TRY(held_pieces(w->c, b, hold->member, hold->id, &pieces));
    TRY(lapse(w, b, hold->ends_at, 0));
    book_release(b, hold->amount, &pieces);
    expire_row(w, b, hold);
    TRY(lapse(w, b, hold->ends_at, hold->ends_at));
    book_repay(b, m);
    return OK;
}

enum err work_settle(struct work *w, struct book *b, i64 need)
{
    struct account of = { b->a.member, b->a.unit, b->a.name };
    struct hold_row_list due = { .n = HOLDS_AT_ONCE };
    struct hold_row after = { .id = S("") };
    TRY(book_need(w->c, b, need == SETTLE_ALL ? 0 : need));
    for (i64 round = 0; b->a.held > 0 && due.n == HOLDS_AT_ONCE; round++) {
        bool enough = need == SETTLE_ALL
                          ? round >= 4
                          : !b->a.floor.has || book_free(b) - b->a.floor.value >= need;
        if (!b->keeps_lots && enough) break;
        due = (struct hold_row_list){ 0 };
        TRY(holds_due(w->c, &of, &after, &due));
        for (i64 i = 0; i < due.n; i++) TRY(end_hold(w, b, &due.at[i]));
        if (due.n) after = due.at[due.n - 1];
    }
    return lapse(w, b, w->c->now, 0);
}

enum err work_repay(struct work *w, struct book *b, struct mark m)
{
    TRY(lapse(w, b, w->c->now, m.at));
    book_repay(b, m);
    return OK;
}

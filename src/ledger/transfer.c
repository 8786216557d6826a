/* transfer.c -- what a transfer does: its words checked, its books in hand, decided, written.
 *
 * Every kind is a row of `kinds`: what it refers to, and the function that decides in memory and
 * says the result. Only when that is DONE is anything written (work_save). The order of the checks
 * is the order of LEDGER_RESULTS.
 */
#include "ledger/book.h"

enum { ID_BYTES_MAX = 120, NAME_BYTES_MAX = 80, REASON_BYTES_MAX = 200 };

static const struct {
    enum err err;
    const char *zh, *en;
} results[] = {
#define X(name, e, zh, en) { e, zh, en },
    LEDGER_RESULTS(X)
#undef X
};

/* A transfer being decided. */
struct deal {
    struct work w;
    const struct transfer *in;
    struct transfer_row row; /* what will be written */
    struct transfer_row of;  /* what it refers to */
    bool of_merged;          /* that is of a member who has become another */
    struct book *from, *to;
    struct mark m;
    i64 has; /* what there was, for the words of a refusal; -1: no number helps */
};
typedef enum err decide_fn(struct deal *d, enum ledger_result *out);

/* -- what several kinds do --------------------------------------------------------------------- */

static i64 amount_or(i64 asked, i64 all) { return asked ? asked : all; }

/* Sums stay so far from the ends of i64 that differences of two of them cannot overflow. */
static bool fits(i64 sum) { return sum >= -LEDGER_BALANCE_MAX && sum <= LEDGER_BALANCE_MAX; }

/* May the payer give so much, down to a limit? */
static enum ledger_result can_pay(struct deal *d, opt_i64 limit, bool may_owe)
{
    struct book *b = d->from;
    i64 n = d->row.amount, left = b->a.balance - b->a.held - n;
    d->has = b->keeps_lots ? book_free(b) : b->a.balance - b->a.held;
    if (limit.has) d->has -= limit.value;
    if (b->keeps_lots && !may_owe && book_free(b) < n) return R_BELOW_FLOOR;
    if (limit.has && left < limit.value) return R_BELOW_FLOOR;
    return R_DONE;
}

/* May the receiver have so much more? What is coming has its place already. */
static enum err can_receive(struct deal *d, enum ledger_result *out)
{
    const struct purse_row *from = &d->from->a, *to = &d->to->a;
    struct account of = { to->member, to->unit, to->name };
    i64 coming = 0, n = d->row.amount;
    if (to->cap.has) TRY(coming_to(d->w.c, &of, &coming));
    if (to->cap.has && to->balance + coming + n > to->cap.value) *out = R_ABOVE_CAP;
    else if (!fits(to->balance + n) || !fits(from->balance - n) || !fits(from->held + n))
        *out = R_OVERFLOWS;
    return OK;
}

/* The receiver's side of what was taken: lots keep their expiry between members. */
static enum err give(struct deal *d, i64 first_taken, opt_instant expires_at)
{
    struct book *from = d->from, *to = d->to;
    d->row.to_entry = to->a.entries + 1;
    if (from->keeps_lots && to->keeps_lots) {
        for (i64 i = first_taken; i < from->entries.n; i++) {
            const struct entry_row *e = &from->entries.at[i];
            book_give(to, d->m, -e->amount, book_lot(from, e->lot)->row.expires_at);
        }
    } else {
        book_give(to, d->m, d->row.amount, expires_at);
    }
    d->row.to_entries = to->a.entries + 1 - d->row.to_entry;
    return work_repay(&d->w, to, d->m);
}

static void end_of_hold(struct deal *d, enum hold_state state)
{
    *PUSH(d->w.c->arena, &d->w.holds) =
        (struct hold_change){ .member = d->of.member, .id = d->of.id, .state = state };
}

/* The hold referred to, still open at this instant. */
static enum err open_hold(struct deal *d, struct hold_row *hold, struct piece_row_list *pieces,
                          enum ledger_result *out)
{
    TRY(hold_get(d->w.c, d->of.member, d->of.id, hold));
    *out = hold->state == HOLD_OPEN && hold->ends_at > d->w.c->now ? R_DONE : R_HOLD_ENDED;
    if (*out != R_DONE) return OK;
    return held_pieces(d->w.c, d->from, d->of.member, d->of.id, pieces);
}

/* -- the kinds --------------------------------------------------------------------------------- */

static enum err move(struct deal *d, enum ledger_result *out)
{
    TRY(work_settle(&d->w, d->from, d->row.amount));
    TRY(work_settle(&d->w, d->to, 0));
    *out = can_pay(d, d->from->a.floor, false);
    if (*out == R_DONE) TRY(can_receive(d, out));
    if (*out != R_DONE) return OK;
    i64 taken = d->from->entries.n;
    d->row.from_entry = d->from->a.entries + 1;
    book_take(d->from, d->m, d->row.amount);
    d->row.from_entries = d->from->a.entries + 1 - d->row.from_entry;
    return give(d, taken, d->in->expires_at);
}

static enum err hold(struct deal *d, enum ledger_result *out)
{
    TRY(work_settle(&d->w, d->from, d->row.amount));
    TRY(work_settle(&d->w, d->to, 0));
    *out = can_pay(d, d->from->a.floor, false);
    if (*out == R_DONE) TRY(can_receive(d, out));
    if (*out != R_DONE) return OK;
    struct hold_change *h = PUSH(d->w.c->arena, &d->w.holds);
    *h = (struct hold_change){ d->row.member, d->row.id, HOLD_OPEN, &d->row, { 0 } };
    book_reserve(d->from, d->row.amount, &h->pieces);
    return OK;
}

static enum err confirm(struct deal *d, enum ledger_result *out)
{
    struct hold_row hold;
    struct piece_row_list pieces = { 0 };
    TRY(open_hold(d, &hold, &pieces, out));
    if (*out != R_DONE) return OK;
    d->row.amount = amount_or(d->in->amount, hold.amount);
    d->has = hold.amount;
    if (d->row.amount > hold.amount) *out = R_ABOVE_REST;
    TRY(work_settle(&d->w, d->from, 0));
    TRY(work_settle(&d->w, d->to, 0));
    if (*out == R_DONE && !fits(d->to->a.balance + d->row.amount)) *out = R_OVERFLOWS;
    if (*out != R_DONE) return OK;
    i64 taken = d->from->entries.n;
    d->row.from_entry = d->from->a.entries + 1;
    book_spend(d->from, d->m, d->row.amount, &hold, &pieces);
    d->row.from_entries = d->from->a.entries + 1 - d->row.from_entry;
    end_of_hold(d, HOLD_CONFIRMED);
    TRY(give(d, taken, d->in->expires_at.has ? d->in->expires_at : d->of.expires_at));
    return work_repay(&d->w, d->from, d->m);
}

static enum err let_go(struct deal *d, enum ledger_result *out)
{
    struct hold_row hold;
    struct piece_row_list pieces = { 0 };
    TRY(open_hold(d, &hold, &pieces, out));
    if (*out != R_DONE) return OK;
    d->row.amount = hold.amount;
    TRY(work_settle(&d->w, d->from, 0));
    book_release(d->from, hold.amount, &pieces);
    end_of_hold(d, HOLD_VOIDED);
    return work_repay(&d->w, d->from, d->m);
}

/* Takes back what `of` gave: from the lots it made, then from others, then as a debt. */
static enum err take_back(struct deal *d)
{
    struct book *b = d->from;
    struct entry_row_list given = { 0 };
    i64 rest = d->row.amount;
    struct account gave_to = { d->of.to_member, d->of.unit, d->of.to_name };
    if (b->keeps_lots) TRY(entries_given(d->w.c, &d->of, &given));
    for (i64 i = given.n - 1; i >= 0 && rest; i--) {
        i64 n = given.at[i].amount < rest ? given.at[i].amount : rest, lot = given.at[i].lot;
        if (b->a.member != gave_to.member) TRY(merged_lot(d->w.c, &gave_to, &lot, NULL));
        if (lot && b->seen.upto != LOTS_ALL) TRY(book_fetch_lot(d->w.c, b, lot));
        rest -= book_take_from(b, d->m, lot, n);
    }
    if (rest) rest = book_take(b, d->m, rest);
    if (rest) book_entry(b, d->m, 0, -rest);
    return OK;
}

/* To a lot it was taken from: where that is now, if it came along in a merge. */
static enum err give_back(struct deal *d, i64 lot, i64 amount)
{
    struct account took_from = { d->of.from_member, d->of.unit, d->of.from_name };
    opt_instant expires_at = NONE;
    if (d->to->a.member != took_from.member) TRY(merged_lot(d->w.c, &took_from, &lot, &expires_at));
    if (lot) TRY(book_fetch_lot(d->w.c, d->to, lot));
    if (lot) book_give_back(d->to, d->m, lot, amount);
    else book_give(d->to, d->m, amount, expires_at);
    return OK;
}

/* Returns it to the lots `of` took it from, the last first, after what went back before. */
static enum err return_to_lots(struct deal *d, i64 skip)
{
    struct entry_row_list taken = { 0 };
    i64 rest = d->row.amount;
    if (!d->to->keeps_lots) {
        book_give(d->to, d->m, rest, NONE);
        return OK;
    }
    TRY(entries_taken(d->w.c, &d->of, &taken));
    for (i64 i = taken.n - 1; i >= 0 && rest; i--) {
        i64 there = -taken.at[i].amount, gone = there < skip ? there : skip;
        i64 n = there - gone < rest ? there - gone : rest;
        skip -= gone;
        if (!n) continue;
        TRY(give_back(d, taken.at[i].lot, n));
        rest -= n;
    }
    return OK;
}

static enum err reverse(struct deal *d, enum ledger_result *out)
{
    i64 before;
    TRY(reversed_so_far(d->w.c, d->of.member, d->of.id, &before));
    d->has = d->of.amount - before;
    d->row.amount = amount_or(d->in->amount, d->has);
    *out = R_ABOVE_REST;
    if (!d->has || d->row.amount > d->has) return OK;
    TRY(work_settle(&d->w, d->from, d->row.amount));
    TRY(work_settle(&d->w, d->to, 0));
    *out = can_pay(d, d->from->a.lowest, true);
    if (*out == R_DONE) TRY(can_receive(d, out));
    if (*out != R_DONE) return OK;
    d->row.from_entry = d->from->a.entries + 1;
    TRY(take_back(d));
    d->row.from_entries = d->from->a.entries + 1 - d->row.from_entry;
    d->row.to_entry = d->to->a.entries + 1;
    TRY(return_to_lots(d, before));
    d->row.to_entries = d->to->a.entries + 1 - d->row.to_entry;
    return work_repay(&d->w, d->to, d->m);
}

#define BIT(kind) (1u << (kind))
static const struct {
    decide_fn *decide;
    unsigned of;    /* kinds it can be done to; 0: it stands alone */
    bool takes_all; /* amount 0 is all */
    bool turned;    /* what it refers to, the other way round */
} kinds[] = {
    [T_MOVE] = { move, 0, false, false },
    [T_HOLD] = { hold, 0, false, false },
    [T_CONFIRM] = { confirm, BIT(T_HOLD), true, false },
    [T_VOID] = { let_go, BIT(T_HOLD), true, false },
    [T_REVERSE] = { reverse, BIT(T_MOVE) | BIT(T_CONFIRM), true, true },
};

/* -- the way of every transfer ----------------------------------------------------------------- */

static bool short_line(str s, i64 most) { return !s.n || (s.n <= most && str_is_line(s)); }

static enum ledger_result words_right(const struct transfer *in)
{
    str id = in->id;
    if (str_empty(id) || id.n > ID_BYTES_MAX || id.at[0] == '~' || !str_is_line(id))
        return R_ID_INVALID;
    if (in->from < 0 || in->to < 0 || in->member < 0 ||
        !short_line(in->from_name, NAME_BYTES_MAX) || !short_line(in->to_name, NAME_BYTES_MAX) ||
        !short_line(in->reason, REASON_BYTES_MAX))
        return R_WORDS_INVALID;
    bool all = kinds[in->kind].takes_all && in->amount == 0;
    if (in->amount > LEDGER_AMOUNT_MAX || (in->amount <= 0 && !all)) return R_AMOUNT_INVALID;
    if (in->kind == T_HOLD && (in->hold_ms <= 0 || in->hold_ms > HOLD_MS_MAX))
        return R_TERM_INVALID;
    if (!kinds[in->kind].of && in->from == in->to && str_eq(in->from_name, in->to_name))
        return R_SAME_ACCOUNT;
    return R_DONE;
}

static str named(str s) { return s.at ? s : S(""); }

static void row_of_its_own(struct deal *d)
{
    const struct transfer *in = d->in;
    d->row.member = in->from ? in->from : in->to;
    d->row.unit = in->unit;
    d->row.from_member = in->from;
    d->row.from_name = named(in->from_name);
    d->row.to_member = in->to;
    d->row.to_name = named(in->to_name);
}

static enum err row_of_another(struct deal *d, enum ledger_result *out)
{
    bool found, turned = kinds[d->in->kind].turned;
    const struct transfer_row *of = &d->of;
    TRY(transfer_row_find(d->w.t, d->in->member, d->in->of, &d->of, &found));
    *out = !found ? R_OF_UNKNOWN : kinds[d->in->kind].of & BIT(of->kind) ? R_DONE : R_OF_WRONG;
    if (*out != R_DONE) return OK;
    i64 from = of->from_member, to = of->to_member;
    TRY(merged_living(d->w.c, of->from_member, &from));
    TRY(merged_living(d->w.c, of->to_member, &to));
    d->of_merged = from != of->from_member || to != of->to_member;
    d->row.member = of->member;
    d->row.unit = of->unit;
    d->row.from_member = turned ? to : from;
    d->row.from_name = turned ? of->to_name : of->from_name;
    d->row.to_member = turned ? from : to;
    d->row.to_name = turned ? of->from_name : of->to_name;
    d->row.of_id = of->id;
    return OK;
}

static bool same_opt(opt_i64 a, opt_i64 b)
{
    return a.has == b.has && (!a.has || a.value == b.value);
}

/* The same words of the caller; what came of them does not count, nor who became whom since. Of
 * what refers to another transfer that one says whose it is. */
static enum err same_content(struct ctx *c, const struct transfer_row *was,
                             const struct transfer_row *now, bool *same)
{
    i64 from = was->from_member, to = was->to_member;
    *same = was->kind == now->kind && was->asked == now->asked && was->hold_ms == now->hold_ms &&
            same_opt(was->expires_at, now->expires_at) && str_eq(was->unit, now->unit) &&
            str_eq(was->of_id, now->of_id) && str_eq(was->reason, now->reason);
    if (!*same || kinds[now->kind].of) return OK;
    if (from != now->from_member) TRY(merged_living(c, from, &from));
    if (to != now->to_member) TRY(merged_living(c, to, &to));
    *same = from == now->from_member && to == now->to_member &&
            str_eq(was->from_name, now->from_name) && str_eq(was->to_name, now->to_name);
    return OK;
}

static void answer(struct transferred *out, const struct transfer_row *row, bool again)
{
    *out = (struct transferred){ .result = R_DONE,
                                 .again = again,
                                 .member = row->member,
                                 .amount = row->amount,
                                 .at = row->at };
    if (row->kind == T_HOLD) out->ends_at = SOME(row->at + row->hold_ms);
}

static enum err refuse(struct ctx *c, struct transferred *out, enum ledger_result r, i64 asked,
                       i64 has)
{
    const char *words = c->locale == ZH ? results[r].zh : results[r].en;
    out->result = r;
    if (r == R_BELOW_FLOOR || r == R_ABOVE_REST)
        return fail(c, results[r].err, "%s：可用 %lld，需要 %lld",
                    "%s: there is %lld, it takes %lld", words, (long long)has, (long long)asked);
    return fail(c, results[r].err, "%s", "%s", words);
}

/* Its books in hand: *done when the same had been done before. */
static enum err take_in_hand(struct deal *d, struct transferred *out, bool *done,
                             enum ledger_result *r)
{
    struct ctx *c = d->w.c;
    struct transfer_row was;
    bool found;
    *done = false;
    if (kinds[d->in->kind].of) {
        TRY(row_of_another(d, r));
        if (*r != R_DONE) return OK;
    } else {
        row_of_its_own(d);
    }
    TRY(unit_find(c, d->w.t, d->row.unit, &d->w.unit, &found));
    *r = found ? R_DONE : R_UNIT_UNKNOWN;
    if (!found) return OK;
    TRY(work_books(&d->w, &d->row, &d->from, &d->to));
    TRY(transfer_row_find(d->w.t, d->row.member, d->row.id, &was, done));
    if (*done) {
        bool same;
        TRY(same_content(c, &was, &d->row, &same));
        *r = same ? R_DONE : R_OTHER_CONTENT;
        answer(out, &was, true);
    } else if (d->from == d->to) { /* both sides have become one */
        *r = R_OF_WRONG;
    } else if (d->in->expires_at.has && d->in->expires_at.value <= c->now) {
        *r = R_EXPIRY_PAST;
    }
    return OK;
}

enum err ledger_transfer(struct tx *t, const struct transfer *in, struct transferred *out)
{
    struct ctx *c = t->c;
    *out = (struct transferred){ 0 };
    if ((unsigned)in->kind > T_REVERSE)
        return fail_at(c, E_INVALID, S("/kind"), "不能这样转账", "this cannot be asked for");
    struct deal d = { .w = { .t = t, .c = c },
                      .in = in,
                      .row = { .id = in->id,
                               .kind = in->kind,
                               .asked = in->amount,
                               .amount = in->amount,
                               .hold_ms = in->kind == T_HOLD ? in->hold_ms : 0,
                               .expires_at = in->expires_at,
                               .reason = in->reason,
                               .actor = c->actor,
                               .at = c->now } };
    enum ledger_result r = words_right(in);
    bool done = false;
    if (r == R_DONE) TRY(take_in_hand(&d, out, &done, &r));
    d.m = (struct mark){ d.row.member, d.row.id, c->now };
    if (r == R_DONE && !done) TRY(kinds[in->kind].decide(&d, &r));
    if (r != R_DONE) return refuse(c, out, r, d.row.amount, d.has);
    if (done) return OK;
    *PUSH(c->arena, &d.w.transfers) = d.row;
    TRY(work_save(&d.w));
    if (d.of_merged) TRY(waiting_write_now(t)); /* to be found under the living number */
    answer(out, &d.row, false);
    return OK;
}

/* -- linked ------------------------------------------------------------------------------------ */

struct chain {
    const struct transfer *in;
    i64 n, failed;
    struct transferred *out;
};

static enum err all_of(struct tx *t, void *arg)
{
    struct chain *chain = arg;
    i64 again = 0;
    for (i64 i = 0; i < chain->n; i++) {
        struct transferred *out = &chain->out[i];
        chain->failed = i;
        TRY(ledger_transfer(t, &chain->in[i], out));
        again += out->again;
        if (!again || again == i + 1) continue;
        out->result = R_OTHER_CONTENT;
        return fail(t->c, E_CONFLICT, "这组转账有的做过、有的没有：编号已另作他用",
                    "some of these linked transfers had been done and some not: an id was used "
                    "for something else");
    }
    chain->failed = -1;
    return OK;
}

enum err ledger_transfer_all(struct tx *t, const struct transfer *in, i64 n,
                             struct transferred *out, i64 *failed)
{
    struct chain chain = { in, n, -1, out };
    enum err e = tx_try(t, all_of, &chain);
    *failed = chain.failed;
    return e;
}

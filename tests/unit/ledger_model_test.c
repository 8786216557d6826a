/* ledger_model_test.c -- random histories against a naive twin.
 *
 * The twin keeps plain arrays, and lets time pass event by event: each hold ends and each lot
 * expires at its instant. The ledger does that only when it is touched. After every step both must
 * answer the same result, balance, debt, held, available, and free amounts by expiry. Members are
 * merged and parted: the twin then says anew of each transfer whose it is and which lots it means.
 *
 *   LEDGER_RUNS   histories, each with members of its own (default 20); LEDGER_SEED the first one
 */
#include <stdio.h>
#include <stdlib.h>

#include "ledger/book.h"
#include "member/member.h"

#include "test.h"

enum { UNITS = 3, PLACES = 7, MEMBERS = 4, LOTS = 600, PIECES = 96, STEPS = 150, LOG = 400 };
enum { MERGES = 12, GONE = 1000000 };
enum { SOURCE, SPENT, EXPIRED, FIRST_MEMBER };

static const struct {
    const char *name;
    bool lots, owes;
} units[UNITS] = { { "point", true, true }, { "credit", true, false }, { "growth", false, true } };
static const i64 growth_cap = 90; /* of each run's first member */

struct mlot {
    opt_instant expires_at;
    i64 left, held;
};
/* lot: GONE and more: the place in `gone` of a lot that was empty when its member was merged. */
struct mpiece {
    i64 lot, amount;
};
struct mpieces {
    struct mpiece at[PIECES];
    i64 n;
};
struct maccount {
    i64 plain, held, debt; /* plain: the balance, without lots */
    struct mlot lots[LOTS];
    i64 n;
};
struct mtransfer {
    struct transfer in;
    char id[24], of[24];
    i64 amount, at, unit, from, to, reversed, ends_at;
    i64 owner;             /* the member whose transfer it is */
    bool open;             /* a hold that has not ended */
    struct mpieces pieces; /* of a hold; else taken */
    struct mpieces given;
};
struct model {
    struct maccount a[UNITS][PLACES];
    struct mtransfer log[LOG];
    i64 n;
};
static struct model model, saved;
static struct dice dice;
static i64 first_member, clock_ms;

/* One side of a transfer as it was before a merge. */
struct mside {
    i64 transfer, gives; /* gives: its `from` and pieces; else `to` and given */
    struct mpieces pieces;
};
struct mmerge {
    i64 loser, winner, number;
    bool undone;
    i64 came[UNITS], owed[UNITS];
    struct {
        i64 unit, lot, new_lot;
    } pairs[LOTS];
    i64 pairs_n;
    struct mside sides[2 * LOG];
    i64 sides_n;
};
static struct mmerge merges[MERGES];
static i64 merges_n, living_as[PLACES]; /* by place */
static opt_instant gone[20000];
static i64 gone_n;

static i64 below(i64 n) { return dice_below(&dice, n); }

/* -- the twin ---------------------------------------------------------------------------------- */

static bool in_lots(i64 unit, i64 place) { return units[unit].lots && place >= FIRST_MEMBER; }

static i64 lot_sum(const struct maccount *a, bool only_free)
{
    i64 sum = 0;
    for (i64 i = 0; i < a->n; i++) sum += a->lots[i].left - (only_free ? a->lots[i].held : 0);
    return sum;
}
static i64 balance_of(i64 unit, i64 place)
{
    const struct maccount *a = &model.a[unit][place];
    return in_lots(unit, place) ? lot_sum(a, false) - a->debt : a->plain;
}

/* The free lot that expires first; -1: none. */
static i64 next_lot(const struct maccount *a)
{
    i64 best = -1;
    for (i64 i = 0; i < a->n; i++) {
        const struct mlot *l = &a->lots[i], *b = &a->lots[best < 0 ? 0 : best];
        if (l->left == l->held) continue;
        bool sooner =
            l->expires_at.has && (!b->expires_at.has || l->expires_at.value < b->expires_at.value);
        if (best < 0 || sooner) best = i;
    }
    return best;
}

static void note(struct mpieces *p, i64 lot, i64 amount)
{
    CHECK(p->n < PIECES);
    p->at[p->n++] = (struct mpiece){ lot, amount };
}

/* Takes up to `most` of one lot. */
static i64 take_lot(struct maccount *a, i64 lot, i64 most, struct mpieces *out)
{
    i64 free = a->lots[lot].left - a->lots[lot].held, n = free < most ? free : most;
    a->lots[lot].left -= n;
    if (n && out) note(out, lot, n);
    return n;
}
static i64 take(struct maccount *a, i64 amount, struct mpieces *out)
{
    while (amount && next_lot(a) >= 0) amount -= take_lot(a, next_lot(a), amount, out);
    return amount;
}
static void repay(struct maccount *a) { a->debt = take(a, a->debt, NULL); }

/* What is free of an expired lot goes. */
static void lapse(i64 unit, i64 place, instant now)
{
    struct maccount *a = &model.a[unit][place];
    for (i64 i = 0; i < a->n; i++) {
        struct mlot *l = &a->lots[i];
        if (!l->expires_at.has || l->expires_at.value > now) continue;
        model.a[unit][EXPIRED].plain += l->left - l->held;
        l->left = l->held;
    }
}

static void release(const struct mtransfer *h, instant now)
{
    struct maccount *a = &model.a[h->unit][h->from];
    a->held -= h->amount;
    for (i64 i = 0; i < h->pieces.n; i++)
        a->lots[h->pieces.at[i].lot].held -= h->pieces.at[i].amount;
    lapse(h->unit, h->from, now);
    repay(a);
}

/* Ends everything that ends up to now, one instant after the other. */
static void time_passes(instant now)
{
    for (;;) {
        struct mtransfer *first = NULL;
        for (i64 i = 0; i < model.n; i++) {
            struct mtransfer *h = &model.log[i];
            if (h->open && h->ends_at <= now && (!first || h->ends_at < first->ends_at)) first = h;
        }
        instant until = first ? first->ends_at : now;
        for (i64 u = 0; u < UNITS; u++)
            for (i64 p = FIRST_MEMBER; p < PLACES; p++) lapse(u, p, until);
        if (!first) return;
        first->open = false;
        release(first, until);
    }
}

static void give(i64 unit, i64 place, i64 amount, opt_instant expires_at, struct mpieces *out)
{
    struct maccount *a = &model.a[unit][place];
    if (in_lots(unit, place)) {
        CHECK(a->n < LOTS);
        a->lots[a->n] = (struct mlot){ expires_at, amount, 0 };
        note(out, a->n++, amount);
    } else {
        a->plain += amount;
    }
}

static void pay_out(struct mtransfer *x, opt_instant expires_at)
{
    if (in_lots(x->unit, x->from) && in_lots(x->unit, x->to)) {
        const struct mlot *lots = model.a[x->unit][x->from].lots;
        for (i64 i = 0; i < x->pieces.n; i++)
            give(x->unit, x->to, x->pieces.at[i].amount, lots[x->pieces.at[i].lot].expires_at,
                 &x->given);
    } else {
        give(x->unit, x->to, x->amount, expires_at, &x->given);
    }
    lapse(x->unit, x->to, clock_ms);
    repay(&model.a[x->unit][x->to]);
}

static enum ledger_result may(const struct mtransfer *x, bool reversal)
{
    const struct maccount *a = &model.a[x->unit][x->from];
    i64 left = balance_of(x->unit, x->from) - a->held - x->amount;
    bool free_to =
        x->from == SOURCE || (reversal && x->from >= FIRST_MEMBER && units[x->unit].owes);
    if (!free_to && left < 0) return R_BELOW_FLOOR;
    if (!reversal && in_lots(x->unit, x->from) && lot_sum(a, true) < x->amount)
        return R_BELOW_FLOOR;
    if (x->unit != 2 || x->to != FIRST_MEMBER) return R_DONE;
    i64 coming = 0;
    for (i64 i = 0; i < model.n; i++) {
        const struct mtransfer *h = &model.log[i];
        if (h->open && h->unit == x->unit && h->to == x->to) coming += h->amount;
    }
    return balance_of(x->unit, x->to) + coming + x->amount > growth_cap ? R_ABOVE_CAP : R_DONE;
}

static enum ledger_result twin_move(struct mtransfer *x, struct mtransfer *of)
{
    struct maccount *a = &model.a[x->unit][x->from];
    enum ledger_result r = may(x, false);
    if (r != R_DONE) return r;
    if (in_lots(x->unit, x->from)) CHECK_I64(take(a, x->amount, &x->pieces), 0);
    else a->plain -= x->amount;
    pay_out(x, x->in.expires_at);
    return R_DONE;
}

static enum ledger_result twin_hold(struct mtransfer *x, struct mtransfer *of)
{
    struct maccount *a = &model.a[x->unit][x->from];
    enum ledger_result r = may(x, false);
    if (r != R_DONE) return r;
    a->held += x->amount;
    if (in_lots(x->unit, x->from)) CHECK_I64(take(a, x->amount, &x->pieces), 0);
    for (i64 i = 0; i < x->pieces.n; i++) {
        a->lots[x->pieces.at[i].lot].left += x->pieces.at[i].amount;
        a->lots[x->pieces.at[i].lot].held += x->pieces.at[i].amount;
    }
    x->open = true;
    x->ends_at = clock_ms + x->in.hold_ms;
    return R_DONE;
}

static enum ledger_result twin_confirm(struct mtransfer *x, struct mtransfer *h)
{
    struct maccount *a = &model.a[x->unit][x->from];
    i64 rest = x->amount = x->in.amount ? x->in.amount : h->amount;
    if (!h->open) return R_HOLD_ENDED;
    if (x->amount > h->amount) return R_ABOVE_REST;
    h->open = false;
    a->held -= h->amount;
    for (i64 i = 0; i < h->pieces.n; i++) {
        i64 lot = h->pieces.at[i].lot, held = h->pieces.at[i].amount;
        a->lots[lot].held -= held;
        rest -= take_lot(a, lot, rest < held ? rest : held, &x->pieces);
    }
    if (!in_lots(x->unit, x->from)) a->plain -= x->amount;
    pay_out(x, x->in.expires_at.has ? x->in.expires_at : h->in.expires_at);
    lapse(x->unit, x->from, clock_ms);
    repay(a);
    return R_DONE;
}

static enum ledger_result twin_void(struct mtransfer *x, struct mtransfer *h)
{
    if (!h->open) return R_HOLD_ENDED;
    h->open = false;
    x->amount = h->amount;
    release(h, clock_ms);
    return R_DONE;
}

static enum ledger_result twin_reverse(struct mtransfer *x, struct mtransfer *of)
{
    struct maccount *from = &model.a[x->unit][x->from], *to = &model.a[x->unit][x->to];
    i64 left = of->amount - of->reversed;
    x->amount = x->in.amount ? x->in.amount : left;
    if (!left || x->amount > left) return R_ABOVE_REST;
    enum ledger_result r = may(x, true);
    if (r != R_DONE) return r;
    i64 rest = x->amount;
    if (in_lots(x->unit, x->from)) {
        for (i64 i = of->given.n - 1; i >= 0; i--) {
            i64 most = of->given.at[i].amount < rest ? of->given.at[i].amount : rest;
            if (of->given.at[i].lot >= GONE) continue;
            rest -= take_lot(from, of->given.at[i].lot, most, NULL);
        }
        from->debt += take(from, rest, NULL);
    } else {
        from->plain -= rest;
    }
    /* One by one: the last taken and not yet returned goes back first. */
    i64 anew[PIECES] = { 0 };
    for (i64 k = 0; k < x->amount && in_lots(x->unit, x->to); k++) {
        i64 skip = of->reversed + k, i = of->pieces.n - 1;
        while (skip >= of->pieces.at[i].amount) skip -= of->pieces.at[i--].amount;
        i64 lot = of->pieces.at[i].lot;
        if (lot >= GONE && !anew[i]) {
            CHECK(to->n < LOTS);
            to->lots[to->n] = (struct mlot){ gone[lot - GONE], 0, 0 };
            anew[i] = ++to->n;
        }
        to->lots[lot >= GONE ? anew[i] - 1 : lot].left++;
    }
    if (!in_lots(x->unit, x->to)) to->plain += x->amount;
    of->reversed += x->amount;
    lapse(x->unit, x->to, clock_ms);
    repay(to);
    return R_DONE;
}

static enum ledger_result twin(struct mtransfer *x, struct mtransfer *of)
{
    enum ledger_result (*const kinds[])(struct mtransfer *, struct mtransfer *) = {
        [T_MOVE] = twin_move, [T_HOLD] = twin_hold,       [T_CONFIRM] = twin_confirm,
        [T_VOID] = twin_void, [T_REVERSE] = twin_reverse,
    };
    x->at = clock_ms;
    x->amount = x->in.amount;
    if (x->in.of.n && of->from == of->to) return R_OF_WRONG;
    return kinds[x->in.kind](x, of);
}

/* -- members become one ------------------------------------------------------------------------ */

static void remap(struct mmerge *m, struct mpieces *p, i64 unit, const struct maccount *loser)
{
    for (i64 i = 0; i < p->n; i++) {
        i64 lot = p->at[i].lot;
        if (lot >= GONE) continue;
        p->at[i].lot = -1;
        for (i64 k = 0; k < m->pairs_n; k++)
            if (m->pairs[k].unit == unit && m->pairs[k].lot == lot)
                p->at[i].lot = m->pairs[k].new_lot;
        if (p->at[i].lot >= 0) continue;
        CHECK(gone_n < COUNT(gone));
        gone[gone_n] = loser->lots[lot].expires_at;
        p->at[i].lot = GONE + gone_n++;
    }
}

/* What was the loser's in a transfer is the winner's. */
static void sides_move(struct mmerge *m)
{
    for (i64 i = 0; i < model.n; i++) {
        struct mtransfer *x = &model.log[i];
        for (i64 gives = 0; gives < 2; gives++) {
            i64 *place = gives ? &x->from : &x->to;
            struct mpieces *p = gives ? &x->pieces : &x->given;
            if (*place != m->loser) continue;
            m->sides[m->sides_n++] = (struct mside){ i, gives, *p };
            *place = m->winner;
            if (units[x->unit].lots) remap(m, p, x->unit, &model.a[x->unit][m->loser]);
        }
    }
}

static void debt_moves(i64 unit, struct maccount *from, struct maccount *to, i64 n)
{
    if (units[unit].lots) from->debt -= n, to->debt += n;
    else from->plain += n, to->plain -= n;
    if (units[unit].lots) repay(to);
}

static void twin_merge(i64 loser, i64 winner)
{
    CHECK(merges_n < MERGES);
    struct mmerge *m = &merges[merges_n];
    *m = (struct mmerge){ loser, winner, first_member * 1000 + merges_n };
    merges_n++;
    for (i64 i = 0; i < model.n; i++) {
        struct mtransfer *h = &model.log[i];
        bool between =
            (h->from == loser && h->to == winner) || (h->from == winner && h->to == loser);
        if (!h->open || !between) continue;
        h->open = false;
        release(h, clock_ms);
    }
    for (i64 u = 0; u < UNITS; u++) {
        struct maccount *a = &model.a[u][loser], *b = &model.a[u][winner];
        b->held += a->held;
        a->held = 0;
        for (i64 k = 0; k < a->n; k++) {
            if (!a->lots[k].left) continue;
            CHECK(b->n < LOTS);
            m->pairs[m->pairs_n].unit = u;
            m->pairs[m->pairs_n].lot = k;
            m->pairs[m->pairs_n++].new_lot = b->n;
            b->lots[b->n++] = a->lots[k];
            a->lots[k].left = a->lots[k].held = 0;
        }
        if (units[u].lots) repay(b);
        m->came[u] = a->plain > 0 ? a->plain : 0;
        m->owed[u] = units[u].lots ? a->debt : a->plain < 0 ? -a->plain : 0;
        a->plain -= m->came[u];
        b->plain += m->came[u];
        debt_moves(u, a, b, m->owed[u]);
    }
    sides_move(m);
    living_as[loser] = winner;
}

static i64 least(i64 a, i64 b) { return a < 0 || b < 0 ? 0 : a < b ? a : b; }

static void twin_part(struct mmerge *m)
{
    for (i64 u = 0; u < UNITS; u++) {
        struct maccount *a = &model.a[u][m->winner], *b = &model.a[u][m->loser];
        i64 held[LOTS] = { 0 };
        for (i64 i = 0; i < m->sides_n; i++) {
            const struct mtransfer *h = &model.log[m->sides[i].transfer];
            if (!m->sides[i].gives || !h->open || h->unit != u) continue;
            a->held -= h->amount;
            b->held += h->amount;
            for (i64 k = 0; k < h->pieces.n; k++)
                held[h->pieces.at[k].lot] += h->pieces.at[k].amount;
        }
        for (i64 k = 0; k < m->pairs_n; k++) {
            if (m->pairs[k].unit != u) continue;
            struct mlot *l = &a->lots[m->pairs[k].new_lot], *to = &b->lots[m->pairs[k].lot];
            i64 hold = held[m->pairs[k].new_lot], n = l->left - l->held + hold;
            l->left -= n, l->held -= hold;
            to->left += n, to->held += hold;
        }
        i64 back = units[u].lots ? 0 : least(m->came[u], a->plain - a->held);
        a->plain -= back;
        b->plain += back;
        debt_moves(u, a, b, least(m->owed[u], units[u].lots ? a->debt : -a->plain));
    }
    for (i64 i = 0; i < m->sides_n; i++) {
        struct mtransfer *x = &model.log[m->sides[i].transfer];
        *(m->sides[i].gives ? &x->from : &x->to) = m->loser;
        *(m->sides[i].gives ? &x->pieces : &x->given) = m->sides[i].pieces;
    }
    m->undone = true;
    living_as[m->loser] = m->loser;
}

/* -- rolling ----------------------------------------------------------------------------------- */

static i64 member_at(i64 place)
{
    return place < FIRST_MEMBER ? 0 : first_member + place - FIRST_MEMBER;
}
static str name_at(i64 place)
{
    static const char *const names[] = { LEDGER_SOURCE, "spent", LEDGER_EXPIRED };
    return place < FIRST_MEMBER ? str_of(names[place]) : S("");
}

static i64 somebody(void)
{
    for (;;) {
        i64 place = FIRST_MEMBER + below(MEMBERS);
        if (living_as[place] == place) return place;
    }
}
static i64 living(i64 member)
{
    i64 place = member - first_member + FIRST_MEMBER;
    while (living_as[place] != place) place = living_as[place];
    return member_at(place);
}

static void roll_own(struct mtransfer *x)
{
    i64 way = below(7); /* 0 to 2: income, 3: to another member */
    x->unit = below(UNITS);
    x->from = way < 3 ? SOURCE : somebody();
    x->to = way <= 3 ? somebody() : SPENT;
    if (x->from == x->to) x->to = SPENT;
    x->in.kind = below(3) ? T_MOVE : T_HOLD;
    x->in.unit = str_of(units[x->unit].name);
    x->in.from = member_at(x->from);
    x->in.from_name = name_at(x->from);
    x->in.to = member_at(x->to);
    x->in.to_name = name_at(x->to);
    x->in.amount = 1 + below(x->from == SOURCE ? 60 : 25);
    x->owner = x->in.from ? x->in.from : x->in.to;
    if (x->in.kind == T_HOLD) x->in.hold_ms = (1 + below(12)) * MINUTE_MS;
    if (below(3)) x->in.expires_at = SOME(clock_ms + (1 + below(25)) * MINUTE_MS);
}

/* Something done to an earlier one; false: none fits. */
static bool roll_after(struct mtransfer *x, struct mtransfer **of)
{
    i64 last = model.n < 12 || !below(3) ? model.n : 12; /* mostly a fresh one */
    *of = &model.log[model.n ? model.n - 1 - below(last) : 0];
    if (!model.n) return false;
    enum transfer_kind kind = (*of)->in.kind;
    if (kind == T_HOLD) x->in.kind = below(3) ? T_CONFIRM : T_VOID;
    else if (kind == T_MOVE || kind == T_CONFIRM) x->in.kind = T_REVERSE;
    else return false;
    bool turned = x->in.kind == T_REVERSE;
    x->unit = (*of)->unit;
    x->from = turned ? (*of)->to : (*of)->from;
    x->to = turned ? (*of)->from : (*of)->to;
    x->in.of = str_of((*of)->id);
    x->owner = (*of)->owner;
    x->in.member = below(2) ? x->owner : living(x->owner);
    if (x->in.kind != T_VOID && below(2)) x->in.amount = 1 + below((*of)->amount + 2);
    if (x->in.kind == T_CONFIRM && !below(4)) x->in.expires_at = SOME(clock_ms + MINUTE_MS);
    return true;
}

static struct mtransfer *roll(struct mtransfer **of)
{
    CHECK(model.n < LOG);
    struct mtransfer *x = &model.log[model.n];
    *x = (struct mtransfer){ 0 };
    snprintf(x->id, sizeof x->id, "%lld", (long long)model.n);
    *of = NULL;
    if (below(2) || !roll_after(x, of)) roll_own(x);
    x->in.id = str_of(x->id);
    return x;
}

/* -- both side by side ------------------------------------------------------------------------- */

struct chain {
    struct transfer in[2];
    i64 n, failed;
    struct transferred out[2];
    i64 rehearsals; /* done and undone before in the same change; an odd one looks at its rows */
};
static enum err rehearse(struct tx *t, void *arg)
{
    struct chain *chain = arg;
    struct account of = { first_member, S("point"), S("") };
    struct balance b;
    TRY(ledger_transfer_all(t, chain->in, chain->n, chain->out, &chain->failed));
    if (chain->rehearsals % 2) TRY(ledger_balance(t->c, &of, &b));
    return fail(t->c, E_BUSY, "只是演练", "only a rehearsal");
}
/* Under another number, after it was done: undone, what was done before stands. */
static enum err encore(struct tx *t, void *arg)
{
    struct chain *chain = arg, again = *chain;
    for (i64 i = 0; i < again.n; i++)
        again.in[i].id = str_fmt(t->c->arena, STR_FMT "/encore", STR_ARG(again.in[i].id));
    return rehearse(t, &again);
}
static enum err do_all(struct tx *t, void *arg)
{
    struct chain *chain = arg;
    i64 encores = chain->rehearsals;
    for (i64 i = 0; i < encores; i++) CHECK(tx_try(t, rehearse, chain) != OK);
    TRY(ledger_transfer_all(t, chain->in, chain->n, chain->out, &chain->failed));
    for (i64 i = 0; i < encores; i++) CHECK(tx_try(t, encore, chain) != OK);
    return OK;
}

static i64 seen[T_LAPSE][R_OVERFLOWS + 1]; /* how often each kind came to each result */

/* One or two linked: the twin is put back as it was when the second is refused. */
static void step_new(void)
{
    struct chain chain = { .n = 1 + !below(8), .rehearsals = below(4) ? 0 : 1 + below(2) };
    struct mtransfer *of;
    enum ledger_result want[2] = { R_DONE, R_DONE };
    i64 i = 0, done = model.n;
    memcpy(&saved, &model, sizeof saved);
    for (; i < chain.n; i++) {
        struct mtransfer *x = roll(&of);
        chain.in[i] = x->in;
        chain.in[i].id = str_copy(test_ctx()->arena, x->in.id);
        chain.in[i].of = str_copy(test_ctx()->arena, x->in.of);
        want[i] = twin(x, of);
        seen[x->in.kind][want[i]]++;
        if (want[i] != R_DONE) break;
        model.n++;
    }
    chain.n = i < chain.n ? i + 1 : chain.n;
    i64 failed = i < chain.n ? i : -1;
    if (failed >= 0) memcpy(&model, &saved, sizeof saved);
    enum err e = store_write(test_store(), test_reader(), do_all, &chain);
    if (e != OK && failed < 0) print_message("%s\n", test_ctx()->why.detail);
    CHECK_I64(e == OK, failed < 0);
    CHECK_I64(chain.failed, failed);
    for (i = 0; i < chain.n; i++) {
        CHECK_I64(chain.out[i].result, want[i]);
        if (failed >= 0) continue;
        CHECK_I64(chain.out[i].amount, model.log[done + i].amount);
        CHECK(!chain.out[i].again);
    }
}

static void step_again(void)
{
    if (!model.n) return;
    struct mtransfer *x = &model.log[below(model.n)];
    struct chain chain = { .in = { x->in }, .n = 1 };
    chain.in[0].id = str_of(x->id);
    if (x->in.member) chain.in[0].member = below(2) ? x->owner : living(x->owner);
    bool changed = !below(3);
    chain.in[0].amount += changed;
    enum err e = store_write(test_store(), test_reader(), do_all, &chain);
    CHECK_I64(e, changed ? E_CONFLICT : OK);
    CHECK_I64(chain.out[0].result, changed ? R_OTHER_CONTENT : R_DONE);
    CHECK_I64(chain.out[0].at, x->at);
    if (!changed) CHECK_I64(chain.out[0].amount, x->amount);
}

static void compare(i64 unit, i64 place);
struct joined {
    const struct mmerge *m;
    bool part;
};
static enum err join(struct tx *t, void *arg)
{
    struct joined *j = arg;
    i64 loser = member_at(j->m->loser), winner = member_at(j->m->winner);
    return j->part ? ledger_merges.parted(t, j->m->number, loser, winner, (ints){ 0 })
                   : ledger_merges.moved(t, j->m->number, loser, winner);
}

static i64 joins, partings;

/* Two become one, or an earlier merge is undone: not one whose winner has been merged since. */
static void step_join(void)
{
    struct mmerge *m = merges_n ? &merges[below(merges_n)] : NULL;
    i64 loser = somebody(), winner = somebody();
    bool part = m && !m->undone && living_as[m->winner] == m->winner && below(2);
    if (!part && (loser == winner || merges_n == MERGES)) return;
    if (part) twin_part(m);
    else twin_merge(loser, winner);
    struct joined j = { part ? m : &merges[merges_n - 1], part };
    *(part ? &partings : &joins) += 1;
    enum err e = store_write(test_store(), test_reader(), join, &j);
    if (e != OK) print_message("%s\n", test_ctx()->why.detail);
    CHECK_I64(e, OK);
    for (i64 k = 0; k < UNITS * PLACES; k++) compare(k / PLACES, k % PLACES);
}

static void compare_expiring(const struct account *of, const struct maccount *a)
{
    struct expiring_list got;
    CHECK_OK(test_ctx(), ledger_expiring(test_reader(), of, &got));
    i64 sum = 0;
    for (i64 i = 0; i < got.n; i++) {
        i64 want = 0;
        for (i64 k = 0; k < a->n; k++)
            if (a->lots[k].expires_at.has == got.at[i].expires_at.has &&
                (!got.at[i].expires_at.has ||
                 a->lots[k].expires_at.value == got.at[i].expires_at.value))
                want += a->lots[k].left - a->lots[k].held;
        CHECK_I64(got.at[i].amount, want);
        sum += want;
    }
    CHECK_I64(sum, lot_sum(a, true));
}

static void compare(i64 unit, i64 place)
{
    const struct maccount *a = &model.a[unit][place];
    struct account of = { member_at(place), str_of(units[unit].name), name_at(place) };
    struct balance got;
    i64 want = balance_of(unit, place), above = want - a->held;
    CHECK_OK(test_ctx(), ledger_balance(test_reader(), &of, &got));
    if (place >= FIRST_MEMBER) CHECK_I64(got.balance, want);
    CHECK_I64(got.held, a->held);
    if (place < FIRST_MEMBER) return;
    if (in_lots(unit, place)) {
        i64 free = lot_sum(a, true);
        CHECK_I64(got.debt, a->debt);
        CHECK_I64(got.available, free < above ? free : above < 0 ? 0 : above);
        compare_expiring(&of, a);
    } else {
        CHECK_I64(got.available, above < 0 ? 0 : above);
    }
}

static enum err put_cap(struct tx *t, void *arg)
{
    struct account of = { first_member, S("growth"), S("") };
    struct account_limits limits = { SOME(0), NONE, SOME(growth_cap) };
    return account_put(t, &of, &limits);
}

static void check_books(i64 houses)
{
    struct ledger_faults f;
    struct ctx *c = test_ctx_new();
    i64 done;
    CHECK_OK(test_ctx(), ledger_lapse(test_store(), test_reader(), &done));
    CHECK_OK(c, store_reader(test_store(), c));
    c->now = clock_ms;
    enum err e = ledger_check(c, &f);
    test_ctx_free(c);
    CHECK_I64(e, OK);
    CHECK_I64(f.sums + f.entries + f.lots + f.floors + f.holds + f.transfers + f.turnover, 0);
    for (i64 u = 0; u < UNITS && houses; u++)
        for (i64 p = 0; p < FIRST_MEMBER; p++) {
            struct account of = { 0, str_of(units[u].name), name_at(p) };
            struct balance got;
            CHECK_OK(test_ctx(), ledger_balance(test_reader(), &of, &got));
            CHECK_I64(got.balance, balance_of(u, p));
        }
}

/* What the house has goes on from run to run; members are new ones. */
static void new_members(i64 run)
{
    for (i64 u = 0; u < UNITS; u++) {
        for (i64 p = 0; p < FIRST_MEMBER; p++) model.a[u][p].n = 0;
        memset(&model.a[u][FIRST_MEMBER], 0, sizeof(struct maccount) * MEMBERS);
    }
    model.n = merges_n = gone_n = 0;
    for (i64 p = 0; p < PLACES; p++) living_as[p] = p;
    first_member = 1 + run * MEMBERS;
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), put_cap, NULL));
}

static i64 from_environment(const char *name, i64 other)
{
    i64 n = other;
    if (getenv(name)) CHECK(i64_parse(str_of(getenv(name)), &n));
    return n;
}

/* The histories hold something of everything. */
static void everything_was_seen(void)
{
    for (i64 kind = T_MOVE; kind <= T_REVERSE; kind++) CHECK(seen[kind][R_DONE] > 30);
    CHECK(seen[T_MOVE][R_BELOW_FLOOR] && seen[T_MOVE][R_ABOVE_CAP]);
    CHECK(seen[T_HOLD][R_BELOW_FLOOR] && seen[T_CONFIRM][R_HOLD_ENDED]);
    CHECK(seen[T_CONFIRM][R_ABOVE_REST] && seen[T_VOID][R_HOLD_ENDED]);
    CHECK(seen[T_REVERSE][R_OF_WRONG] && joins > 20 && partings > 10);
    CHECK(seen[T_REVERSE][R_ABOVE_REST] && seen[T_REVERSE][R_BELOW_FLOOR]);
}

TEST(random_histories_agree_with_the_twin)
{
    i64 runs = from_environment("LEDGER_RUNS", 20), seed = from_environment("LEDGER_SEED", 1);
    i64 done;
    clock_ms = test_reader()->now;
    for (i64 run = 0; run < runs; run++) {
        struct arena_mark mark = arena_mark(test_ctx()->arena);
        dice = (struct dice){ (u64)(seed + run) };
        new_members(run);
        ledger_lots_at_once = run % 2 ? 64 : 1 + run % 5; /* many lots are read in steps */
        for (i64 i = 0; i < STEPS; i++) {
            i64 what = below(20);
            if (what < 3) clock_ms += 1 + below(4 * MINUTE_MS);
            test_ctx()->now = clock_ms;
            time_passes(clock_ms);
            if (what == 3) CHECK_OK(test_ctx(), ledger_lapse(test_store(), test_reader(), &done));
            else if (what == 4) step_again();
            else if (what == 5 && !below(2)) step_join();
            else step_new();
            compare(below(UNITS), FIRST_MEMBER + below(MEMBERS));
            if (i % 50 == 49)
                for (i64 k = 0; k < UNITS * PLACES; k++) compare(k / PLACES, k % PLACES);
        }
        clock_ms += HOUR_MS; /* every hold of this run is over */
        test_ctx()->now = clock_ms;
        time_passes(clock_ms);
        i64 every = runs < 200 ? 5 : runs / 40; /* it reads all there is */
        if (run % every == every - 1 || run == runs - 1) check_books(1);
        arena_rewind(test_ctx()->arena, mark);
    }
    if (runs >= 20) everything_was_seen();
    print_message("%lld histories of %d steps\n", (long long)runs, (int)STEPS);
}

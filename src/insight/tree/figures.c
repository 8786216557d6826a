/* figures.c -- what two periods come to: one pass over the orders as the metrics keep them, and one
 * for each period over the rows of the index for who was there.
 */
#include "insight/tree/figures.h"

#include <assert.h>
#include <stdlib.h>

#include "audience/index/gather.h"
#include "audience/question_rows.h"
#include "base/clock.h"
#include "insight/metric.h"
#include "insight/tree/pairs.h"

QUERY(tree_last_buyer, one_i64, "SELECT COALESCE(MAX(member), 0) AS value FROM purchase_order");

/* -- parts, found by name ---------------------------------------------------------------------- */

struct branch {
    struct tree_share share;
    i64 order; /* the last that was counted here */
};
struct branches {
    struct branch *at;
    i64 n;
    i64 *slots; /* 1 + place in at, by hash; 0: free */
    i64 slots_n;
    i64 unknown; /* 1 + place of the one without a name */
};

static void parts_widen(struct arena *a, struct branches *p)
{
    p->slots_n = p->slots_n ? p->slots_n * 2 : 64;
    p->slots = NEWS(a, i64, p->slots_n);
    for (i64 i = 0; i < p->n; i++) {
        if (p->at[i].share.kind != TREE_PART_NAMED) continue;
        i64 slot = (i64)(str_hash(p->at[i].share.name) % (u64)p->slots_n);
        while (p->slots[slot]) slot = (slot + 1) % p->slots_n;
        p->slots[slot] = i + 1;
    }
}

/* An absent name: the part of those without one. */
static i64 part_of(struct arena *a, struct branches *p, str name)
{
    if (str_empty(name)) {
        if (!p->unknown) {
            PUSH(a, p)->share.kind = TREE_PART_UNKNOWN;
            p->unknown = p->n;
        }
        return p->unknown - 1;
    }
    if (p->n * 2 >= p->slots_n) parts_widen(a, p);
    i64 slot = (i64)(str_hash(name) % (u64)p->slots_n);
    for (; p->slots[slot]; slot = (slot + 1) % p->slots_n)
        if (str_eq(p->at[p->slots[slot] - 1].share.name, name)) return p->slots[slot] - 1;
    PUSH(a, p)->share.name = str_copy(a, name);
    p->slots[slot] = p->n;
    return p->n - 1;
}

/* -- one period -------------------------------------------------------------------------------- */

struct reading {
    struct ctx *c;
    const struct tree_who *who;
    enum tree_by by;
    const struct tree_period *period;
    int when; /* 0 before, 1 now */
    struct tree_sums *sums;
    struct branches *parts;
    struct pairs *buyers, *users; /* of parts */
    u64 *here;                    /* members who were there, one bit each */
    i64 members;                  /* ids below this have a bit */
    i64 orders;
    u64 *bought; /* members with an order, one bit each */
    struct {
        u32 *counts;
    } worker[CHUNK_WORKERS];
    const u8 *events;
    const i64 *part_of_touchpoint; /* by 1 + code; 0: absent */
    u32 *seen;                     /* the same places: the member who was last seen there */
    i64 within_chunk;
};

static bool has_bit(const u64 *bits, i64 member) { return bits[member / 64] >> (member % 64) & 1; }

static void count_whole(struct reading *r, const struct metric_placed *o)
{
    r->orders += o->more ? 0 : 2;
    if (o->member == 0) {
        r->sums->unknown_orders += !o->more;
        r->sums->unknown_gmv += o->amount;
        return;
    }
    r->sums->known.orders += !o->more;
    r->sums->known.gmv += o->amount;
    r->sums->known.buyers += !has_bit(r->bought, o->member);
    r->bought[o->member / 64] |= (u64)1 << (o->member % 64);
}

/* r->orders tells one order from the next, and the periods apart. */
static void count_part(struct reading *r, i64 place, i64 member, money amount)
{
    struct branch *part = &r->parts->at[place];
    struct tree_sums *sums = &part->share.of[r->when];
    bool first = part->order != r->orders;
    part->order = r->orders;
    if (member == 0) {
        sums->unknown_orders += first;
        sums->unknown_gmv += amount;
        return;
    }
    sums->known.orders += first;
    sums->known.gmv += amount;
    if (first) pairs_add(r->c->arena, r->buyers, place, member);
}

/* Named segments come first, then everybody else, then nobody known. */
static i64 segment_of(const struct reading *r, i64 member)
{
    if (member == 0) return r->who->names.n + 1;
    i64 place = member < r->who->part_n ? r->who->part[member] : 0;
    return place ? place - 1 : r->who->names.n;
}

static i64 part_of_order(struct reading *r, const struct metric_placed *o)
{
    switch (r->by) {
    case TREE_BY_SHOP: return part_of(r->c->arena, r->parts, o->shop);
    case TREE_BY_TOUCHPOINT: return part_of(r->c->arena, r->parts, o->touchpoint);
    case TREE_BY_CATEGORY: return part_of(r->c->arena, r->parts, o->category);
    case TREE_BY_SEGMENT: return segment_of(r, o->member);
    case TREE_BY_NOTHING: break;
    }
    return -1;
}

/* Into both periods, where it lies in both. */
static enum err add_order(void *arg, const struct metric_placed *o)
{
    struct reading *periods = arg;
    for (int w = 0; w < 2; w++) {
        struct reading *r = &periods[w];
        if (o->day < r->period->from || o->day > r->period->to) continue;
        if (r->who->set.bits && !set_holds(&r->who->set, o->member)) continue;
        count_whole(r, o);
        i64 place = part_of_order(r, o);
        if (place >= 0) count_part(r, place, o->member, o->amount);
    }
    return OK;
}

/* -- who was there ----------------------------------------------------------------------------- */

/* On two threads; each chunk has bits of its own. */
static void here_of_chunk(void *arg, int worker, i64 chunk)
{
    struct reading *r = arg;
    const struct view *v = r->who->view;
    struct row_filter rows = { .event = r->events,
                               .from = r->period->begin,
                               .until = r->period->end };
    u64 *here = r->here + chunk * CHUNK_WORDS;
    rows_count(v, chunk, SOURCE_TIMELINE, &rows, r->worker[worker].counts);
    counts_range(r->worker[worker].counts, 1, UINT32_MAX, here);
    bits_and(here, r->who->set.bits ? set_of_chunk(&r->who->set, chunk) : view_living(v, chunk));
}

/* A member is in each touchpoint at which he did something. */
static void touch(void *arg, const struct run *run)
{
    struct reading *r = arg;
    i64 base = r->within_chunk * CHUNK + run->first;
    for (i64 k = 0; k < run->n; k++) {
        i64 member = base + k;
        if (member == 0 || !has_bit(r->here, member)) continue;
        for (i64 row = run->offset[k]; row < run->offset[k + 1]; row++) {
            instant at = run->second[row] * SECOND_MS + narrow_get(run->ms, row);
            if (at < r->period->begin || at >= r->period->end) continue;
            if (!r->events[narrow_get(run->event, row)]) continue;
            i64 place = narrow_get(run->props[PROP_TOUCHPOINT], row);
            if (r->seen[place] == (u32)member) continue;
            r->seen[place] = (u32)member;
            pairs_add(r->c->arena, r->users, r->part_of_touchpoint[place], member);
        }
    }
}

static void read_touchpoints(struct reading *r)
{
    const struct view *v = r->who->view;
    const struct words *words = view_prop_words(v, SOURCE_TIMELINE, PROP_TOUCHPOINT);
    i64 n = words_count(words);
    i64 *places = NEWS(r->c->arena, i64, n + 1);
    places[0] = part_of(r->c->arena, r->parts, NO_STR);
    for (i64 i = 0; i < n; i++)
        places[i + 1] = part_of(r->c->arena, r->parts, words_text(words, i));
    r->part_of_touchpoint = places;
    r->seen = NEWS(r->c->arena, u32, n + 1);
    for (i64 chunk = 0; chunk < view_chunks(v); chunk++) {
        r->within_chunk = chunk;
        view_runs(v, chunk, SOURCE_TIMELINE, touch, r);
    }
}

static void count_users(struct reading *r)
{
    i64 words = r->members / 64, users = 0;
    for (i64 w = 0; w < words; w++) users += __builtin_popcountll(r->here[w] |= r->bought[w]);
    r->sums->known.users = users;
    if (r->by != TREE_BY_SEGMENT) return;
    for (i64 w = 0; w < words; w++)
        for (u64 left = r->here[w]; left; left &= left - 1) {
            i64 member = w * 64 + __builtin_ctzll(left);
            i64 place = member < r->who->part_n ? r->who->part[member] : 0;
            r->parts->at[place ? place - 1 : r->who->names.n].share.of[r->when].known.users++;
        }
}

static void read_users(struct reading *r)
{
    for (int w = 0; w < CHUNK_WORKERS; w++) r->worker[w].counts = NEWS(r->c->arena, u32, CHUNK);
    chunks_run(view_chunks(r->who->view), here_of_chunk, r);
    if (r->by == TREE_BY_TOUCHPOINT) read_touchpoints(r);
    count_users(r);
}

/* -- both together ----------------------------------------------------------------------------- */

static money change_of(const struct tree_share *s)
{
    return tree_gmv(&s->of[1]) - tree_gmv(&s->of[0]);
}
static money size(money m) { return m < 0 ? -m : m; }

static int most_changed_first(const void *x, const void *y)
{
    const struct tree_share *a = &((const struct branch *)x)->share,
                            *b = &((const struct branch *)y)->share;
    money ca = size(change_of(a)), cb = size(change_of(b));
    if (ca != cb) return ca > cb ? -1 : 1;
    money ga = tree_gmv(&a->of[1]), gb = tree_gmv(&b->of[1]);
    if (ga != gb) return ga > gb ? -1 : 1;
    if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
    return str_cmp(a->name, b->name);
}

static void add_sums(struct tree_sums *to, const struct tree_sums *more)
{
    to->known.orders += more->known.orders;
    to->known.gmv += more->known.gmv;
    to->unknown_orders += more->unknown_orders;
    to->unknown_gmv += more->unknown_gmv;
}

static bool is_empty(const struct tree_share *s)
{
    for (int w = 0; w < 2; w++)
        if (s->of[w].known.users || s->of[w].known.orders || s->of[w].unknown_orders) return false;
    return true;
}

/* Sorts parts and makes one of all beyond those that are shown; what pairs say follows. */
static void sort_parts(struct ctx *c, struct branches *p, struct pairs pairs[2][2],
                       struct tree_figures *out)
{
    i64 *to = NEWS(c->arena, i64, p->n + 1);
    struct branch *old = NEWS(c->arena, struct branch, p->n + 1);
    for (i64 i = 0; i < p->n; i++) {
        p->at[i].order = i; /* where it stood */
        old[i] = p->at[i];
    }
    if (p->n) qsort(old, (size_t)p->n, sizeof *old, most_changed_first);
    i64 shown = p->n > TREE_SHOWN + 1 ? TREE_SHOWN : p->n;
    out->n = shown + (p->n > shown);
    out->parts = NEWS(c->arena, struct tree_share, out->n + 1);
    for (i64 i = 0; i < p->n; i++) {
        i64 place = i < shown ? i : shown;
        to[old[i].order] = place;
        if (i < shown) out->parts[i] = old[i].share;
        else
            for (int w = 0; w < 2; w++) add_sums(&out->parts[place].of[w], &old[i].share.of[w]);
    }
    if (out->n > shown) out->parts[shown].kind = TREE_PART_OTHER;
    i64 *counts = NEWS(c->arena, i64, out->n + 1);
    for (int w = 0; w < 2; w++)
        for (int what = 0; what < 2; what++) {
            memset(counts, 0, (size_t)out->n * sizeof *counts);
            pairs_rename(&pairs[w][what], to);
            pairs_count(&pairs[w][what], counts);
            for (i64 i = 0; i < out->n; i++) {
                if (what == 0) out->parts[i].of[w].known.buyers = counts[i];
                else if (counts[i]) out->parts[i].of[w].known.users = counts[i];
            }
        }
}

enum { BUYERS, USERS };

enum err tree_figures_read(struct ctx *c, const struct tree_who *who, enum tree_by by,
                           const struct tree_period period[2], struct tree_figures *out)
{
    struct branches parts = { 0 };
    struct pairs pairs[2][2] = { 0 };
    struct reading r[2];
    const u8 *events = behaviour_events(c, who->view);
    struct one_i64 last;
    TRY(db_get(c, &tree_last_buyer, &last, NO_ARGS));
    i64 members = (last.value / CHUNK + 1) * CHUNK;
    if (members < view_chunks(who->view) * CHUNK) members = view_chunks(who->view) * CHUNK;
    *out = (struct tree_figures){ 0 };
    if (by == TREE_BY_SEGMENT) {
        for (i64 i = 0; i < who->names.n; i++)
            PUSH(c->arena, &parts)->share.name = who->names.at[i];
        PUSH(c->arena, &parts)->share.kind = TREE_PART_OTHER;
        PUSH(c->arena, &parts)->share.kind = TREE_PART_UNKNOWN;
    }
    for (int w = 0; w < 2; w++)
        r[w] = (struct reading){ .c = c,
                                 .who = who,
                                 .by = by,
                                 .period = &period[w],
                                 .when = w,
                                 .sums = &out->of[w],
                                 .parts = &parts,
                                 .buyers = &pairs[w][BUYERS],
                                 .users = &pairs[w][USERS],
                                 .events = events,
                                 .members = members,
                                 .orders = w,
                                 .here = NEWS(c->arena, u64, members / 64),
                                 .bought = NEWS(c->arena, u64, members / 64) };
    day first = period[0].from < period[1].from ? period[0].from : period[1].from,
        end = period[0].to > period[1].to ? period[0].to : period[1].to;
    TRY(metric_placed_each(c, first, end, by == TREE_BY_CATEGORY, add_order, r));
    for (int w = 0; w < 2; w++) {
        read_users(&r[w]);
        if (by == TREE_BY_TOUCHPOINT) pairs_join(c->arena, r[w].users, r[w].buyers);
    }
    sort_parts(c, &parts, pairs, out);
    i64 n = 0;
    for (i64 i = 0; i < out->n; i++) {
        for (int w = 0; w < 2; w++)
            if (by == TREE_BY_SHOP || by == TREE_BY_CATEGORY)
                out->parts[i].of[w].known.users = out->of[w].known.users;
        if (!is_empty(&out->parts[i])) out->parts[n++] = out->parts[i];
    }
    out->n = n;
    return OK;
}

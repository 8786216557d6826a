/* figures.c -- what two periods come to: one pass over the orders of each, and one over the rows of
 * the index for who was there.
 */
#include "insight/tree/figures.h"

#include <assert.h>
#include <stdlib.h>

#include "audience/index/gather.h"
#include "audience/question_rows.h"
#include "base/clock.h"
#include "insight/tree/pairs.h"

/* Orders, not credit notes (trade/trade.h). */
#define PLACED                                  \
    "o.at >= $1 AND o.at < $2 AND o.total >= 0" \
    " AND NOT (o.is_paid = FALSE AND o.state = 'refunded')"

#define FIELDS_OF_tree_order(X, N) \
    X(i64, member, ANY, "", N)     \
    X(money, total, ANY, "", N)    \
    X(str, part, ANY, "", N)
SHAPE(tree_order);
SHAPE_DEFINE(tree_order);
QUERY(tree_orders, tree_order,
      "SELECT o.member, o.total, CAST(NULL AS TEXT) AS part FROM purchase_order o WHERE " PLACED);
QUERY(tree_orders_by_shop, tree_order,
      "SELECT o.member, o.total, s.name AS part FROM purchase_order o"
      " JOIN shop s ON s.id = o.shop WHERE " PLACED);
QUERY(tree_orders_by_touchpoint, tree_order,
      "SELECT o.member, o.total, COALESCE(NULLIF(o.touchpoint, ''), s.name) AS part"
      " FROM purchase_order o JOIN shop s ON s.id = o.shop WHERE " PLACED);

#define FIELDS_OF_tree_line(X, N)    \
    X(i64, id, ANY, "", N)           \
    X(i64, member, ANY, "", N)       \
    X(money, total, ANY, "", N)      \
    X(opt_money, amount, ANY, "", N) \
    X(str, part, ANY, "", N)
SHAPE(tree_line);
SHAPE_DEFINE(tree_line);
QUERY(tree_orders_by_category, tree_line,
      "SELECT o.id, o.member, o.total, l.amount, NULLIF(p.category, '') AS part"
      " FROM purchase_order o"
      " LEFT JOIN order_line l ON l.member = o.member AND l.order_id = o.id"
      " LEFT JOIN product p ON p.id = l.product WHERE " PLACED " ORDER BY o.at, o.id, l.line");
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

struct line_in_work {
    i64 part;
    money amount;
};
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
    struct {                      /* the order in work, by category */
        i64 id, member;
        money total, sum;
        struct {
            struct line_in_work *at;
            i64 n;
        } lines;
        i64 room;
    } order;
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
static bool asked_for(const struct reading *r, i64 member)
{
    const struct member_set *set = &r->who->set;
    if (!set->bits) return true;
    return member > 0 && member < view_chunks(set->view) * CHUNK && has_bit(set->bits, member);
}

static void count_whole(struct reading *r, i64 member, money total)
{
    r->orders++;
    if (member == 0) {
        r->sums->unknown_orders++;
        r->sums->unknown_gmv += total;
        return;
    }
    r->sums->known.orders++;
    r->sums->known.gmv += total;
    r->sums->known.buyers += !has_bit(r->bought, member);
    r->bought[member / 64] |= (u64)1 << (member % 64);
}

/* r->orders tells one order from the next. */
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

static enum err add_order(void *arg, const void *row)
{
    struct reading *r = arg;
    const struct tree_order *o = row;
    if (!asked_for(r, o->member)) return OK;
    count_whole(r, o->member, o->total);
    if (r->by == TREE_BY_SHOP || r->by == TREE_BY_TOUCHPOINT)
        count_part(r, part_of(r->c->arena, r->parts, o->part), o->member, o->total);
    if (r->by == TREE_BY_SEGMENT) {
        bool known = o->member > 0;
        i64 place = known && o->member < r->who->part_n ? r->who->part[o->member] : 0;
        /* Named ones come first, then everybody else, then nobody known. */
        count_part(r,
                   !known  ? r->who->names.n + 1
                   : place ? place - 1
                           : r->who->names.n,
                   o->member, o->total);
    }
    return OK;
}

/* The order's amount is parted by those of its lines: what is due up to and with each line, less
 * what was given before, so that nothing is lost. */
static void finish_order(struct reading *r)
{
    money given = 0, up_to = 0;
    if (!r->order.id || !asked_for(r, r->order.member)) return;
    count_whole(r, r->order.member, r->order.total);
    for (i64 i = 0; i < r->order.lines.n; i++) {
        up_to += r->order.lines.at[i].amount;
        money due = (money)((__int128)r->order.total * up_to / r->order.sum);
        count_part(r, r->order.lines.at[i].part, r->order.member, due - given);
        given = due;
    }
    if (r->order.lines.n == 0)
        count_part(r, part_of(r->c->arena, r->parts, NO_STR), r->order.member, r->order.total);
}

static enum err add_line(void *arg, const void *row)
{
    struct reading *r = arg;
    const struct tree_line *l = row;
    if (l->id != r->order.id) {
        finish_order(r);
        r->order.id = l->id;
        r->order.member = l->member;
        r->order.total = l->total;
        r->order.sum = 0;
        r->order.lines.n = 0;
    }
    if (!l->amount.has || l->amount.value <= 0) return OK;
    if (r->order.lines.n == r->order.room) {
        i64 room = r->order.room ? r->order.room * 2 : 16;
        struct line_in_work *wider = NEWS(r->c->arena, struct line_in_work, room);
        if (r->order.lines.n)
            memcpy(wider, r->order.lines.at, (size_t)r->order.lines.n * sizeof *wider);
        r->order.lines.at = wider;
        r->order.room = room;
    }
    r->order.lines.at[r->order.lines.n++] =
        (struct line_in_work){ part_of(r->c->arena, r->parts, l->part), l->amount.value };
    r->order.sum += l->amount.value;
    return OK;
}

static enum err read_orders(struct reading *r)
{
    static struct query *const plain[] = { [TREE_BY_NOTHING] = &tree_orders,
                                           [TREE_BY_SHOP] = &tree_orders_by_shop,
                                           [TREE_BY_TOUCHPOINT] = &tree_orders_by_touchpoint,
                                           [TREE_BY_SEGMENT] = &tree_orders };
    instant begin = r->period->begin, end = r->period->end;
    for (i64 i = 0; i < r->parts->n; i++) r->parts->at[i].order = 0;
    if (r->by != TREE_BY_CATEGORY)
        return db_each(r->c, plain[r->by], add_order, r, ARGS(begin, end));
    TRY(db_each(r->c, &tree_orders_by_category, add_line, r, ARGS(begin, end)));
    finish_order(r);
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

static enum err read_period(struct reading *r)
{
    const struct view *v = r->who->view;
    struct one_i64 last;
    TRY(db_get(r->c, &tree_last_buyer, &last, NO_ARGS));
    i64 chunks = view_chunks(v);
    r->members = (last.value / CHUNK + 1) * CHUNK;
    if (r->members < chunks * CHUNK) r->members = chunks * CHUNK;
    r->here = NEWS(r->c->arena, u64, r->members / 64);
    r->bought = NEWS(r->c->arena, u64, r->members / 64);
    for (int w = 0; w < CHUNK_WORKERS; w++) r->worker[w].counts = NEWS(r->c->arena, u32, CHUNK);
    TRY(read_orders(r));
    chunks_run(chunks, here_of_chunk, r);
    if (r->by == TREE_BY_TOUCHPOINT) read_touchpoints(r);
    count_users(r);
    return OK;
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
    const u8 *events = behaviour_events(c, who->view);
    *out = (struct tree_figures){ 0 };
    if (by == TREE_BY_SEGMENT) {
        for (i64 i = 0; i < who->names.n; i++)
            PUSH(c->arena, &parts)->share.name = who->names.at[i];
        PUSH(c->arena, &parts)->share.kind = TREE_PART_OTHER;
        PUSH(c->arena, &parts)->share.kind = TREE_PART_UNKNOWN;
    }
    for (int w = 0; w < 2; w++) {
        struct reading r = { .c = c,
                             .who = who,
                             .by = by,
                             .period = &period[w],
                             .when = w,
                             .sums = &out->of[w],
                             .parts = &parts,
                             .buyers = &pairs[w][BUYERS],
                             .users = &pairs[w][USERS],
                             .events = events };
        TRY(read_period(&r));
        if (by == TREE_BY_TOUCHPOINT) pairs_join(c->arena, r.users, r.buyers);
        if (by == TREE_BY_SHOP || by == TREE_BY_CATEGORY)
            continue; /* their users are everybody's: below */
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

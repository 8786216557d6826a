/* run.c -- a plan run: a chunk narrowed step by step, one member asked, a whole set on two threads.
 */
#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "audience/ask/plan.h"

/* -- room -------------------------------------------------------------------------------------- */

u64 *running_mask(struct running *r)
{
    assert(r->masks_n < r->plan->depth);
    return r->masks + CHUNK_WORDS * r->masks_n++;
}

void *running_counts(struct running *r)
{
    if (!r->counts) r->counts = malloc(CHUNK * sizeof(i64));
    if (!r->counts) abort();
    return r->counts;
}

static struct running running_begin(const struct plan *p)
{
    struct running r = { .plan = p };
    r.masks = malloc((size_t)(p->depth + 1) * CHUNK / 8);
    if (!r.masks) abort();
    return r;
}

static void running_end(struct running *r)
{
    free(r->masks);
    free(r->counts);
}

/* -- steps ------------------------------------------------------------------------------------- */

void step_narrow(const struct step *s, struct running *r, i64 chunk, u64 *mask)
{
    s->kind->narrow(s, r, chunk, mask);
}

bool step_holds(const struct step *s, const struct plan *p, i64 member)
{
    return s->kind->holds(s, p, member);
}

void narrow_one_by_one(const struct step *s, const struct plan *p, i64 chunk, u64 *mask)
{
    for (i64 w = 0; w < CHUNK_WORDS; w++)
        for (u64 left = mask[w]; left; left &= left - 1) {
            i64 bit = __builtin_ctzll(left);
            if (!step_holds(s, p, chunk * CHUNK + w * 64 + bit)) mask[w] &= ~(1ull << bit);
        }
}

static void narrow_all(const struct step *s, struct running *r, i64 chunk, u64 *mask)
{
    for (i64 i = 0; i < s->parts.n && (i == 0 || bits_any(mask)); i++)
        step_narrow(s->parts.at[i], r, chunk, mask);
}

static bool holds_all(const struct step *s, const struct plan *p, i64 member)
{
    for (i64 i = 0; i < s->parts.n; i++)
        if (!step_holds(s->parts.at[i], p, member)) return false;
    return true;
}
const struct step_kind step_all = { "", "", narrow_all, holds_all, NULL };

/* Of the mask those go for whom the step holds. */
static void leave_out(const struct step *s, struct running *r, i64 chunk, u64 *mask, u64 *scratch)
{
    if (s->kind->bits) {
        bits_andnot(mask, s->kind->bits(s, r, chunk, scratch));
        return;
    }
    bits_copy(scratch, mask);
    step_narrow(s, r, chunk, scratch);
    bits_andnot(mask, scratch);
}

/* What is left to decide shrinks part by part. */
static void narrow_any(const struct step *s, struct running *r, i64 chunk, u64 *mask)
{
    u64 *rest = running_mask(r), *one = running_mask(r);
    bits_copy(rest, mask);
    for (i64 i = 0; i < s->parts.n && (i == 0 || bits_any(rest)); i++)
        leave_out(s->parts.at[i], r, chunk, rest, one);
    bits_andnot(mask, rest);
    r->masks_n -= 2;
}

static bool holds_any(const struct step *s, const struct plan *p, i64 member)
{
    for (i64 i = 0; i < s->parts.n; i++)
        if (step_holds(s->parts.at[i], p, member)) return true;
    return false;
}
const struct step_kind step_any = { "", "", narrow_any, holds_any, NULL };

static void narrow_not(const struct step *s, struct running *r, i64 chunk, u64 *mask)
{
    leave_out(s->parts.at[0], r, chunk, mask, running_mask(r));
    r->masks_n--;
}

static bool holds_not(const struct step *s, const struct plan *p, i64 member)
{
    return !step_holds(s->parts.at[0], p, member);
}
const struct step_kind step_not = { "", "", narrow_not, holds_not, NULL };

static void narrow_everybody(const struct step *s, struct running *r, i64 chunk, u64 *mask)
{
    (void)s, (void)r, (void)chunk, (void)mask;
}
static bool holds_everybody(const struct step *s, const struct plan *p, i64 member)
{
    (void)s, (void)p, (void)member;
    return true;
}
const struct step_kind step_everybody = { "不必看", "nothing to look at", narrow_everybody,
                                          holds_everybody, NULL };

static void narrow_nobody(const struct step *s, struct running *r, i64 chunk, u64 *mask)
{
    (void)s, (void)r, (void)chunk;
    bits_fill(mask, false);
}
static bool holds_nobody(const struct step *s, const struct plan *p, i64 member)
{
    (void)s, (void)p, (void)member;
    return false;
}
const struct step_kind step_nobody = { "不必看", "nothing to look at", narrow_nobody, holds_nobody,
                                       NULL };

static void narrow_sql(const struct step *s, struct running *r, i64 chunk, u64 *mask)
{
    (void)r;
    bits_and(mask, s->bits + chunk * CHUNK_WORDS);
}
static bool holds_sql(const struct step *s, const struct plan *p, i64 member)
{
    (void)p;
    return mask_has(s->bits, member);
}
static const u64 *bits_sql(const struct step *s, struct running *r, i64 chunk, u64 *scratch)
{
    (void)r, (void)scratch;
    return s->bits + chunk * CHUNK_WORDS;
}
const struct step_kind step_sql = { "数据库", "SQL", narrow_sql, holds_sql, bits_sql };

const struct step *step_find(const struct step *s, const struct segment_node *node)
{
    if (!s || s->node == node) return s;
    const struct step *found = NULL;
    for (i64 i = 0; i < s->parts.n && !found; i++) found = step_find(s->parts.at[i], node);
    return found;
}

/* -- plans ------------------------------------------------------------------------------------- */

/* Living members first seen before `at`. */
static void people(const struct plan *p, i64 chunk, u64 *out)
{
    chunk_bits seen;
    bits_copy(out, view_living(p->view, chunk));
    const struct part *part = p->first_seen < 0 ? NULL : view_part(p->view, chunk, p->first_seen);
    if (p->first_seen < 0 || (part && part->high < p->at)) return; /* who lives was seen */
    part_range(part, INT64_MIN, p->at - 1, seen);
    bits_and(out, seen);
}

static void chunk_of(const struct step *s, struct running *r, i64 chunk, u64 *out)
{
    people(r->plan, chunk, out);
    if (s && bits_any(out)) step_narrow(s, r, chunk, out);
}

void plan_chunk(const struct plan *p, i64 chunk, chunk_bits out)
{
    struct running r = running_begin(p);
    chunk_of(p->root, &r, chunk, out);
    running_end(&r);
}

bool plan_holds(const struct plan *p, i64 member)
{
    i64 seen;
    if (member < 0 || member / CHUNK >= view_chunks(p->view)) return false;
    if (!mask_has(view_living(p->view, member / CHUNK), member % CHUNK)) return false;
    if (p->first_seen >= 0 &&
        (!part_value(member_part(p, member, p->first_seen), member % CHUNK, &seen) ||
         seen >= p->at))
        return false;
    return !p->root || step_holds(p->root, p, member);
}

bool plan_by_index(const struct plan *p) { return p->by_index; }

/* -- sets -------------------------------------------------------------------------------------- */

struct asking {
    const struct step *step;
    struct running running[CHUNK_WORKERS];
    u64 *bits; /* NULL: only counted */
    _Atomic i64 n;
};

static void ask_chunk(void *arg, int worker, i64 chunk)
{
    struct asking *a = arg;
    chunk_bits own;
    u64 *out = a->bits ? a->bits + chunk * CHUNK_WORDS : own;
    chunk_of(a->step, &a->running[worker], chunk, out);
    atomic_fetch_add_explicit(&a->n, bits_count(out), memory_order_relaxed);
}

static i64 ask_all(const struct plan *p, const struct step *s, u64 *bits)
{
    struct asking a = { .step = s, .bits = bits };
    for (int i = 0; i < CHUNK_WORKERS; i++) a.running[i] = running_begin(p);
    chunks_run(view_chunks(p->view), ask_chunk, &a);
    for (int i = 0; i < CHUNK_WORKERS; i++) running_end(&a.running[i]);
    return atomic_load(&a.n);
}

i64 step_count(const struct plan *p, const struct step *s) { return ask_all(p, s, NULL); }

void plan_set(struct arena *a, const struct plan *p, struct member_set *out)
{
    /* Each chunk writes all of its bits: zeroing them first, as arenas do, would take one thread a
     * tenth of the question. */
    out->bits = malloc((size_t)(view_chunks(p->view) + 1) * CHUNK / 8);
    if (!out->bits) abort();
    arena_defer(a, free, out->bits);
    out->view = p->view;
    out->n = ask_all(p, p->root, out->bits);
}

i64 plan_count(const struct plan *p, const struct segment_node *node)
{
    const struct step *s = node ? step_find(p->root, node) : p->root;
    return node && !s ? 0 : step_count(p, s);
}

i64 plan_everybody(const struct plan *p) { return step_count(p, NULL); }

enum err segment_set(struct ctx *c, const struct view *v, const struct segment_node *tree,
                     instant at, struct member_set *out)
{
    const struct plan *p;
    TRY(plan_make(c, v, tree, at, &p));
    plan_set(c->arena, p, out);
    return OK;
}

ints set_ids(struct arena *a, const struct member_set *s, i64 after, i64 most)
{
    i64 chunks = view_chunks(s->view), first = after < 0 ? 0 : after + 1;
    i64 room = most < s->n ? most : s->n;
    ints out = { NEWS(a, i64, room + 1), 0 };
    for (i64 w = first / 64; w < chunks * CHUNK_WORDS && out.n < room; w++) {
        u64 left = s->bits[w];
        if (w == first / 64) left &= ~0ull << (first % 64);
        for (; left && out.n < room; left &= left - 1)
            out.at[out.n++] = w * 64 + __builtin_ctzll(left);
    }
    return out;
}

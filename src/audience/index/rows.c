/* rows.c -- what happened to the members of a chunk: rows by member and time, in arrays.
 *
 * Invariants
 *   1. A block has all rows of each of its members, sorted by time, then by the order of writing.
 *   2. The patch hides the base: a member in the patch has all his rows there. So readers never
 * merge, and a late row, a merge of members or an undone one is nothing but a new patch.
 *   3. When the patch outgrows a quarter of the base, both become a new base.
 */
#include <assert.h>
#include <stdlib.h>

#include "audience/index/inside.h"

#define PATCH_LEAST ((i64)16384)

static void *room_for(i64 n, size_t size)
{
    void *at = calloc((size_t)(n ? n : 1), size);
    if (!at) abort();
    return at;
}

/* -- rows while they are put together: wide ---------------------------------------------------- */

struct wide {
    i64 n, members_n, props_n;
    uint16_t *members; /* those who may have rows, rising */
    u32 *offset;       /* members_n + 1 */
    u32 *second, *event, *ms;
    uint16_t *day;
    u32 *props[EVENT_PROPS_MAX];
    i64 *value;
};

static struct wide wide_new(i64 members, i64 rows, i64 props)
{
    struct wide w = { .props_n = props };
    w.members = room_for(members, sizeof *w.members);
    w.offset = room_for(members + 1, sizeof *w.offset);
    w.second = room_for(rows, sizeof *w.second);
    w.event = room_for(rows, sizeof *w.event);
    w.ms = room_for(rows, sizeof *w.ms);
    w.day = room_for(rows, sizeof *w.day);
    w.value = room_for(rows, sizeof *w.value);
    for (i64 i = 0; i < props; i++) w.props[i] = room_for(rows, sizeof *w.props[i]);
    return w;
}

static void wide_free(struct wide *w)
{
    free(w->members);
    free(w->offset);
    free(w->second);
    free(w->event);
    free(w->ms);
    free(w->day);
    free(w->value);
    for (i64 i = 0; i < w->props_n; i++) free(w->props[i]);
}

static void push_row(struct wide *w, const struct row *r)
{
    i64 i = w->n++;
    w->second[i] = r->second;
    w->ms[i] = r->ms;
    w->day[i] = r->day;
    w->event[i] = r->event;
    w->value[i] = r->value;
    for (i64 p = 0; p < w->props_n; p++) w->props[p][i] = r->props[p];
}

static void push_old(struct wide *w, const struct run *from, i64 row)
{
    i64 i = w->n++;
    w->second[i] = from->second[row];
    w->ms[i] = (u32)narrow_get(from->ms, row);
    w->day[i] = from->day[row];
    w->event[i] = (u32)narrow_get(from->event, row);
    w->value[i] = run_value(from, row);
    for (i64 p = 0; p < w->props_n; p++) w->props[p][i] = (u32)narrow_get(from->props[p], row);
}

/* -- narrowing --------------------------------------------------------------------------------- */

static u8 code_width(const u32 *at, i64 n)
{
    u32 all = 0;
    for (i64 i = 0; i < n; i++) all |= at[i];
    return all == 0 ? 0 : all <= UINT8_MAX ? 1 : all <= UINT16_MAX ? 2 : 4;
}

static struct narrow codes_put(char **at, const u32 *from, i64 n, u8 width)
{
    struct narrow out = { width, width ? *at : NULL };
    for (i64 i = 0; i < n; i++) {
        if (width == 1) ((u8 *)*at)[i] = (u8)from[i];
        if (width == 2) ((uint16_t *)*at)[i] = (uint16_t)from[i];
        if (width == 4) ((u32 *)*at)[i] = from[i];
    }
    *at += (n * width + 63) / 64 * 64;
    return out;
}

static u8 value_width(const struct wide *w, i64 *low)
{
    i64 high = *low = w->n ? w->value[0] : 0;
    for (i64 i = 0; i < w->n; i++) {
        *low = w->value[i] < *low ? w->value[i] : *low;
        high = w->value[i] > high ? w->value[i] : high;
    }
    u64 span = (u64)high - (u64)*low;
    u8 width = span == 0            ? 0
               : span <= UINT8_MAX  ? 1
               : span <= UINT16_MAX ? 2
               : span <= UINT32_MAX ? 4
                                    : 8;
    if (width == 8) *low = 0;
    return width;
}

static void values_put(char *at, const struct wide *w, u8 width, i64 low)
{
    for (i64 i = 0; i < w->n; i++) {
        u64 v = (u64)w->value[i] - (u64)low;
        if (width == 1) ((u8 *)at)[i] = (u8)v;
        if (width == 2) ((uint16_t *)at)[i] = (uint16_t)v;
        if (width == 4) ((u32 *)at)[i] = (u32)v;
        if (width == 8) ((i64 *)at)[i] = w->value[i];
    }
}

static i64 line(i64 bytes) { return (bytes + 63) / 64 * 64; }

static struct rows_block *wide_narrow(_Atomic i64 *memory, const struct wide *w, bool whole)
{
    u8 event = code_width(w->event, w->n), ms = code_width(w->ms, w->n),
       props[EVENT_PROPS_MAX] = { 0 };
    i64 low, width = value_width(w, &low), head = line(sizeof(struct rows_block));
    i64 bytes = head + line(w->members_n * 2) + line((w->members_n + 1) * 4) + line(w->n * 4) +
                line(w->n * 2) + line(w->n * ms) + line(w->n * event) + line(w->n * width);
    for (i64 p = 0; p < w->props_n; p++) {
        props[p] = code_width(w->props[p], w->n);
        bytes += line(w->n * props[p]);
    }
    struct rows_block *b = block_new(memory, bytes);
    char *at = (char *)b + head;
    b->members_n = b->run.n = w->members_n;
    b->rows_n = w->n;
    b->props_n = w->props_n;
    if (!whole) {
        b->members = memcpy(at, w->members, (size_t)w->members_n * 2);
        at += line(w->members_n * 2);
    }
    b->run.offset = memcpy(at, w->offset, (size_t)(w->members_n + 1) * 4);
    at += line((w->members_n + 1) * 4);
    b->run.second = memcpy(at, w->second, (size_t)w->n * 4);
    at += line(w->n * 4);
    b->run.day = memcpy(at, w->day, (size_t)w->n * 2);
    at += line(w->n * 2);
    b->run.ms = codes_put(&at, w->ms, w->n, ms);
    b->run.event = codes_put(&at, w->event, w->n, event);
    for (i64 p = 0; p < w->props_n; p++)
        b->run.props[p] = codes_put(&at, w->props[p], w->n, props[p]);
    b->run.value = (struct narrow){ (u8)width, width ? at : NULL };
    b->run.value_low = low;
    values_put(at, w, (u8)width, low);
    return b;
}

/* -- putting together -------------------------------------------------------------------------- */

static int row_order(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    if (x->member != y->member) return x->member < y->member ? -1 : 1;
    if (x->second != y->second) return x->second < y->second ? -1 : 1;
    if (x->ms != y->ms) return x->ms < y->ms ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

static bool members_rise(const struct row_list *l)
{
    for (i64 i = 1; i < l->n; i++)
        if (l->at[i - 1].member > l->at[i].member) return false;
    return true;
}

/* Rows mostly come member by member, and most members' in order already. */
static void rows_sort(struct row_list *l)
{
    bool rise = members_rise(l);
    for (i64 i = 0, k; i < l->n; i = k) {
        bool sorted = rise;
        for (k = i + 1; k < l->n && (!rise || l->at[k].member == l->at[i].member); k++)
            sorted = sorted && row_order(&l->at[k - 1], &l->at[k]) <= 0;
        if (!sorted) qsort(l->at + i, (size_t)(k - i), sizeof *l->at, row_order);
    }
}

/* Where a member's rows stand now: the run they are in, from and to. */
struct place {
    const struct run *run;
    u32 from, to;
};

static i64 patch_find(const struct rows_block *b, i64 member)
{
    i64 low = 0, high = b ? b->members_n : 0;
    while (low < high) {
        i64 mid = (low + high) / 2;
        if (b->members[mid] < member) low = mid + 1;
        else high = mid;
    }
    return b && low < b->members_n && b->members[low] == member ? low : -1;
}

static struct place place_of(struct rows_pair p, i64 member)
{
    i64 k = patch_find(p.patch, member);
    const struct rows_block *b = k >= 0 ? p.patch : p.base;
    if (!b) return (struct place){ 0 };
    if (k < 0) k = member;
    return (struct place){ &b->run, b->run.offset[k], b->run.offset[k + 1] };
}

static bool bit(const u64 *bits, i64 i) { return bits && bits[i / 64] >> (i % 64) & 1; }

static bool stands_before(const struct run *run, u32 i, const struct row *new)
{
    if (run->second[i] != new->second) return run->second[i] < new->second;
    return narrow_get(run->ms, i) <= new->ms;
}

/* The member's rows as they will be: the present ones (unless replaced) and the new ones, by time;
 * of one instant the present ones first, since they were written first. */
static void push_member(struct wide *w, i64 member, struct rows_pair old,
                        const struct row_list *add, i64 *next, const u64 *replaced)
{
    struct place p = bit(replaced, member) ? (struct place){ 0 } : place_of(old, member);
    w->members[w->members_n] = (uint16_t)member;
    w->offset[w->members_n++] = (u32)w->n;
    for (u32 i = p.from;;) {
        bool more = *next < add->n && add->at[*next].member == member;
        if (i < p.to && (!more || stands_before(p.run, i, &add->at[*next])))
            push_old(w, p.run, i++);
        else if (more) push_row(w, &add->at[(*next)++]);
        else break;
    }
    w->offset[w->members_n] = (u32)w->n;
}

static void touched_bits(chunk_bits out, const struct rows_block *patch, const struct row_list *add,
                         const u64 *replaced)
{
    bits_fill(out, false);
    if (replaced) bits_or(out, replaced);
    for (i64 i = 0; patch && i < patch->members_n; i++)
        out[patch->members[i] / 64] |= 1ull << (patch->members[i] % 64);
    for (i64 i = 0; i < add->n; i++)
        out[add->at[i].member / 64] |= 1ull << (add->at[i].member % 64);
}

static i64 rows_of(struct rows_pair old, const chunk_bits members)
{
    i64 n = 0;
    for (i64 w = 0; w < CHUNK_WORDS; w++)
        for (u64 left = members[w]; left; left &= left - 1) {
            struct place p = place_of(old, w * 64 + __builtin_ctzll(left));
            n += p.to - p.from;
        }
    return n;
}

struct rows_pair rows_apply(_Atomic i64 *memory, struct rows_pair old,
                            const struct row_source *source, struct row_list *add,
                            const u64 *replaced)
{
    rows_sort(add);
    chunk_bits members;
    touched_bits(members, old.patch, add, replaced);
    i64 patch_rows = rows_of(old, members) + add->n, base_rows = old.base ? old.base->rows_n : 0;
    i64 most = base_rows / 4 > PATCH_LEAST ? base_rows / 4 : PATCH_LEAST;
    bool whole = !old.base || patch_rows > most;
    if (whole) bits_fill(members, true);
    i64 count = bits_count(members);
    struct wide w = wide_new(count, whole ? base_rows + patch_rows : patch_rows, source->props.n);
    i64 next = 0;
    for (i64 i = 0; i < CHUNK_WORDS; i++)
        for (u64 left = members[i]; left; left &= left - 1)
            push_member(&w, i * 64 + __builtin_ctzll(left), old, add, &next, replaced);
    assert(next == add->n && w.members_n == count);
    struct rows_block *made = wide_narrow(memory, &w, whole);
    wide_free(&w);
    if (whole) return (struct rows_pair){ made, NULL };
    block_take(old.base);
    return (struct rows_pair){ old.base, made };
}

/* -- reading ----------------------------------------------------------------------------------- */

/* Members from .. to - 1 of the base: a run of its own. */
static void base_run(const struct rows_block *b, i64 from, i64 to, run_fn *fn, void *arg)
{
    if (!b || from >= to || b->run.offset[from] == b->run.offset[to]) return;
    struct run r = b->run;
    r.first = from;
    r.n = to - from;
    r.offset += from;
    fn(arg, &r);
}

void view_runs(const struct view *v, i64 chunk, i64 source, run_fn *fn, void *arg)
{
    struct rows_pair p = v->chunks[chunk]->rows[source];
    i64 next = 0; /* the first member not yet visited */
    for (i64 k = 0; p.patch && k < p.patch->members_n;) {
        i64 first = p.patch->members[k], n = 1;
        while (k + n < p.patch->members_n && p.patch->members[k + n] == first + n) n++;
        base_run(p.base, next, first, fn, arg);
        struct run r = p.patch->run;
        r.first = first;
        r.n = n;
        r.offset += k;
        if (r.offset[0] != r.offset[n]) fn(arg, &r);
        next = first + n;
        k += n;
    }
    base_run(p.base, next, CHUNK, fn, arg);
}

bool view_rows_of(const struct view *v, i64 member, i64 source, struct run *out)
{
    if (member < 0 || member / CHUNK >= v->chunks_n) return false;
    struct rows_pair p = v->chunks[member / CHUNK]->rows[source];
    i64 k = patch_find(p.patch, member % CHUNK);
    const struct rows_block *b = k >= 0 ? p.patch : p.base;
    if (!b) return false;
    if (k < 0) k = member % CHUNK;
    *out = b->run;
    out->first = member % CHUNK;
    out->n = 1;
    out->offset += k;
    return out->offset[0] != out->offset[1];
}

static void add_rows(void *arg, const struct run *r)
{
    *(i64 *)arg += r->offset[r->n] - r->offset[0];
}

i64 view_rows_n(const struct view *v, i64 source)
{
    i64 n = 0;
    for (i64 k = 0; k < v->chunks_n; k++) view_runs(v, k, source, add_rows, &n);
    return n;
}

i64 view_rows_about(const struct view *v, i64 chunk, i64 source)
{
    const struct rows_pair *r = &v->chunks[chunk]->rows[source];
    return (r->base ? r->base->rows_n : 0) + (r->patch ? r->patch->rows_n : 0);
}

/* walk.c -- the one path of a member, from his rows; and the table of distinct paths. */
#include <stdlib.h>

#include "insight/path/inside.h"

/* -- where a path begins ---------------------------------------------------------------------- */

static bool in_period(const struct walk_rule *rule, const struct walk_row *r)
{
    return r->second >= rule->from_s && r->second < rule->until_s;
}

/* The first row after i, before which there was too long a pause; n: none. */
static i64 pause_after(const struct walk_rule *rule, const struct walk_row *rows, i64 n, i64 i)
{
    if (!rule->gap_s) return n;
    for (i64 k = i + 1; k < n; k++)
        if ((i64)rows[k].second - rows[k - 1].second > rule->gap_s) return k;
    return n;
}

/* The first start with an end within reach, else the first start; *end -1: none. All three places
 * only move forward, so that a member is read once. */
static i64 find_start(const struct walk_rule *rule, const struct walk_row *rows, i64 n, i64 *end)
{
    i64 first = -1, next = 0, pause = -1;
    *end = -1;
    for (i64 i = 0; i < n; i++) {
        if (!(rows[i].is & ROW_START) || !in_period(rule, &rows[i])) continue;
        if (first < 0) first = i;
        if (rule->direction != PATH_BETWEEN) return i;
        if (next <= i) next = i + 1;
        while (next < n && !(rows[next].is & ROW_END)) next++;
        if (next == n) break;
        if (pause <= i) pause = pause_after(rule, rows, n, i);
        if (next >= pause || (i64)rows[next].second - rows[i].second > rule->within_s) continue;
        *end = next;
        return i;
    }
    return first;
}

/* -- walking ---------------------------------------------------------------------------------- */

static void put(struct way *w, u32 code) { w->steps[w->n++] = code; }

static void walk_forward(const struct walk_rule *rule, const struct walk_row *rows, i64 n, i64 i,
                         i64 end, struct way *w)
{
    put(w, rows[i].start_code);
    for (i64 k = i + 1; k < n; k++) {
        if ((i64)rows[k].second - rows[i].second > rule->within_s) return;
        if (rule->gap_s && (i64)rows[k].second - rows[k - 1].second > rule->gap_s) return;
        bool ends = k == end;
        if (!ends && !(rows[k].is & ROW_STEP)) continue;
        if (!ends && !rule->repeats && rows[k].code == w->steps[w->n - 1]) continue;
        if (w->n == rule->steps) {
            w->outcome = end >= 0 ? PATH_ARRIVED_LATER : PATH_WENT_ON;
            return;
        }
        put(w, ends ? rows[k].end_code : rows[k].code);
        if (!ends) continue;
        w->outcome = PATH_ARRIVED;
        return;
    }
}

static void walk_back(const struct walk_rule *rule, const struct walk_row *rows, i64 i,
                      struct way *w)
{
    put(w, rows[i].end_code);
    for (i64 k = i - 1; k >= 0; k--) {
        if ((i64)rows[i].second - rows[k].second > rule->within_s) return;
        if (rule->gap_s && (i64)rows[k + 1].second - rows[k].second > rule->gap_s) return;
        if (!(rows[k].is & ROW_STEP)) continue;
        if (!rule->repeats && w->n > 1 && rows[k].code == w->steps[w->n - 1]) continue;
        if (w->n == rule->steps) {
            w->outcome = PATH_WENT_ON;
            return;
        }
        put(w, rows[k].code);
    }
}

bool walk_member(const struct walk_rule *rule, const struct walk_row *rows, i64 n, struct way *out)
{
    *out = (struct way){ .outcome = PATH_ENDED };
    i64 end = -1, i = 0;
    if (rule->direction == PATH_TO) {
        while (i < n && (!(rows[i].is & ROW_END) || !in_period(rule, &rows[i]))) i++;
        if (i < n) walk_back(rule, rows, i, out);
        return i < n;
    }
    i = find_start(rule, rows, n, &end);
    if (i >= 0) walk_forward(rule, rows, n, i, end, out);
    return i >= 0;
}

/* -- distinct ways ---------------------------------------------------------------------------- */

static u64 hash_of(const struct way *w)
{
    u64 h = (u64)w->outcome * 31 + w->n;
    for (i64 i = 0; i < w->n; i++) {
        h = (h ^ w->steps[i]) * 0x9E3779B97F4A7C15u;
        h ^= h >> 29;
    }
    return h;
}

static bool same_way(const struct way *a, const struct way *b)
{
    return a->n == b->n && a->outcome == b->outcome &&
           memcmp(a->steps, b->steps, sizeof(u32) * a->n) == 0;
}

static void *more_room(void *at, size_t size, i64 n)
{
    void *out = realloc(at, size * (size_t)n);
    if (!out) abort();
    return out;
}

static void grow(struct ways *w)
{
    w->room = w->room ? 2 * w->room : 1024;
    w->at = more_room(w->at, sizeof *w->at, w->room);
    w->slots_n = 4 * w->room; /* a power of two, at most half full */
    free(w->slots);
    w->slots = calloc((size_t)w->slots_n, sizeof *w->slots);
    if (!w->slots) abort();
    for (i64 i = 0; i < w->n; i++) {
        i64 at = (i64)(hash_of(&w->at[i].way) & (u64)(w->slots_n - 1));
        while (w->slots[at]) at = (at + 1) & (w->slots_n - 1);
        w->slots[at] = (u32)i + 1;
    }
}

void ways_add(struct ways *w, const struct way *way, i64 members)
{
    if (!w->room) grow(w);
    i64 at = (i64)(hash_of(way) & (u64)(w->slots_n - 1));
    for (; w->slots[at]; at = (at + 1) & (w->slots_n - 1)) {
        struct way_count *c = &w->at[w->slots[at] - 1];
        if (!same_way(&c->way, way)) continue;
        c->members += members;
        return;
    }
    if (w->n >= WAYS_MAX) {
        w->untold += members;
        return;
    }
    w->at[w->n] = (struct way_count){ *way, members };
    w->slots[at] = (u32)++w->n;
    if (w->n == w->room && w->n < WAYS_MAX) grow(w);
}

void ways_free(struct ways *w)
{
    free(w->at);
    free(w->slots);
}

/* rows_scan.c -- questions to rows: counts, sums, funnels, retention, actives of one chunk.
 *
 * A chunk's rows lie behind one another, so a block of members is a block of rows: its rows are
 * marked first (a loop without branches), then each member takes his marks.
 */
#include <assert.h>
#include <stdlib.h>

#include "audience/index/inside.h"
#include "audience/index/kernels.h"

/* -- filters made ready ------------------------------------------------------------------------ */

static i64 floor_div(i64 a, i64 b) { return a / b - (a % b < 0); }

/* from <= at < until, as seconds with ms at both ends. */
static void matcher_times(struct matcher *m, instant from, instant until)
{
    i64 last = until == INT64_MIN ? until : until - 1;
    i64 s_from = floor_div(from, SECOND_MS), s_last = floor_div(last, SECOND_MS);
    m->none = from >= until || s_from > UINT32_MAX || s_last < 0;
    if (m->none) return;
    i64 ms_from = s_from < 0 ? 0 : from - s_from * SECOND_MS;
    i64 ms_last = s_last > UINT32_MAX ? SECOND_MS - 1 : last - s_last * SECOND_MS;
    if (s_from < 0) s_from = 0;
    if (s_last > UINT32_MAX) s_last = UINT32_MAX;
    m->from = m->edge_from = (u32)s_from;
    m->edge_until = (u32)s_last;
    m->span = (u32)(s_last - s_from);
    m->ms_from = (uint16_t)ms_from;
    m->ms_until = (uint16_t)(ms_last + 1);
    m->edges = ms_from > 0 || ms_last < SECOND_MS - 1;
    m->any = !m->edges && s_from == 0 && s_last == UINT32_MAX;
}

static struct matcher matcher_of(const struct view *v, i64 source, const struct row_filter *f)
{
    struct matcher m = { .event_one = -1 };
    matcher_times(&m, f->from, f->until);
    i64 names = words_count(view_event_names(v, source)), on = 0, one = -1;
    for (i64 i = 0; f->event && i < names; i++)
        if (f->event[i]) on++, one = i;
    if (f->event && !on) m.none = true;
    if (on == 1) m.event_one = one;
    else if (on < names) m.event = f->event;
    memcpy(m.props, f->props, sizeof m.props);
    return m;
}

/* -- blocks of members ------------------------------------------------------------------------- */

/* The last member (exclusive) so that rows of first .. last - 1 fill a block: at least one member.
 */
static i64 block_end(const struct run *r, i64 first)
{
    i64 low = first + 1, high = r->n;
    u32 most = r->offset[first] + ROWS_BLOCK;
    if (most < r->offset[first]) most = UINT32_MAX;
    while (low < high) {
        i64 mid = (low + high + 1) / 2;
        if (r->offset[mid] <= most) low = mid;
        else high = mid - 1;
    }
    return low;
}

/* Marks of a block: on the stack, or on the heap for a member with very many rows. */
struct marks {
    u8 near[ROWS_BLOCK];
    u8 *far;
    i64 far_room;
};

static u8 *marks_for(struct marks *m, i64 n)
{
    if (n <= ROWS_BLOCK) return m->near;
    if (n > m->far_room) {
        free(m->far);
        m->far = malloc((size_t)n);
        if (!m->far) abort();
        m->far_room = n;
    }
    return m->far;
}

static bool has(const u64 *bits, i64 i) { return bits[i / 64] >> (i % 64) & 1; }

/* -- counts, sums, ends ------------------------------------------------------------------------ */

struct tallying {
    const struct kernels *k;
    struct matcher m;
    struct marks marks;
    u32 *counts;
    i64 *sums;
    instant *first, *last;
};

static void tally_run(void *arg, const struct run *r)
{
    struct tallying *t = arg;
    for (i64 first = 0, end; first < r->n; first = end) {
        end = block_end(r, first);
        i64 from = r->offset[first], n = r->offset[end] - from;
        u8 *marks = marks_for(&t->marks, n);
        t->k->match(r, from, n, &t->m, marks);
        if (n <= ROWS_BLOCK) {
            t->k->tally(r, first, end, marks, t->counts + r->first);
        } else { /* one member */
            u32 sum = 0;
            for (i64 i = 0; i < n; i++) sum += marks[i];
            t->counts[r->first + first] += sum;
        }
    }
}

void rows_count(const struct view *v, i64 chunk, i64 source, const struct row_filter *f,
                u32 counts[CHUNK])
{
    memset(counts, 0, CHUNK * sizeof *counts);
    struct tallying t = { .k = index_kernels(), .m = matcher_of(v, source, f), .counts = counts };
    if (!t.m.none) view_runs(v, chunk, source, tally_run, &t);
    free(t.marks.far);
}

static void sum_run(void *arg, const struct run *r)
{
    struct tallying *t = arg;
    for (i64 first = 0, end; first < r->n; first = end) {
        end = block_end(r, first);
        i64 from = r->offset[first], n = r->offset[end] - from;
        u8 *marks = marks_for(&t->marks, n);
        t->k->match(r, from, n, &t->m, marks);
        for (i64 k = first; k < end; k++) {
            u64 sum = 0;
            for (i64 i = r->offset[k]; i < r->offset[k + 1]; i++)
                sum += (u64)run_value(r, i) & -(u64)marks[i - from];
            t->sums[r->first + k] += (i64)sum;
        }
    }
}

void rows_sum(const struct view *v, i64 chunk, i64 source, const struct row_filter *f,
              i64 sums[CHUNK])
{
    memset(sums, 0, CHUNK * sizeof *sums);
    struct tallying t = { .k = index_kernels(), .m = matcher_of(v, source, f), .sums = sums };
    if (!t.m.none) view_runs(v, chunk, source, sum_run, &t);
    free(t.marks.far);
}

static instant row_at(const struct run *r, i64 row)
{
    return r->second[row] * SECOND_MS + narrow_get(r->ms, row);
}

static void ends_run(void *arg, const struct run *r)
{
    struct tallying *t = arg;
    for (i64 first = 0, end; first < r->n; first = end) {
        end = block_end(r, first);
        i64 from = r->offset[first], n = r->offset[end] - from;
        u8 *marks = marks_for(&t->marks, n);
        t->k->match(r, from, n, &t->m, marks);
        for (i64 k = first; k < end; k++) {
            i64 low = r->offset[k], high = (i64)r->offset[k + 1] - 1;
            while (low <= high && !marks[low - from]) low++;
            while (high >= low && !marks[high - from]) high--;
            if (low > high) continue;
            if (t->first) t->first[r->first + k] = row_at(r, low);
            if (t->last) t->last[r->first + k] = row_at(r, high);
        }
    }
}

void rows_ends(const struct view *v, i64 chunk, i64 source, const struct row_filter *f,
               instant *first, instant *last)
{
    for (i64 i = 0; i < CHUNK; i++) {
        if (first) first[i] = INT64_MIN;
        if (last) last[i] = INT64_MIN;
    }
    struct tallying t = {
        .k = index_kernels(), .m = matcher_of(v, source, f), .first = first, .last = last
    };
    if (!t.m.none) view_runs(v, chunk, source, ends_run, &t);
    free(t.marks.far);
}

/* -- funnel ------------------------------------------------------------------------------------ */

struct funneling {
    const struct kernels *k;
    const struct funnel *f;
    struct matcher m[FUNNEL_STEPS_MAX];
    /* A row is one step at most, told by its event, and all steps ask for the same besides, but
     * that the first may end sooner: steps are looked up. */
    bool single, sooner;
    struct matcher common;
    u8 *step_of; /* by event code */
    struct marks marks, steps;
    const u64 *within;
    i64 *reached;
    i64 wanted; /* step of the bits asked for */
    u64 *bits;
    u8 *levels;
    struct funnel_times *times;
};

static bool has_props(const struct matcher *m)
{
    for (int p = 0; p < EVENT_PROPS_MAX; p++)
        if (m->props[p]) return true;
    return false;
}

/* What all steps ask for besides the event; false: they differ in that. */
static bool plan_common(struct funneling *w)
{
    const struct matcher *first = &w->m[0], *last = &w->m[w->f->n - 1];
    w->common = *last;
    w->common.event_one = -1;
    w->common.event = NULL;
    w->sooner = first->span != last->span;
    bool same = first->from == last->from && first->span <= last->span && !first->none;
    for (i64 s = 0; s < w->f->n && same; s++) {
        const struct matcher *m = &w->m[s];
        same = !m->none && !m->edges && m->from == last->from &&
               (s == 0 || m->span == last->span) &&
               memcmp(m->props, last->props, sizeof m->props) == 0;
    }
    return same;
}

static void plan_single(struct funneling *w, const struct view *v, i64 source)
{
    i64 names = words_count(view_event_names(v, source));
    w->step_of = malloc((size_t)names + 1);
    if (!w->step_of) abort();
    memset(w->step_of, STEP_NONE, (size_t)names + 1);
    w->single = plan_common(w);
    for (i64 s = 0; s < w->f->n && w->single; s++)
        for (i64 e = 0; e < names && w->single; e++) {
            const u8 *on = w->f->steps[s].event;
            if (on && !on[e]) continue;
            w->single = w->step_of[e] == STEP_NONE;
            w->step_of[e] = (u8)s;
        }
}

static void steps_by_event(struct funneling *w, const struct run *r, i64 from, i64 n, u8 *steps)
{
    const u8 *step_of = w->step_of;
    if (r->event.width == 1) {
        const u8 *event = (const u8 *)r->event.at + from;
        for (i64 i = 0; i < n; i++) steps[i] = step_of[event[i]];
    } else {
        for (i64 i = 0; i < n; i++) steps[i] = step_of[narrow_get(r->event, from + i)];
    }
    if (!w->common.any || has_props(&w->common)) {
        u8 *marks = marks_for(&w->marks, n);
        w->k->match(r, from, n, &w->common, marks);
        w->k->unmark(steps, marks, n);
    }
    if (w->sooner) w->k->unstart(steps, r->second + from, n, w->m[0].from, w->m[0].span);
}

static void steps_by_filters(struct funneling *w, const struct run *r, i64 from, i64 n, u8 *masks)
{
    memset(masks, 0, (size_t)n);
    u8 *marks = marks_for(&w->marks, n);
    for (i64 s = 0; s < w->f->n; s++) {
        if (w->m[s].none) continue;
        w->k->match(r, from, n, &w->m[s], marks);
        for (i64 i = 0; i < n; i++) masks[i] |= (u8)(marks[i] << s);
    }
}

static void seconds_push(struct seconds *s, u32 value)
{
    if (s->n == s->room) {
        s->room = s->room ? s->room * 2 : 1024;
        s->at = realloc(s->at, (size_t)s->room * sizeof *s->at);
        if (!s->at) abort();
    }
    s->at[s->n++] = value;
}

/* The funnel once more for one who got beyond the first step: a chain of the latest start is the
 * shortest to each row, so the least of these is the least of all. */
static void take_times(struct funneling *w, const u32 *second, const u8 *steps, i64 n, i64 level)
{
    i64 start[FUNNEL_STEPS_MAX + 1], least[FUNNEL_STEPS_MAX], window = w->f->window_s;
    for (int k = 0; k <= FUNNEL_STEPS_MAX; k++) start[k] = -window - 1;
    for (int k = 0; k < FUNNEL_STEPS_MAX; k++) least[k] = INT64_MAX;
    for (i64 i = 0; i < n; i++) {
        i64 t = second[i];
        start[0] = t;
        for (i64 s = w->f->n - 1; s >= 0; s--) {
            bool is = w->single ? steps[i] == s : steps[i] >> s & 1;
            if (!is || t - start[s] > window) continue;
            start[s + 1] = start[s];
            if (t - start[s] < least[s]) least[s] = t - start[s];
        }
    }
    for (i64 s = 1; s < level; s++) seconds_push(&w->times->step[s], (u32)least[s]);
}

static void funnel_member(struct funneling *w, const u32 *second, const u8 *steps, i64 rows,
                          i64 member)
{
    u32 got = w->single ? w->k->funnel(second, steps, rows, w->f->window_s)
                        : w->k->funnel_many(second, steps, rows, w->f->window_s, w->f->n);
    got &= (1u << w->f->n) - 1;
    if (w->bits) {
        w->bits[member / 64] |= (u64)(got >> (w->wanted - 1) & 1) << (member % 64);
    } else if (w->levels) {
        i64 level = __builtin_popcount(got);
        w->levels[member] = (u8)level;
        if (w->times && level > 1) take_times(w, second, steps, rows, level);
    } else {
        for (i64 s = 0; s < w->f->n; s++) w->reached[s] += got >> s & 1;
    }
}

static void funnel_run(void *arg, const struct run *r)
{
    struct funneling *w = arg;
    for (i64 first = 0, end; first < r->n; first = end) {
        end = block_end(r, first);
        i64 from = r->offset[first], n = r->offset[end] - from;
        u8 *steps = marks_for(&w->steps, n);
        if (w->single) steps_by_event(w, r, from, n, steps);
        else steps_by_filters(w, r, from, n, steps);
        for (i64 k = first; k < end; k++) {
            i64 i = r->offset[k], rows = r->offset[k + 1] - i, member = r->first + k;
            if (rows && has(w->within, member))
                funnel_member(w, r->second + i, steps + (i - from), rows, member);
        }
    }
}

static void funnel_chunk(struct funneling *w, const struct view *v, i64 chunk, i64 source)
{
    assert(w->f->n >= 1 && w->f->n <= FUNNEL_STEPS_MAX && w->f->window_s >= 0);
    w->k = index_kernels();
    for (i64 s = 0; s < w->f->n; s++) w->m[s] = matcher_of(v, source, &w->f->steps[s]);
    plan_single(w, v, source);
    if (!w->m[0].none) view_runs(v, chunk, source, funnel_run, w);
    free(w->step_of);
    free(w->marks.far);
    free(w->steps.far);
}

void rows_funnel(const struct view *v, i64 chunk, i64 source, const struct funnel *f,
                 const u64 *within, i64 *reached)
{
    struct funneling w = { .f = f, .within = within, .reached = reached };
    funnel_chunk(&w, v, chunk, source);
}

void rows_funnel_bits(const struct view *v, i64 chunk, i64 source, const struct funnel *f, i64 step,
                      chunk_bits out)
{
    chunk_bits all;
    assert(step >= 1 && step <= f->n);
    bits_fill(all, true);
    bits_fill(out, false);
    struct funneling w = { .f = f, .within = all, .wanted = step, .bits = out };
    funnel_chunk(&w, v, chunk, source);
}

void rows_funnel_levels(const struct view *v, i64 chunk, i64 source, const struct funnel *f,
                        const u64 *within, u8 levels[CHUNK], struct funnel_times *times)
{
    memset(levels, 0, CHUNK);
    struct funneling w = { .f = f, .within = within, .levels = levels, .times = times };
    funnel_chunk(&w, v, chunk, source);
}

/* -- retention --------------------------------------------------------------------------------- */

struct retaining {
    const struct kernels *k;
    const struct retention *r;
    struct matcher start, back;
    struct marks starts, backs;
    const u64 *within;
    i64 *members, *returned;
};

static void retain_member(struct retaining *w, const struct run *r, i64 k, const u8 *starts,
                          const u8 *backs, i64 from)
{
    i64 i = r->offset[k], end = r->offset[k + 1];
    while (i < end && !starts[i - from]) i++;
    if (i == end) return;
    i64 came = r->day[i], cohort = came - w->r->first_day;
    if (cohort < 0) return;
    if (w->r->weeks) {
        cohort /= 7;
        came = w->r->first_day + cohort * 7;
    }
    if (cohort >= w->r->cohorts) return;
    while (i > r->offset[k] && r->day[i - 1] >= came) i--; /* earlier on the day he came in */
    u64 days = (w->r->weeks ? w->k->weeks : w->k->days)(r->day + i, backs + (i - from), end - i,
                                                        came, w->r->days);
    w->members[cohort]++;
    i64 *row = w->returned + cohort * w->r->days;
    for (; days; days &= days - 1) row[__builtin_ctzll(days)]++;
}

static void retain_run(void *arg, const struct run *r)
{
    struct retaining *w = arg;
    for (i64 first = 0, end; first < r->n; first = end) {
        end = block_end(r, first);
        i64 from = r->offset[first], n = r->offset[end] - from;
        u8 *starts = marks_for(&w->starts, n), *backs = marks_for(&w->backs, n);
        w->k->match(r, from, n, &w->start, starts);
        if (w->back.none) memset(backs, 0, (size_t)n);
        else w->k->match(r, from, n, &w->back, backs);
        for (i64 k = first; k < end; k++)
            if (has(w->within, r->first + k)) retain_member(w, r, k, starts, backs, from);
    }
}

void rows_retention(const struct view *v, i64 chunk, i64 source, const struct retention *r,
                    const u64 *within, i64 *members, i64 *returned)
{
    assert(r->days >= 1 && r->days <= 64 && r->cohorts >= 1);
    struct retaining w = { .k = index_kernels(),
                           .r = r,
                           .start = matcher_of(v, source, r->start),
                           .back = matcher_of(v, source, r->back),
                           .within = within,
                           .members = members,
                           .returned = returned };
    if (!w.start.none) view_runs(v, chunk, source, retain_run, &w);
    free(w.starts.far);
    free(w.backs.far);
}

/* -- actives ----------------------------------------------------------------------------------- */

struct activity {
    const struct kernels *k;
    const struct actives *a;
    struct matcher m;
    struct marks marks;
    const struct part *part;
    const u64 *within;
    i64 *counts;
    u64 *seen; /* by code: the member and day that was counted last */
    u64 stamp;
    const u32 *masks;
    i64 groups, places;
    u32 *place; /* of the days of the period; behind them `places`, of all others */
    u32 *came;  /* places of one member: room for one more than there are */
};

static inline i64 place_of(const struct activity *w, day d)
{
    u64 k = (u64)((i64)d - w->a->first_day), days = (u64)w->a->days;
    return w->place[k < days ? k : days];
}

/* One code a row: seen[code] holds the stamp of the member's day, so that a day counts once. */
static void active_days(struct activity *w, const struct run *r, i64 k, const u8 *marks, i64 from)
{
    const struct actives *a = w->a;
    struct narrow codes = a->prop >= 0 ? r->props[a->prop] : (struct narrow){ 0 };
    i64 own = a->codes;
    if (a->column >= 0) part_value(w->part, r->first + k, &own);
    i64 today = -1, cells = a->codes + 1;
    u64 stamp = w->stamp;
    for (i64 i = r->offset[k]; i < r->offset[k + 1]; i++) {
        stamp += r->day[i] != today;
        today = r->day[i];
        i64 code = own, place = today - a->first_day;
        if (a->prop >= 0) {
            u64 c = (u64)narrow_get(codes, i) - 1; /* absent becomes the greatest */
            code = c < (u64)a->codes ? (i64)c : a->codes;
        }
        bool inside = (u64)place < (u64)a->days && marks[i - from];
        u64 *cell_seen = inside ? &w->seen[code] : &w->seen[cells];
        w->counts[inside ? place * cells + code : a->days * cells] += *cell_seen != stamp;
        *cell_seen = stamp;
    }
    w->stamp = stamp;
}

/* The same with tables for days and codes. Days change at every other row: nothing here may be a
 * branch. */
static inline __attribute__((always_inline)) void active_rows(struct activity *w,
                                                              const struct run *r, i64 k,
                                                              const u8 *marks, i64 from,
                                                              const u32 *group)
{
    const struct actives *a = w->a;
    struct narrow codes = a->prop >= 0 ? r->props[a->prop] : (struct narrow){ 0 };
    i64 own = a->codes;
    if (a->column >= 0) part_value(w->part, r->first + k, &own);
    i64 last = -1, cells = a->codes + 1;
    u64 stamp = w->stamp;
    for (i64 i = r->offset[k]; i < r->offset[k + 1]; i++) {
        i64 place = place_of(w, r->day[i]), code = own;
        stamp += place != last;
        last = place;
        if (a->prop >= 0) {
            i64 c = narrow_get(codes, i);
            /* absent becomes the greatest */
            u64 cell = group ? group[c] : (u64)c - 1;
            code = cell < (u64)a->codes ? (i64)cell : a->codes;
        }
        bool inside = place < w->places && marks[i - from];
        u64 *cell_seen = inside ? &w->seen[code] : &w->seen[cells];
        w->counts[inside ? place * cells + code : w->places * cells] += *cell_seen != stamp;
        *cell_seen = stamp;
    }
    w->stamp = stamp;
}

/* A member counts once a place in each of his groups: his places first, then his groups of each. */
static void active_groups(struct activity *w, const struct run *r, i64 k, const u8 *marks, i64 from)
{
    u32 mask = w->masks[r->first + k], *came = w->came, places = (u32)w->places, last = places;
    i64 n = 0;
    for (i64 i = r->offset[k]; i < r->offset[k + 1]; i++) {
        u32 place = (u32)place_of(w, r->day[i]);
        u32 new = (u32)(marks[i - from] & (place != last) & (place < places));
        came[n] = place;
        n += new;
        last = new ? place : last;
    }
    for (i64 i = 0; i < n; i++) {
        i64 *row = w->counts + came[i] * w->groups;
        for (u32 bits = mask; bits; bits &= bits - 1) row[__builtin_ctz(bits)]++;
    }
}

static void active_run(void *arg, const struct run *r)
{
    struct activity *w = arg;
    for (i64 first = 0, end; first < r->n; first = end) {
        end = block_end(r, first);
        i64 from = r->offset[first], n = r->offset[end] - from;
        u8 *marks = marks_for(&w->marks, n);
        w->k->match(r, from, n, &w->m, marks);
        for (i64 k = first; k < end; k++) {
            if (r->offset[k] == r->offset[k + 1] || !has(w->within, r->first + k)) continue;
            w->stamp++;
            if (w->masks) active_groups(w, r, k, marks, from);
            else if (!w->a->place && !w->a->group) active_days(w, r, k, marks, from);
            else active_rows(w, r, k, marks, from, w->a->prop >= 0 ? w->a->group : NULL);
        }
    }
}

static struct activity activity_of(const struct view *v, i64 source, const struct actives *a,
                                   const u64 *within)
{
    struct activity w = { .k = index_kernels(),
                          .a = a,
                          .m = matcher_of(v, source, a->rows),
                          .within = within,
                          .places = a->place ? a->places : a->days };
    w.place = malloc((size_t)(a->days + 1) * sizeof *w.place);
    w.came = malloc((size_t)(w.places + 1) * sizeof *w.came);
    if (!w.place || !w.came) abort();
    for (i64 k = 0; k < a->days; k++) w.place[k] = a->place ? a->place[k] : (u32)k;
    w.place[a->days] = (u32)w.places;
    return w;
}

static void activity_end(struct activity *w)
{
    free(w->place);
    free(w->came);
    free(w->marks.far);
}

void rows_actives(const struct view *v, i64 chunk, i64 source, const struct actives *a,
                  const u64 *within, i64 *counts)
{
    i64 cells = a->codes + 1;
    struct activity w = activity_of(v, source, a, within);
    w.part = a->column >= 0 ? view_part(v, chunk, a->column) : NULL;
    w.seen = calloc((size_t)cells + 1, sizeof *w.seen);
    w.counts = calloc((size_t)(w.places * cells + 1),
                      sizeof *w.counts); /* one more, for rows that are not meant */
    if (!w.seen || !w.counts) abort();
    if (!w.m.none) view_runs(v, chunk, source, active_run, &w);
    for (i64 i = 0; i < w.places * cells; i++) counts[i] += w.counts[i];
    free(w.seen);
    free(w.counts);
    activity_end(&w);
}

void rows_actives_masked(const struct view *v, i64 chunk, i64 source, const struct actives *a,
                         const u64 *within, const u32 masks[CHUNK], i64 groups, i64 *counts)
{
    struct activity w = activity_of(v, source, a, within);
    assert(groups <= 32);
    w.masks = masks;
    w.groups = groups;
    w.counts = counts;
    if (!w.m.none) view_runs(v, chunk, source, active_run, &w);
    activity_end(&w);
}

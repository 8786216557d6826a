/* funnel.c -- how many members go through steps one after another, within a window. */
#include <math.h>
#include <stdlib.h>

#include "audience/question/axis.h"
#include "audience/question/rows_private.h"

SHAPE_DEFINE(funnel_ask);
SHAPE_DEFINE(funnel_step);
SHAPE_DEFINE(funnel_value);
SHAPE_DEFINE(funnel_answer);

#define WINDOW_MAX_MS (366 * DAY_MS)

typedef chunk_bits step_bits[STEPS_MAX];

struct going {
    const struct question *q;
    struct rows_at at;
    struct meant meant[STEPS_MAX];
    struct row_filter steps[STEPS_MAX];
    struct funnel f;
    const struct axis *axis;                         /* NULL: by nothing */
    i64 *reached[CHUNK_WORKERS], *by[CHUNK_WORKERS]; /* by: band * steps + step */
    u8 *levels[CHUNK_WORKERS];
    chunk_bits *bits[CHUNK_WORKERS], *bands[CHUNK_WORKERS];
    bool timed;
    struct funnel_times times[CHUNK_WORKERS];
};

/* -- text ------------------------------------------------------------------------------------- */

strs funnel_steps(struct arena *a, str text)
{
    strs out = { 0 };
    i64 from = 0, depth = 0;
    bool quoted = false;
    for (i64 i = 0; i <= text.n; i++) {
        char ch = i < text.n ? text.at[i] : '>';
        if (quoted && ch == '\\' && i + 1 < text.n) i++;
        else if (ch == '"') quoted = !quoted;
        else if (!quoted) depth += (ch == '(') - (ch == ')');
        if (i < text.n && (ch != '>' || quoted || depth > 0)) continue;
        *PUSH(a, &out) = str_trim(str_sub(text, from, i));
        from = i + 1;
    }
    return out;
}

static enum err window_read(struct ctx *c, str text, str *said, i64 *seconds)
{
    i64 ms;
    *said = str_or(str_trim(text), S("7d"));
    if (!duration_parse(*said, &ms))
        return fail_at(
            c, E_INVALID, S("/window"), "应当是时长，如 30m、24h、7d，写的是“" STR_FMT "”",
            "expected a duration such as 30m, 24h, 7d, not \"" STR_FMT "\"", STR_ARG(*said));
    if (ms < SECOND_MS || ms % SECOND_MS || ms > WINDOW_MAX_MS)
        return fail_at(c, E_INVALID, S("/window"), "窗口应当是整秒，1 秒到 366 天",
                       "the window is whole seconds, from 1 second to 366 days");
    *seconds = ms / SECOND_MS;
    return OK;
}

/* -- counting --------------------------------------------------------------------------------- */

/* bits[s]: who reached step s + 1. */
static void bits_of_levels(const u8 *levels, i64 steps, chunk_bits *bits)
{
    for (i64 w = 0; w < CHUNK_WORDS; w++) {
        u64 words[STEPS_MAX] = { 0 };
        for (i64 i = 0; i < 64; i++)
            for (i64 s = 0; s < levels[w * 64 + i]; s++) words[s] |= 1ull << i;
        for (i64 s = 0; s < steps; s++) bits[s][w] = words[s];
    }
}

static i64 count_both(const u64 *a, const u64 *b)
{
    i64 n = 0;
    for (i64 w = 0; w < CHUNK_WORDS; w++) n += __builtin_popcountll(a[w] & b[w]);
    return n;
}

static void of_chunk(void *arg, int worker, i64 chunk)
{
    struct going *g = arg;
    const u64 *within = set_of_chunk(&g->q->set, chunk);
    i64 steps = g->f.n;
    if (!g->axis && !g->timed) {
        rows_funnel(g->at.view, chunk, g->at.source, &g->f, within, g->reached[worker]);
        return;
    }
    rows_funnel_levels(g->at.view, chunk, g->at.source, &g->f, within, g->levels[worker],
                       g->timed ? &g->times[worker] : NULL);
    bits_of_levels(g->levels[worker], steps, g->bits[worker]);
    for (i64 s = 0; s < steps; s++) g->reached[worker][s] += bits_count(g->bits[worker][s]);
    if (!g->axis || !bits_any(g->bits[worker][0])) return;
    axis_bits(g->axis, chunk, g->bands[worker]);
    for (i64 b = 0; b < g->axis->n; b++)
        for (i64 s = 0; s < steps; s++)
            g->by[worker][b * steps + s] += count_both(g->bits[worker][s], g->bands[worker][b]);
}

static void free_times(void *arg)
{
    struct going *g = arg;
    for (int w = 0; w < CHUNK_WORKERS; w++)
        for (i64 s = 0; s < STEPS_MAX; s++) free(g->times[w].step[s].at);
}

static void run(struct ctx *c, struct going *g)
{
    i64 bands = g->axis ? g->axis->n : 0;
    for (int w = 0; w < CHUNK_WORKERS; w++) {
        g->reached[w] = NEWS(c->arena, i64, g->f.n);
        g->by[w] = NEWS(c->arena, i64, bands * g->f.n);
        if (!g->axis && !g->timed) continue;
        g->levels[w] = NEWS(c->arena, u8, CHUNK);
        g->bits[w] = NEWS(c->arena, chunk_bits, STEPS_MAX);
        g->bands[w] = NEWS(c->arena, chunk_bits, bands);
    }
    arena_defer(c->arena, free_times, g);
    chunks_run(g->at.chunks, of_chunk, g);
    for (int w = 1; w < CHUNK_WORKERS; w++) {
        for (i64 s = 0; s < g->f.n; s++) g->reached[0][s] += g->reached[w][s];
        for (i64 i = 0; i < bands * g->f.n; i++) g->by[0][i] += g->by[w][i];
    }
}

/* The least value that at least half of all are not above: found by halving the range of values, so
 * that the lists are read a few times and never sorted. */
static i64 median_of(const struct going *g, i64 step)
{
    i64 n = 0, low = 0, high = g->f.window_s;
    for (int w = 0; w < CHUNK_WORKERS; w++) n += g->times[w].step[step].n;
    while (low < high) {
        i64 middle = (low + high) / 2, below = 0;
        for (int w = 0; w < CHUNK_WORKERS; w++) {
            const struct seconds *s = &g->times[w].step[step];
            for (i64 i = 0; i < s->n; i++) below += s->at[i] <= middle;
        }
        if (below >= (n + 1) / 2) high = middle;
        else low = middle + 1;
    }
    return low;
}

/* -- the answer ------------------------------------------------------------------------------- */

/* Four decimals are enough of a share. */
static f64 share(i64 part, i64 of) { return of ? round(1e4 * (f64)part / (f64)of) / 1e4 : 0; }

static void fill(struct ctx *c, const struct going *g, const struct funnel_ask *ask,
                 struct funnel_answer *out)
{
    const i64 *reached = g->reached[0];
    for (i64 s = 0; s < g->f.n; s++) {
        struct funnel_step *step = PUSH(c->arena, &out->steps);
        *step = (struct funnel_step){ .event = str_trim(ask->steps.at[s]),
                                      .members = reached[s],
                                      .rate = share(reached[s], reached[0]),
                                      .step_rate = share(reached[s], reached[s ? s - 1 : 0]) };
        if (g->timed && reached[s]) step->median_s = SOME(s ? median_of(g, s) : 0);
    }
    for (i64 b = 0; g->axis && b < g->axis->n; b++)
        *PUSH(c->arena, &out->by) =
            (struct funnel_value){ g->axis->at[b].label, { g->by[0] + b * g->f.n, g->f.n } };
}

static str how(struct ctx *c, const struct going *g, str window, const struct days_asked *days,
               struct buf *notes)
{
    struct buf out = { .arena = c->arena };
    buf_fmt(&out,
            c->locale == ZH
                ? "按顺序完成各步的会员数，每步须晚于上一步，且都在第一步之后 " STR_FMT
                  " 之内（含两端，以秒计）；rate 对第一步，step_rate 对上一步；median_s"
                  " 是到达该步的会员从第一步起最短用时的中位数（秒）。"
                : "Members who went through the steps in order, each step after the one before, all"
                  " within " STR_FMT
                  " of the first (ends included, in seconds); rate is of the first"
                  " step, step_rate of the one before; median_s is the median of the least seconds"
                  " from the first step. ",
            STR_ARG(window));
    if (days->from_given)
        buf_fmt(&out,
                c->locale == ZH ? "第一步不早于 " STR_FMT "。" : "First step from " STR_FMT ". ",
                STR_ARG(day_text(c->arena, days->from)));
    if (days->to_given)
        buf_fmt(&out,
                c->locale == ZH ? "第一步不晚于 " STR_FMT "。" : "First step up to " STR_FMT ". ",
                STR_ARG(day_text(c->arena, days->to)));
    if (g->axis && g->axis->source.past_unknown)
        buf_add(&out, say(c, S("分组字段的过去不可知，取现值。"),
                          S("The past of the field parted by is not known: as it stands now. ")));
    say_rows(c, &g->at, notes, &out);
    question_say_about(c, g->q, &out);
    return buf_str(&out);
}

/* The first step lies within the period; the others may come as late as the window lets them. */
static enum err steps_read(struct ctx *c, struct going *g, const struct funnel_ask *ask,
                           const struct days_asked *days, struct buf *notes)
{
    struct meant *all[STEPS_MAX];
    for (i64 s = 0; s < ask->steps.n; s++) {
        str at = str_fmt(c->arena, "/steps/%lld", (long long)s);
        if (str_empty(str_trim(ask->steps.at[s])))
            return fail_at(c, E_INVALID, at, "这一步没有写行为", "this step names no event");
        all[s] = &g->meant[s];
        TRY(meant_read(c, g->q, ask->steps.at[s], str_z(c->arena, at), notes, all[s]));
    }
    TRY(rows_find(c, g->q, all, ask->steps.n, NO_STR, &g->at));
    for (i64 s = 0; s < ask->steps.n; s++) {
        struct row_filter *f = &g->steps[s];
        *f = all[s]->rows;
        instant begin = days->from_given ? days_begin(c, days) : f->from;
        instant end = days->to_given ? days_end(c, days) : f->until;
        if (s && days->to_given) end += (g->f.window_s + 1) * SECOND_MS;
        if (begin > f->from) f->from = begin;
        if (end < f->until) f->until = end;
    }
    return OK;
}

enum err funnel_make(struct ctx *c, const struct funnel_ask *ask, struct funnel_answer *out)
{
    struct question q;
    struct days_asked days;
    struct source source;
    struct axis axis;
    struct buf notes = { .arena = c->arena };
    struct going *g = NEW(c->arena, struct going);
    *out = (struct funnel_answer){ 0 };
    if (ask->steps.n < STEPS_MIN || ask->steps.n > STEPS_MAX)
        return fail_at(c, E_INVALID, S("/steps"), "漏斗要有 %d 到 %d 步",
                       "a funnel has %d to %d steps", STEPS_MIN, STEPS_MAX);
    TRY(window_read(c, ask->window, &out->window, &g->f.window_s));
    TRY(days_read(c, ask->from, ask->to, &days));
    TRY(question_begin(c, ask->segment, ask->at, ask->seq, &q));
    g->q = &q;
    g->f.steps = g->steps;
    g->f.n = ask->steps.n;
    g->timed = ask->times;
    TRY(steps_read(c, g, ask, &days, &notes));
    if (!str_empty(ask->by)) {
        TRY(source_make(c, q.view, ask->by, q.at, "/by", &source));
        axis_make(c, &source, &q.set, QUESTION_VALUES, &axis);
        g->axis = &axis;
    }
    run(c, g);
    fill(c, g, ask, out);
    out->members = q.set.n;
    out->how = how(c, g, out->window, &days, &notes);
    out->took_us = question_took(&q);
    return OK;
}

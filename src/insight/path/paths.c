/* paths.c -- the most common paths between two events, and their layers as streams. */
#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "insight/path/inside.h"

CHOICE_DEFINE(path_of, "event", "touchpoint");
CHOICE_DEFINE(path_outcome, "arrived", "arrived_later", "went_on", "ended");
CHOICE_DEFINE(path_direction, "from", "between", "to");
SHAPE_DEFINE(paths_ask);
SHAPE_DEFINE(path_row);
SHAPE_DEFINE(path_node);
SHAPE_DEFINE(path_link);
SHAPE_DEFINE(paths_answer);

#define STEPS_FALLBACK 5
#define NODES_FALLBACK 8
#define TOP_FALLBACK   20
#define GAP_MAX        ((i64)366 * 24 * 60)

struct rows_list {
    struct walk_row *at;
    i64 n, room;
};

struct asking {
    struct path_asked q;
    struct walk_rule rule;
    bool by_touchpoint;
    struct path_end start, end;
    const u8 *behaviour;
    const u8 *said; /* by code of events: rows of it may have a say */
    const struct words *words;
    u32 *same; /* codes that fold alike */
    i64 codes; /* of words; codes is the start, codes + 1 the end, where they have their own words
                */
    struct ways ways[CHUNK_WORKERS];
    struct rows_list rows[CHUNK_WORKERS];
    i64 arrived[CHUNK_WORKERS];
    u32 keep[2]; /* codes of the ends */
    i64 layers, nodes;
    i64 *counts[CHUNK_WORKERS]; /* layer * (codes + 2) + code */
    u8 *place;                  /* of the same: place in the layer; the rest: rest[layer] */
    i64 chosen[PATH_STEPS_MAX]; /* nodes of a layer told apart */
    u32 *nodes_of[PATH_STEPS_MAX];
    struct stream {
        i64 members, outcome[4];
        i64 to[PATH_NODES_MAX + 3];
    } * streams[CHUNK_WORKERS]; /* layer * NODES + place */
};
#define NODES (PATH_NODES_MAX + 3) /* start, end and the rest besides */

/* -- rows of a member ------------------------------------------------------------------------- */

static void push_row(struct rows_list *l, struct walk_row row)
{
    if (l->n == l->room) {
        l->room = l->room ? 2 * l->room : 256;
        l->at = realloc(l->at, (size_t)l->room * sizeof *l->at);
        if (!l->at) abort();
    }
    l->at[l->n++] = row;
}

static void see_row(const struct asking *g, const struct run *r, i64 row, struct rows_list *out)
{
    u32 event = (u32)narrow_get(r->event, row);
    u32 touchpoint = (u32)narrow_get(r->props[PROP_TOUCHPOINT], row);
    struct walk_row w = { .second = r->second[row] };
    if (g->behaviour[event] && (!g->by_touchpoint || touchpoint)) w.is |= ROW_STEP;
    w.code = g->by_touchpoint ? touchpoint ? g->same[touchpoint - 1] : 0 : g->same[event];
    w.start_code = w.end_code = w.code;
    if (g->start.given ? path_row_is(&g->start.rows, r, row) : (w.is & ROW_STEP) != 0)
        w.is |= ROW_START;
    if (g->end.given && path_row_is(&g->end.rows, r, row)) w.is |= ROW_END;
    if (g->by_touchpoint && g->start.given && !g->start.touchpoint) w.start_code = (u32)g->codes;
    if (g->by_touchpoint && g->end.given && !g->end.touchpoint) w.end_code = (u32)g->codes + 1;
    /* any behaviour has a say in where a pause is, with a touchpoint or without */
    if (w.is || g->behaviour[event]) push_row(out, w);
}

typedef void see_way(struct asking *g, int worker, const struct way *way, i64 members);

struct walking {
    struct asking *g;
    int worker;
    const u64 *within;
    see_way *see;
};

static void walk_run(void *arg, const struct run *r)
{
    struct walking *w = arg;
    const struct asking *g = w->g;
    struct rows_list *rows = &w->g->rows[w->worker];
    for (i64 k = 0; k < r->n; k++) {
        i64 member = r->first + k;
        if (!(w->within[member / 64] >> (member % 64) & 1)) continue;
        rows->n = 0;
        for (i64 row = r->offset[k]; row < r->offset[k + 1]; row++) {
            u32 second = r->second[row];
            if (second >= g->q.at_s) break;
            if (second < g->q.first_s || !g->said[narrow_get(r->event, row)]) continue;
            see_row(g, r, row, rows);
        }
        struct way way;
        if (walk_member(&g->rule, rows->at, rows->n, &way)) w->see(w->g, w->worker, &way, 1);
    }
}

struct pass {
    struct asking *g;
    see_way *see;
};
static void walk_chunk(void *arg, int worker, i64 chunk)
{
    const struct pass *p = arg;
    struct walking w = { p->g, worker, set_of_chunk(&p->g->q.set, chunk), p->see };
    if (bits_any(w.within)) view_runs(p->g->q.view, chunk, SOURCE_TIMELINE, walk_run, &w);
}

static void remember(struct asking *g, int worker, const struct way *way, i64 members)
{
    ways_add(&g->ways[worker], way, members);
    bool at_end = way->outcome == PATH_ARRIVED || way->outcome == PATH_ARRIVED_LATER;
    if (g->rule.direction == PATH_TO || at_end) g->arrived[worker] += members;
}

/* Every path with its members: from the table, or, when that did not hold all, walked again. */
static void each_way(struct asking *g, see_way *see)
{
    struct pass p = { g, see };
    if (g->ways[0].untold) {
        chunks_run(view_chunks(g->q.view), walk_chunk, &p);
        return;
    }
    for (i64 i = 0; i < g->ways[0].n; i++)
        see(g, 0, &g->ways[0].at[i].way, g->ways[0].at[i].members);
}

/* -- layers ----------------------------------------------------------------------------------- */

static i64 layer_of(const struct asking *g, i64 step)
{
    return g->rule.direction == PATH_TO ? g->layers - 1 - step : step;
}

static void count_codes(struct asking *g, int worker, const struct way *way, i64 members)
{
    for (i64 i = 0; i < way->n; i++)
        g->counts[worker][layer_of(g, i) * (g->codes + 2) + way->steps[i]] += members;
}

/* Whether a lies behind b in its layer: fewer members, then the later word. */
static bool behind(const i64 *counts, u32 a, u32 b)
{
    return counts[a] != counts[b] ? counts[a] < counts[b] : a > b;
}

static void choose_nodes(struct ctx *c, struct asking *g, i64 layer)
{
    const i64 *counts = g->counts[0] + layer * (g->codes + 2);
    u8 *place = g->place + layer * (g->codes + 2);
    u32 *best = g->nodes_of[layer] = NEWS(c->arena, u32, NODES);
    i64 n = 0;
    for (u32 code = 0; code < g->codes + 2; code++) {
        if (!counts[code]) continue;
        if (n == g->nodes && behind(counts, code, best[n - 1])) continue;
        if (n < g->nodes) n++;
        i64 i = n - 1;
        for (; i > 0 && behind(counts, best[i - 1], code); i--) best[i] = best[i - 1];
        best[i] = code;
    }
    /* The ends are always told apart, however few they are. */
    for (int k = 0; k < 2; k++) {
        bool there = counts[g->keep[k]] == 0;
        for (i64 i = 0; i < n; i++) there |= best[i] == g->keep[k];
        if (!there) best[n++] = g->keep[k];
    }
    g->chosen[layer] = n;
    for (i64 code = 0; code < g->codes + 2; code++) place[code] = (u8)n;
    for (i64 i = 0; i < n; i++) place[best[i]] = (u8)i;
}

static void stream_way(struct asking *g, int worker, const struct way *way, i64 members)
{
    struct stream *at[PATH_STEPS_MAX];
    i64 places[PATH_STEPS_MAX];
    for (i64 i = 0; i < way->n; i++) {
        i64 layer = layer_of(g, i);
        places[i] = g->place[layer * (g->codes + 2) + way->steps[i]];
        at[i] = &g->streams[worker][layer * NODES + places[i]];
        at[i]->members += members;
        if (!i) continue;
        if (g->rule.direction == PATH_TO) at[i]->to[places[i - 1]] += members;
        else at[i - 1]->to[places[i]] += members;
    }
    at[way->n - 1]->outcome[way->outcome] += members;
}

static void add_streams(struct asking *g)
{
    for (int w = 1; w < CHUNK_WORKERS; w++)
        for (i64 i = 0; i < PATH_STEPS_MAX * NODES; i++) {
            struct stream *to = &g->streams[0][i], *from = &g->streams[w][i];
            to->members += from->members;
            for (int k = 0; k < 4; k++) to->outcome[k] += from->outcome[k];
            for (int k = 0; k < NODES; k++) to->to[k] += from->to[k];
        }
}

static void make_layers(struct ctx *c, struct asking *g)
{
    for (int w = 0; w < CHUNK_WORKERS; w++) {
        g->counts[w] = NEWS(c->arena, i64, g->layers * (g->codes + 2));
        g->streams[w] = NEWS(c->arena, struct stream, PATH_STEPS_MAX * NODES);
    }
    g->place = NEWS(c->arena, u8, g->layers * (g->codes + 2));
    each_way(g, count_codes);
    for (int w = 1; w < CHUNK_WORKERS; w++)
        for (i64 i = 0; i < g->layers * (g->codes + 2); i++) g->counts[0][i] += g->counts[w][i];
    for (i64 layer = 0; layer < g->layers; layer++) choose_nodes(c, g, layer);
    each_way(g, stream_way);
    add_streams(g);
}

/* -- the answer ------------------------------------------------------------------------------- */

static str step_words(const struct asking *g, u32 code)
{
    if (code == g->codes) return g->start.words;
    if (code == g->codes + 1) return g->end.words;
    return words_text(g->words, code);
}

static void fill_layers(struct ctx *c, const struct asking *g, struct paths_answer *out)
{
    i64 at[PATH_STEPS_MAX][NODES] = { 0 };
    for (i64 layer = 0; layer < g->layers; layer++)
        for (i64 i = 0; i <= g->chosen[layer]; i++) {
            const struct stream *s = &g->streams[0][layer * NODES + i];
            bool rest = i == g->chosen[layer];
            at[layer][i] = out->nodes.n;
            if (!s->members) continue;
            *PUSH(c->arena, &out->nodes) = (struct path_node){
                .layer = layer,
                .name =
                    rest ? say(c, S("其他"), S("others")) : step_words(g, g->nodes_of[layer][i]),
                .rest = rest,
                .members = s->members,
                .ended = s->outcome[PATH_ENDED],
                .arrived = s->outcome[PATH_ARRIVED],
                .arrived_later = s->outcome[PATH_ARRIVED_LATER],
                .went_on = s->outcome[PATH_WENT_ON],
            };
        }
    for (i64 layer = 0; layer + 1 < g->layers; layer++)
        for (i64 i = 0; i <= g->chosen[layer]; i++)
            for (i64 k = 0; k <= g->chosen[layer + 1]; k++) {
                i64 members = g->streams[0][layer * NODES + i].to[k];
                if (members)
                    *PUSH(c->arena, &out->links) =
                        (struct path_link){ at[layer][i], at[layer + 1][k], members };
            }
}

/* Most members first; then the shorter; then by its words' codes. */
static int by_members(const void *a, const void *b)
{
    const struct way_count *x = a, *y = b;
    if (x->members != y->members) return x->members < y->members ? 1 : -1;
    if (x->way.n != y->way.n) return x->way.n < y->way.n ? -1 : 1;
    for (i64 i = 0; i < x->way.n; i++)
        if (x->way.steps[i] != y->way.steps[i]) return x->way.steps[i] < y->way.steps[i] ? -1 : 1;
    return (int)x->way.outcome - (int)y->way.outcome;
}

static void fill_paths(struct ctx *c, struct asking *g, i64 top, struct paths_answer *out)
{
    struct ways *all = &g->ways[0];
    if (all->n > 1) qsort(all->at, (size_t)all->n, sizeof *all->at, by_members);
    for (i64 i = 0; i < all->n && i < top; i++) {
        const struct way_count *w = &all->at[i];
        struct path_row *row = PUSH(c->arena, &out->paths);
        *row = (struct path_row){ .outcome = (enum path_outcome)w->way.outcome,
                                  .members = w->members,
                                  .share = round(1e4 * (f64)w->members / (f64)out->began) / 1e4 };
        row->steps = (strs){ NEWS(c->arena, str, w->way.n), w->way.n };
        for (i64 k = 0; k < w->way.n; k++)
            row->steps.at[g->rule.direction == PATH_TO ? w->way.n - 1 - k : k] =
                step_words(g, w->way.steps[k]);
    }
}

static str how(struct ctx *c, const struct asking *g, const struct paths_answer *out,
               const struct buf *notes)
{
    static const char *const zh[] = {
        "每位会员一条路径：从期间内第一次起点行为（没有起点则为任何行为）开始，",
        "每位会员一条路径：从期间内第一个能按时走到终点的起点行为开始，都走不到的取第一个起点，",
        "每位会员一条路径：从期间内第一次终点行为往回看，",
    };
    static const char *const en[] = {
        "One path a member, from his first row of the start (any behaviour, where there is none)"
        " in the period, ",
        "One path a member, from the first row of the start in the period after which the end comes"
        " in time; where none does, from his first start, ",
        "One path a member, back from his first row of the end in the period, ",
    };
    struct buf b = { .arena = c->arena };
    buf_add(&b, str_of((c->locale == ZH ? zh : en)[g->rule.direction]));
    buf_fmt(&b,
            c->locale == ZH ? "时限 " STR_FMT "（含两端，以秒计），至多 %lld 步；"
                            : "within " STR_FMT
                              " (ends included, in seconds), at most %lld steps; ",
            STR_ARG(out->within), (long long)g->rule.steps);
    if (g->rule.gap_s)
        buf_fmt(&b,
                c->locale == ZH ? "停顿超过 %lld 分钟即止；"
                                : "up to a pause longer than %lld minutes; ",
                (long long)g->rule.gap_s / 60);
    buf_add(&b, g->rule.repeats ? say(c, S("相同的步骤逐次计。"), S("repeated steps count each. "))
                                : say(c, S("连续相同的步骤合为一步。"),
                                      S("the same step again right after itself is one. ")));
    if (out->untold)
        buf_fmt(&b,
                c->locale == ZH ? "路径种类太多：%lld 位会员的少见路径没有逐条区分。"
                                : "There are too many different paths: the rare ones of %lld"
                                  " members are not told apart. ",
                (long long)out->untold);
    if (notes->n)
        buf_fmt(&b, c->locale == ZH ? "注意：" STR_FMT : "Note: " STR_FMT, STR_ARG(buf_str(notes)));
    path_say_about(c, &g->q, &b);
    return buf_str(&b);
}

static enum err within_limit(struct ctx *c, const char *field, opt_i64 given, i64 least, i64 most,
                             i64 fallback, i64 *out)
{
    *out = given.has ? given.value : fallback;
    if (*out >= least && *out <= most) return OK;
    return fail_at(c, E_INVALID, str_of(field), "应当在 %lld 到 %lld 之间，写的是 %lld",
                   "must be from %lld to %lld, not %lld", (long long)least, (long long)most,
                   (long long)*out);
}

/* The step that an end makes, where it makes just one. */
static u32 code_of_end(const struct asking *g, const struct path_end *end, u32 own)
{
    if (!end->given || g->by_touchpoint != end->touchpoint) return own;
    const u8 *table = end->touchpoint ? end->rows.props[PROP_TOUCHPOINT] + 1 : end->rows.event;
    for (i64 i = 0; i < g->codes; i++)
        if (table[i]) return g->same[i];
    return own;
}

static void free_asking(void *arg)
{
    struct asking *g = arg;
    for (int w = 0; w < CHUNK_WORKERS; w++) {
        ways_free(&g->ways[w]);
        free(g->rows[w].at);
    }
}

static enum err prepare(struct ctx *c, struct asking *g, const struct paths_ask *ask,
                        struct buf *notes)
{
    TRY(path_asked_read(c, ask->segment, ask->at, ask->seq, ask->from, ask->to, &g->q));
    TRY(path_end_read(c, &g->q, ask->start, "/start", notes, &g->start));
    TRY(path_end_read(c, &g->q, ask->end, "/end", notes, &g->end));
    const struct words *names = view_event_names(g->q.view, SOURCE_TIMELINE);
    g->by_touchpoint = ask->of == PATH_OF_TOUCHPOINT;
    g->words =
        g->by_touchpoint ? view_prop_words(g->q.view, SOURCE_TIMELINE, PROP_TOUCHPOINT) : names;
    g->codes = words_count(g->words);
    TRY(path_same_words(c, g->words, "/of", &g->same));
    g->behaviour = path_behaviour(c, g->q.view);
    u8 *said = NEWS(c->arena, u8, words_count(names) + 1);
    for (i64 i = 0; i < words_count(names); i++)
        said[i] = g->behaviour[i] || (g->start.given && g->start.rows.event[i]) ||
                  (g->end.given && g->end.rows.event[i]);
    g->said = said;
    g->keep[0] = code_of_end(g, &g->start, (u32)g->codes);
    g->keep[1] = code_of_end(g, &g->end, (u32)g->codes + 1);
    g->rule.direction = !g->end.given ? PATH_FROM : g->start.given ? PATH_BETWEEN : PATH_TO;
    g->rule.repeats = ask->repeats;
    g->rule.from_s = g->q.from_s;
    g->rule.until_s = g->q.until_s;
    return OK;
}

enum err paths_make(struct ctx *c, const struct paths_ask *ask, struct paths_answer *out)
{
    struct asking *g = NEW(c->arena, struct asking);
    struct buf notes = { .arena = c->arena };
    i64 gap, top;
    *out = (struct paths_answer){ 0 };
    TRY(within_limit(c, "/steps", ask->steps, PATH_STEPS_MIN, PATH_STEPS_MAX, STEPS_FALLBACK,
                     &g->rule.steps));
    TRY(within_limit(c, "/nodes", ask->nodes, 1, PATH_NODES_MAX, NODES_FALLBACK, &g->nodes));
    TRY(within_limit(c, "/top", ask->top, 1, PATH_TOP_MAX, TOP_FALLBACK, &top));
    TRY(within_limit(c, "/gap", ask->gap, 0, GAP_MAX, 0, &gap));
    TRY(path_duration(c, ask->within, "7d", "/within", &out->within, &g->rule.within_s));
    g->rule.gap_s = gap * 60;
    TRY(prepare(c, g, ask, &notes));
    arena_defer(c->arena, free_asking, g);
    chunks_run(view_chunks(g->q.view), walk_chunk, &(struct pass){ g, remember });
    struct ways *all = &g->ways[0];
    for (int w = 1; w < CHUNK_WORKERS; w++) {
        for (i64 i = 0; i < g->ways[w].n; i++)
            ways_add(all, &g->ways[w].at[i].way, g->ways[w].at[i].members);
        all->untold += g->ways[w].untold;
        g->arrived[0] += g->arrived[w];
    }
    out->untold = all->untold;
    out->began = all->untold;
    g->layers = 0;
    for (i64 i = 0; i < all->n; i++) {
        out->began += all->at[i].members;
        if (all->at[i].way.n > g->layers) g->layers = all->at[i].way.n;
    }
    if (all->untold) g->layers = g->rule.steps;
    make_layers(c, g);
    out->direction = g->rule.direction;
    out->members = g->q.set.n;
    out->arrived = g->arrived[0];
    out->distinct = all->n;
    out->layers = g->layers;
    out->from = g->q.from;
    out->to = g->q.to;
    fill_layers(c, g, out);
    fill_paths(c, g, top, out);
    out->how = how(c, g, out, &notes);
    out->took_us = clock_mono_us() - g->q.began_us;
    return OK;
}

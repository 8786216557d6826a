/* attribution.c -- every conversion of a period divided among the touches before it. */
#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "insight/path/conversions.h"
#include "store/setting.h"

CHOICE_DEFINE(attribution_by, "touchpoint", "event");
CHOICE_DEFINE(attribution_row_kind, "touch", "rest", "none");
SHAPE_DEFINE(attribution_ask);
SHAPE_DEFINE(attribution_credit);
SHAPE_DEFINE(attribution_row);
SHAPE_DEFINE(attribution_answer);

#define WHOLE ((i64)1000000)     /* a conversion, in parts that are counted */
#define FEN   (MONEY_UNIT / 100) /* a fen, in units of money */

const struct setting path_settings[] = {
    { "attribution.touches", SETTING_TEXT,
      "Page Viewed,Screen Viewed,Application Opened,Product Viewed,Product List Viewed,"
      "Products Searched,Promotion Viewed,Promotion Clicked,Live Room Entered,Email Link Clicked,"
      "Push Notification Tapped,Deep Link Opened,community.joined",
      NULL, 1, 4000, "归因：哪些行为算触达（须带触点），用逗号隔开",
      "Attribution: events that are touches (with a touchpoint), parted by commas", NULL },
    { "attribution.direct", SETTING_TEXT, "直接访问,direct,(direct),(none)", NULL, 0, 1000,
      "归因：哪些触点算直接访问，用逗号隔开",
      "Attribution: touchpoints that count as direct, parted by commas", NULL },
    { "attribution.visit_minutes", SETTING_I64, "30", NULL, 0, 1440,
      "归因：同一触点的行为间隔不超过多少分钟算一次触达；0：每行一次",
      "Attribution: rows of one touchpoint at most so many minutes apart are one touch; 0: each is"
      " one",
      NULL },
    { "attribution.look_past", SETTING_FLAG, "false", NULL, 0, 0,
      "归因：上一次转化之前的触达是否仍可分得功劳（否：已用完）",
      "Attribution: whether touches before an earlier conversion still earn credit (no: they are"
      " used up)",
      NULL },
    { 0 },
};

/* -- what is asked ---------------------------------------------------------------------------- */

struct touch {
    i64 at; /* ms */
    i64 last;
    u32 key, touchpoint;
    bool direct;
};
struct conversion {
    i64 at;
    money value;
};

/* What one thread works with; arrays grow to the largest member. */
struct bench {
    struct touch *rows;        /* every row that is a touch */
    struct conversion *events; /* his conversions, earlier ones too */
    struct touch *touches;     /* of one conversion */
    i64 rows_n, rows_room, events_n, events_room, room;
    i64 *ages, *weights, *parts;
    struct split_left *left;
    bool *direct;
    i64 *seen; /* by key: the conversion that met it last */
    i64 conversions, touched, touches_n;
    money money, money_touched;
    struct tally {
        i64 touches, conversions;
        i64 parts[MODELS];
        money money[MODELS];
    } * tallies; /* by key; the last is none */
};

struct earning {
    struct path_asked q;
    struct conversions conversions;
    i64 window_ms, half_life_ms, visit_ms;
    bool look_past, by_event;
    enum attribution_model models[MODELS];
    i64 models_n;
    const u8 *kinds;  /* by code of events: a touch */
    const u8 *direct; /* by code + 1 of touchpoints */
    const struct words *words;
    u32 *same_touchpoint, *same_key;
    i64 keys;
    struct bench benches[CHUNK_WORKERS];
};

/* -- a member's touches ----------------------------------------------------------------------- */

static void *more(void *at, size_t size, i64 n)
{
    void *out = realloc(at, size * (size_t)n);
    if (!out) abort();
    return out;
}

static i64 ms_of(const struct run *r, i64 row)
{
    return (i64)r->second[row] * SECOND_MS + narrow_get(r->ms, row);
}

static void read_touches(const struct earning *g, struct bench *b, const struct run *r)
{
    b->rows_n = 0;
    for (i64 row = r->offset[0]; row < r->offset[1]; row++) {
        i64 event = narrow_get(r->event, row), word = narrow_get(r->props[PROP_TOUCHPOINT], row);
        if (r->second[row] >= g->q.until_s) break;
        if (!word || !g->kinds[event] || r->second[row] < g->q.first_s) continue;
        if (b->rows_n == b->rows_room) {
            b->rows_room = b->rows_room ? 2 * b->rows_room : 64;
            b->rows = more(b->rows, sizeof *b->rows, b->rows_room);
        }
        u32 touchpoint = g->same_touchpoint[word - 1];
        b->rows[b->rows_n++] = (struct touch){ .at = ms_of(r, row),
                                               .touchpoint = touchpoint,
                                               .key = g->by_event ? g->same_key[event] : touchpoint,
                                               .direct = g->direct[word] };
    }
    if (b->room >= b->rows_room) return;
    b->room = b->rows_room;
    b->touches = more(b->touches, sizeof *b->touches, b->room);
    b->ages = more(b->ages, sizeof *b->ages, b->room);
    b->weights = more(b->weights, sizeof *b->weights, b->room);
    b->parts = more(b->parts, sizeof *b->parts, b->room);
    b->left = more(b->left, sizeof *b->left, b->room);
    b->direct = more(b->direct, sizeof *b->direct, b->room);
}

/* Touches of a conversion: its rows within from .. before, visits as one. *first only grows. */
static i64 touches_of(const struct earning *g, struct bench *b, i64 from, i64 before, i64 *first)
{
    i64 n = 0;
    while (*first < b->rows_n && b->rows[*first].at < from) ++*first;
    for (i64 i = *first; i < b->rows_n && b->rows[i].at < before; i++) {
        const struct touch *row = &b->rows[i];
        struct touch *last = n ? &b->touches[n - 1] : NULL;
        if (last && g->visit_ms && last->touchpoint == row->touchpoint &&
            row->at - last->last <= g->visit_ms) {
            last->last = row->at;
            continue;
        }
        b->touches[n] = *row;
        b->touches[n++].last = row->at;
    }
    for (i64 i = 0; i < n; i++) {
        b->ages[i] = before - b->touches[i].at;
        b->direct[i] = b->touches[i].direct;
    }
    return n;
}

/* -- credit ----------------------------------------------------------------------------------- */

static i64 heaviest(const i64 *weights, i64 n)
{
    i64 out = 0;
    for (i64 i = 1; i < n; i++)
        if (weights[i] > weights[out]) out = i;
    return out;
}

static void credit(const struct earning *g, struct bench *b, money value, i64 n)
{
    i64 size = value < 0 ? -value : value, sign = value < 0 ? -1 : 1;
    for (i64 k = 0; k < g->models_n; k++) {
        enum attribution_model model = g->models[k];
        attribution_weights(model, b->ages, b->direct, n, g->half_life_ms, b->weights);
        attribution_split(b->weights, n, WHOLE, b->left, b->parts);
        for (i64 i = 0; i < n; i++) b->tallies[b->touches[i].key].parts[model] += b->parts[i];
        attribution_split(b->weights, n, size / FEN, b->left, b->parts);
        for (i64 i = 0; i < n; i++)
            b->tallies[b->touches[i].key].money[model] += sign * b->parts[i] * FEN;
        if (size % FEN)
            b->tallies[b->touches[heaviest(b->weights, n)].key].money[model] += sign * (size % FEN);
    }
}

static void credit_nobody(const struct earning *g, struct bench *b, money value)
{
    struct tally *none = &b->tallies[g->keys];
    none->conversions++;
    for (i64 k = 0; k < g->models_n; k++) {
        none->parts[g->models[k]] += WHOLE;
        none->money[g->models[k]] += value;
    }
}

static void see_conversion(const struct earning *g, struct bench *b, const struct conversion *e,
                           i64 n)
{
    b->conversions++;
    b->money += e->value;
    if (!n) {
        credit_nobody(g, b, e->value);
        return;
    }
    b->touched++;
    b->money_touched += e->value;
    b->touches_n += n;
    for (i64 i = 0; i < n; i++) {
        struct tally *t = &b->tallies[b->touches[i].key];
        t->touches++;
        if (b->seen[b->touches[i].key] == b->conversions) continue;
        b->seen[b->touches[i].key] = b->conversions;
        t->conversions++;
    }
    credit(g, b, e->value, n);
}

/* Earlier conversions of a member end what later ones may look back to. */
static void see_member(const struct earning *g, struct bench *b)
{
    i64 first = 0, before = INT64_MIN; /* the last conversion strictly earlier */
    for (i64 i = 0; i < b->events_n; i++) {
        const struct conversion *e = &b->events[i];
        if (i && b->events[i - 1].at < e->at) before = b->events[i - 1].at;
        if (e->at < (i64)g->q.from_s * SECOND_MS) continue;
        i64 from = e->at - g->window_ms;
        if (!g->look_past && before > from) from = before;
        see_conversion(g, b, e, touches_of(g, b, from, e->at, &first));
    }
}

struct earning_chunk {
    const struct earning *g;
    struct bench *b;
    const u64 *within;
    i64 chunk;
};

static void earn_run(void *arg, const struct run *r)
{
    struct earning_chunk *x = arg;
    const struct earning *g = x->g;
    struct bench *b = x->b;
    for (i64 k = 0; k < r->n; k++) {
        i64 member = r->first + k;
        if (!(x->within[member / 64] >> (member % 64) & 1)) continue;
        bool any = false;
        b->events_n = 0;
        for (i64 row = r->offset[k]; row < r->offset[k + 1]; row++) {
            if (r->second[row] >= g->q.until_s) break;
            if (r->second[row] < g->q.first_s) continue;
            if (b->events_n == b->events_room) {
                b->events_room = b->events_room ? 2 * b->events_room : 64;
                b->events = more(b->events, sizeof *b->events, b->events_room);
            }
            b->events[b->events_n++] = (struct conversion){ ms_of(r, row), run_value(r, row) };
            any |= r->second[row] >= g->q.from_s;
        }
        if (!any) continue;
        struct run lines;
        b->rows_n = 0;
        if (view_rows_of(g->q.view, x->chunk * CHUNK + member, SOURCE_TIMELINE, &lines))
            read_touches(g, b, &lines);
        see_member(g, b);
    }
}

static void earn_chunk(void *arg, int worker, i64 chunk)
{
    struct earning *g = arg;
    struct earning_chunk x = { g, &g->benches[worker], set_of_chunk(&g->q.set, chunk), chunk };
    if (bits_any(x.within))
        view_runs(g->conversions.view, chunk, g->conversions.source, earn_run, &x);
}

/* -- the answer ------------------------------------------------------------------------------- */

static void add_up(struct earning *g)
{
    struct bench *all = &g->benches[0];
    for (int w = 1; w < CHUNK_WORKERS; w++) {
        const struct bench *b = &g->benches[w];
        all->conversions += b->conversions;
        all->touched += b->touched;
        all->touches_n += b->touches_n;
        all->money += b->money;
        all->money_touched += b->money_touched;
        for (i64 i = 0; i <= g->keys; i++) {
            all->tallies[i].touches += b->tallies[i].touches;
            all->tallies[i].conversions += b->tallies[i].conversions;
            for (int m = 0; m < MODELS; m++) {
                all->tallies[i].parts[m] += b->tallies[i].parts[m];
                all->tallies[i].money[m] += b->tallies[i].money[m];
            }
        }
    }
}

struct ranked {
    i64 key, parts;
    money money;
};
static int most_first(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->money != y->money) return x->money < y->money ? 1 : -1;
    if (x->parts != y->parts) return x->parts < y->parts ? 1 : -1;
    return (x->key > y->key) - (x->key < y->key);
}

static struct attribution_row *push_row(struct ctx *c, const struct earning *g, str touch,
                                        enum attribution_row_kind kind, const struct tally *t,
                                        struct attribution_answer *out)
{
    struct attribution_row *row = PUSH(c->arena, &out->rows);
    *row = (struct attribution_row){
        .touch = touch, .kind = kind, .touches = t->touches, .conversions = t->conversions
    };
    for (i64 k = 0; k < g->models_n; k++)
        *PUSH(c->arena, &row->credit) =
            (struct attribution_credit){ g->models[k], (f64)t->parts[g->models[k]] / (f64)WHOLE,
                                         t->money[g->models[k]] };
    return row;
}

static void fill_rows(struct ctx *c, const struct earning *g, struct attribution_answer *out)
{
    const struct tally *tallies = g->benches[0].tallies;
    struct ranked *ranks = NEWS(c->arena, struct ranked, g->keys);
    enum attribution_model by = g->models[g->models_n - 1];
    struct tally rest = { 0 };
    i64 n = 0, more_n = 0;
    for (i64 i = 0; i < g->keys; i++)
        if (tallies[i].touches)
            ranks[n++] = (struct ranked){ i, tallies[i].parts[by], tallies[i].money[by] };
    if (n > 1) qsort(ranks, (size_t)n, sizeof *ranks, most_first);
    for (i64 i = 0; i < n; i++) {
        const struct tally *t = &tallies[ranks[i].key];
        if (i < ATTRIBUTION_ROWS_MAX) {
            struct attribution_row *row =
                push_row(c, g, words_text(g->words, ranks[i].key), ROW_TOUCH, t, out);
            row->direct = !g->by_event && g->direct[ranks[i].key + 1];
            continue;
        }
        more_n++;
        rest.touches += t->touches;
        rest.conversions += t->conversions;
        for (int m = 0; m < MODELS; m++) {
            rest.parts[m] += t->parts[m];
            rest.money[m] += t->money[m];
        }
    }
    if (more_n) push_row(c, g, say(c, S("其他"), S("others")), ROW_REST, &rest, out);
    if (tallies[g->keys].conversions)
        push_row(c, g, say(c, S("没有触达"), S("no touch")), ROW_NONE, &tallies[g->keys], out);
}

static str how(struct ctx *c, const struct earning *g, const struct attribution_answer *out,
               const struct buf *notes)
{
    struct buf b = { .arena = c->arena };
    buf_fmt(&b,
            c->locale == ZH
                ? "转化：" STR_FMT "；每次转化分给之前 " STR_FMT
                  " 内（含）、严格早于它的触达；触达是带触点、在设置 attribution.touches"
                  " 里的行为，同一触点间隔不超过 %lld 分钟的算一次；%s；"
                  "时间衰减半衰期 " STR_FMT
                  "，位置法 40/20/40；金额按最大余数法分到分，合计与转化金额分毫不差。"
                : "Conversion: " STR_FMT ". Each is divided among the touches within " STR_FMT
                  " (included) strictly before it; a touch is a row with a touchpoint, of a kind in"
                  " the setting attribution.touches, rows of one touchpoint at most %lld minutes"
                  " apart are one; %s; time decay halves in " STR_FMT
                  ", position is 40/20/40; money is divided to the fen by largest remainders and"
                  " adds up exactly. ",
            STR_ARG(g->conversions.words), STR_ARG(out->window),
            (long long)(g->visit_ms / MINUTE_MS),
            c->locale == ZH
                ? g->look_past ? "上一次转化之前的触达也计入" : "上一次转化之前的触达已用完，不计入"
            : g->look_past ? "touches before an earlier conversion count too"
                           : "touches before the member's earlier conversion are used up",
            STR_ARG(out->half_life));
    if (notes->n)
        buf_fmt(&b, c->locale == ZH ? "注意：" STR_FMT : "Note: " STR_FMT, STR_ARG(buf_str(notes)));
    path_say_about(c, &g->q, &b);
    return buf_str(&b);
}

static enum err models_read(struct ctx *c, str text, struct earning *g)
{
    strs names = str_split(c->arena, text, ',');
    if (!names.n || (names.n == 1 && str_eq(names.at[0], S("all")))) {
        for (int m = 0; m < MODELS; m++) g->models[g->models_n++] = (enum attribution_model)m;
        return OK;
    }
    for (i64 i = 0; i < names.n; i++) {
        int model = choice_find(&attribution_model_choice, names.at[i]);
        bool again = false;
        for (i64 k = 0; k < g->models_n; k++) again |= (int)g->models[k] == model;
        if (model < 0 || again)
            return fail_at(c, E_INVALID, S("/model"),
                           "“" STR_FMT "”不是归因模型，或写了两次；可用 first、last、"
                           "last_non_direct、linear、position、time_decay 或 all",
                           "\"" STR_FMT "\" is no model, or stands here twice; there are first,"
                           " last, last_non_direct, linear, position, time_decay, or all",
                           STR_ARG(names.at[i]));
        g->models[g->models_n++] = (enum attribution_model)model;
    }
    return OK;
}

static enum err settings_read(struct ctx *c, const struct attribution_ask *ask, struct earning *g)
{
    str touches, direct;
    i64 minutes;
    TRY(setting_text(c, "attribution.touches", &touches));
    TRY(setting_text(c, "attribution.direct", &direct));
    TRY(setting_i64(c, "attribution.visit_minutes", &minutes));
    TRY(setting_flag(c, "attribution.look_past", &g->look_past));
    if (ask->look_past.has) g->look_past = ask->look_past.value;
    strs kinds = str_split(c->arena, touches, ','), names = str_split(c->arena, direct, ',');
    g->visit_ms = minutes * MINUTE_MS;
    g->kinds = path_kinds(c, g->q.view, &kinds);
    g->direct = path_touchpoints(c, g->q.view, &names);
    return OK;
}

static void free_benches(void *arg)
{
    struct earning *g = arg;
    for (int w = 0; w < CHUNK_WORKERS; w++) {
        struct bench *b = &g->benches[w];
        void *all[] = { b->rows,    b->events, b->touches, b->ages,
                        b->weights, b->parts,  b->left,    b->direct };
        for (i64 i = 0; i < COUNT(all); i++) free(all[i]);
    }
}

static enum err prepare(struct ctx *c, struct earning *g, const struct attribution_ask *ask,
                        struct attribution_answer *out, struct buf *notes)
{
    i64 window_s, half_life_s;
    u32 *same_event;
    TRY(models_read(c, ask->model, g));
    TRY(path_duration(c, ask->window, "30d", "/window", &out->window, &window_s));
    TRY(path_duration(c, ask->half_life, "7d", "/half_life", &out->half_life, &half_life_s));
    TRY(path_asked_read(c, ask->segment, ask->at, ask->seq, ask->from, ask->to, &g->q));
    TRY(conversions_find(c, &g->q, ask->event, window_s, notes, &g->conversions));
    TRY(settings_read(c, ask, g));
    g->window_ms = window_s * SECOND_MS;
    g->half_life_ms = half_life_s * SECOND_MS;
    const struct words *touchpoints = view_prop_words(g->q.view, SOURCE_TIMELINE, PROP_TOUCHPOINT);
    const struct words *events = view_event_names(g->q.view, SOURCE_TIMELINE);
    TRY(path_same_words(c, touchpoints, "/by", &g->same_touchpoint));
    TRY(path_same_words(c, events, "/by", &same_event));
    g->by_event = ask->by == ATTRIBUTE_EVENT;
    g->words = g->by_event ? events : touchpoints;
    g->same_key = g->by_event ? same_event : g->same_touchpoint;
    g->keys = words_count(g->words);
    for (int w = 0; w < CHUNK_WORKERS; w++) {
        g->benches[w].tallies = NEWS(c->arena, struct tally, g->keys + 1);
        g->benches[w].seen = NEWS(c->arena, i64, g->keys + 1);
    }
    return OK;
}

enum err attribution_make(struct ctx *c, const struct attribution_ask *ask,
                          struct attribution_answer *out)
{
    struct earning *g = NEW(c->arena, struct earning);
    struct buf notes = { .arena = c->arena };
    *out = (struct attribution_answer){ 0 };
    TRY(prepare(c, g, ask, out, &notes));
    arena_defer(c->arena, free_benches, g);
    chunks_run(g->conversions.chunks, earn_chunk, g);
    add_up(g);
    const struct bench *all = &g->benches[0];
    for (i64 k = 0; k < g->models_n; k++)
        *PUSH(c->arena, &out->models) = choice_name(&attribution_model_choice, (int)g->models[k]);
    out->members = g->q.set.n;
    out->conversions = all->conversions;
    out->touched = all->touched;
    out->money = all->money;
    out->money_touched = all->money_touched;
    if (all->touched)
        out->touches_each =
            (opt_f64){ true, round(100.0 * (f64)all->touches_n / (f64)all->touched) / 100 };
    out->look_past = g->look_past;
    out->from = g->q.from;
    out->to = g->q.to;
    fill_rows(c, g, out);
    out->how = how(c, g, out, &notes);
    out->took_us = clock_mono_us() - g->q.began_us;
    return OK;
}

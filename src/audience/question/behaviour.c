/* behaviour.c -- which rows of the timeline are meant by an event or by "any behaviour", and on
 * which days.
 */
#include "audience/language/language.h"
#include "audience/question/rows_private.h"

/* What lies before was dated by a clock that stood still. */
#define FIRST_INSTANT ((instant)946684800000) /* 2000-01-01 UTC */

/* Of the kinds the program writes itself those that a member does; all others tell what was done to
 * him. */
static const char *const own_behaviour[] = { "order.placed", "order.paid", "community.joined" };

/* A name of our own form: small letters, parted by dots. Events from outside never have it. */
static bool is_own(str name)
{
    i64 dots = 0;
    for (i64 i = 0; i < name.n; i++) {
        char ch = name.at[i];
        dots += ch == '.';
        if (ch != '.' && ch != '_' && !(ch >= 'a' && ch <= 'z')) return false;
    }
    return dots > 0;
}

bool line_is_behaviour(str name)
{
    for (i64 i = 0; i < COUNT(own_behaviour); i++)
        if (str_eq(name, str_of(own_behaviour[i]))) return true;
    return !is_own(name);
}

const u8 *behaviour_events(struct ctx *c, const struct view *v)
{
    const struct words *names = view_event_names(v, SOURCE_TIMELINE);
    i64 n = words_count(names);
    u8 *table = NEWS(c->arena, u8, n + 1);
    for (i64 i = 0; i < n; i++) table[i] = line_is_behaviour(words_text(names, i));
    return table;
}

/* "/steps/2:1:5": the part of the request, line and column. */
static enum err misread(struct ctx *c, enum err e, const char *at)
{
    str detail = str_copy(c->arena, str_of(c->why.detail));
    str place = str_fmt(c->arena, "%s:%s", at, c->why.field);
    if (e != E_INVALID) return e;
    return fail_at(c, e, place, STR_FMT, STR_FMT, STR_ARG(detail));
}

static const u8 *events_named(struct ctx *c, const struct view *v, str folded)
{
    const struct words *names = view_event_names(v, SOURCE_TIMELINE);
    i64 n = words_count(names);
    u8 *table = NEWS(c->arena, u8, n + 1);
    for (i64 i = 0; i < n; i++) table[i] = str_eq(words_folded(names, i), folded);
    return table;
}

static void note_unknown(struct ctx *c, const struct view *v, const struct meant *m,
                         struct buf *notes)
{
    const struct words *names = view_event_names(v, SOURCE_TIMELINE);
    strs known = { 0 };
    for (i64 i = 0; i < words_count(names); i++) {
        if (m->events[i]) return;
        if (i < 10000) *PUSH(c->arena, &known) = words_folded(names, i);
    }
    str near = name_nearest(c->arena, m->test.folded, known);
    for (i64 i = 0; near.at && i < known.n; i++)
        if (str_eq(known.at[i], near)) {
            near = words_text(names, i);
            break;
        }
    buf_fmt(notes,
            c->locale == ZH ? "还没有人做过“" STR_FMT "”" : "nobody has done \"" STR_FMT "\" yet",
            STR_ARG(m->test.name));
    if (near.at)
        buf_fmt(notes, c->locale == ZH ? "（是“" STR_FMT "”吗？）" : " (\"" STR_FMT "\"?)",
                STR_ARG(near));
    buf_add(notes, say(c, S("；"), S("; ")));
}

enum err meant_read(struct ctx *c, const struct question *q, str event, const char *at,
                    struct buf *notes, struct meant *out)
{
    *out = (struct meant){ .rows = { .from = FIRST_INSTANT, .until = q->at }, .kept = true };
    if (str_empty(str_trim(event))) {
        out->rows.event = out->events = behaviour_events(c, q->view);
        return OK;
    }
    enum err e = segment_parse_event(c, event, &out->test);
    if (e != OK) return misread(c, e, at);
    if (out->test.window.number)
        return fail_at(c, E_INVALID, str_of(at), "这里的行为不带时长：期间由问题本身给出",
                       "this event takes no duration of its own: the question gives the period");
    TRY(plan_rows(c, q->view, &out->test, q->at, &out->rows, &out->kept));
    out->rows.from = FIRST_INSTANT;
    out->rows.until = q->at;
    out->events = events_named(c, q->view, out->test.folded);
    note_unknown(c, q->view, out, notes);
    return OK;
}

enum err rows_find(struct ctx *c, const struct question *q, struct meant *const *meant, i64 n,
                   str by, struct rows_at *out)
{
    const strs *props = &view_schema(q->view)->sources[SOURCE_TIMELINE].props;
    bool kept = true;
    *out = (struct rows_at){ q->view, SOURCE_TIMELINE, view_chunks(q->view), -1, false };
    for (i64 i = 0; i < n; i++) kept &= meant[i]->kept;
    for (i64 i = 0; i < props->n; i++)
        if (by.n && str_eq(props->at[i], by)) out->by = i;
    if (kept && (!by.n || out->by >= 0)) return OK;
    TRY(lines_index(c, q, meant, n, by, out));
    if (out->chunks > view_chunks(q->view)) out->chunks = view_chunks(q->view);
    return OK;
}

str meant_words(struct ctx *c, str event)
{
    return str_or(str_trim(event), say(c, S("任何行为"), S("any behaviour")));
}

/* -- days ------------------------------------------------------------------------------------- */

static enum err day_asked(struct ctx *c, const char *at, str text, bool *given, day *out)
{
    *given = !str_empty(text);
    if (!*given || day_parse(text, out)) return OK;
    return fail_at(c, E_INVALID, str_of(at), "应当是日期，如 2024-05-01，写的是“" STR_FMT "”",
                   "expected a date such as 2024-05-01, not \"" STR_FMT "\"", STR_ARG(text));
}

enum err days_read(struct ctx *c, str from, str to, struct days_asked *out)
{
    *out = (struct days_asked){ 0 };
    TRY(day_asked(c, "/from", from, &out->from_given, &out->from));
    TRY(day_asked(c, "/to", to, &out->to_given, &out->to));
    if (out->from_given && out->to_given && out->from > out->to)
        return fail_at(c, E_INVALID, S("/to"), "最后一天不能早于第一天",
                       "the last day must not be before the first");
    return OK;
}

struct ends {
    const struct question *q;
    const struct rows_at *at;
    const struct row_filter *rows;
    instant *first[CHUNK_WORKERS], *last[CHUNK_WORKERS];
    instant least[CHUNK_WORKERS], most[CHUNK_WORKERS];
};

static void ends_of_chunk(void *arg, int worker, i64 chunk)
{
    struct ends *e = arg;
    const u64 *within = set_of_chunk(&e->q->set, chunk);
    rows_ends(e->at->view, chunk, e->at->source, e->rows, e->first[worker], e->last[worker]);
    for (i64 i = 0; i < CHUNK; i++) {
        if (!(within[i / 64] >> (i % 64) & 1) || e->first[worker][i] == INT64_MIN) continue;
        if (e->first[worker][i] < e->least[worker]) e->least[worker] = e->first[worker][i];
        if (e->last[worker][i] > e->most[worker]) e->most[worker] = e->last[worker][i];
    }
}

static bool ends_find(struct ctx *c, const struct question *q, const struct rows_at *at,
                      const struct row_filter *rows, instant *first, instant *last)
{
    struct arena_mark mark = arena_mark(c->arena);
    struct ends e = { .q = q, .at = at, .rows = rows };
    for (int w = 0; w < CHUNK_WORKERS; w++) {
        e.first[w] = NEWS(c->arena, instant, CHUNK);
        e.last[w] = NEWS(c->arena, instant, CHUNK);
        e.least[w] = INT64_MAX;
        e.most[w] = INT64_MIN;
    }
    chunks_run(at->chunks, ends_of_chunk, &e);
    *first = INT64_MAX;
    *last = INT64_MIN;
    for (int w = 0; w < CHUNK_WORKERS; w++) {
        if (e.least[w] < *first) *first = e.least[w];
        if (e.most[w] > *last) *last = e.most[w];
    }
    arena_rewind(c->arena, mark);
    return *first <= *last;
}

enum err days_settle(struct ctx *c, const struct question *q, const struct rows_at *at,
                     const struct row_filter *rows, struct days_asked *d)
{
    day today = zone_day(c->zone, q->at - 1);
    if (!d->from_given || !d->to_given) {
        instant first, last;
        bool some = ends_find(c, q, at, rows, &first, &last);
        if (!d->to_given) d->to = some ? zone_day(c->zone, last) : today;
        if (!d->to_given && d->from_given && d->from > d->to) d->to = d->from;
        if (!d->from_given) {
            d->from = some ? zone_day(c->zone, first) : d->to;
            if (d->from > d->to) d->from = d->to;
            if ((i64)d->to - d->from >= QUESTION_DAYS) d->from = d->to - (QUESTION_DAYS - 1);
        }
    }
    if (d->to > today) d->to = today;
    d->n = (i64)d->to - d->from + 1;
    if (d->n < 0) d->n = 0;
    if (d->n <= QUESTION_DAYS) return OK;
    return fail_at(c, E_INVALID, S("/from"), "期间太长：%lld 天；至多 %d 天",
                   "the period is too long: %lld days; at most %d", (long long)d->n, QUESTION_DAYS);
}

instant days_begin(struct ctx *c, const struct days_asked *d)
{
    return zone_midnight(c->zone, d->from);
}
instant days_end(struct ctx *c, const struct days_asked *d)
{
    return zone_midnight(c->zone, d->to + 1);
}

day monday_of(day d)
{
    i64 after = ((i64)d + 3) % 7; /* 1970-01-01 was a Thursday */
    return (day)(d - (after < 0 ? after + 7 : after));
}

/* -- words ------------------------------------------------------------------------------------ */

void say_days(struct ctx *c, const struct days_asked *d, struct buf *out)
{
    buf_fmt(out,
            c->locale == ZH ? "期间 " STR_FMT " 至 " STR_FMT "（时区 %s）。"
                            : "Period " STR_FMT " to " STR_FMT " (zone %s). ",
            STR_ARG(day_text(c->arena, d->from)), STR_ARG(day_text(c->arena, d->to)),
            zone_name(c->zone));
}

void say_rows(struct ctx *c, const struct rows_at *at, struct buf *notes, struct buf *out)
{
    if (at->own)
        buf_add(out, say(c, S("所问的属性不在索引里，直接读时间线，较慢。"),
                         S("A property asked for is not in the index: the timeline itself was read,"
                           " which is slower. ")));
    buf_add(
        out,
        say(c,
            S("行为取自时间线；时间早于 2000-01-01 或晚于截至时刻的行（时钟有误）保留但不计入；"
              "“任何行为”指外部传入的事件以及下单、付款、加入社群，系统所写的行（如打标签）不算。"),
            S("Behaviour is read from the timeline; lines dated before 2000-01-01 or after the"
              " moment asked for (clocks that are wrong) are kept but do not count; \"any"
              " behaviour\" is every event from outside, and placing and paying orders and"
              " joining a community; what the program writes (tags …) is none. ")));
    if (notes->n)
        buf_fmt(out, c->locale == ZH ? "注意：" STR_FMT : "Note: " STR_FMT,
                STR_ARG(buf_str(notes)));
}

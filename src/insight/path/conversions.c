/* conversions.c -- where conversions are: purchases in the index; of any other event its lines are
 * read, for the money they state, into a small index of their own. */
#include "insight/path/conversions.h"

#include "base/clock.h"
#include "store/store.h"

#define LINES_MAX ((i64)5000000)

#define FIELDS_OF_conversion_line(X, N)     \
    X(i64, member, ANY, "Living member", N) \
    X(i64, seq, ANY, "Line", N)             \
    X(instant, at, ANY, "When", N)          \
    X(opt_money, value, ANY, "Money", N)
SHAPE(conversion_line);
SHAPE_DEFINE(conversion_line);

/* Lines of ids merged away are the living member's, as everywhere. */
QUERY(conversion_lines, conversion_line,
      "WITH RECURSIVE step(id, living) AS ("
      "SELECT member, merged_into FROM member WHERE merged_into IS NOT NULL UNION ALL "
      "SELECT s.id, m.merged_into FROM step s JOIN member m ON m.member = s.living"
      " WHERE m.merged_into IS NOT NULL), "
      "gone(id, living) AS (SELECT s.id, s.living FROM step s JOIN member l"
      " ON l.member = s.living WHERE l.merged_into IS NULL) "
      "SELECT COALESCE(g.living, t.member) AS member, t.seq AS seq, t.at AS at, t.value AS value"
      " FROM timeline t LEFT JOIN gone g ON g.id = t.member"
      " WHERE t.kind = $1 AND t.member > 0 AND t.at >= $2 AND t.at < $3 AND t.seq <= $4");

struct reading {
    struct ctx *c;
    struct index *index;
    i64 lines;
};

static enum err see_line(void *arg, const void *row)
{
    struct reading *r = arg;
    const struct conversion_line *l = row;
    if (++r->lines > LINES_MAX)
        return fail(r->c, E_TOO_LARGE, "转化事件太多（超过 %lld 行）：请缩短期间或窗口",
                    "too many lines of that event (over %lld): ask for a shorter period or window",
                    (long long)LINES_MAX);
    index_add_event(r->index, 0,
                    &(struct event){ .member = l->member,
                                     .at = l->at,
                                     .day = zone_day(r->c->zone, l->at),
                                     .order = l->seq,
                                     .name = S("conversion"),
                                     .value = l->value.has ? l->value.value : 0 });
    return OK;
}

static void index_end(void *x) { index_free(x); }
static void view_end(void *v) { view_release(v); }

static enum err read_lines(struct ctx *c, const struct path_asked *q, const u8 *kinds, i64 back_s,
                           struct conversions *out)
{
    const struct words *names = view_event_names(q->view, SOURCE_TIMELINE);
    struct row_source source = { S("conversions"), { 0 }, true };
    struct index_schema schema = { .sources = &source, .sources_n = 1 };
    struct reading r = { .c = c, .index = index_new(&schema) };
    arena_defer(c->arena, index_end, r.index);
    instant from = ((i64)q->from_s - back_s) * SECOND_MS, first = (i64)q->first_s * SECOND_MS;
    if (from < first) from = first;
    for (i64 i = 0; i < words_count(names); i++)
        if (kinds[i])
            TRY(db_each(
                c, &conversion_lines, see_line, &r,
                ARGS(words_text(names, i), from, (i64)q->until_s * SECOND_MS, view_seq(q->view))));
    index_publish(r.index, view_seq(q->view));
    const struct view *v = view_take(r.index);
    arena_defer(c->arena, view_end, (void *)(uintptr_t)v);
    i64 chunks = view_chunks(v) < view_chunks(q->view) ? view_chunks(v) : view_chunks(q->view);
    *out = (struct conversions){ v, 0, chunks, out->words };
    return OK;
}

enum err conversions_find(struct ctx *c, const struct path_asked *q, str event, i64 back_s,
                          struct buf *notes, struct conversions *out)
{
    struct path_end asked;
    *out = (struct conversions){ q->view, SOURCE_PURCHASES, view_chunks(q->view),
                                 say(c, S("购买（退款后净额）"), S("a purchase, at its net")) };
    event = str_trim(event);
    if (str_empty(event)) return OK;
    if (str_starts(event, S("touchpoint:")))
        return fail_at(c, E_INVALID, S("/event"), "转化应当是一种行为，如 Order Completed",
                       "a conversion is an event, such as Order Completed");
    TRY(path_end_read(c, q, event, "/event", notes, &asked));
    for (i64 p = 0; p < EVENT_PROPS_MAX; p++)
        if (asked.rows.props[p])
            return fail_at(c, E_INVALID, S("/event"), "转化事件不带条件，只写行为名",
                           "a conversion takes no conditions: name the event alone");
    out->words = event;
    return read_lines(c, q, asked.rows.event, back_s, out);
}

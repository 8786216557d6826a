/* ask_api.c -- the doors of asking: the language, what the builder offers while somebody types, a
 * segment's count, sample and members. */
#include "audience/ask.h"
#include "audience/builder.h"
#include "audience/index/gather.h"
#include "base/room.h"
#include "http/route.h"
#include "insight/people.h"

/* -- the language ----------------------------------------------------------------------------- */

HANDLER(language_get, nothing, segment_language) { return segment_language_read(c, out); }

#define FIELDS_OF_values_ask(X, N)                                                                \
    X(str, field, SHORT, "Values of this field", N)                                               \
    X(str, event, SHORT, "1: names of events; a name: its properties, or with prop their values", \
      N)                                                                                          \
    X(str, prop, SHORT, "Values of this property of the event", N)                                \
    X(flag, group, ANY, "Communities", N)                                                         \
    X(flag, segment, ANY, "Saved segments", N)                                                    \
    X(str, q, SHORT, "Only those with this in them", N)                                           \
    X(opt_i64, limit, POSITIVE, "At most this many, 1 to 200; 50 when absent", N)
SHAPE(values_ask);
SHAPE_DEFINE(values_ask);
#define FIELDS_OF_values_page(X, N) X(list(segment_value), items, ANY, "Most members first", N)
SHAPE(values_page);
SHAPE_DEFINE(values_page);

HANDLER(values_get, values_ask, values_page)
{
    const struct view *v;
    i64 limit = page_limit(in->limit);
    if (in->segment)
        return segment_saved_names ? segment_saved_names(c, in->q, limit, &out->items) : OK;
    TRY(audience_view(c, 0, &v));
    if (in->group) return values_of_groups(c, v, in->q, limit, &out->items);
    if (in->field.n) return values_of_field(c, v, in->field, in->q, limit, &out->items);
    if (str_eq(in->event, S("1"))) return values_of_events(c, v, in->q, limit, &out->items);
    if (in->event.n && in->prop.n)
        return values_of_prop(c, v, in->event, in->prop, in->q, limit, &out->items);
    if (in->event.n) return values_of_props(c, in->q, &out->items);
    return fail(c, E_INVALID, "请说明要什么的取值：field、event、group 或 segment",
                "say of what: field, event, group or segment");
}

/* -- asking ------------------------------------------------------------------------------------ */

#define SAMPLE_MAX 20

#define FIELDS_OF_segment_ask(X, N)                                           \
    X(str, text, LONG, "The segment as text; empty: everybody", N)            \
    X(list(segment_row), rows, ANY, "Or as rows", N)                          \
    X(str, at, SHORT, "As of this day (00:00) or moment; absent: now", N)     \
    X(opt_i64, sample, NOT_NEGATIVE, "So many of the members, at most 20", N) \
    X(flag, counts, ANY, "Count every row by itself too", N)                  \
    X(opt_i64, seq, NOT_NEGATIVE, "Wait until this line of the timeline is known", N)
SHAPE(segment_ask);
SHAPE_DEFINE(segment_ask);
#define FIELDS_OF_segment_asked(X, N)                                                              \
    X(str, text, ANY, "The one spelling", N)                                                       \
    X(list(segment_row), rows, ANY, "The same as rows; places are those of the text that came", N) \
    X(i64, count, ANY, "Members for whom it holds", N)                                             \
    X(i64, total, ANY, "Members there were", N)                                                    \
    X(instant, at, ANY, "As of", N)                                                                \
    X(i64, took_us, ANY, "Microseconds the index took", N)                                         \
    X(str, explain, ANY, "In which order, and from what", N)                                       \
    X(list(person), sample, ANY, "Some of them", N)
SHAPE(segment_asked);
SHAPE_DEFINE(segment_asked);

/* Of text or rows the tree; NULL: everybody. */
static enum err tree_of(struct ctx *c, str text, const struct segment_row_list *rows,
                        const struct segment_node **tree)
{
    *tree = NULL;
    if (!str_empty(str_trim(text)) && rows->n)
        return fail_at(c, E_INVALID, S("/rows"), "文字和条件行只能给一种",
                       "give either text or rows");
    if (rows->n) return segment_of_rows(c, rows, tree);
    return str_empty(str_trim(text)) ? OK : segment_parse(c, text, tree);
}

static enum err count_rows(struct ctx *c, const struct plan *p, const struct segment_node *tree,
                           struct segment_row_list *rows)
{
    (void)c;
    for (i64 i = 0; i < rows->n; i++)
        rows->at[i].count = SOME(plan_count(p, segment_row_node(tree, i)));
    return OK;
}

static enum err show_some(struct ctx *c, const ints *ids, struct person_list *out)
{
    for (i64 i = 0; i < ids->n; i++) TRY(person_of(c, ids->at[i], PUSH(c->arena, out)));
    return OK;
}

HANDLER(segment_ask_post, segment_ask, segment_asked)
{
    const struct segment_node *tree;
    const struct view *v;
    const struct plan *p;
    struct member_set set;
    i64 most = in->sample.has ? in->sample.value : 0;
    if (most > SAMPLE_MAX) return fail_at(c, E_INVALID, S("/sample"), "最多 20 位", "20 at most");
    TRY(tree_of(c, in->text, &in->rows, &tree));
    TRY(segment_at_read(c, in->at, &out->at));
    TRY(audience_view(c, in->seq.value, &v));
    i64 began = clock_mono_us();
    TRY(plan_make(c, v, tree, out->at, &p));
    plan_set(c->arena, p, &set);
    out->took_us = clock_mono_us() - began;
    out->count = set.n;
    out->total = plan_everybody(p);
    out->text = tree ? segment_format(c->arena, tree) : S("");
    segment_rows_of(c, tree, &out->rows);
    if (in->counts) TRY(count_rows(c, p, tree, &out->rows));
    TRY(plan_explain(c, p, false, &out->explain));
    ints ids = set_ids(c->arena, &set, -1, most);
    return show_some(c, &ids, &out->sample);
}

/* -- members ----------------------------------------------------------------------------------- */

#define FIELDS_OF_segment_members_ask(X, N)                                           \
    X(str, text, LONG, "The segment; empty: everybody", N)                            \
    X(str, at, SHORT, "As of this day (00:00) or moment; absent: now", N)             \
    X(opt_i64, seq, NOT_NEGATIVE, "Wait until this line of the timeline is known", N) \
    PAGE_FIELDS(X, N)
SHAPE(segment_members_ask);
SHAPE_DEFINE(segment_members_ask);
#define FIELDS_OF_segment_members_page(X, N)         \
    X(list(person), items, ANY, "Members, by id", N) \
    X(str, next_cursor, ANY, "Where to go on", N)    \
    X(i64, total, ANY, "How many in all", N)
SHAPE(segment_members_page);
SHAPE_DEFINE(segment_members_page);

HANDLER(segment_members_post, segment_members_ask, segment_members_page)
{
    static const char route[] = "/v1/segments/members";
    const struct segment_row_list none = { 0 };
    const struct segment_node *tree;
    const struct view *v;
    struct member_set set;
    struct cursor after;
    instant at;
    i64 limit = page_limit(in->limit);
    TRY(tree_of(c, in->text, &none, &tree));
    TRY(segment_at_read(c, in->at, &at));
    TRY(cursor_read(c, route, in->cursor, &after));
    TRY(audience_view(c, in->seq.value, &v));
    TRY(segment_set(c, v, tree, at, &set));
    out->total = set.n;
    ints ids = set_ids(c->arena, &set, after.id, limit + 1);
    bool more = ids.n > limit;
    if (more) ids.n = limit;
    TRY(show_some(c, &ids, &out->items));
    if (more) out->next_cursor = cursor_make(c, route, (struct cursor){ .id = ids.at[limit - 1] });
    return OK;
}

static const struct route ask_routes[] = {
    ROUTE(GET, "/v1/segment-language", MEMBERS_READ, language_get, "Segments",
          "分层语言：字段、函数、比较", "The segment language: fields, calls, comparisons"),
    ROUTE(GET, "/v1/segment-values", MEMBERS_READ, values_get, "Segments", "写条件时可选的取值",
          "Values to choose from while writing a segment", .errors = "E_BUSY"),
    ROUTE(POST, "/v1/segments/ask", MEMBERS_READ, segment_ask_post, "Segments",
          "符合条件的有多少人、是谁、怎么算的",
          "How many members a segment holds for, who, and why", .flags = READS,
          .errors = "E_BUSY E_TIMEOUT E_NOT_FOUND"),
    ROUTE(POST, "/v1/segments/members", MEMBERS_READ, segment_members_post, "Segments",
          "符合条件的会员", "Members a segment holds for", .flags = READS | CURSOR,
          .errors = "E_BUSY E_TIMEOUT E_NOT_FOUND"),
    { 0 },
};

const struct room ask_room = { .name = "ask", .settings = index_settings, .routes = ask_routes };

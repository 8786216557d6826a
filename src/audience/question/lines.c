/* lines.c -- rows for a property the index does not keep: the lines themselves are read, and what
 * they mean to this question becomes a small index of its own, asked by the same kernels. */
#include "audience/language/language.h"
#include "audience/language/sql_values.h"
#include "audience/question/rows_private.h"
#include "timeline/timeline.h"

#define LINES_MAX ((i64)5000000) /* read for one question */
#define KINDS_MAX 40             /* named in the statement; more: all lines are read */

/* Ids merged away and who they are now, as in the language's own statements. */
SQL_PART(lines_meant,
         "WITH RECURSIVE step(id, living) AS ("
         "SELECT member, merged_into FROM member WHERE merged_into IS NOT NULL UNION ALL "
         "SELECT s.id, m.merged_into FROM step s JOIN member m ON m.member = s.living"
         " WHERE m.merged_into IS NOT NULL), "
         "gone(id, living) AS (SELECT s.id, s.living FROM step s JOIN member l"
         " ON l.member = s.living WHERE l.merged_into IS NULL) "
         "SELECT COALESCE(g.living, t.member) AS member, t.seq AS seq, t.at AS at, t.kind AS kind,"
         " t.subject AS subject, t.touchpoint AS touchpoint, t.value AS value, t.props AS props"
         " FROM timeline t LEFT JOIN gone g ON g.id = t.member"
         " WHERE t.member > 0 AND t.at >= $1 AND t.at < $2 AND t.seq <= $3");
SQL_PART(of_kinds, " AND t.kind");

struct reading_lines {
    struct ctx *c;
    const struct question *q;
    struct meant *const *meant;
    i64 n, lines;
    str by; /* a property; absent: none */
    struct index *index;
    struct arena *scratch;
};

static bool passes(struct reading_lines *r, const struct meant *m, const struct timeline_line *l)
{
    const struct words *names = view_event_names(r->q->view, SOURCE_TIMELINE);
    i64 code = words_find(names, l->kind);
    if (code < 0 || !m->events[code]) return false;
    for (i64 i = 0; i < m->test.props.n; i++) {
        const struct segment_prop *p = &m->test.props.at[i];
        str raw = l->props.at ? props_raw(l->props, p->name) : NO_STR; /* never the touchpoint */
        if (!raw.at || !segment_prop_passes(r->scratch, p, raw)) return false;
    }
    return true;
}

static enum err see_line(void *arg, const void *row)
{
    struct reading_lines *r = arg;
    const struct timeline_line *l = row;
    struct event e = { .member = l->member, .at = l->at, .order = l->seq, .name = S("line") };
    bool any = false;
    if (++r->lines > LINES_MAX)
        return fail(r->c, E_TOO_LARGE,
                    "所问的属性不在索引里，要读的行太多（超过 %lld 行）：请改用索引里的属性",
                    "the property asked for is not in the index, and there are too many lines to"
                    " read (over %lld): ask for one that is",
                    (long long)LINES_MAX);
    arena_reset(r->scratch);
    for (i64 i = 0; i < r->n; i++)
        if (passes(r, r->meant[i], l)) {
            e.props[i] = S("1");
            any = true;
        }
    if (!any) return OK;
    if (r->by.n) e.props[r->n] = line_prop(l, r->by);
    instant latest = (i64)UINT32_MAX * SECOND_MS; /* as the index holds it */
    e.day = zone_day(r->c->zone, e.at < latest ? e.at : latest);
    index_add_event(r->index, 0, &e);
    return OK;
}

static enum err read_lines(struct reading_lines *r)
{
    const struct words *names = view_event_names(r->q->view, SOURCE_TIMELINE);
    strs kinds = { 0 };
    for (i64 code = 0; code < words_count(names); code++) {
        bool meant = false;
        for (i64 i = 0; i < r->n; i++) meant |= r->meant[i]->events[code];
        if (meant) *PUSH(r->c->arena, &kinds) = words_text(names, code);
    }
    if (!kinds.n) return OK;
    struct composed statement = { .arena = r->c->arena };
    composed_add(&statement, &lines_meant,
                 ARGS(r->meant[0]->rows.from, r->q->at, view_seq(r->q->view)));
    if (kinds.n <= KINDS_MAX) {
        composed_add(&statement, &of_kinds, NO_ARGS);
        list_add(&statement, &kinds);
    }
    return composed_each(r->c, &statement, &timeline_line_shape, see_line, r);
}

static void scratch_end(void *arena) { arena_free(arena); }
static void index_end(void *x) { index_free(x); }
static void view_end(void *v) { view_release(v); }

enum err lines_index(struct ctx *c, const struct question *q, struct meant *const *meant, i64 n,
                     str by, struct rows_at *out)
{
    static const u8 passed[2] = { 0, 1 };
    str *names = NEWS(c->arena, str, EVENT_PROPS_MAX);
    struct row_source *source = NEW(c->arena, struct row_source);
    for (i64 i = 0; i < n + (by.n > 0); i++) names[i] = str_fmt(c->arena, "%lld", (long long)i);
    *source = (struct row_source){ S("lines"), { names, n + (by.n > 0) }, false };
    struct index_schema schema = { .sources = source, .sources_n = 1 };
    struct reading_lines r = { .c = c,
                               .q = q,
                               .meant = meant,
                               .n = n,
                               .by = by,
                               .index = index_new(&schema),
                               .scratch = arena_new() };
    arena_defer(c->arena, index_end, r.index);
    arena_defer(c->arena, scratch_end, r.scratch);
    TRY(read_lines(&r));
    index_publish(r.index, view_seq(q->view));
    const struct view *v = view_take(r.index);
    arena_defer(c->arena, view_end, (void *)(uintptr_t)v);
    *out = (struct rows_at){ v, 0, view_chunks(v), by.n ? n : -1, true };
    for (i64 i = 0; i < n; i++) {
        meant[i]->rows.event = NULL;
        memset(meant[i]->rows.props, 0, sizeof meant[i]->rows.props);
        meant[i]->rows.props[i] = passed;
    }
    return OK;
}

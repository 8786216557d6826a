/* sql.c -- tree to SQL: a test is "m.member IN (members whose row passes)", put together from fixed
 * parts; values are bound.
 *
 * 1. Every part stands in this file, or is the statement a room publishes; nothing a person wrote
 * becomes text.
 * 2. A test on texts (names of events, values of properties too) is first asked of the different
 * values there are, by the one function that knows how texts compare; the values that pass are
 * bound.
 * 3. Counts and sums are 0 for whom there is no row: where 0 passes, the test is "not among those
 * who do not pass".
 */
#include <assert.h>
#include <math.h>

#include "audience/language/language.h"
#include "audience/language/sql.h"
#include "audience/language/sql_values.h"
#include "store/setting.h"
#include "worth/classes.h"

/* -- parts ------------------------------------------------------------------------------------ */

/* Ids merged away and who they are now: chains are followed to their end. */
#define GONE                                                                                      \
    "WITH RECURSIVE step(id, living) AS ("                                                        \
    "SELECT member, merged_into FROM member WHERE merged_into IS NOT NULL UNION ALL "             \
    "SELECT s.id, m.merged_into FROM step s JOIN member m ON m.member = s.living"                 \
    " WHERE m.merged_into IS NOT NULL), "                                                         \
    "gone(id, living) AS (SELECT s.id, s.living FROM step s JOIN member l ON l.member = s.living" \
    " WHERE l.merged_into IS NULL) "

SQL_PART(people, GONE "SELECT m.member AS value FROM member m WHERE m.merged_into IS NULL"
                      " AND m.erased_at IS NULL AND m.first_seen < $1 AND ");
SQL_PART(only_one, " m.member = $1 AND ");
SQL_PART(in_order, " ORDER BY m.member");
SQL_PART(open_group, "(");
SQL_PART(close_group, ")");
SQL_PART(and_word, " AND ");
SQL_PART(or_word, " OR ");
SQL_PART(not_word, " NOT ");
SQL_PART(nobody, " 1 = 0 ");
SQL_PART(everybody, " 1 = 1 ");
SQL_PART(among, " m.member IN (SELECT f.member FROM (");
SQL_PART(not_among, " m.member NOT IN (SELECT f.member FROM (");
SQL_PART(with_a_row, ") f)");
SQL_PART(whose_row, ") f WHERE ");
SQL_PART(in_range, " (f.value >= $1 AND f.value <= $2)");
SQL_PART(in_number_range, " (CAST(f.value AS DOUBLE PRECISION) * 10000 >= $1"
                          " AND CAST(f.value AS DOUBLE PRECISION) * 10000 < $2)");
SQL_PART(value_word, " f.value");
SQL_PART(different, "SELECT DISTINCT f.value AS value FROM (");
SQL_PART(of_those, ") f");

#define BOUGHT                                                                   \
    " FROM purchase_order o WHERE o.bought_at IS NOT NULL AND o.bought_at >= $1" \
    " AND o.bought_at < $2 AND o.member > 0 GROUP BY o.member"
SQL_PART(bought_count, "SELECT o.member AS member, COUNT(*) AS value" BOUGHT);
SQL_PART(bought_sum, "SELECT o.member AS member, CAST(SUM(o.net) AS BIGINT) AS value" BOUGHT);
SQL_PART(bought_last, "SELECT o.member AS member, MAX(o.bought_at) AS value" BOUGHT);
SQL_PART(bought_mean,
         "SELECT o.member AS member, CAST(SUM(o.net) AS BIGINT) / COUNT(*) AS value" BOUGHT);
/* The programme's day of a purchase, by stretches of days of one length: see day_stretches. */
SQL_PART(days_count, "SELECT o.member AS member, COUNT(DISTINCT CASE");
SQL_PART(days_mean, "SELECT o.member AS member, CAST(SUM(o.net) AS BIGINT) / COUNT(DISTINCT CASE");
SQL_PART(day_stretch, " WHEN o.bought_at < $1 THEN $2 + (o.bought_at - $3) / $4");
SQL_PART(days_end, " END) AS value" BOUGHT);

#define LIVING "COALESCE(g.living, t.member)"
#define LINES                                                                 \
    " FROM timeline t LEFT JOIN gone g ON g.id = t.member WHERE t.member > 0" \
    " AND t.at >= $1 AND t.at < $2 AND t.kind"
#define PROP_LITE "t.props -> ('$.\"' || $1 || '\"')"
#define PROP_PG   "CAST(CAST(t.props AS JSON) -> CAST($1 AS TEXT) AS TEXT)"
SQL_PART(lines_count, "SELECT " LIVING " AS member, COUNT(*) AS value" LINES);
SQL_PART(lines_by_member, " GROUP BY " LIVING);
SQL_PART_PG(and_prop, " AND " PROP_LITE, " AND " PROP_PG);
SQL_PART(kinds_of_lines, "SELECT DISTINCT kind AS value FROM timeline");
SQL_PART_PG(props_of_lines,
            "SELECT DISTINCT " PROP_LITE " AS value FROM timeline t WHERE t.member > 0",
            "SELECT DISTINCT " PROP_PG " AS value FROM timeline t WHERE t.member > 0");
SQL_PART(of_time_and_kind, " AND t.at >= $1 AND t.at < $2 AND t.kind");

#define COMMUNITY IS_COMMUNITY " AND t.subject IS NOT NULL"
SQL_PART(communities, "SELECT DISTINCT t.subject AS value FROM timeline t WHERE " COMMUNITY);
SQL_PART(community_lines,
         "SELECT x.member AS member, 1 AS value FROM (SELECT " LIVING " AS member, t.kind AS kind,"
         " ROW_NUMBER() OVER (PARTITION BY " LIVING ", t.subject ORDER BY t.at DESC, t.seq DESC)"
         " AS place FROM timeline t LEFT JOIN gone g ON g.id = t.member WHERE " COMMUNITY
         " AND t.member > 0 AND t.at < $1");
SQL_PART(and_subject, " AND t.subject");
SQL_PART(who_joined_last, ") x WHERE x.place = 1 AND x.kind = 'community.joined'");

/* -- who has which value: the rows of a subject ----------------------------------------------- */

struct compiler {
    struct ctx *c;
    instant at;
    struct composed *out;
};

static void add(struct compiler *k, const struct sql_part *part)
{
    composed_add(k->out, part, NO_ARGS);
}

static bool same_folded(struct arena *scratch, const void *by, str raw)
{
    return str_eq(str_fold(scratch, raw), *(const str *)by);
}

static bool prop_passes(struct arena *scratch, const void *by, str raw)
{
    return segment_prop_passes(scratch, by, raw);
}

/* "group:上海VIP群" is named by what follows the colon, or whole. */
static bool community_named(struct arena *scratch, const void *by, str raw)
{
    str head, name = str_cut(raw, ':', &head);
    return same_folded(scratch, by, raw) || (name.at && same_folded(scratch, by, name));
}

static enum err prop_values(struct compiler *k, const struct segment_test *t,
                            const struct segment_prop *p, const strs *kinds, strs *out)
{
    struct composed from = { .arena = k->c->arena };
    composed_add(&from, &props_of_lines, ARGS(p->name));
    composed_add(&from, &of_time_and_kind, ARGS(segment_window_from(t, k->at), k->at));
    list_add(&from, kinds);
    return values_that_pass(k->c, &from, prop_passes, p, out);
}

/* *none: there are no such lines at all. */
static enum err did_rows(struct compiler *k, const struct segment_test *t, bool *none)
{
    struct composed from = { .arena = k->c->arena };
    strs kinds, values;
    composed_add(&from, &kinds_of_lines, NO_ARGS);
    TRY(values_that_pass(k->c, &from, same_folded, &t->folded, &kinds));
    *none = kinds.n == 0;
    if (*none) return OK;
    composed_add(k->out, &lines_count, ARGS(segment_window_from(t, k->at), k->at));
    list_add(k->out, &kinds);
    for (i64 i = 0; i < t->props.n; i++) {
        TRY(prop_values(k, t, &t->props.at[i], &kinds, &values));
        *none = values.n == 0;
        if (*none) return OK;
        composed_add(k->out, &and_prop, ARGS(t->props.at[i].name));
        list_add(k->out, &values);
    }
    add(k, &lines_by_member);
    return OK;
}

/* name: folded; absent: any community. */
static enum err community_rows(struct compiler *k, str name, bool *none)
{
    strs subjects = { 0 };
    if (name.at) {
        struct composed from = { .arena = k->c->arena };
        composed_add(&from, &communities, NO_ARGS);
        TRY(values_that_pass(k->c, &from, community_named, &name, &subjects));
        *none = subjects.n == 0;
        if (*none) return OK;
    }
    composed_add(k->out, &community_lines, ARGS(k->at));
    if (name.at) {
        add(k, &and_subject);
        list_add(k->out, &subjects);
    }
    add(k, &who_joined_last);
    return OK;
}

#define FIRST_YEAR 1900

/* Days of one length follow one another in stretches; a day on which clocks change is a stretch of
 * its own. */
static void day_stretches(struct compiler *k)
{
    day last = zone_day(k->c->zone, k->at), d = day_of(FIRST_YEAR, 1, 1), first = d;
    instant start = zone_midnight(k->c->zone, d), open = start;
    for (; d <= last; d++) {
        instant end = zone_midnight(k->c->zone, d + 1);
        bool odd = end - start != DAY_MS;
        if (odd && d > first)
            composed_add(k->out, &day_stretch, ARGS(start, (i64)first, open, DAY_MS));
        if (odd) {
            composed_add(k->out, &day_stretch, ARGS(end, (i64)d, start, 10 * DAY_MS));
            first = d + 1;
            open = end;
        }
        start = end;
    }
    composed_add(k->out, &day_stretch, ARGS(start, (i64)first, open, DAY_MS));
}

static enum err rfm_rows(struct compiler *k, bool amount)
{
    i64 days;
    str frequency_of, monetary_of;
    TRY(setting_i64(k->c, "rfm.window_days", &days));
    TRY(setting_text(k->c, "rfm.frequency_of", &frequency_of));
    TRY(setting_text(k->c, "rfm.monetary_of", &monetary_of));
    bool by_day = str_eq(frequency_of, S("days"));
    bool mean = amount && str_eq(monetary_of, S("average"));
    instant from = days ? k->at - days * DAY_MS : INT64_MIN;
    if (by_day && (mean || !amount)) {
        add(k, mean ? &days_mean : &days_count);
        day_stretches(k);
        composed_add(k->out, &days_end, ARGS(from, k->at));
    } else
        composed_add(k->out,
                     mean     ? &bought_mean
                     : amount ? &bought_sum
                              : &bought_count,
                     ARGS(from, k->at));
    return OK;
}

static enum err call_rows(struct compiler *k, const struct segment_test *t, bool *none)
{
    instant from = segment_window_from(t, k->at);
    switch (t->call->id) {
    case CALL_ORDERS: composed_add(k->out, &bought_count, ARGS(from, k->at)); return OK;
    case CALL_SPENT: composed_add(k->out, &bought_sum, ARGS(from, k->at)); return OK;
    case CALL_RECENCY: composed_add(k->out, &bought_last, ARGS(from, k->at)); return OK;
    case CALL_FREQUENCY: return rfm_rows(k, false);
    case CALL_MONETARY: return rfm_rows(k, true);
    case CALL_DID: return did_rows(k, t, none);
    case CALL_IN_GROUP: return community_rows(k, t->folded, none);
    default: assert(!"has no rows"); return OK;
    }
}

static enum err rows_of(struct compiler *k, const struct segment_test *t, bool *none)
{
    *none = false;
    if (!t->field) return call_rows(k, t, none);
    return field_rows(k->c, t->field, 1, INT64_MAX, k->at, k->out);
}

/* -- tests ------------------------------------------------------------------------------------ */

static day day_within(i64 d)
{
    i64 low = day_of(1, 1, 1), high = day_of(9999, 12, 31);
    return (day)(d < low ? low : d > high ? high : d);
}

static void add_range(struct compiler *k, enum field_kind kind, const struct segment_range *r)
{
    struct arena *a = k->c->arena;
    if (kind == FIELD_IS_DATE) /* kept as text, which sorts as days do */
        composed_add(k->out, &in_range,
                     ARGS(day_text(a, day_within(r->from)), day_text(a, day_within(r->to))));
    else if (kind == FIELD_IS_NUMBER)
        composed_add(k->out, &in_number_range,
                     ARGS(r->from == INT64_MIN ? -INFINITY : (f64)r->from - 0.5,
                          r->to == INT64_MAX ? INFINITY : (f64)r->to + 0.5));
    else composed_add(k->out, &in_range, ARGS(r->from, r->to));
}

/* Who has a row, and who has none. */
static enum err add_has_row(struct compiler *k, const struct segment_test *t, bool has)
{
    struct composed rows = { .arena = k->c->arena };
    struct compiler inner = { k->c, k->at, &rows };
    bool none;
    TRY(rows_of(&inner, t, &none));
    if (none) {
        add(k, has ? &nobody : &everybody);
        return OK;
    }
    add(k, has ? &among : &not_among);
    composed_append(k->out, &rows);
    add(k, &with_a_row);
    return OK;
}

static enum err add_ordered(struct compiler *k, const struct segment_test *t)
{
    struct segment_ranges ranges;
    struct composed rows = { .arena = k->c->arena };
    struct compiler inner = { k->c, k->at, &rows };
    bool none;
    TRY(segment_ranges_of(k->c, t, k->at, &ranges));
    TRY(rows_of(&inner, t, &none));
    bool zero_passes = segment_test_zero(t) && segment_ranges_have(&ranges, 0);
    if (none || ranges.n == 0) {
        add(k, zero_passes ? &everybody : &nobody);
        return OK;
    }
    add(k, zero_passes ? &not_among : &among);
    composed_append(k->out, &rows);
    add(k, &whose_row);
    if (zero_passes) add(k, &not_word);
    add(k, &open_group);
    for (i64 i = 0; i < ranges.n; i++) {
        if (i) add(k, &or_word);
        add_range(k, segment_test_kind(t), &ranges.at[i]);
    }
    add(k, &close_group);
    add(k, &close_group);
    return OK;
}

struct word_test {
    const struct segment_test *test;
    const struct segment_operator *op; /* the test's, or its opposite */
    struct segment_ranges ranges;      /* of flags */
};

static bool word_passes(struct arena *scratch, const void *by, str raw)
{
    const struct word_test *w = by;
    const struct field *f = w->test->field;
    i64 number;
    if (f->kind == FIELD_IS_FLAG)
        return field_read(f->kind, raw, &number) && segment_ranges_have(&w->ranges, number);
    for (str rest = raw; rest.at;) {
        str one = rest;
        rest = f->split ? str_cut(rest, f->split, &one) : NO_STR;
        if (segment_text_passes(w->op, &w->test->operands, str_fold(scratch, one))) return true;
    }
    return false;
}

/* Of `!=` the few values that are equal are looked for, and then left out. */
static enum err add_words(struct compiler *k, const struct segment_test *t)
{
    struct composed rows = { .arena = k->c->arena }, from = { .arena = k->c->arena };
    struct compiler inner = { k->c, k->at, &rows };
    struct word_test w = { .test = t, .op = t->op };
    bool none, is_not = t->op->id == OP_IS_NOT && t->field->kind != FIELD_IS_FLAG;
    strs values;
    if (is_not) w.op = &segment_operators[OP_IS];
    if (t->field->kind == FIELD_IS_FLAG) TRY(segment_ranges_of(k->c, t, k->at, &w.ranges));
    TRY(rows_of(&inner, t, &none));
    composed_add(&from, &different, NO_ARGS);
    composed_append(&from, &rows);
    composed_add(&from, &of_those, NO_ARGS);
    TRY(values_that_pass(k->c, &from, word_passes, &w, &values));
    if (values.n == 0 && is_not) return add_has_row(k, t, true);
    if (values.n == 0) {
        add(k, &nobody);
        return OK;
    }
    add(k, &among);
    composed_append(k->out, &rows);
    add(k, &whose_row);
    if (is_not) add(k, &not_word);
    add(k, &value_word);
    list_add(k->out, &values);
    add(k, &close_group);
    return OK;
}

/* -- classes: purchases and communities together ---------------------------------------------- */

static enum err add_class_row(struct compiler *k, const struct class_row *class)
{
    enum segment_operator_id op = class->most == class->least ? OP_IS : OP_AT_LEAST;
    struct segment_operand n = { .kind = OPERAND_NUMBER, .number = class->least * MONEY_UNIT };
    struct segment_test t = { .call = &segment_calls[CALL_ORDERS],
                              .op = &segment_operators[op],
                              .operands = { &n, 1 } };
    if (class->community) {
        bool none;
        add(k, &among);
        TRY(community_rows(k, NO_STR, &none));
        add(k, &with_a_row);
        add(k, &and_word);
    }
    return add_ordered(k, &t);
}

static enum err add_class(struct compiler *k, const struct segment_test *t)
{
    bool first = true, unknown = t->op->id == OP_UNKNOWN;
    if (unknown) add(k, &not_word);
    add(k, &open_group);
    for (int i = 0; i < CLASSES; i++) {
        if (!segment_text_passes(t->op, &t->operands, str_of(class_rows[i].folded))) continue;
        if (!first) add(k, &or_word);
        first = false;
        TRY(add_class_row(k, &class_rows[i]));
    }
    if (first) add(k, &nobody);
    add(k, &close_group);
    return OK;
}

/* -- trees ------------------------------------------------------------------------------------ */

static enum err add_node(struct compiler *k, const struct segment_node *n);

static enum err add_saved(struct compiler *k, const struct segment_test *t)
{
    if (t->saved) return add_node(k, t->saved);
    return fail(k->c, E_NOT_FOUND, "没有名为“%.*s”的分层",
                "there is no saved segment named \"%.*s\"", STR_ARG(t->name));
}

static enum err add_test(struct compiler *k, const struct segment_test *t)
{
    enum field_kind kind = segment_test_kind(t);
    if (t->call && t->call->id == CALL_IN_SEGMENT) return add_saved(k, t);
    if (t->call && t->call->id == CALL_CLASS) return add_class(k, t);
    if (t->op->id == OP_HOLDS || t->op->id == OP_KNOWN) return add_has_row(k, t, true);
    if (t->op->id == OP_UNKNOWN) return add_has_row(k, t, false);
    if (segment_kind_texts(kind) || kind == FIELD_IS_FLAG) return add_words(k, t);
    return add_ordered(k, t);
}

static enum err add_node(struct compiler *k, const struct segment_node *n)
{
    add(k, &open_group);
    if (n->kind == NODE_TEST) TRY(add_test(k, &n->test));
    if (n->kind == NODE_NOT) add(k, &not_word);
    for (i64 i = 0; i < n->parts.n; i++) {
        if (i) add(k, n->kind == NODE_ALL ? &and_word : &or_word);
        TRY(add_node(k, n->parts.at[i]));
    }
    add(k, &close_group);
    return OK;
}

struct ids {
    struct arena *arena;
    ints *out;
};

static enum err take_id(void *arg, const void *row)
{
    struct ids *ids = arg;
    *PUSH(ids->arena, ids->out) = ((const struct one_i64 *)row)->value;
    return OK;
}

static enum err statement(struct ctx *c, const struct segment_node *tree, instant at,
                          struct composed *sql)
{
    struct compiler k = { c, at, sql };
    composed_add(sql, &people, ARGS(at));
    TRY(add_node(&k, tree));
    composed_add(sql, &in_order, NO_ARGS);
    return OK;
}

enum err segment_members_sql(struct ctx *c, const struct segment_node *tree, instant at, ints *out)
{
    struct composed sql = { .arena = c->arena };
    struct ids ids = { c->arena, out };
    *out = (ints){ 0 };
    TRY(statement(c, tree, at, &sql));
    return composed_each(c, &sql, &one_i64_shape, take_id, &ids);
}

enum err segment_sql_text(struct ctx *c, const struct segment_node *tree, instant at, str *out)
{
    struct composed sql = { .arena = c->arena };
    TRY(statement(c, tree, at, &sql));
    return composed_show(c, &sql, out);
}

enum err segment_holds(struct ctx *c, const struct segment_node *tree, instant at, i64 member,
                       bool *holds)
{
    struct composed sql = { .arena = c->arena };
    struct compiler k = { c, at, &sql };
    ints found = { 0 };
    struct ids ids = { c->arena, &found };
    composed_add(&sql, &people, ARGS(at));
    composed_add(&sql, &only_one, ARGS(member));
    TRY(add_node(&k, tree));
    TRY(composed_each(c, &sql, &one_i64_shape, take_id, &ids));
    *holds = found.n > 0;
    return OK;
}

enum err segment_members(struct ctx *c, const struct segment_node *tree, instant at, ints *out)
{
    return segment_members_sql(c, tree, at, out);
}

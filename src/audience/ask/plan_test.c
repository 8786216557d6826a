/* plan_test.c -- one test of the tree made a step: by what answers its subject, a row each.
 *
 * What the index does not keep is asked of SQL at once, and the answer kept as bits.
 */
#include <assert.h>

#include "audience/ask/plan.h"
#include "audience/language/sql.h"
#include "base/clock.h"
#include "store/setting.h"
#include "worth/classes.h"

static enum err ranges_of(struct planning *k, const struct segment_test *t, struct step *s)
{
    if (t->op->id == OP_KNOWN || t->op->id == OP_UNKNOWN || t->op->id == OP_HOLDS) {
        struct segment_range all = { INT64_MIN, INT64_MAX };
        *PUSH(k->c->arena, &s->ranges) = all;
        return OK;
    }
    TRY(segment_ranges_of(k->c, t, k->plan->at, &s->ranges));
    s->zero = segment_test_zero(t) && segment_ranges_have(&s->ranges, 0);
    return OK;
}

/* -- SQL --------------------------------------------------------------------------------------- */

i64 plan_sql_most_us = 5000000;

static enum err check_time(const struct planning *k)
{
    if (!k->c->address.n || k->sql_us < plan_sql_most_us) return OK;
    return fail(
        k->c, E_TIMEOUT,
        "条件里有太多索引没有保留的内容，逐项查询数据库太久；请减少这类条件，或把行为的属性写进"
        "设置 audience.props",
        "too many conditions are on what the index does not keep, and asking the store for"
        " each takes too long; have fewer of them, or put the properties of events into the"
        " setting audience.props");
}

static enum err by_sql(struct planning *k, const struct segment_node *n, struct step **out)
{
    i64 began = clock_mono_us();
    TRY(check_time(k));
    const struct view *v = k->plan->view;
    ints members;
    struct arena_mark mark;
    struct segment_node alone = { .kind = NODE_TEST, .test = n->test };
    i64 chunks = view_chunks(v);
    u64 *bits = NEWS(k->c->arena, u64, chunks * CHUNK_WORDS);
    struct step *s = step_new(k, &step_sql);
    mark = arena_mark(k->c->arena);
    TRY(segment_members_sql(k->c, &alone, k->plan->at, &members));
    for (i64 i = 0; i < members.n && members.at[i] / CHUNK < chunks; i++)
        bits[members.at[i] / 64] |= 1ull << (members.at[i] % 64);
    s->share = (f64)members.n / (f64)(view_members(v) + 1);
    arena_rewind(k->c->arena, mark);
    s->bits = bits;
    k->plan->by_index = false;
    k->sql_us += clock_mono_us() - began;
    *out = s;
    return OK;
}

/* -- columns ----------------------------------------------------------------------------------- */

#define RUNS_LOOKED_AT 64
#define COLUMN_US      6 /* a byte of each member, where a set is a bit of each */

static f64 share_of_ranges(const struct planning *k, i64 column,
                           const struct segment_ranges *ranges)
{
    const struct plan *plan = k->plan;
    const struct view *v = plan->view;
    f64 in = 0;
    if (k->old) return k->old->share; /* the order stands already */
    for (i64 chunk = 0; chunk < view_chunks(v); chunk += looked_every(v)) {
        const struct part *p = view_part(v, chunk, column);
        for (i64 i = 0; p && i < ranges->n; i++)
            in += (f64)part_about(p, ranges->at[i].from, ranges->at[i].to);
    }
    return in < plan->people ? in / plan->people : 1;
}

/* Few words are often most of the members; of many words, about as many as there are of them. */
static f64 share_of_words(struct planning *k, i64 column, const u8 *table, i64 n)
{
    struct segment_ranges ranges = { 0 };
    i64 on = 0;
    for (i64 i = 0; i < n; i++) {
        on += table[i];
        if (!table[i] || ranges.n > RUNS_LOOKED_AT) continue;
        if (i && table[i - 1]) ranges.at[ranges.n - 1].to = i;
        else *PUSH(k->c->arena, &ranges) = (struct segment_range){ i, i };
    }
    if (ranges.n > RUNS_LOOKED_AT) return (f64)on / (f64)n;
    return share_of_ranges(k, column, &ranges);
}

static f64 share_of_carriers(const struct plan *plan, i64 column, const ints *codes)
{
    const struct view *v = plan->view;
    f64 in = 0;
    for (i64 chunk = 0; chunk < view_chunks(v); chunk += looked_every(v))
        for (i64 i = 0; i < codes->n; i++)
            in += (f64)view_carriers_n(v, chunk, column, codes->at[i]);
    return in < plan->people ? in / plan->people : 1;
}

static enum err by_number(struct planning *k, const struct segment_test *t, i64 column,
                          struct step **out)
{
    struct step *s = step_new(k, &step_range);
    TRY(ranges_of(k, t, s));
    s->column = column;
    s->timed = t->field->kind == FIELD_IS_AGE || t->field->kind == FIELD_IS_DATE;
    s->share = share_of_ranges(k, column, &s->ranges);
    s->cost = s->ranges.n > 4 ? 500 : COLUMN_US * (f64)s->ranges.n;
    if (!s->ranges.n && !s->zero) s->kind = &step_nobody;
    *out = s;
    return OK;
}

static enum err by_known(struct planning *k, const struct segment_test *t, i64 column,
                         struct step **out)
{
    struct step *s = step_new(k, &step_known);
    struct segment_range all = { INT64_MIN, INT64_MAX };
    struct segment_ranges ranges = { &all, 1 };
    (void)t;
    s->column = column;
    s->share = share_of_ranges(k, column, &ranges);
    *out = s;
    return OK;
}

static enum err by_word(struct planning *k, const struct segment_test *t, i64 column,
                        struct step **out)
{
    const struct words *w = view_words(k->plan->view, column);
    i64 n = words_count(w), on = 0;
    u8 *table = NEWS(k->c->arena, u8, n + 1);
    struct step *s = step_new(k, &step_word);
    for (i64 i = 0; i < n; i++)
        on += table[i] = segment_text_passes(t->op, &t->operands, words_folded(w, i));
    s->column = column;
    s->table = table;
    s->table_n = n;
    s->share = share_of_words(k, column, table, n);
    s->cost = 2 * COLUMN_US;
    if (!on) s->kind = &step_nobody;
    *out = s;
    return OK;
}

static void carriers_of(struct planning *k, const struct segment_test *t, i64 column,
                        struct step *s)
{
    const struct words *w = view_words(k->plan->view, column);
    s->column = column;
    for (i64 i = 0; i < words_count(w); i++)
        if (segment_text_passes(t->op, &t->operands, words_folded(w, i)))
            *PUSH(k->c->arena, &s->codes) = i;
    s->share = share_of_carriers(k->plan, column, &s->codes);
    s->cost = 1 + 2 * (f64)s->codes.n;
    if (!s->codes.n) s->kind = &step_nobody;
}

static enum err by_set(struct planning *k, const struct segment_test *t, i64 column,
                       struct step **out)
{
    *out = step_new(k, &step_carriers);
    carriers_of(k, t, column, *out);
    return OK;
}

/* -- purchases --------------------------------------------------------------------------------- */

/* Fields whose past the purchases tell. */
static const struct bought_field {
    const char *name;
    enum bought_of of;
} bought_fields[] = {
    { "orders", BOUGHT_COUNT },
    { "spent", BOUGHT_SUM },
    { "first_order", BOUGHT_FIRST },
    { "last_order", BOUGHT_LAST },
};

static enum err by_purchases(struct planning *k, const struct segment_test *t, enum bought_of of,
                             instant from, struct step **out)
{
    struct step *s = step_new(k, &step_bought);
    TRY(ranges_of(k, t, s));
    s->of = of;
    s->rows = (struct row_filter){ .from = from, .until = k->plan->at };
    s->column = k->plan->bought[of];
    s->timed = true;
    if (s->column >= 0) s->share = share_of_ranges(k, s->column, &s->ranges);
    s->cost = from == INT64_MIN && s->column >= 0 ? COLUMN_US
                                                  : 100 + k->plan->rows[SOURCE_PURCHASES] / 500;
    *out = s;
    return OK;
}

static enum err by_shops(struct planning *k, const struct segment_test *t, i64 column,
                         struct step **out)
{
    const struct words *w = view_prop_words(k->plan->view, SOURCE_PURCHASES, PROP_SHOP);
    i64 n = words_count(w);
    u8 *table = NEWS(k->c->arena, u8, n + 2);
    struct step *s = *out = step_new(k, &step_shops);
    for (i64 i = 0; i < n; i++)
        table[i + 1] = segment_text_passes(t->op, &t->operands, words_folded(w, i));
    carriers_of(k, t, column, s);
    s->rows = (struct row_filter){ .from = INT64_MIN, .until = k->plan->at };
    s->timed = true;
    s->rows.props[PROP_SHOP] = table;
    return OK;
}

static enum err by_orders(struct planning *k, const struct segment_node *n, struct step **out)
{
    return by_purchases(k, &n->test, BOUGHT_COUNT, segment_window_from(&n->test, k->plan->at), out);
}
static enum err by_spent(struct planning *k, const struct segment_node *n, struct step **out)
{
    return by_purchases(k, &n->test, BOUGHT_SUM, segment_window_from(&n->test, k->plan->at), out);
}
static enum err by_recency(struct planning *k, const struct segment_node *n, struct step **out)
{
    return by_purchases(k, &n->test, BOUGHT_LAST, INT64_MIN, out);
}

enum err plan_rfm(struct planning *k)
{
    struct rfm_settings *rfm = &k->plan->rfm;
    str frequency_of, monetary_of;
    if (rfm->read) return OK;
    TRY(setting_i64(k->c, "rfm.window_days", &rfm->days));
    TRY(setting_text(k->c, "rfm.frequency_of", &frequency_of));
    TRY(setting_text(k->c, "rfm.monetary_of", &monetary_of));
    rfm->by_day = str_eq(frequency_of, S("days"));
    rfm->mean = str_eq(monetary_of, S("average"));
    rfm->read = true;
    return OK;
}

static enum err by_rfm(struct planning *k, const struct segment_node *n, bool amount,
                       struct step **out)
{
    const struct rfm_settings *rfm = &k->plan->rfm;
    TRY(plan_rfm(k));
    enum bought_of of = !amount       ? rfm->by_day ? BOUGHT_DAYS : BOUGHT_COUNT
                        : !rfm->mean  ? BOUGHT_SUM
                        : rfm->by_day ? BOUGHT_DAY_MEAN
                                      : BOUGHT_MEAN;
    instant from = rfm->days ? k->plan->at - rfm->days * DAY_MS : INT64_MIN;
    return by_purchases(k, &n->test, of, from, out);
}
static enum err by_frequency(struct planning *k, const struct segment_node *n, struct step **out)
{
    return by_rfm(k, n, false, out);
}
static enum err by_monetary(struct planning *k, const struct segment_node *n, struct step **out)
{
    return by_rfm(k, n, true, out);
}

/* -- behaviour and communities ----------------------------------------------------------------- */

static enum err by_did(struct planning *k, const struct segment_node *n, struct step **out)
{
    bool kept;
    struct step *s = step_new(k, &step_did);
    TRY(ranges_of(k, &n->test, s));
    s->timed = true;
    if (k->old) {
        s->rows = k->old->rows;
        s->rows.from = segment_window_from(&n->test, k->plan->at);
        s->rows.until = k->plan->at;
    } else {
        TRY(plan_rows(k->c, k->plan->view, &n->test, k->plan->at, &s->rows, &kept));
        if (!kept) return by_sql(k, n, out);
    }
    s->cost = 50 + k->plan->rows[SOURCE_TIMELINE] / 1000;
    s->share = s->zero ? 0.7 : 0.2;
    *out = s;
    return OK;
}

/* "group:上海VIP群" is named by what follows the colon, or whole. */
static bool community_named(const struct words *w, i64 code, str name)
{
    str folded = words_folded(w, code), head, rest = str_cut(folded, ':', &head);
    return !name.at || str_eq(folded, name) || (rest.at && str_eq(rest, name));
}

/* name: folded; absent: any. */
static struct step *communities(struct planning *k, str name)
{
    const struct view *v = k->plan->view;
    const struct words *w = view_prop_words(v, SOURCE_TIMELINE, PROP_COMMUNITY);
    i64 n = words_count(w), events = words_count(view_event_names(v, SOURCE_TIMELINE)), on = 0;
    u8 *subjects = NEWS(k->c->arena, u8, n + 2), *joined = NEWS(k->c->arena, u8, events + 1);
    struct step *s = step_new(k, &step_community);
    for (i64 i = 0; i < n; i++) on += subjects[i + 1] = community_named(w, i, name);
    if (k->plan->joined >= 0) joined[k->plan->joined] = 1;
    s->rows = (struct row_filter){ .event = joined, .from = INT64_MIN, .until = k->plan->at };
    s->rows.props[PROP_COMMUNITY] = subjects;
    s->timed = true;
    s->cost = 80 + k->plan->rows[SOURCE_TIMELINE] / 800;
    if (!on || k->plan->joined < 0) s->kind = &step_nobody;
    return s;
}

static enum err by_group(struct planning *k, const struct segment_node *n, struct step **out)
{
    *out = communities(k, n->test.folded);
    return OK;
}

static enum err bought_times(struct planning *k, enum segment_operator_id op, i64 times,
                             struct step **out)
{
    struct segment_operand number = { .kind = OPERAND_NUMBER, .number = times * MONEY_UNIT };
    struct segment_test t = { .call = &segment_calls[CALL_ORDERS],
                              .op = &segment_operators[op],
                              .operands = { &number, 1 } };
    return by_purchases(k, &t, BOUGHT_COUNT, INT64_MIN, out);
}

static enum err by_class(struct planning *k, const struct segment_node *n, struct step **out)
{
    struct step *any = NULL;
    for (int i = 0; i < CLASSES; i++) {
        const struct class_row *class = &class_rows[i];
        enum segment_operator_id op = class->most == class->least ? OP_IS : OP_AT_LEAST;
        struct step *one;
        if (!segment_text_passes(n->test.op, &n->test.operands, str_of(class->folded))) continue;
        TRY(bought_times(k, op, class->least, &one));
        if (class->community) one = step_of_two(k, &step_all, one, communities(k, NO_STR));
        any = any ? step_of_two(k, &step_any, any, one) : one;
    }
    *out = any ? step_of_one(k, &step_all, any) : step_new(k, &step_nobody);
    return OK;
}

/* -- by subject -------------------------------------------------------------------------------- */

static enum err (*const by_call[CALLS])(struct planning *k, const struct segment_node *n,
                                        struct step **out) = {
    [CALL_ORDERS] = by_orders,     [CALL_SPENT] = by_spent,
    [CALL_RECENCY] = by_recency,   [CALL_FREQUENCY] = by_frequency,
    [CALL_MONETARY] = by_monetary, [CALL_CLASS] = by_class,
    [CALL_DID] = by_did,           [CALL_IN_GROUP] = by_group,
};

typedef enum err by_column(struct planning *k, const struct segment_test *t, i64 column,
                           struct step **out);
/* Of each kind of field: comparisons, and whether there is a value. */
static const struct {
    by_column *compared, *known;
    enum column_kind column;
} by_kind[FIELD_KINDS] = {
    [FIELD_IS_COUNT] = { by_number, by_known, COLUMN_NUMBER },
    [FIELD_IS_NUMBER] = { by_number, by_known, COLUMN_NUMBER },
    [FIELD_IS_MONEY] = { by_number, by_known, COLUMN_NUMBER },
    [FIELD_IS_AGE] = { by_number, by_known, COLUMN_NUMBER },
    [FIELD_IS_DATE] = { by_number, by_known, COLUMN_NUMBER },
    [FIELD_IS_FLAG] = { by_number, by_known, COLUMN_NUMBER },
    [FIELD_IS_TEXT] = { by_word, by_known, COLUMN_WORD },
    [FIELD_IS_CHOICE] = { by_word, by_known, COLUMN_WORD },
    [FIELD_IS_SET] = { by_set, by_set, COLUMN_SET },
    [FIELD_IS_KNOWN] = { by_known, by_known, COLUMN_NUMBER },
};

/* The field's column as it stands now, with all there is, is what `at` asks for. Of a past `at`
 * tags and what follows from purchases are asked of SQL. */
static bool column_fits(const struct planning *k, const struct field *f)
{
    str name = str_of(f->name);
    if (f->third != FIELD_AT || str_eq(name, S("first_seen"))) return true;
    return k->plan->at > k->c->now && (str_eq(name, S("tag")) || !k->plan->bought_later);
}

static enum err by_field(struct planning *k, const struct segment_node *n, struct step **out)
{
    const struct segment_test *t = &n->test;
    const struct view *v = k->plan->view;
    str name = str_of(t->field->name);
    bool known = t->op->id == OP_KNOWN || t->op->id == OP_UNKNOWN;
    if (t->field->third == FIELD_AT)
        for (i64 i = 0; i < COUNT(bought_fields); i++)
            if (str_eq(name, str_of(bought_fields[i].name)))
                return by_purchases(k, t, bought_fields[i].of, INT64_MIN, out);
    i64 column = view_column(v, name);
    if (column < 0 || by_kind[t->field->kind].column != view_schema(v)->columns[column].kind)
        return by_sql(k, n, out);
    if (t->field->third == FIELD_AT && str_eq(name, S("shop")) && k->plan->last_order >= 0)
        return by_shops(k, t, column, out);
    if (!column_fits(k, t->field)) return by_sql(k, n, out);
    return (known ? by_kind[t->field->kind].known : by_kind[t->field->kind].compared)(k, t, column,
                                                                                      out);
}

enum err plan_test(struct planning *k, const struct segment_node *n, const struct step **out)
{
    const struct segment_test *t = &n->test;
    struct step *s;
    if (t->field) TRY(by_field(k, n, &s));
    else TRY(by_call[t->call->id](k, n, &s));
    /* Steps of SQL have asked the operator as it is; the others whether there is a value. */
    if (t->op->id == OP_UNKNOWN && s->kind != &step_sql && !(t->call && t->call->id == CALL_CLASS))
        s = step_of_one(k, &step_not, s);
    else if (t->op->id == OP_UNKNOWN && t->call && t->call->id == CALL_CLASS)
        s = step_of_one(k, &step_not, s);
    s->node = n;
    *out = s;
    return OK;
}

/* index_model.c -- the naive twin: arrays of plain structs. */
#include "index_model.h"

#include <stdio.h>
#include <stdlib.h>

static const struct column columns[] = {
    { { "orders", 6 }, COLUMN_NUMBER }, { { "day", 3 }, COLUMN_NUMBER },
    { { "spent", 5 }, COLUMN_NUMBER },  { { "wide", 4 }, COLUMN_NUMBER },
    { { "city", 4 }, COLUMN_WORD },     { { "tag", 3 }, COLUMN_SET },
};
static str props[] = { { "channel", 7 } };
static const struct row_source sources[] = { { { "timeline", 8 }, { props, 1 }, true } };
const struct index_schema model_schema = { columns, COLS, sources, 1 };

/* Words of a test live to its end. */
str model_word(const char *kind, int i) { return str_fmt(test_ctx()->arena, "%s-%d", kind, i); }

static str word_of(int kind, int i)
{
    static str words[3][MODEL_CITIES + 2];
    static struct arena *owner;
    static const char *const kinds[] = { "city", "tag", "event" };
    if (owner != test_ctx()->arena) {
        owner = test_ctx()->arena;
        memset(words, 0, sizeof words);
    }
    if (!words[kind][i].at) words[kind][i] = model_word(kinds[kind], i);
    return words[kind][i];
}

static i64 number(struct dice *d, int column)
{
    if (dice_below(d, 10) == 0) return NOT_KNOWN;
    switch (column) {
    case COL_ORDERS: return dice_below(d, dice_below(d, 50) ? 30 : 200);
    case COL_DAY: return 18000 + dice_below(d, 2000);
    case COL_SPENT: return dice_below(d, 5000000) * 100;
    default: return (i64)dice_next(d) >> dice_below(d, 60);
    }
}

static struct model_row row(struct model *m, struct dice *d)
{
    struct model_row r = { .at = (i64)1700000000000 + dice_below(d, 40 * DAY_MS),
                           .seq = ++m->seq,
                           .value = dice_below(d, 1000000),
                           .event = (int)dice_below(d, MODEL_EVENTS),
                           .channel = (int)dice_below(d, 4) - 1 };
    if (dice_below(d, 2)) r.at = r.at / 1000 * 1000;
    return r;
}

static i64 insert(struct model *m, i64 member, struct model_row r)
{
    struct model_row *at =
        realloc(m->rows[member].at, (size_t)(m->rows[member].n + 1) * sizeof *at);
    i64 i = m->rows[member].n++;
    for (m->rows[member].at = at; i > 0 && at[i - 1].at > r.at; i--) at[i] = at[i - 1];
    at[i] = r;
    return i;
}

static void put_row(struct index *x, i64 member, const struct model_row *r)
{
    struct event e = { .member = member,
                       .at = r->at,
                       .day = zone_day(test_ctx()->zone, r->at),
                       .order = r->seq,
                       .name = word_of(2, r->event),
                       .value = r->value };
    if (r->channel >= 0) e.props[0] = word_of(0, r->channel);
    index_add_event(x, 0, &e);
}

static void put_columns(const struct model *m, struct index *x, i64 member)
{
    index_put_living(x, member, m->living[member]);
    for (int k = 0; k <= COL_WIDE; k++) {
        i64 v = m->number[k][member];
        index_put_number(x, member, k, v == NOT_KNOWN ? NONE : SOME(v));
    }
    index_put_word(x, member, COL_CITY, m->city[member] < 0 ? NO_STR : word_of(0, m->city[member]));
    str tags[MODEL_TAGS];
    i64 n = 0;
    for (int t = 0; t < MODEL_TAGS; t++)
        if (m->tags[member] >> t & 1) tags[n++] = word_of(1, t);
    index_put_set(x, member, COL_TAGS, (strs){ tags, n });
}

void model_put(const struct model *m, struct index *x, i64 member)
{
    put_columns(m, x, member);
    for (i64 i = 0; i < m->rows[member].n; i++) put_row(x, member, &m->rows[member].at[i]);
}

static void roll(struct model *m, struct dice *d, i64 member)
{
    m->living[member] = dice_below(d, 20) != 0;
    for (int k = 0; k <= COL_WIDE; k++) m->number[k][member] = number(d, k);
    m->city[member] = (int)dice_below(d, MODEL_CITIES + 1) - 1;
    /* the last tag is rare: kept as a list */
    m->tags[member] =
        (u8)(dice_below(d, 1 << (MODEL_TAGS - 1)) | (dice_below(d, 200) == 0) << (MODEL_TAGS - 1));
}

struct model *model_new(struct dice *d)
{
    struct model *m = calloc(1, sizeof *m);
    for (i64 i = 0; i < MODEL_MEMBERS; i++) {
        roll(m, d, i);
        for (i64 n = dice_below(d, MODEL_ROWS); n > 0; n--) insert(m, i, row(m, d));
    }
    for (i64 n = 0; n < 9000; n++) insert(m, 77, row(m, d)); /* more than a block */
    return m;
}

void model_free(struct model *m)
{
    for (i64 i = 0; i < MODEL_MEMBERS; i++) free(m->rows[i].at);
    free(m);
}

void model_change(struct model *m, struct index *x, struct dice *d, i64 member)
{
    roll(m, d, member);
    if (x) put_columns(m, x, member);
}

void model_add_row(struct model *m, struct index *x, struct dice *d, i64 member)
{
    i64 i = insert(m, member, row(m, d));
    if (x) put_row(x, member, &m->rows[member].at[i]);
}

struct index *model_index(const struct model *m)
{
    struct index *x = index_new(&model_schema);
    for (i64 i = 0; i < MODEL_MEMBERS; i++) {
        model_put(m, x, i);
        if (i % CHUNK == CHUNK - 1) index_settle(x, i / CHUNK);
    }
    index_publish(x, m->seq);
    return x;
}

/* -- comparing --------------------------------------------------------------------------------- */

static void check_columns(const struct model *m, const struct view *v, i64 i)
{
    i64 chunk = i / CHUNK, at = i % CHUNK, wrong = 0, value;
    wrong += model_bit(view_living(v, chunk), at) != m->living[i];
    for (int k = 0; k <= COL_WIDE; k++) {
        bool known = part_value(view_part(v, chunk, k), at, &value);
        wrong += known != (m->number[k][i] != NOT_KNOWN) || (known && value != m->number[k][i]);
    }
    bool known = part_value(view_part(v, chunk, COL_CITY), at, &value);
    wrong += known != (m->city[i] >= 0);
    if (known) wrong += !str_eq(words_text(view_words(v, COL_CITY), value), word_of(0, m->city[i]));
    CHECK_I64(wrong, 0);
}

static void check_rows(const struct model *m, const struct view *v, i64 i)
{
    struct run r;
    bool some = view_rows_of(v, i, 0, &r);
    i64 wrong = some != (m->rows[i].n > 0);
    if (some) CHECK_I64(r.offset[1] - r.offset[0], m->rows[i].n);
    for (i64 k = 0; some && k < m->rows[i].n; k++) {
        const struct model_row *want = &m->rows[i].at[k];
        i64 at = r.offset[0] + k, prop = narrow_get(r.props[0], at);
        wrong += r.second[at] * SECOND_MS + narrow_get(r.ms, at) != want->at;
        wrong += r.day[at] != zone_day(test_ctx()->zone, want->at);
        wrong += run_value(&r, at) != want->value;
        wrong += !str_eq(words_text(view_event_names(v, 0), narrow_get(r.event, at)),
                         word_of(2, want->event));
        wrong += (prop == 0) != (want->channel < 0);
        if (prop)
            wrong +=
                !str_eq(words_text(view_prop_words(v, 0, 0), prop - 1), word_of(0, want->channel));
    }
    CHECK_I64(wrong, 0);
}

void model_check(const struct model *m, const struct view *v)
{
    CHECK_I64(view_chunks(v), (MODEL_MEMBERS + CHUNK - 1) / CHUNK);
    for (i64 i = 0; i < MODEL_MEMBERS; i++) {
        check_columns(m, v, i);
        check_rows(m, v, i);
    }
    for (int t = 0; t < MODEL_TAGS; t++) {
        i64 code = words_find(view_words(v, COL_TAGS), word_of(1, t));
        for (i64 c = 0; c < view_chunks(v); c++) {
            chunk_bits bits;
            i64 n = view_carriers(v, c, COL_TAGS, code, bits), seen = 0, wrong = 0;
            for (i64 i = c * CHUNK; i < (c + 1) * CHUNK; i++) {
                bool want = i < MODEL_MEMBERS && (m->tags[i] >> t & 1);
                seen += want;
                wrong += model_bit(bits, i % CHUNK) != want;
            }
            CHECK_I64(wrong, 0);
            CHECK_I64(n, seen);
        }
    }
}

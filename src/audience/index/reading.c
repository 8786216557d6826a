/* reading.c -- what SQL says of a range of members, put into the index. */
#include "audience/index/reading.h"

#include <stdlib.h>

#include "audience/index/gather.h"
#include "audience/language/language.h"
#include "base/clock.h"
#include "member/member.h"
#include "timeline/timeline.h"

QUERY(
    index_living, one_i64,
    "SELECT member AS value FROM member WHERE member >= $1 AND member <= $2 AND merged_into IS NULL"
    " AND erased_at IS NULL");
#define LINE "SELECT member, seq, at, kind, subject, touchpoint, props FROM timeline_"
QUERY(index_lines_of, timeline_line,
      LINE "settled WHERE member >= $1 AND member <= $2 AND seq <= $3 AND seq <= " TIMELINE_MARK);
QUERY(index_lines_of_tail, timeline_line,
      LINE "tail WHERE seq <= $1 AND seq > " TIMELINE_MARK " ORDER BY seq");
QUERY(index_line_of_tail, timeline_line, LINE "tail WHERE seq = $1");

#define FIELDS_OF_tail_member(X, N)   \
    X(i64, seq, ANY, "Its number", N) \
    X(i64, member, ANY, "Whose", N)
SHAPE(tail_member);
SHAPE_DEFINE(tail_member);
QUERY(index_tail_members, tail_member,
      "SELECT seq, member FROM timeline_tail WHERE seq <= $1 AND seq > " TIMELINE_MARK);

#define FIELDS_OF_bought(X, N)                          \
    X(i64, member, ANY, "Buyer", N)                     \
    X(i64, id, ANY, "Order", N)                         \
    X(instant, bought_at, ANY, "When", N)               \
    X(money, net, ANY, "What is left after refunds", N) \
    X(str, shop, ANY, "Where", N)
SHAPE(bought);
SHAPE_DEFINE(bought);
QUERY(index_bought, bought,
      "SELECT o.member, o.id, o.bought_at, o.net, s.name AS shop FROM purchase_order o"
      " LEFT JOIN shop s ON s.id = o.shop WHERE o.member >= $1 AND o.member <= $2"
      " AND o.bought_at IS NOT NULL AND o.member > 0 ORDER BY o.member, o.bought_at, o.id");

/* -- days ----------------------------------------------------------------------------------------
 */

/* Days of instants: a quarter of an hour of UTC lies in one day in every zone. */
static day day_at(struct day_cache *cache, const struct zone *zone, instant at)
{
    instant latest = (i64)UINT32_MAX * SECOND_MS;
    if (at < 0) at = 0;
    if (at > latest) at = latest;
    i64 quarter = at / (15 * MINUTE_MS) + 1, slot = quarter % DAY_SLOTS;
    if (cache->quarter[slot] != quarter) {
        cache->quarter[slot] = quarter;
        cache->day[slot] = zone_day(zone, at);
    }
    return cache->day[slot];
}

/* -- fields ---------------------------------------------------------------------------------------
 */

enum column_kind column_of(enum field_kind kind)
{
    if (kind == FIELD_IS_SET) return COLUMN_SET;
    return kind == FIELD_IS_TEXT || kind == FIELD_IS_CHOICE ? COLUMN_WORD : COLUMN_NUMBER;
}

static bool mark(struct reading *r, i64 member, u64 *bits)
{
    if (member < r->low || member > r->high) return false;
    bits[member % CHUNK / 64] |= 1ull << (member % 64);
    return true;
}

static bool marked(const u64 *bits, i64 member)
{
    return bits[member % CHUNK / 64] >> (member % 64) & 1;
}

static enum err see_living(void *arg, const void *row)
{
    struct reading *r = arg;
    mark(r, ((const struct one_i64 *)row)->value, r->living);
    return OK;
}

static enum err see_number(void *arg, const void *in)
{
    struct reading *r = arg;
    const struct field_number *row = in;
    if (mark(r, row->member, r->seen))
        index_put_number(r->x, row->member, r->field, SOME(row->value));
    return OK;
}

static void see_set(struct reading *r, i64 member, str words, char split)
{
    while (words.at) {
        str word = words, rest = split ? str_cut(words, split, &word) : NO_STR;
        word = str_trim(word);
        if (word.n)
            *PUSH(r->c->arena, &r->pairs) = (struct pair){ member, str_copy(r->c->arena, word) };
        words = rest;
    }
}

static enum err see_word(void *arg, const void *in)
{
    struct reading *r = arg;
    const struct field_word *row = in;
    const struct field *f = &r->fields->at[r->field];
    i64 number;
    if (!row->value.at || row->member < r->low || row->member > r->high) return OK;
    switch (column_of(f->kind)) {
    case COLUMN_SET: see_set(r, row->member, row->value, f->split); return OK;
    case COLUMN_WORD: index_put_word(r->x, row->member, r->field, row->value); break;
    case COLUMN_NUMBER:
        if (!field_read(f->kind, row->value, &number)) return OK;
        index_put_number(r->x, row->member, r->field, SOME(number));
    }
    mark(r, row->member, r->seen);
    return OK;
}

static int by_member(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    return (x->member > y->member) - (x->member < y->member);
}

static void put_sets(struct reading *r)
{
    if (r->pairs.n) qsort(r->pairs.at, (size_t)r->pairs.n, sizeof *r->pairs.at, by_member);
    str *words = NEWS(r->c->arena, str, r->pairs.n + 1);
    for (i64 i = 0, k; i < r->pairs.n; i = k) {
        i64 member = r->pairs.at[i].member, n = 0;
        for (k = i; k < r->pairs.n && r->pairs.at[k].member == member; k++)
            words[n++] = r->pairs.at[k].word;
        index_put_set(r->x, member, r->field, (strs){ words, n });
        mark(r, member, r->seen);
    }
}

/* Who had no row: not known, or 0. */
static void put_unseen(struct reading *r)
{
    const struct field *f = &r->fields->at[r->field];
    for (i64 m = r->low; m <= r->high; m++) {
        if (marked(r->seen, m)) continue;
        switch (column_of(f->kind)) {
        case COLUMN_SET: index_put_set(r->x, m, r->field, (strs){ 0 }); break;
        case COLUMN_WORD: index_put_word(r->x, m, r->field, NO_STR); break;
        case COLUMN_NUMBER:
            index_put_number(r->x, m, r->field, f->zero && marked(r->living, m) ? SOME(0) : NONE);
        }
    }
}

bool reading_lives(const struct reading *r, i64 member) { return marked(r->living, member); }

enum err reading_living(struct reading *r)
{
    bits_fill(r->living, false);
    return db_each(r->c, &index_living, see_living, r, ARGS(r->low, r->high));
}

enum err reading_field(struct reading *r, i64 field)
{
    const struct field *f = &r->fields->at[field];
    struct arena_mark start = arena_mark(r->c->arena);
    r->field = field;
    r->pairs.at = NULL;
    r->pairs.n = 0;
    bits_fill(r->seen, false);
    enum err (*see)(void *, const void *) = field_is_word(f->kind) ? see_word : see_number;
    TRY(field_each(r->c, f, r->low, r->high, INT64_MAX, see, r));
    if (f->kind == FIELD_IS_SET) put_sets(r);
    put_unseen(r);
    arena_rewind(r->c->arena, start);
    return OK;
}

/* -- purchases -----------------------------------------------------------------------------------
 */

static enum err see_purchase(void *arg, const void *in)
{
    struct reading *r = arg;
    const struct bought *p = in;
    struct event e = {
        .member = p->member, .at = p->bought_at, .value = p->net, .name = S("purchase")
    };
    e.day = day_at(r->days, r->c->zone, e.at);
    e.order = p->id;
    e.props[PROP_SHOP] = p->shop;
    index_add_event(r->x, SOURCE_PURCHASES, &e);
    return OK;
}

enum err reading_purchases(struct reading *r)
{
    return db_each(r->c, &index_bought, see_purchase, r, ARGS(r->low, r->high));
}

/* -- lines ---------------------------------------------------------------------------------------
 */

str line_prop(const struct timeline_line *line, str name)
{
    if (str_eq(name, S("touchpoint"))) return line->touchpoint;
    if (str_eq(name, S("community")))
        return str_starts(line->kind, S("community.")) ? line->subject : NO_STR;
    return line->props.at ? props_raw(line->props, name) : NO_STR;
}

void reading_add_line(struct reading *r, const struct timeline_line *line, i64 member)
{
    struct event e = { .member = member, .at = line->at, .order = line->seq, .name = line->kind };
    e.day = day_at(r->days, r->c->zone, e.at);
    const strs *props = &r->lines->props;
    e.props[PROP_TOUCHPOINT] = line->touchpoint;
    if (str_starts(line->kind, S("community."))) e.props[PROP_COMMUNITY] = line->subject;
    strs kept = { props->at + PROP_JSON, props->n - PROP_JSON };
    if (line->props.at) props_raw_all(line->props, &kept, e.props + PROP_JSON);
    index_add_event(r->x, SOURCE_TIMELINE, &e);
}

static enum err see_line(void *arg, const void *line)
{
    struct reading *r = arg;
    i64 id = ((const struct timeline_line *)line)->member, member = living_of(r->merged, id);
    if (id > 0 && member >= r->low && member <= r->high) reading_add_line(r, line, member);
    return OK;
}

enum err reading_lines(struct reading *r, i64 first, i64 last, i64 last_seq)
{
    return db_each(r->c, &index_lines_of, see_line, r, ARGS(first, last, last_seq));
}

static enum err see_any_line(void *arg, const void *line)
{
    struct reading *r = arg;
    i64 id = ((const struct timeline_line *)line)->member;
    if (id > 0) reading_add_line(r, line, living_of(r->merged, id));
    return OK;
}

enum err reading_tail(struct reading *r, i64 last_seq)
{
    return db_each(r->c, &index_lines_of_tail, see_any_line, r, ARGS(last_seq));
}

struct tail_search {
    const struct id_list *ids;
    struct id_list *found;
};

static enum err see_tail_member(void *arg, const void *row)
{
    const struct tail_search *s = arg;
    const struct tail_member *t = row;
    if (id_has(s->ids, t->member)) id_push(s->found, t->seq);
    return OK;
}

enum err reading_tail_of(struct reading *r, const struct id_list *ids, i64 last_seq,
                         struct id_list *found)
{
    struct tail_search s = { ids, found };
    found->n = 0;
    if (!ids->n) return OK;
    TRY(db_each(r->c, &index_tail_members, see_tail_member, &s, ARGS(last_seq)));
    for (i64 i = 0; i < found->n; i++)
        TRY(db_each(r->c, &index_line_of_tail, see_any_line, r, ARGS(found->at[i])));
    return OK;
}

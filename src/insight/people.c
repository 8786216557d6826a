/* people.c -- finds, sorts and shows members: sets of ids for what is asked, an index to walk them
 * by. */
#include "insight/people.h"

#include <stdlib.h>

#include "access/access.h"
#include "base/num.h"
#include "insight/classes.h"
#include "insight/period.h"
#include "insight/rfm.h"
#include "trade/trade.h"
#include "worth/classes.h"

CHOICE_DEFINE(people_sort, "last_order", "orders", "spent", "newest");
SHAPE_DEFINE(person);
SHAPE_DEFINE(person_rfm);
SHAPE_DEFINE(person_view);

/* -- sets of members -------------------------------------------------------------------------- */

struct set {
    u64 *bits;
    i64 n; /* ids 0 .. n - 1 */
};

static i64 set_words(const struct set *s) { return s->n / 64 + 1; }
static bool set_has(const struct set *s, i64 id)
{
    return id >= 0 && id < s->n && (s->bits[id / 64] >> (id % 64) & 1);
}
static struct set set_new(struct arena *a, i64 n)
{
    struct set s = { .n = n };
    s.bits = NEWS(a, u64, set_words(&s));
    return s;
}
static i64 set_count(const struct set *s)
{
    i64 count = 0;
    for (i64 i = 0; i < set_words(s); i++) count += __builtin_popcountll(s->bits[i]);
    return count;
}
static void set_cut(struct set *s, const struct set *by)
{
    for (i64 i = 0; i < set_words(s); i++) s->bits[i] &= by->bits[i];
}
static enum err set_add_row(void *arg, const void *row)
{
    struct set *s = arg;
    i64 id = ((const struct one_i64 *)row)->value;
    if (id > 0 && id < s->n) s->bits[id / 64] |= (u64)1 << (id % 64);
    return OK;
}

QUERY(people_last, one_i64, "SELECT COALESCE(MAX(member), 0) AS value FROM member");
QUERY(people_count, one_i64,
      "SELECT COUNT(*) AS value FROM member WHERE merged_into IS NULL AND erased_at IS NULL");
QUERY(people_by_identity, one_i64,
      "SELECT member AS value FROM identity WHERE value IN ($1, $2, $3)");
QUERY(people_by_name, one_i64,
      "SELECT member AS value FROM member WHERE folded >= $1 AND folded < $2");
QUERY(people_by_tag, one_i64,
      "SELECT member AS value FROM member_tag WHERE tag = $1 AND shown"
      " AND (expires_at IS NULL OR expires_at > $2)");
QUERY(people_by_city, one_i64, "SELECT member AS value FROM member WHERE city = $1");
QUERY(people_bought, one_i64,
      "SELECT member AS value FROM member_trade WHERE purchases >= $1 AND purchases <= $2");
QUERY(people_merged, one_i64, "SELECT member AS value FROM member WHERE merged_into IS NOT NULL");
QUERY(people_erased, one_i64, "SELECT member AS value FROM member WHERE erased_at IS NOT NULL");

/* "#7": the member of that number, under whatever id he lives now. */
static enum err set_of_number(struct ctx *c, str number, struct set *s)
{
    struct one_i64 one;
    if (!i64_parse(number, &one.value)) return OK;
    enum err err = member_living(c, one.value, &one.value);
    if (err == E_NOT_FOUND) return OK;
    TRY(err);
    return set_add_row(s, &one);
}

static enum err set_of_q(struct ctx *c, str q, struct set *s)
{
    q = str_trim(q);
    if (str_starts(q, S("#"))) return set_of_number(c, str_sub(q, 1, q.n), s);
    struct member_needle needle = member_needle(c, q);
    i64 tag;
    TRY(db_each(c, &people_by_identity, set_add_row, s,
                ARGS(needle.values[0], needle.values[1], needle.values[2])));
    if (needle.name_from.n)
        TRY(db_each(c, &people_by_name, set_add_row, s, ARGS(needle.name_from, needle.name_to)));
    TRY(tag_find(c, q, &tag));
    return tag ? db_each(c, &people_by_tag, set_add_row, s, ARGS(tag, c->now)) : OK;
}

static enum err set_of_tag(struct ctx *c, str name, struct set *s)
{
    i64 tag;
    TRY(tag_find(c, name, &tag));
    if (!tag)
        return fail_at(c, E_NOT_FOUND, S("/tag"), "没有名为“" STR_FMT "”的标签",
                       "there is no tag \"" STR_FMT "\"", STR_ARG(name));
    return db_each(c, &people_by_tag, set_add_row, s, ARGS(tag, c->now));
}

static enum err set_of_city(struct ctx *c, str city, struct set *s)
{
    return db_each(c, &people_by_city, set_add_row, s, ARGS(city));
}

static enum err set_of_class(struct ctx *c, str name, struct set *s)
{
    const struct class_row *class = class_find(name);
    if (!class)
        return fail_at(c, E_INVALID, S("/class"), "没有“" STR_FMT "”这一类，可以是 A、B、C",
                       "there is no class \"" STR_FMT "\": it is A, B or C", STR_ARG(name));
    if (!class->community)
        return db_each(c, &people_bought, set_add_row, s, ARGS(class->least, class->most));
    struct set bought = set_new(c->arena, s->n);
    TRY(community_set(c, s->bits, s->n));
    TRY(db_each(c, &people_bought, set_add_row, &bought, ARGS(class->most + 1, INT64_MAX)));
    for (i64 i = 0; i < set_words(s); i++) s->bits[i] &= ~bought.bits[i];
    return OK;
}

/* Those that fit all filters; *all: there is no filter. */
static enum err set_of_filter(struct ctx *c, const struct people_filter *f, struct set *out,
                              bool *all)
{
    const struct {
        str value;
        enum err (*gather)(struct ctx *c, str value, struct set *s);
    } filters[] = { { f->q, set_of_q },
                    { f->tag, set_of_tag },
                    { f->city, set_of_city },
                    { f->class, set_of_class } };
    struct one_i64 last;
    *all = true;
    TRY(db_get(c, &people_last, &last, NO_ARGS));
    for (i64 i = 0; i < COUNT(filters); i++) {
        if (str_empty(filters[i].value)) continue;
        struct set one = set_new(c->arena, last.value + 1);
        TRY(filters[i].gather(c, filters[i].value, &one));
        if (*all) *out = one;
        else set_cut(out, &one);
        *all = false;
    }
    if (*all) return OK;
    struct set gone = set_new(c->arena, last.value + 1);
    TRY(db_each(c, &people_merged, set_add_row, &gone, NO_ARGS));
    TRY(db_each(c, &people_erased, set_add_row, &gone, NO_ARGS));
    for (i64 i = 0; i < set_words(out); i++) out->bits[i] &= ~gone.bits[i];
    return OK;
}

/* -- walking in order ------------------------------------------------------------------------- */

#define FIELDS_OF_people_key(X, N) \
    X(i64, key, ANY, "", N)        \
    X(i64, id, ANY, "", N)
SHAPE(people_key);
SHAPE_DEFINE(people_key);

#define ALIVE "EXISTS (SELECT 1 FROM member m WHERE m.member = t.member AND m.erased_at IS NULL)"
#define WALK_TRADE(column)                                                      \
    "SELECT " column " AS key, member AS id FROM member_trade t WHERE (" column \
    ", member) < ($1, $2)"                                                      \
    " AND " ALIVE " ORDER BY " column " DESC, member DESC LIMIT $3"
QUERY(walk_last_order, people_key, WALK_TRADE("last_order_at"));
QUERY(walk_orders, people_key, WALK_TRADE("orders"));
QUERY(walk_spent, people_key, WALK_TRADE("net"));
QUERY(walk_newest, people_key,
      "SELECT first_seen AS key, member AS id FROM member WHERE (first_seen, member) < ($1, $2)"
      " AND merged_into IS NULL AND erased_at IS NULL ORDER BY first_seen DESC, member DESC LIMIT "
      "$3");
/* Who never ordered stands at the end, newest id first. $1 keeps the numbering of the others. */
QUERY(walk_without, people_key,
      "SELECT 0 AS key, member AS id FROM member m WHERE member < $2 AND CAST($1 AS BIGINT) IS NOT "
      "NULL"
      " AND merged_into IS NULL AND erased_at IS NULL"
      " AND NOT EXISTS (SELECT 1 FROM member_trade t WHERE t.member = m.member)"
      " ORDER BY member DESC LIMIT $3");

static struct query *const walks[] = {
    [PEOPLE_LAST_ORDER] = &walk_last_order,
    [PEOPLE_ORDERS] = &walk_orders,
    [PEOPLE_SPENT] = &walk_spent,
    [PEOPLE_NEWEST] = &walk_newest,
};

#define STEP_MIN ((i64)200)

/* Takes from the index those that are in the set, until there are `want`. */
static enum err walk(struct ctx *c, struct query *q, const struct set *in, struct people_place *at,
                     i64 want, struct people_place *out, i64 *n)
{
    for (i64 step = in && want < STEP_MIN ? STEP_MIN : want; *n < want; step *= 2) {
        struct people_key_list rows;
        if (step > 20000) step = 20000;
        TRY(db_all(c, q, &rows, ARGS(at->key, at->id, step)));
        for (i64 i = 0; i < rows.n && *n < want; i++) {
            at->key = rows.at[i].key;
            at->id = rows.at[i].id;
            if (!in || set_has(in, at->id)) out[(*n)++] = *at;
        }
        if (rows.n < step) break;
    }
    return OK;
}

static enum err walk_all(struct ctx *c, enum people_sort sort, const struct set *in,
                         struct people_place at, i64 want, struct people_place *out, i64 *n)
{
    if (!at.begun) at = (struct people_place){ .begun = true, .key = INT64_MAX, .id = INT64_MAX };
    if (!at.without) TRY(walk(c, walks[sort], in, &at, want, out, n));
    if (sort == PEOPLE_NEWEST || *n == want) return OK;
    if (!at.without) at = (struct people_place){ .begun = true, .without = true, .id = INT64_MAX };
    return walk(c, &walk_without, in, &at, want, out, n);
}

/* -- sorting a few ---------------------------------------------------------------------------- */

/* Up to so many are sorted here: each costs a look-up, while a walk for rare ones reads most of an
 * index. */
#define FEW ((i64)2000)

QUERY(person_seen, one_i64, "SELECT first_seen AS value FROM member WHERE member = $1");

static enum err place_of(struct ctx *c, enum people_sort sort, i64 id, struct people_place *out)
{
    *out = (struct people_place){ .begun = true, .id = id };
    if (sort == PEOPLE_NEWEST) {
        struct one_i64 seen;
        TRY(db_get(c, &person_seen, &seen, ARGS(id)));
        out->key = seen.value;
        return OK;
    }
    struct member_trade figures;
    TRY(member_trade_get(c, id, &figures));
    out->without = figures.orders == 0;
    if (out->without) return OK;
    out->key = sort == PEOPLE_ORDERS  ? figures.orders
               : sort == PEOPLE_SPENT ? figures.net
                                      : figures.last_order_at.value;
    return OK;
}

/* The order of the walks: keys falling, then ids falling; those without a key last. */
static int by_place(const void *x, const void *y)
{
    const struct people_place *a = x, *b = y;
    if (a->without != b->without) return a->without ? 1 : -1;
    if (a->key != b->key) return a->key > b->key ? -1 : 1;
    return a->id > b->id ? -1 : a->id < b->id;
}

static enum err sort_few(struct ctx *c, enum people_sort sort, const struct set *in,
                         struct people_place at, i64 want, struct people_place *out, i64 *n)
{
    struct {
        struct people_place *at;
        i64 n;
    } all = { 0 };
    for (i64 word = 0; word < set_words(in); word++)
        for (u64 rest = in->bits[word]; rest; rest &= rest - 1) {
            struct people_place *place = PUSH(c->arena, &all);
            TRY(place_of(c, sort, word * 64 + __builtin_ctzll(rest), place));
        }
    if (all.n) qsort(all.at, (size_t)all.n, sizeof(all.at[0]), by_place);
    for (i64 i = 0; i < all.n && *n < want; i++)
        if (!at.begun || by_place(&at, &all.at[i]) < 0) out[(*n)++] = all.at[i];
    return OK;
}

/* -- the list --------------------------------------------------------------------------------- */

/* The living member an id leads to, with what his orders come to. */
static enum err person_fill(struct ctx *c, i64 id, struct person *out, struct member_trade *figures)
{
    struct member_brief brief;
    TRY(member_show(c, id, may(c, PERSONAL_READ), &brief));
    TRY(member_trade_get(c, brief.id, figures));
    *out = (struct person){ .id = brief.id,
                            .name = brief.name,
                            .phone = brief.phone,
                            .province = brief.province,
                            .city = brief.city,
                            .touchpoint = brief.touchpoint,
                            .first_seen = brief.first_seen,
                            .tags = brief.tags,
                            .last_order_at = figures->last_order_at,
                            .orders = figures->orders,
                            .spent = figures->net };
    return class_by_purchases(c, brief.id, figures->purchases, c->now, &out->class);
}

enum err person_of(struct ctx *c, i64 member, struct person *out)
{
    struct member_trade figures;
    return person_fill(c, member, out, &figures);
}

enum err people_list(struct ctx *c, const struct people_filter *f, struct people_place after,
                     i64 limit, struct person_list *out, bool *more, struct people_place *end,
                     i64 *total)
{
    struct set fits = { 0 };
    bool all;
    i64 n = 0;
    struct people_place *places = NEWS(c->arena, struct people_place, limit + 1);
    TRY(set_of_filter(c, f, &fits, &all));
    if (all) {
        struct one_i64 count;
        TRY(db_get(c, &people_count, &count, NO_ARGS));
        *total = count.value;
    } else {
        *total = set_count(&fits);
    }
    if (!all && *total <= FEW) TRY(sort_few(c, f->sort, &fits, after, limit + 1, places, &n));
    else TRY(walk_all(c, f->sort, all ? NULL : &fits, after, limit + 1, places, &n));
    *more = n > limit;
    *out = (struct person_list){ NEWS(c->arena, struct person, limit + 1), *more ? limit : n };
    for (i64 i = 0; i < out->n; i++) TRY(person_of(c, places[i].id, &out->at[i]));
    *end = out->n ? places[out->n - 1] : after;
    return OK;
}

/* -- one member ------------------------------------------------------------------------------- */

QUERY(settings_changed, one_i64,
      "SELECT COUNT(*) AS value FROM setting WHERE name LIKE 'rfm.%' OR name LIKE 'scene.%'");

/* A view of one member takes microseconds; a dozen settings read one by one would be most of them.
 * Where none was ever changed they are read without a store, which gives the defaults. */
static enum err settings_of(struct ctx *c, struct ctx *settings)
{
    struct one_i64 changed;
    TRY(db_get(c, &settings_changed, &changed, NO_ARGS));
    *settings = *c;
    if (changed.value == 0) settings->db = NULL;
    return OK;
}

static struct person_rfm *person_rfm_of(struct ctx *c, const struct rfm_member *m)
{
    const struct rfm_type *type = &rfm_types[m->type];
    struct person_rfm *out = NEW(c->arena, struct person_rfm);
    *out = (struct person_rfm){ .r = m->band[RFM_R],
                                .f = m->band[RFM_F],
                                .m = m->band[RFM_M],
                                .type = str_of(type->id),
                                .name = say(c, str_of(type->zh), str_of(type->en)),
                                .days = m->figure[RFM_R],
                                .frequency = m->figure[RFM_F],
                                .monetary = m->figure[RFM_M] };
    return out;
}

/* Where he stands now: RFM and scene tags. */
static enum err person_stand(struct ctx *c, struct person_view *out)
{
    struct ctx settings;
    struct rfm_rule rule;
    struct rfm_scale scale;
    struct rfm_member m;
    bool bought;
    TRY(settings_of(c, &settings));
    TRY(rfm_rule_read(&settings, &(struct rfm_ask){ 0 }, &rule));
    TRY(rfm_scale_get(c, &rule, &scale));
    TRY(rfm_one(c, &rule, &scale, out->id, &m, &bought));
    if (bought) out->rfm = person_rfm_of(c, &m);
    struct life life = { .member = out->id,
                         .at = c->now,
                         .first_seen = out->first_seen,
                         .last_order_at = out->last_order_at,
                         .bought = bought ? &m : NULL,
                         .high_value = bought && m.type == rfm_type_of(true, true, true),
                         .settings = &settings };
    return scene_of(c, &life, &out->scene);
}

enum err person_show(struct ctx *c, i64 id, struct person_view *out)
{
    bool personal = may(c, PERSONAL_READ);
    struct person row;
    struct member_trade figures;
    ints ids;
    TRY(person_fill(c, id, &row, &figures));
    *out = (struct person_view){ .first_order_at = figures.first_order_at,
                                 .purchases = figures.purchases,
                                 .first_bought_at = figures.first_bought_at,
                                 .last_bought_at = figures.last_bought_at,
                                 .refund = figures.refund,
                                 .average = average_of(figures.net, figures.purchases),
                                 PERSON_FIELDS(SHAPE_COPY, &row) };
    TRY(member_identities(c, row.id, personal, &out->identities));
    TRY(member_values(c, row.id, personal, &out->fields));
    TRY(member_tags(c, row.id, &out->tags));
    TRY(member_ids(c, row.id, &ids));
    for (i64 i = 0; i < ids.n; i++)
        if (ids.at[i] != row.id) *PUSH(c->arena, &out->merged_ids) = ids.at[i];
    return person_stand(c, out);
}

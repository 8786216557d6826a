/* naming.c -- codes of shops, touchpoints and categories; names of shops and products by id. */
#include "audience/index/gather.h"
#include "insight/metric/reading.h"

#define CODES_MAX 65534

static void dictionary_widen(struct arena *a, struct dictionary *d)
{
    i64 room = d->room ? d->room * 2 : 64;
    i64 *slots = NEWS(a, i64, room);
    for (i64 code = 1; code < d->texts.n; code++) {
        i64 at = (i64)(str_hash(d->texts.at[code]) % (u64)room);
        while (slots[at]) at = (at + 1) % room;
        slots[at] = code;
    }
    d->slots = slots;
    d->room = room;
}

uint16_t code_of(struct naming *names, int kind, str text)
{
    struct dictionary *d = &names->of[kind];
    struct arena *a = names->arena;
    if (d->texts.n == 0) *PUSH(a, &d->texts) = NO_STR; /* 0: not known */
    if (text.n == 0) return 0;
    if (d->texts.n * 2 >= d->room) dictionary_widen(a, d);
    i64 at = (i64)(str_hash(text) % (u64)d->room);
    for (; d->slots[at]; at = (at + 1) % d->room)
        if (str_eq(d->texts.at[d->slots[at]], text)) return (uint16_t)d->slots[at];
    if (d->texts.n > CODES_MAX) return 0;
    d->slots[at] = d->texts.n;
    *PUSH(a, &d->texts) = str_copy(a, text);
    return (uint16_t)d->slots[at];
}

i64 names_find(const struct names *names, str text)
{
    for (i64 i = 1; i < names->n; i++)
        if (str_eq(names->at[i], text)) return i;
    return -1;
}

/* Touchpoints by which nobody came yet, but that cost or are followed; one look-up each. */
QUERY(metric_told, one_str,
      "WITH RECURSIVE t(value) AS (SELECT MIN(touchpoint) FROM metric_cost UNION ALL"
      " SELECT (SELECT MIN(k.touchpoint) FROM metric_cost k WHERE k.touchpoint > t.value) FROM t"
      " WHERE t.value IS NOT NULL) SELECT value FROM t WHERE value IS NOT NULL");

static enum err name_one(void *arg, const void *row)
{
    code_of(arg, OF_TOUCHPOINT, ((const struct one_str *)row)->value);
    return OK;
}

enum err name_told(struct ctx *c, struct naming *names)
{
    return db_each(c, &metric_told, name_one, names, NO_ARGS);
}

const uint16_t *name_met(struct ctx *c, struct naming *names, const struct view *v)
{
    const struct words *words = view_prop_words(v, SOURCE_TIMELINE, PROP_TOUCHPOINT);
    i64 n = words_count(words);
    uint16_t *out = NEWS(c->arena, uint16_t, n + 1); /* 0: a row without one */
    for (i64 i = 0; i < n; i++) out[i + 1] = code_of(names, OF_TOUCHPOINT, words_text(words, i));
    return out;
}

/* -- by id ------------------------------------------------------------------------------------- */

#define FIELDS_OF_metric_name(X, N) \
    X(i64, id, ANY, "", N)          \
    X(str, name, ANY, "", N)
SHAPE(metric_name);
SHAPE_DEFINE(metric_name);
QUERY(metric_shops, metric_name, "SELECT id, name FROM shop ORDER BY id");
QUERY(metric_products, metric_name, "SELECT id, category AS name FROM product ORDER BY id");

static struct query *const lists[] = {
    [OF_SHOP] = &metric_shops, [OF_CATEGORY] = &metric_products
};

struct adding {
    struct id_names *to;
};
static enum err add_name(void *arg, const void *row)
{
    struct id_names *to = ((struct adding *)arg)->to;
    const struct metric_name *in = row;
    *PUSH(to->arena, to) =
        (struct id_name){ .id = in->id, .code = -1, .name = str_copy(to->arena, in->name) };
    return OK;
}

void id_names_forget(struct id_names *n)
{
    arena_free(n->arena);
    *n = (struct id_names){ 0 };
}

static enum err read_names(struct ctx *c, struct naming *names, int kind)
{
    struct id_names *to = &names->by_id[kind];
    id_names_forget(to);
    to->arena = arena_new();
    return db_each(c, lists[kind], add_name, &(struct adding){ to }, NO_ARGS);
}

/* Most ids follow one another. */
static struct id_name *find(const struct id_names *n, i64 id)
{
    if (n->n == 0 || id < n->at[0].id) return NULL;
    i64 low = 0, high = n->n - 1, guess = id - n->at[0].id;
    if (guess < n->n && n->at[guess].id == id) return &n->at[guess];
    while (low < high) {
        i64 middle = (low + high) / 2;
        if (n->at[middle].id < id) low = middle + 1;
        else high = middle;
    }
    return n->at[low].id == id ? &n->at[low] : NULL;
}

enum err name_of_id(struct ctx *c, struct naming *names, int kind, i64 id, bool *fresh,
                    struct id_name **out)
{
    *out = id ? find(&names->by_id[kind], id) : NULL;
    if (*out || id == 0 || *fresh) return OK;
    TRY(read_names(c, names, kind)); /* it is new */
    *fresh = true;
    *out = find(&names->by_id[kind], id);
    return OK;
}

uint16_t code_of_id(struct naming *names, int kind, struct id_name *n)
{
    if (!n) return 0;
    if (n->code < 0) n->code = code_of(names, kind, n->name);
    return (uint16_t)n->code;
}

/* event_read.c -- rows become behaviour: who did what when, under the names the operator gives.
 *
 * Invariants
 *   1. a row goes in whole or not at all.
 *   2. what a batch tells lives in its arena; nothing points into the sheet.
 *   3. the hash of a row covers all it tells and nothing else: not the file, not today's date.
 */
#include "base/num.h"
#include "import/kind.h"
#include "import/person.h"
#include "track/tree.h"
#include "trade/order.h"

#define WORDS_MAX      8
#define NAMES_MAX      1000
#define YEAR_1         ((instant)-62135596800000)
#define YEAR_9999      ((instant)253402300799999)
#define PROP_BYTES_MAX 10000

/* A word for an event met in the file: looked up once. */
struct event_word {
    str word, event;
    i64 rows;
    bool named; /* by the operator */
    const struct commerce_event *standard;
};

struct event_reader {
    struct sheet *sheet;
    const struct import_plan *plan;
    struct arena *arena; /* words */
    struct instant_memo memo;
    struct {
        struct event_word *at;
        i64 n;
    } words;
    bool ended;
    struct import_batch *batch;
    struct import_buyers buyers;
};

/* -- the plan ---------------------------------------------------------------------------------- */

static enum err event_words(struct ctx *c, const struct import_word_list *given,
                            struct import_plan *p)
{
    for (i64 i = 0; i < given->n; i++) {
        str event = event_name_chosen(c->arena, given->at[i].event);
        if (!event.n || event.n > 200)
            return fail_at(c, E_INVALID, S("events"), "事件要有名称，至多 200 字节",
                           "an event needs a name of at most 200 bytes");
        *PUSH(c->arena, &p->events) =
            (struct import_word){ str_fold(c->arena, str_trim(given->at[i].word)), event };
    }
    return OK;
}

enum err event_plan(struct ctx *c, const struct import_choice *choice, struct import_plan *p)
{
    static const enum import_field persons[] = { F_MEMBER, F_PHONE, F_EMAIL, F_EXTERNAL_USERID };
    bool person = false;
    TRY(event_words(c, &choice->options.events, p));
    for (i64 i = 0; i < COUNT(persons); i++) person |= import_maps(p, persons[i]);
    bool all_one = p->events.n == 1 && !p->events.at[0].word.n;
    const char *missing = !person                                ? "member"
                          : !import_maps(p, F_AT)                ? "at"
                          : !import_maps(p, F_EVENT) && !all_one ? "event"
                                                                 : NULL;
    if (!missing) return OK;
    return fail_at(
        c, E_INVALID, str_of(missing),
        "行为文件要指明哪一列是 %s（member 是谁、event 做了什么、at 什么时候），例如 --map "
        "%s=列名。表头是：" STR_FMT,
        "a file of behaviour needs to say which column is %s (member: who, event: what, "
        "at: when), for example --map %s=COLUMN. The header is: " STR_FMT,
        missing, missing, STR_ARG(str_join(c->arena, p->columns, S(", "))));
}

/* -- words ------------------------------------------------------------------------------------- */

static struct event_word word_make(struct event_reader *r, str text)
{
    struct arena *a = r->arena;
    str folded = str_fold(a, text);
    struct event_word w = { .word = str_copy(a, text) };
    for (i64 i = 0; i < r->plan->events.n && !w.named; i++) {
        const struct import_word *given = &r->plan->events.at[i];
        w.named = str_eq(given->word, folded);
        if (w.named) w.event = given->event;
    }
    if (!w.named) w.event = event_name(a, w.word);
    w.standard = commerce_find(w.event);
    return w;
}

static const struct event_word *word_of(struct event_reader *r, str text)
{
    for (i64 i = 0; i < r->words.n; i++)
        if (str_eq(r->words.at[i].word, text)) {
            r->words.at[i].rows++;
            return &r->words.at[i];
        }
    if (r->words.n == NAMES_MAX) return NULL;
    struct event_word *w = PUSH(r->arena, &r->words);
    *w = word_make(r, text);
    w->rows = 1;
    return w;
}

str event_unknown_words(struct arena *a, const void *reader)
{
    const struct event_reader *r = reader;
    struct buf b = { .arena = a };
    i64 shown = 0;
    for (i64 i = 0; i < r->words.n && shown < WORDS_MAX && r->plan->events.n; i++) {
        const struct event_word *w = &r->words.at[i];
        if (w->named || w->standard) continue;
        buf_fmt(&b, "%s" STR_FMT " (%lld)", shown++ ? ", " : "", STR_ARG(w->word),
                (long long)w->rows);
    }
    return b.n ? buf_str(&b) : NO_STR;
}

/* -- reading ----------------------------------------------------------------------------------- */

static void reader_free(void *arg) { arena_free(((struct event_reader *)arg)->arena); }

enum err event_reader_open(struct ctx *c, struct sheet *s, const struct import_plan *p, void **out)
{
    struct event_reader *r = NEW(c->arena, struct event_reader);
    *r = (struct event_reader){ .sheet = s, .plan = p, .arena = arena_new() };
    arena_defer(c->arena, reader_free, r);
    *out = r;
    return OK;
}

static u64 mixed(u64 hash, u64 more) { return (hash ^ more) * 0x9E3779B97F4A7C15ull ^ hash >> 29; }

static u64 row_hash(const struct import_person *p, const struct behaviour *b, json props)
{
    u64 hash = (u64)b->at;
    for (i64 i = 0; i < p->n; i++) {
        hash = mixed(hash, (u64)p->identities[i].kind + 1);
        hash = mixed(hash, str_hash(p->identities[i].scope));
        hash = mixed(hash, str_hash(p->identities[i].value));
    }
    hash = mixed(hash, str_hash(b->kind));
    hash = mixed(hash, str_hash(b->subject));
    hash = mixed(hash, str_hash(b->touchpoint));
    hash = mixed(hash, b->value.has ? (u64)b->value.value : 1);
    return mixed(hash, str_hash(props));
}

/* What of a row says more than who, what and when. */
struct event_more {
    str product_id, product, category, touchpoint;
    opt_money price, value;
    opt_i64 quantity;
};

static struct event_more more_of(struct cells *r)
{
    return (struct event_more){ .product_id = cells_id(r, F_PRODUCT_ID),
                                .product = cells_text(r, F_PRODUCT, PROP_BYTES_MAX),
                                .category = cells_text(r, F_CATEGORY, PROP_BYTES_MAX),
                                .touchpoint = cells_text(r, F_TOUCHPOINT, 200),
                                .price = cells_money(r, F_PRICE),
                                .quantity = cells_count(r, F_QUANTITY),
                                .value = cells_money(r, F_VALUE) };
}

/* A price is worth as many as there were of it. */
static opt_money worth(const struct event_more *m, const struct commerce_event *standard)
{
    money all = 0;
    if (m->value.has) return m->value;
    if (!m->price.has || !standard || standard->value != VALUE_GOODS) return NONE;
    return money_times(m->price.value, m->quantity.has ? m->quantity.value : 1, &all) ? SOME(all)
                                                                                      : NONE;
}

static void take_props(struct event_reader *r, const struct sheet_row *row,
                       const struct event_more *m, struct props *p)
{
    props_id(p, "product_id", m->product_id);
    props_id(p, "category", m->category);
    props_text(p, "product_name", m->product);
    if (m->price.has) props_number(p, "price", m->price.value);
    if (m->quantity.has && m->quantity.value <= QUANTITY_MAX)
        props_number(p, "quantity", m->quantity.value * MONEY_UNIT);
    for (i64 i = 0; i < r->plan->props.n; i++) {
        const struct import_prop *own = &r->plan->props.at[i];
        props_told(p, own->name, row->cells[own->column]);
    }
}

/* False: the row is refused. */
static bool take_row(struct ctx *c, struct event_reader *r, struct cells *cells)
{
    struct import_batch *b = r->batch;
    const struct import_plan *p = r->plan;
    struct row_values who = { 0 };
    str said = cells_text(cells, F_EVENT, 200);
    opt_instant at = cells_instant(cells, F_AT, 0);
    struct event_more more = more_of(cells);
    import_buyer_cells(cells, &who);
    who.touchpoint = more.touchpoint;
    str shop = p->shop_given ? p->shop : str_or(cells_text(cells, F_SHOP, 200), p->shop);
    if (!at.has) cells_refuse(cells, p->at[F_AT][0], NO_STR, say(c, S("没有时间"), S("no time")));
    else if (at.value < YEAR_1 || at.value > YEAR_9999)
        cells_refuse(cells, p->at[F_AT][0], NO_STR,
                     say(c, S("不是日期或时间"), S("not a date or time")));
    if (import_maps(p, F_EVENT) && !said.n)
        cells_refuse(cells, p->at[F_EVENT][0], NO_STR, say(c, S("没有事件"), S("no event")));
    if (!cells->ok) return false;
    const struct event_word *word = word_of(r, said);
    if (!word)
        cells_refuse(cells, p->at[F_EVENT][0], said,
                     say(c, S("不同的事件超过 1000 种，多半选错了列"),
                         S("over 1,000 different events: probably another column holds them")));
    instant seen = behaviour_plausible(c, at.value) ? at.value : 0;
    i64 person = word ? import_person_of(c, &r->buyers, &who, shop, seen) : -1;
    if (word && (person < 0 || !b->persons.at[person].strong))
        cells_refuse(cells, p->at[F_MEMBER][0], NO_STR,
                     say(c, S("认不出是谁：没有标识，或是打码的"),
                         S("nobody can be told: no identity, or a masked one")));
    if (!cells->ok) return false;
    struct behaviour *told = PUSH(b->arena, &b->told);
    struct props props = { .text = { .arena = b->arena } };
    *told = (struct behaviour){ .kind = word->event, .at = at.value };
    if (more.touchpoint.n) told->touchpoint = str_copy(b->arena, more.touchpoint);
    if (word->standard && more.product_id.n && more.product_id.n <= 100)
        told->subject = str_fmt(b->arena, "product:" STR_FMT, STR_ARG(more.product_id));
    told->value = worth(&more, word->standard);
    take_props(r, cells->row, &more, &props);
    b->rows_told = arena_grow(b->arena, b->rows_told, sizeof *b->rows_told, b->told.n - 1);
    b->rows_told[b->told.n - 1] =
        (struct import_told){ row_hash(&b->persons.at[person], told, props_json(&props)), person };
    behaviour_time(c, told, &props, at.value);
    told->props = props_json(&props);
    return true;
}

/* Persons are complete only when the batch is: then each knows when he was first seen in it. */
static void finish_batch(struct event_reader *r)
{
    struct import_batch *b = r->batch;
    for (i64 i = 0; i < b->told.n; i++) {
        const struct import_person *p = &b->persons.at[b->rows_told[i].person];
        struct behaviour *told = &b->told.at[i];
        told->identities = p->identities;
        told->identities_n = p->n;
        told->name = p->name;
        if (p->at) told->seen_at = p->at;
    }
    b->progress = sheet_progress(r->sheet);
}

enum err event_read(struct ctx *c, void *reader, i64 max_rows, i64 max_orders,
                    struct import_batch *b, bool *more)
{
    struct event_reader *r = reader;
    enum err e = OK;
    (void)max_orders;
    r->batch = b;
    r->buyers = (struct import_buyers){ r->plan, b, { .arena = b->arena } };
    while (!r->ended && b->rows < max_rows) {
        struct sheet_row row;
        bool got = true;
        e = sheet_next(c, r->sheet, &row, &got);
        if (e != OK || !got) {
            r->ended = true;
            break;
        }
        struct row_fault fault = { 0 };
        struct cells cells = { c, r->plan, &row, &r->memo, &fault, true };
        b->rows++;
        if (!str_empty(row.bad)) cells_refuse(&cells, -1, NO_STR, row.bad);
        if (!cells.ok || !take_row(c, r, &cells))
            batch_refuse(b, r->plan, row.number, fault.column, fault.value, fault.reason);
    }
    struct problem why = c->why;
    finish_batch(r);
    if (e != OK) c->why = why;
    *more = !r->ended;
    return e;
}

/* gather.c -- reads SQL into the index: all of it chunk by chunk, then what new lines of the
 * timeline make stale.
 *
 * Invariants
 *   1. All that one round reads is of one snapshot, so lines, fields and merges fit together.
 *   2. A member whose merges changed is read again whole: his rows are dropped and read from the
 * timeline up to the round's last line, and lines of the round itself are not added to him a second
 * time.
 */
#include "audience/index/gather.h"

#include <assert.h>
#include <stdlib.h>

#include "audience/index/ids.h"
#include "audience/index/inside.h"
#include "audience/language/language.h"
#include "base/clock.h"
#include "base/num.h"
#include "member/member.h"
#include "store/setting.h"
#include "timeline/timeline.h"
#include "trade/trade.h"

QUERY(
    index_living, one_i64,
    "SELECT member AS value FROM member WHERE member >= $1 AND member <= $2 AND merged_into IS NULL"
    " AND erased_at IS NULL");
QUERY(index_last_member, one_i64, "SELECT COALESCE(MAX(member), 0) AS value FROM member");

#define FIELDS_OF_merged_pair(X, N) \
    X(i64, member, ANY, "Loser", N) \
    X(i64, value, ANY, "Winner", N)
SHAPE(merged_pair);
SHAPE_DEFINE(merged_pair);
QUERY(index_merged, merged_pair,
      "SELECT member, merged_into AS value FROM member WHERE merged_into IS NOT NULL");
QUERY(index_merged_now, one_opt, "SELECT merged_into AS value FROM member WHERE member = $1");

#define LINE "SELECT member, seq, at, kind, subject, touchpoint, value, props FROM timeline"
QUERY(index_lines_of, timeline_line, LINE " WHERE member >= $1 AND member <= $2 AND seq <= $3");
QUERY(index_lines_after, timeline_line, LINE " WHERE seq > $1 ORDER BY seq LIMIT $2");

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

/* -- small parts ------------------------------------------------------------------------------- */

/* Days of instants: a quarter of an hour of UTC lies in one day in every zone. */
#define DAY_SLOTS 4096
struct day_cache {
    i64 quarter[DAY_SLOTS];
    day day[DAY_SLOTS];
};

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

/* -- the gatherer ------------------------------------------------------------------------------ */

struct kind_row { /* what a kind of line makes stale */
    u64 aspects;
    bool living, purchases, merges;
    bool *fields;
};

struct gatherer {
    struct arena *arena; /* fields, schema, kinds */
    struct fields fields;
    struct index_schema schema;
    struct merged merged;
    struct day_cache days;
    _Atomic i64 kinds_memory;
    struct words *kinds;
    struct {
        struct kind_row *at;
        i64 n;
    } kind_rows;   /* by code of kinds */
    u64 *settings; /* by field: what the settings it follows were when it was read */
    /* of a round */
    struct id_list living, purchases, merges, *stale; /* stale: by field */
    struct member_changes changed;
    bool *everybody; /* by field: of everybody it is to be read again */
    bool all_changed;
};

static enum column_kind column_kind(enum field_kind kind)
{
    if (kind == FIELD_IS_SET) return COLUMN_SET;
    return kind == FIELD_IS_TEXT || kind == FIELD_IS_CHOICE ? COLUMN_WORD : COLUMN_NUMBER;
}

enum err gatherer_new(struct ctx *c, struct gatherer **out)
{
    struct fields fields;
    strs kept;
    TRY(fields_published(c, &fields));
    TRY(props_kept(c, &kept));
    struct gatherer *g = calloc(1, sizeof *g);
    if (!g) abort();
    struct arena *a = g->arena = arena_new();
    g->fields.at = NEWS(a, struct field, fields.n);
    struct column *columns = NEWS(a, struct column, fields.n);
    for (i64 k = 0; k < fields.n; k++) {
        if (fields.at[k].moves) continue; /* no column can hold it */
        i64 i = g->fields.n++;
        struct field *f = &g->fields.at[i];
        *f =
            fields.at[k]; /* those that people defined live in c's memory: their words are copied */
        f->name = str_z(a, str_of(f->name));
        if (f->key) f->key = str_z(a, str_of(f->key));
        columns[i] = (struct column){ str_of(f->name), column_kind(f->kind) };
    }
    struct row_source *sources = NEWS(a, struct row_source, SOURCES);
    str *props = NEWS(a, str, PROP_JSON + kept.n);
    props[PROP_TOUCHPOINT] = S("touchpoint");
    props[PROP_COMMUNITY] = S("community");
    for (i64 i = 0; i < kept.n; i++) props[PROP_JSON + i] = str_copy(a, kept.at[i]);
    str *shop = NEW(a, str);
    *shop = S("shop");
    sources[SOURCE_TIMELINE] =
        (struct row_source){ S("timeline"), { props, PROP_JSON + kept.n }, false };
    sources[SOURCE_PURCHASES] = (struct row_source){ S("purchases"), { shop, 1 }, true };
    g->schema = (struct index_schema){ columns, g->fields.n, sources, SOURCES };
    g->kinds = words_new(&g->kinds_memory);
    g->stale = calloc((size_t)g->fields.n + 1, sizeof *g->stale);
    g->settings = calloc((size_t)g->fields.n + 1, sizeof *g->settings);
    g->everybody = calloc((size_t)g->fields.n + 1, sizeof *g->everybody);
    if (!g->stale || !g->settings || !g->everybody) abort();
    *out = g;
    return OK;
}

void gatherer_free(struct gatherer *g)
{
    if (!g) return;
    for (i64 i = 0; i < g->fields.n; i++) free(g->stale[i].at);
    free(g->stale);
    free(g->settings);
    free(g->everybody);
    free(g->living.at);
    free(g->purchases.at);
    free(g->merges.at);
    free(g->changed.at);
    free(g->merged.from);
    free(g->merged.to);
    block_drop(g->kinds);
    arena_free(g->arena);
    free(g);
}

static bool same_field(const struct field *a, const struct field *b)
{
    return strcmp(a->name, b->name) == 0 && a->kind == b->kind && a->sql == b->sql &&
           a->compose == b->compose && a->third == b->third && a->split == b->split &&
           a->zero == b->zero && str_eq(str_of(a->key), str_of(b->key));
}

enum err gatherer_fits(const struct gatherer *g, struct ctx *c, bool *fits)
{
    struct fields now;
    TRY(fields_published(c, &now));
    *fits = true;
    i64 n = 0;
    for (i64 i = 0; i < now.n && *fits; i++)
        if (!now.at[i].moves) *fits = n < g->fields.n && same_field(&now.at[i], &g->fields.at[n++]);
    strs kept;
    const strs *props = &g->schema.sources[SOURCE_TIMELINE].props;
    TRY(props_kept(c, &kept));
    *fits = *fits && n == g->fields.n && PROP_JSON + kept.n == props->n;
    for (i64 i = 0; i < kept.n && *fits; i++) *fits = str_eq(kept.at[i], props->at[PROP_JSON + i]);
    return OK;
}

const struct index_schema *gatherer_schema(const struct gatherer *g) { return &g->schema; }

/* -- a range of members ------------------------------------------------------------------------ */

struct reading {
    struct gatherer *g;
    struct ctx *c;
    struct index *x;
    i64 low, high; /* members, within one chunk */
    i64 field;
    chunk_bits seen, living;
    struct {
        struct pair {
            i64 member;
            str word;
        } * at;
        i64 n;
    } pairs; /* of a SET */
};

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
    const struct field *f = &r->g->fields.at[r->field];
    i64 number;
    if (!row->value.at || row->member < r->low || row->member > r->high) return OK;
    switch (column_kind(f->kind)) {
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
    const struct field *f = &r->g->fields.at[r->field];
    for (i64 m = r->low; m <= r->high; m++) {
        if (marked(r->seen, m)) continue;
        switch (column_kind(f->kind)) {
        case COLUMN_SET: index_put_set(r->x, m, r->field, (strs){ 0 }); break;
        case COLUMN_WORD: index_put_word(r->x, m, r->field, NO_STR); break;
        case COLUMN_NUMBER:
            index_put_number(r->x, m, r->field, f->zero && marked(r->living, m) ? SOME(0) : NONE);
        }
    }
}

static enum err read_living(struct reading *r)
{
    bits_fill(r->living, false);
    return db_each(r->c, &index_living, see_living, r, ARGS(r->low, r->high));
}

static enum err read_field(struct reading *r, i64 field)
{
    const struct field *f = &r->g->fields.at[field];
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

static enum err see_purchase(void *arg, const void *in)
{
    struct reading *r = arg;
    const struct bought *p = in;
    struct event e = {
        .member = p->member, .at = p->bought_at, .value = p->net, .name = S("purchase")
    };
    e.day = day_at(&r->g->days, r->c->zone, e.at);
    e.order = p->id;
    e.props[PROP_SHOP] = p->shop;
    index_add_event(r->x, SOURCE_PURCHASES, &e);
    return OK;
}

str line_prop(const struct timeline_line *line, str name)
{
    if (str_eq(name, S("touchpoint"))) return line->touchpoint;
    if (str_eq(name, S("community")))
        return str_starts(line->kind, S("community.")) ? line->subject : NO_STR;
    return line->props.at ? props_raw(line->props, name) : NO_STR;
}

static void add_line(struct reading *r, const struct timeline_line *line, i64 member)
{
    struct event e = { .member = member, .at = line->at, .order = line->seq, .name = line->kind };
    e.day = day_at(&r->g->days, r->c->zone, e.at);
    const strs *props = &r->g->schema.sources[SOURCE_TIMELINE].props;
    for (i64 i = 0; i < props->n; i++)
        if (i < PROP_JSON || line->props.at) e.props[i] = line_prop(line, props->at[i]);
    index_add_event(r->x, SOURCE_TIMELINE, &e);
}

static enum err see_line(void *arg, const void *line)
{
    struct reading *r = arg;
    i64 member = ((const struct timeline_line *)line)->member;
    if (member > 0) add_line(r, line, living_of(&r->g->merged, member));
    return OK;
}

/* -- settings that values follow --------------------------------------------------------------- */

/* Marks the fields of everybody whose settings are others than they were read by. */
static enum err settings_read(struct gatherer *g, struct ctx *c)
{
    for (i64 i = 0; i < g->fields.n; i++) {
        u64 hash = 0;
        for (const char *const *name = g->fields.at[i].settings; name && *name; name++) {
            str value;
            TRY(setting_text(c, *name, &value));
            hash = hash * 31 + str_hash(value);
        }
        g->everybody[i] |= hash != g->settings[i];
        g->settings[i] = hash;
    }
    return OK;
}

u64 gather_settings(const struct gatherer *g)
{
    u64 hash = 0;
    for (i64 i = 0; i < g->fields.n; i++) hash = hash * 31 + g->settings[i];
    return hash;
}

/* -- everything -------------------------------------------------------------------------------- */

static enum err see_merged(void *arg, const void *in)
{
    const struct merged_pair *p = in;
    merged_put(arg, p->member, p->value);
    return OK;
}

enum err gather_resume(struct gatherer *g, struct ctx *c)
{
    free(g->merged.from);
    free(g->merged.to);
    g->merged = (struct merged){ 0 };
    TRY(settings_read(g, c));
    for (i64 f = 0; f < g->fields.n; f++) g->everybody[f] = false; /* read by these */
    return db_each(c, &index_merged, see_merged, &g->merged, NO_ARGS);
}

static enum err read_chunk(struct reading *r, i64 last_seq)
{
    TRY(read_living(r));
    for (i64 m = r->low; m <= r->high; m++)
        if (marked(r->living, m)) index_put_living(r->x, m, true);
    for (i64 f = 0; f < r->g->fields.n; f++) TRY(read_field(r, f));
    TRY(db_each(r->c, &index_bought, see_purchase, r, ARGS(r->low, r->high)));
    return db_each(r->c, &index_lines_of, see_line, r, ARGS(r->low, r->high, last_seq));
}

static enum err read_all(struct gatherer *g, struct ctx *c, struct index *x)
{
    i64 seq;
    struct one_i64 last;
    TRY(store_snapshot(c));
    TRY(timeline_last(c, &seq));
    TRY(db_get(c, &index_last_member, &last, NO_ARGS));
    TRY(gather_resume(g, c));
    struct reading r = { .g = g, .c = c, .x = x };
    for (i64 chunk = 0; chunk <= last.value / CHUNK; chunk++) {
        r.low = chunk ? chunk * CHUNK : 1;
        r.high = chunk * CHUNK + CHUNK - 1;
        if (r.high > last.value) r.high = last.value;
        TRY(read_chunk(&r, seq));
        index_settle(x, chunk);
    }
    index_publish(x, seq);
    return OK;
}

enum err gather_all(struct gatherer *g, struct ctx *c, struct index *x)
{
    enum err e = read_all(g, c, x);
    if (e != OK) index_abandon(x);
    return e;
}

/* -- what is new ------------------------------------------------------------------------------- */

/* Of the lines of a member's own these leave him who he is and when he came. */
static const char *const outer[] = { "member.tagged", "member.untagged", "member.tag_expired",
                                     "member.field_set" };

static u64 aspects_of_kind(const struct gatherer *g, str kind, const struct kind_row *row)
{
    struct arena *scratch = arena_new();
    u64 out = aspect_of_line(str_fold(scratch, kind));
    arena_free(scratch);
    bool self = row->living;
    for (i64 i = 0; i < COUNT(outer); i++) self = self && !str_eq(kind, str_of(outer[i]));
    if (self) out |= ASPECT_SELF;
    if (row->purchases) out |= ASPECT_PURCHASES;
    for (i64 i = 0; i < g->fields.n; i++)
        if (row->fields[i]) out |= aspect_of_field(str_of(g->fields.at[i].name));
    return out;
}

static void changed_push(struct gatherer *g, i64 member, u64 aspects)
{
    member_changes_add(&g->changed, &(struct member_change){ member, aspects }, 1);
}

static const struct kind_row *kind_row(struct gatherer *g, str kind)
{
    i64 code = words_add(g->kinds, kind);
    while (g->kind_rows.n <= code) *PUSH(g->arena, &g->kind_rows) = (struct kind_row){ 0 };
    struct kind_row *row = &g->kind_rows.at[code];
    if (row->fields) return row;
    row->fields = NEWS(g->arena, bool, g->fields.n + 1);
    row->living = str_starts(kind, S("member."));
    row->merges = str_eq(kind, S("member.merged")) || str_eq(kind, S("member.unmerged"));
    row->purchases = row->merges || str_starts(kind, S("order."));
    /* who comes has 0 of what is counted; who is erased has not even that */
    bool made = str_eq(kind, S("member.created")) || str_eq(kind, S("member.erased"));
    for (i64 i = 0; i < g->fields.n; i++)
        row->fields[i] = field_stale(&g->fields.at[i], kind) || (made && g->fields.at[i].zero);
    row->aspects = aspects_of_kind(g, kind, row);
    return row;
}

static void all_stale(struct gatherer *g, i64 member)
{
    id_push(&g->living, member);
    id_push(&g->purchases, member);
    id_push(&g->merges, member);
    changed_push(g, member, ~(u64)0);
    for (i64 f = 0; f < g->fields.n; f++) id_push(&g->stale[f], member);
}

/* The other member of a merge stands in the line's subject: "member:7". Both are read again, as
 * they are now. */
static enum err merge_changed(struct gatherer *g, struct ctx *c, const struct timeline_line *line)
{
    i64 other;
    str digits;
    if (!str_starts(line->subject, S("member:"))) return OK;
    digits = str_sub(line->subject, 7, line->subject.n);
    if (!i64_parse(digits, &other)) return OK;
    struct one_opt into = { 0 };
    bool found;
    TRY(db_find(c, &index_merged_now, &into, &found, ARGS(other)));
    merged_put(&g->merged, other, into.value.has ? into.value.value : 0);
    all_stale(g, other);
    all_stale(g, line->member);
    return OK;
}

static void line_stale(struct gatherer *g, const struct kind_row *row, i64 member)
{
    if (row->living) id_push(&g->living, member);
    if (row->purchases) id_push(&g->purchases, member);
    for (i64 f = 0; f < g->fields.n; f++)
        if (row->fields[f]) id_push(&g->stale[f], member);
}

/* Of nobody: what it says is of everybody. */
static void nobody_stale(struct gatherer *g, const struct kind_row *row)
{
    for (i64 f = 0; f < g->fields.n; f++) g->everybody[f] |= row->fields[f];
}

static bool everybody_stale(const struct gatherer *g)
{
    for (i64 f = 0; f < g->fields.n; f++)
        if (g->everybody[f]) return true;
    return false;
}

/* Sorted ids as ranges to read at once: neighbours, with small gaps, within one chunk. */
#define GAP 16
static i64 range_end(const struct id_list *l, i64 i)
{
    i64 k = i + 1;
    while (k < l->n && l->at[k] - l->at[k - 1] <= GAP && l->at[k] / CHUNK == l->at[i] / CHUNK) k++;
    return k;
}

static enum err refresh_living(struct reading *r, struct id_list *l)
{
    id_sort(l);
    for (i64 i = 0, k; i < l->n; i = k) {
        k = range_end(l, i);
        r->low = l->at[i];
        r->high = l->at[k - 1];
        TRY(read_living(r));
        for (i64 m = r->low; m <= r->high; m++) index_put_living(r->x, m, marked(r->living, m));
    }
    return OK;
}

static enum err refresh_field(struct reading *r, struct id_list *l, i64 field)
{
    id_sort(l);
    for (i64 i = 0, k; i < l->n; i = k) {
        k = range_end(l, i);
        r->low = l->at[i];
        r->high = l->at[k - 1];
        if (r->g->fields.at[field].zero) TRY(read_living(r));
        TRY(read_field(r, field));
    }
    return OK;
}

static enum err refresh_purchases(struct reading *r, struct id_list *l)
{
    id_sort(l);
    for (i64 i = 0, k; i < l->n; i = k) {
        k = range_end(l, i);
        for (i64 m = l->at[i]; m <= l->at[k - 1]; m++) index_drop_events(r->x, SOURCE_PURCHASES, m);
        TRY(db_each(r->c, &index_bought, see_purchase, r, ARGS(l->at[i], l->at[k - 1])));
    }
    return OK;
}

/* Rows of those whose merges changed: none for who is merged now; of all his ids for who lives. */
static enum err refresh_rows(struct reading *r, struct id_list *l, i64 last_seq)
{
    for (i64 i = 0; i < l->n; i++) {
        i64 member = l->at[i];
        index_drop_events(r->x, SOURCE_TIMELINE, member);
        if (living_of(&r->g->merged, member) != member) continue;
        ints ids;
        TRY(member_ids(r->c, member, &ids));
        for (i64 k = 0; k < ids.n; k++)
            TRY(db_each(r->c, &index_lines_of, see_line, r, ARGS(ids.at[k], ids.at[k], last_seq)));
    }
    return OK;
}

static void round_begin(struct gatherer *g)
{
    g->living.n = g->purchases.n = g->merges.n = 0;
    for (i64 f = 0; f < g->fields.n; f++) g->stale[f].n = 0;
}

/* Chunk by chunk. */
static enum err refresh_everybody(struct reading *r, i64 field)
{
    struct one_i64 last;
    TRY(db_get(r->c, &index_last_member, &last, NO_ARGS));
    for (i64 chunk = 0; chunk <= last.value / CHUNK; chunk++) {
        r->low = chunk ? chunk * CHUNK : 1;
        r->high = chunk * CHUNK + CHUNK - 1;
        if (r->high > last.value) r->high = last.value;
        TRY(read_living(r));
        TRY(read_field(r, field));
    }
    r->g->stale[field].n = 0;
    return OK;
}

static enum err refresh(struct reading *r, i64 last_seq)
{
    struct gatherer *g = r->g;
    for (i64 f = 0; f < g->fields.n; f++)
        if (g->everybody[f]) TRY(refresh_everybody(r, f));
    TRY(refresh_living(r, &g->living));
    for (i64 f = 0; f < g->fields.n; f++) TRY(refresh_field(r, &g->stale[f], f));
    TRY(refresh_purchases(r, &g->purchases));
    return refresh_rows(r, &g->merges, last_seq);
}

static enum err read_new(struct gatherer *g, struct ctx *c, struct index *x, i64 seq, i64 most,
                         i64 *lines)
{
    struct timeline_line_list new;
    *lines = 0;
    g->changed.n = 0;
    g->all_changed = false;
    TRY(store_snapshot(c));
    TRY(db_all(c, &index_lines_after, &new, ARGS(seq, most)));
    TRY(settings_read(g, c));
    if (!new.n && !everybody_stale(g)) return OK;
    round_begin(g);
    i64 last = new.n ? new.at[new.n - 1].seq : seq;
    for (i64 i = 0; i < new.n; i++)
        if (kind_row(g, new.at[i].kind)->merges && new.at[i].member > 0)
            TRY(merge_changed(g, c, &new.at[i]));
    id_sort(&g->merges);
    /* Ids of a chain above the two change hands with them: whoever they live as now is read whole
     * as well. */
    for (i64 i = 0, n = g->merges.n; i < n; i++) {
        i64 living = living_of(&g->merged, g->merges.at[i]);
        if (!id_has(&(struct id_list){ g->merges.at, n, 0 }, living)) all_stale(g, living);
    }
    id_sort(&g->merges);
    struct reading r = { .g = g, .c = c, .x = x };
    for (i64 i = 0; i < new.n; i++) {
        const struct timeline_line *line = &new.at[i];
        if (line->member <= 0) {
            nobody_stale(g, kind_row(g, line->kind));
            continue;
        }
        i64 member = living_of(&g->merged, line->member);
        const struct kind_row *row = kind_row(g, line->kind);
        line_stale(g, row, member);
        if (!str_starts(line->kind, S("segment."))) changed_push(g, member, row->aspects);
        if (!id_has(&g->merges, member)) add_line(&r, line, member);
    }
    *lines = new.n;
    TRY(refresh(&r, last));
    index_publish(x, last);
    g->all_changed = everybody_stale(g);
    for (i64 f = 0; f < g->fields.n; f++) g->everybody[f] = false;
    return OK;
}

struct member_changes gatherer_changed(struct gatherer *g, bool *all)
{
    *all = g->all_changed;
    member_changes_settle(&g->changed);
    return g->changed;
}

enum err gather_new(struct gatherer *g, struct ctx *c, struct index *x, i64 seq, i64 most,
                    i64 *lines)
{
    enum err e = read_new(g, c, x, seq, most, lines);
    if (e != OK) index_abandon(x);
    return e;
}

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
#include "audience/index/reading.h"
#include "base/clock.h"
#include "base/num.h"
#include "member/member.h"
#include "store/setting.h"
#include "timeline/timeline.h"
#include "trade/trade.h"

QUERY(index_last_member, one_i64, "SELECT COALESCE(MAX(member), 0) AS value FROM member");

#define FIELDS_OF_merged_pair(X, N) \
    X(i64, member, ANY, "Loser", N) \
    X(i64, value, ANY, "Winner", N)
SHAPE(merged_pair);
SHAPE_DEFINE(merged_pair);
QUERY(index_merged, merged_pair,
      "SELECT member, merged_into AS value FROM member WHERE merged_into IS NOT NULL");
QUERY(index_merged_now, one_opt, "SELECT merged_into AS value FROM member WHERE member = $1");

QUERY(index_lines_after, timeline_line,
      "SELECT member, seq, at, kind, subject, touchpoint, props FROM " TIMELINE_AFTER(
          "$1") " t"
                " ORDER BY seq LIMIT $2");

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
    struct id_list tail_ids, tail_lines;              /* whose lines of the tail; their numbers */
    struct member_changes changed;
    bool *everybody; /* by field: of everybody it is to be read again */
    bool all_changed;
};

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
        columns[i] = (struct column){ str_of(f->name), column_of(f->kind) };
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
    free(g->tail_ids.at);
    free(g->tail_lines.at);
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

static struct reading reading_of(struct gatherer *g, struct ctx *c, struct index *x)
{
    return (struct reading){ .c = c,
                             .x = x,
                             .fields = &g->fields,
                             .lines = &g->schema.sources[SOURCE_TIMELINE],
                             .merged = &g->merged,
                             .days = &g->days };
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

static enum err resume(void *g, struct ctx *c) { return gather_resume(g, c); }

enum err gather_all(struct gatherer *g, struct ctx *c, struct index *x)
{
    i64 seq;
    struct reading r = reading_of(g, c, x);
    enum err e = read_all(&r, resume, g, &seq);
    if (e == OK) index_publish(x, seq);
    else index_abandon(x);
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
        TRY(reading_living(r));
        for (i64 m = r->low; m <= r->high; m++) index_put_living(r->x, m, reading_lives(r, m));
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
        if (r->fields->at[field].zero) TRY(reading_living(r));
        TRY(reading_field(r, field));
    }
    return OK;
}

static enum err refresh_purchases(struct reading *r, struct id_list *l)
{
    id_sort(l);
    for (i64 i = 0, k; i < l->n; i = k) {
        k = range_end(l, i);
        for (i64 m = l->at[i]; m <= l->at[k - 1]; m++) index_drop_events(r->x, SOURCE_PURCHASES, m);
        r->low = l->at[i];
        r->high = l->at[k - 1];
        TRY(reading_purchases(r));
    }
    return OK;
}

/* Rows of those whose merges changed: none for who is merged now; of all his ids for who lives. */
static enum err refresh_rows(struct gatherer *g, struct reading *r, i64 last_seq)
{
    const struct id_list *l = &g->merges;
    g->tail_ids.n = 0;
    for (i64 i = 0; i < l->n; i++) {
        i64 member = l->at[i];
        index_drop_events(r->x, SOURCE_TIMELINE, member);
        if (living_of(r->merged, member) != member) continue;
        r->low = r->high = member;
        ints ids;
        TRY(member_ids(r->c, member, &ids));
        for (i64 k = 0; k < ids.n; k++) {
            id_push(&g->tail_ids, ids.at[k]);
            TRY(reading_lines(r, ids.at[k], ids.at[k], last_seq));
        }
    }
    id_sort(&g->tail_ids);
    return reading_tail_of(r, &g->tail_ids, last_seq, &g->tail_lines);
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
        TRY(reading_living(r));
        TRY(reading_field(r, field));
    }
    return OK;
}

static enum err refresh(struct gatherer *g, struct reading *r, i64 last_seq)
{
    for (i64 f = 0; f < g->fields.n; f++)
        if (g->everybody[f]) {
            TRY(refresh_everybody(r, f));
            g->stale[f].n = 0;
        }
    TRY(refresh_living(r, &g->living));
    for (i64 f = 0; f < g->fields.n; f++) TRY(refresh_field(r, &g->stale[f], f));
    TRY(refresh_purchases(r, &g->purchases));
    return refresh_rows(g, r, last_seq);
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
    struct reading r = reading_of(g, c, x);
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
        if (!id_has(&g->merges, member)) reading_add_line(&r, line, member);
    }
    *lines = new.n;
    TRY(refresh(g, &r, last));
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

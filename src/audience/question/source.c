/* source.c -- the values of a field as of a moment: the index's column where that is right, else
 * what the field's own statement answers. */
#include <stdatomic.h>

#include "audience/index/gather.h"
#include "audience/index/inside.h"
#include "audience/language/language.h"
#include "audience/question/axis.h"

/* -- values read by SQL ----------------------------------------------------------------------- */

struct own_chunk {
    struct part part; /* 8 wide */
    i64 values[CHUNK];
    chunk_bits known;
    struct {
        u64 **at; /* by code: CHUNK_WORDS; NULL: nobody */
        i64 n;
    } carriers;
};

struct reading {
    struct ctx *c;
    struct source *s;
    struct words *words;
};

static struct own_chunk *own_chunk(struct reading *r, i64 member)
{
    i64 chunk = member / CHUNK;
    if (member < 1 || chunk >= view_chunks(r->s->view)) return NULL; /* came after the view */
    if (!r->s->own[chunk]) r->s->own[chunk] = NEW(r->c->arena, struct own_chunk);
    return r->s->own[chunk];
}

static void put_number(struct reading *r, i64 member, i64 value)
{
    struct own_chunk *own = own_chunk(r, member);
    i64 i = member % CHUNK;
    if (!own) return;
    own->values[i] = value;
    own->known[i / 64] |= 1ull << (i % 64);
}

static void put_carrier(struct reading *r, i64 member, i64 code)
{
    struct own_chunk *own = own_chunk(r, member);
    i64 i = member % CHUNK;
    if (!own) return;
    while (own->carriers.n <= code) *PUSH(r->c->arena, &own->carriers) = NULL;
    if (!own->carriers.at[code]) own->carriers.at[code] = NEWS(r->c->arena, u64, CHUNK_WORDS);
    own->carriers.at[code][i / 64] |= 1ull << (i % 64);
}

static enum err see_number(void *arg, const void *in)
{
    const struct field_number *row = in;
    put_number(arg, row->member, row->value);
    return OK;
}

static enum err see_word(void *arg, const void *in)
{
    struct reading *r = arg;
    const struct field_word *row = in;
    const struct field *f = r->s->field;
    i64 number;
    if (!row->value.at) return OK;
    if (!source_is_text(r->s)) {
        if (field_read(f->kind, row->value, &number)) put_number(r, row->member, number);
    } else if (f->kind != FIELD_IS_SET) {
        put_number(r, row->member, words_add(r->words, row->value));
    } else {
        for (str rest = row->value, word; rest.at;) {
            word = rest;
            rest = f->split ? str_cut(rest, f->split, &word) : NO_STR;
            word = str_trim(word);
            if (word.n) put_carrier(r, row->member, words_add(r->words, word));
        }
    }
    return OK;
}

/* Who has no row has 0 where the field says so. */
static void own_finish(struct source *s, i64 chunk, struct own_chunk *own)
{
    const u64 *living = view_living(s->view, chunk);
    for (i64 w = 0; s->field->zero && w < CHUNK_WORDS; w++) own->known[w] |= living[w];
    own->part = (struct part){ .width = 8, .scale = 1, .low = INT64_MAX, .high = INT64_MIN };
    own->part.known = own->known;
    own->part.at = own->values;
    for (i64 i = 0; i < CHUNK; i++) {
        if (!(own->known[i / 64] >> (i % 64) & 1)) continue;
        own->part.known_n++;
        if (own->values[i] < own->part.low) own->part.low = own->values[i];
        if (own->values[i] > own->part.high) own->part.high = own->values[i];
    }
}

static void words_drop(void *words) { block_drop(words); }

static enum err read_by_sql(struct ctx *c, struct source *s)
{
    const struct field *f = s->field;
    _Atomic i64 *memory = NEW(c->arena, _Atomic i64);
    struct reading r = { c, s, words_new(memory) };
    arena_defer(c->arena, words_drop, r.words);
    s->column = -1;
    s->words = r.words;
    s->own = NEWS(c->arena, struct own_chunk *, view_chunks(s->view) + 1);
    enum err (*see)(void *, const void *) = field_is_word(f->kind) ? see_word : see_number;
    i64 first = 1, last = view_chunks(s->view) * CHUNK;
    TRY(field_each(c, f, first, last, s->at, see, &r));
    for (i64 chunk = 0; chunk < view_chunks(s->view); chunk++) {
        if (f->zero && !s->own[chunk]) s->own[chunk] = NEW(c->arena, struct own_chunk);
        if (s->own[chunk]) own_finish(s, chunk, s->own[chunk]);
    }
    return OK;
}

/* -- whether the column is right as of at ----------------------------------------------------- */

struct after {
    const struct view *view;
    instant at;
    i64 sources;
    u32 *counts[CHUNK_WORKERS];
    _Atomic bool any;
};

static void look_after(void *arg, int worker, i64 chunk)
{
    struct after *a = arg;
    struct row_filter f = { .from = a->at, .until = INT64_MAX };
    for (i64 s = 0; s < SOURCES; s++) {
        if (!(a->sources >> s & 1) || atomic_load(&a->any)) continue;
        rows_count(a->view, chunk, s, &f, a->counts[worker]);
        for (i64 i = 0; i < CHUNK; i++)
            if (a->counts[worker][i]) atomic_store(&a->any, true);
    }
}

/* Whether anything that may change the field happened at or after s->at. */
static bool changed_after(struct ctx *c, const struct source *s)
{
    struct after a = { .view = s->view, .at = s->at, .sources = 1ll << SOURCE_PURCHASES };
    for (const char *const *kind = s->field->stale; kind && *kind; kind++)
        if (str_starts(str_of(*kind), S("member.tagged")) ||
            (!str_starts(str_of(*kind), S("order.")) && !str_starts(str_of(*kind), S("member."))))
            a.sources |= 1ll << SOURCE_TIMELINE;
    for (int w = 0; w < CHUNK_WORKERS; w++) a.counts[w] = NEWS(c->arena, u32, CHUNK);
    chunks_run(view_chunks(s->view), look_after, &a);
    return atomic_load(&a.any);
}

static bool column_is_right(struct ctx *c, const struct source *s)
{
    if (s->column < 0) return false;
    if (s->field->third != FIELD_AT) return true;
    if (s->field->kind != FIELD_IS_AGE) return !changed_after(c, s);
    for (i64 chunk = 0; chunk < view_chunks(s->view); chunk++) {
        const struct part *p = view_part(s->view, chunk, s->column);
        if (p && p->high >= s->at) return false;
    }
    return true;
}

/* -- making ----------------------------------------------------------------------------------- */

bool source_is_text(const struct source *s) { return segment_kind_texts(s->field->kind); }

bool source_is_number(const struct source *s)
{
    enum field_kind kind = s->field->kind;
    return kind == FIELD_IS_COUNT || kind == FIELD_IS_NUMBER || kind == FIELD_IS_MONEY ||
           kind == FIELD_IS_AGE || kind == FIELD_IS_DATE;
}

enum err source_of_field(struct ctx *c, const struct view *v, const struct field *f, instant at,
                         struct source *out)
{
    *out = (struct source){ .field = f, .view = v, .at = at };
    out->column = view_column(v, str_of(f->name));
    out->past_unknown = f->third != FIELD_AT && at <= c->now;
    if (!column_is_right(c, out)) return read_by_sql(c, out);
    if (source_is_text(out)) out->words = view_words(v, out->column);
    return OK;
}

enum err source_make(struct ctx *c, const struct view *v, str name, instant at, const char *pointer,
                     struct source *out)
{
    struct fields fields;
    TRY(fields_published(c, &fields));
    strs names = { 0 };
    for (i64 i = 0; i < fields.n; i++) {
        if (str_eq(str_of(fields.at[i].name), name) || str_eq(str_of(fields.at[i].zh), name))
            return source_of_field(c, v, &fields.at[i], at, out);
        *PUSH(c->arena, &names) = str_of(fields.at[i].name);
    }
    str near = name_nearest(c->arena, name, names);
    if (near.n)
        return fail_at(c, E_INVALID, str_of(pointer), "没有字段“" STR_FMT "”，是不是 " STR_FMT "？",
                       "there is no field \"" STR_FMT "\"; did you mean " STR_FMT "?",
                       STR_ARG(name), STR_ARG(near));
    return fail_at(
        c, E_INVALID, str_of(pointer), "没有字段“" STR_FMT "”，可用的见 GET /v1/segment-language",
        "there is no field \"" STR_FMT "\"; GET /v1/segment-language lists them", STR_ARG(name));
}

/* -- reading ---------------------------------------------------------------------------------- */

const struct part *source_part(const struct source *s, i64 chunk)
{
    if (s->column >= 0) return view_part(s->view, chunk, s->column);
    return s->own[chunk] && s->own[chunk]->part.known_n ? &s->own[chunk]->part : NULL;
}

i64 source_carriers_n(const struct source *s, i64 chunk, i64 code)
{
    if (s->column >= 0) return view_carriers_n(s->view, chunk, s->column, code);
    const struct own_chunk *own = s->own[chunk];
    return own && code < own->carriers.n && own->carriers.at[code]
               ? bits_count(own->carriers.at[code])
               : 0;
}

void source_carriers(const struct source *s, i64 chunk, i64 code, chunk_bits out)
{
    const struct own_chunk *own = s->own ? s->own[chunk] : NULL;
    if (s->column >= 0) view_carriers(s->view, chunk, s->column, code, out);
    else if (own && code < own->carriers.n && own->carriers.at[code])
        bits_copy(out, own->carriers.at[code]);
    else bits_fill(out, false);
}

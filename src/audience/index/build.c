/* build.c -- gathers changes by chunk and turns them into the next view.
 *
 * Invariants
 *   1. `current` and all it reaches are never written; a changed chunk is a copy that shares what
 * did not change.
 *   2. A settled chunk (index_settle) waits in `pending` unseen; publish puts it into the view.
 *   3. Changes of one member take effect in the order in which they were put.
 */
#include "audience/index/build.h"

#include <assert.h>
#include <stdlib.h>

#include "audience/index/inside.h"

struct change {
    uint16_t member, column;
    u8 what;
    i64 value;
};
enum { SET_KNOWN, SET_UNKNOWN, SET_NONE, SET_WORD, SET_LIVING, SET_GONE };

struct pending {
    struct change *changes;
    i64 n, room;
    struct row_list *rows; /* by source */
    u64 **dropped;         /* by source: members whose present rows go; NULL: none */
    struct chunk *settled; /* the chunk as it will be, so far */
    /* Dictionaries as this chunk's thread saw them last: most words are found there, without the
     * lock. By place: columns first, then of each source its events and its props; NULL: not yet.
     */
    struct words **seen;
};

static void *more(void *at, i64 n, i64 *room, size_t size)
{
    if (n < *room) return at;
    *room = *room ? *room * 2 : 64;
    at = realloc(at, (size_t)*room * size);
    if (!at) abort();
    return at;
}

static void *zeroed(i64 n, size_t size)
{
    void *at = calloc((size_t)(n ? n : 1), size);
    if (!at) abort();
    return at;
}

/* -- life -------------------------------------------------------------------------------------- */

static void copy_schema(struct index *x, const struct index_schema *in)
{
    struct arena *a = x->schema_arena = arena_new();
    struct column *columns = NEWS(a, struct column, in->columns_n);
    struct row_source *sources = NEWS(a, struct row_source, in->sources_n);
    for (i64 i = 0; i < in->columns_n; i++)
        columns[i] = (struct column){ str_copy(a, in->columns[i].name), in->columns[i].kind };
    for (i64 i = 0; i < in->sources_n; i++) {
        assert(in->sources[i].props.n <= EVENT_PROPS_MAX);
        sources[i] = in->sources[i];
        sources[i].name = str_copy(a, in->sources[i].name);
        sources[i].props.at = NEWS(a, str, in->sources[i].props.n);
        for (i64 p = 0; p < in->sources[i].props.n; p++)
            sources[i].props.at[p] = str_copy(a, in->sources[i].props.at[p]);
    }
    x->schema = (struct index_schema){ columns, in->columns_n, sources, in->sources_n };
}

static struct words *show_words(struct view *v, const struct words *w)
{
    v->words_mark += (u64)words_count(w);
    return words_seen(w);
}

/* Dictionaries as they stand now, for a view. They only grow, so how many words there are in all
 * tells two states of one index apart. */
static void words_show(struct index *x, struct view *v)
{
    v->words_mark = x->number << 40;
    for (i64 i = 0; i < x->schema.columns_n; i++)
        if (x->words[i]) v->words[i] = show_words(v, x->words[i]);
    for (i64 i = 0; i < x->schema.sources_n; i++) {
        v->sources[i].event = show_words(v, x->sources[i].event);
        for (i64 p = 0; p < x->schema.sources[i].props.n; p++)
            v->sources[i].props[p] = show_words(v, x->sources[i].props[p]);
    }
}

static void words_make(struct index *x)
{
    for (i64 i = 0; i < x->schema.columns_n; i++)
        if (x->schema.columns[i].kind != COLUMN_NUMBER) x->words[i] = words_new(&x->memory);
    for (i64 i = 0; i < x->schema.sources_n; i++) {
        x->sources[i].event = words_new(&x->memory);
        for (i64 p = 0; p < x->schema.sources[i].props.n; p++)
            x->sources[i].props[p] = words_new(&x->memory);
    }
}

static void words_free(struct index *x)
{
    for (i64 i = 0; i < x->schema.columns_n; i++) block_drop(x->words[i]);
    for (i64 i = 0; i < x->schema.sources_n; i++) {
        block_drop(x->sources[i].event);
        for (i64 p = 0; p < EVENT_PROPS_MAX; p++) block_drop(x->sources[i].props[p]);
    }
}

void index_forget_words(struct index *x)
{
    words_free(x);
    words_make(x);
}

struct index *index_new(const struct index_schema *schema)
{
    static _Atomic u64 numbers;
    struct index *x = zeroed(1, sizeof *x);
    x->number = atomic_fetch_add(&numbers, 1) + 1;
    pthread_mutex_init(&x->lock, NULL);
    pthread_mutex_init(&x->adding, NULL);
    copy_schema(x, schema);
    x->words = zeroed(schema->columns_n, sizeof *x->words);
    x->sources = zeroed(schema->sources_n, sizeof *x->sources);
    words_make(x);
    x->current = view_new(&x->memory, &x->schema, 0);
    x->current->alive = &x->views;
    atomic_store(&x->views, 1);
    words_show(x, x->current);
    return x;
}

/* Places of `seen`. */
static i64 seen_place(const struct index *x, i64 source)
{
    return x->schema.columns_n + source * (1 + EVENT_PROPS_MAX);
}

static i64 seen_places(const struct index *x) { return seen_place(x, x->schema.sources_n); }

static void forget_seen(struct index *x, struct pending *p)
{
    for (i64 i = 0; i < seen_places(x); i++) {
        block_drop(p->seen[i]);
        p->seen[i] = NULL;
    }
}

static void pending_free(struct index *x, struct pending *p)
{
    if (!p) return;
    forget_seen(x, p);
    free(p->seen);
    for (i64 i = 0; i < x->schema.sources_n; i++) {
        free(p->rows[i].at);
        free(p->dropped[i]);
    }
    block_drop(p->settled);
    free(p->changes);
    free(p->rows);
    free(p->dropped);
    free(p);
}

void index_free(struct index *x)
{
    if (!x) return;
    for (i64 i = 0; i < x->pending_n; i++) pending_free(x, x->pending[i]);
    free(x->pending);
    block_drop(x->current);
    words_free(x);
    mapping_close(x->mapping);
    assert(atomic_load(&x->memory) == 0); /* somebody still holds a view */
    free(x->words);
    free(x->sources);
    arena_free(x->schema_arena);
    pthread_mutex_destroy(&x->lock);
    pthread_mutex_destroy(&x->adding);
    free(x);
}

i64 index_memory(const struct index *x)
{
    return atomic_load_explicit(&x->memory, memory_order_relaxed);
}

bool index_unused(struct index *x)
{
    pthread_mutex_lock(&x->lock);
    bool unused = atomic_load(&x->views) == 1 && atomic_load(&x->current->block.refs) == 1;
    pthread_mutex_unlock(&x->lock);
    return unused;
}

/* -- gathering --------------------------------------------------------------------------------- */

void index_expect(struct index *x, i64 n)
{
    if (n <= x->pending_n) return;
    if (n < x->pending_n * 2) n = x->pending_n * 2;
    x->pending = realloc(x->pending, (size_t)n * sizeof *x->pending);
    if (!x->pending) abort();
    memset(x->pending + x->pending_n, 0, (size_t)(n - x->pending_n) * sizeof *x->pending);
    x->pending_n = n;
}

static struct pending *pending_of(struct index *x, i64 chunk)
{
    if (chunk >= x->pending_n) index_expect(x, chunk + 1);
    struct pending *p = x->pending[chunk];
    if (!p) {
        p = x->pending[chunk] = zeroed(1, sizeof *p);
        p->rows = zeroed(x->schema.sources_n, sizeof *p->rows);
        p->dropped = zeroed(x->schema.sources_n, sizeof *p->dropped);
        p->seen = zeroed(seen_places(x), sizeof *p->seen);
    }
    return p;
}

static i64 code_of(struct index *x, struct pending *p, i64 place, struct words *all, str text)
{
    i64 code = p->seen[place] ? words_find(p->seen[place], text) : -1;
    if (code >= 0) return code;
    pthread_mutex_lock(&x->adding);
    code = words_add(all, text);
    block_drop(p->seen[place]);
    p->seen[place] = words_seen(all);
    pthread_mutex_unlock(&x->adding);
    return code;
}

static i64 column_code(struct index *x, i64 member, i64 column, str word)
{
    return code_of(x, pending_of(x, member / CHUNK), column, x->words[column], word);
}

static void change(struct index *x, i64 member, i64 column, u8 what, i64 value)
{
    assert(member >= 0 && member < INDEX_MEMBERS_MAX &&
           (what >= SET_LIVING || column < x->schema.columns_n));
    struct pending *p = pending_of(x, member / CHUNK);
    p->changes = more(p->changes, p->n, &p->room, sizeof *p->changes);
    p->changes[p->n++] =
        (struct change){ (uint16_t)(member % CHUNK), (uint16_t)column, what, value };
}

void index_put_living(struct index *x, i64 member, bool living)
{
    change(x, member, 0, living ? SET_LIVING : SET_GONE, 0);
}

void index_put_number(struct index *x, i64 member, i64 column, opt_i64 value)
{
    assert(x->schema.columns[column].kind == COLUMN_NUMBER);
    change(x, member, column, value.has ? SET_KNOWN : SET_UNKNOWN, value.value);
}

void index_put_word(struct index *x, i64 member, i64 column, str word)
{
    assert(x->schema.columns[column].kind == COLUMN_WORD);
    if (word.at) change(x, member, column, SET_KNOWN, column_code(x, member, column, word));
    else change(x, member, column, SET_UNKNOWN, 0);
}

void index_put_set(struct index *x, i64 member, i64 column, strs words)
{
    assert(x->schema.columns[column].kind == COLUMN_SET);
    change(x, member, column, SET_NONE, 0);
    for (i64 i = 0; i < words.n; i++)
        change(x, member, column, SET_WORD, column_code(x, member, column, words.at[i]));
}

void index_add_event(struct index *x, i64 source, const struct event *e)
{
    struct pending *p = pending_of(x, e->member / CHUNK);
    struct source_words *words = &x->sources[source];
    struct row_list *l = &p->rows[source];
    i64 place = seen_place(x, source);
    instant latest = (i64)UINT32_MAX * SECOND_MS + SECOND_MS - 1;
    instant at = e->at < 0 ? 0 : e->at > latest ? latest : e->at;
    l->at = more(l->at, l->n, &l->room, sizeof *l->at);
    struct row *r = &l->at[l->n++];
    *r = (struct row){ .order = e->order,
                       .value = e->value,
                       .second = (u32)(at / SECOND_MS),
                       .ms = (uint16_t)(at % SECOND_MS),
                       .event = (u32)code_of(x, p, place, words->event, e->name),
                       .member = (uint16_t)(e->member % CHUNK),
                       .day = (uint16_t)(e->day < 0            ? 0
                                         : e->day > UINT16_MAX ? UINT16_MAX
                                                               : e->day) };
    for (i64 i = 0; i < x->schema.sources[source].props.n; i++)
        if (e->props[i].at)
            r->props[i] = (u32)code_of(x, p, place + 1 + i, words->props[i], e->props[i]) + 1;
}

void index_drop_events(struct index *x, i64 source, i64 member)
{
    struct pending *p = pending_of(x, member / CHUNK);
    if (!p->dropped[source]) p->dropped[source] = zeroed(CHUNK_WORDS, sizeof(u64));
    i64 m = member % CHUNK, kept = 0;
    p->dropped[source][m / 64] |= 1ull << (m % 64);
    struct row_list *l = &p->rows[source];
    for (i64 i = 0; i < l->n; i++)
        if (l->at[i].member != m) l->at[kept++] = l->at[i];
    l->n = kept;
}

/* -- settling ---------------------------------------------------------------------------------- */

static void settle_part(struct index *x, struct chunk *k, i64 column, const struct change *changes,
                        i64 n)
{
    struct edit *edits = zeroed(n, sizeof *edits);
    for (i64 i = 0; i < n; i++)
        edits[i] =
            (struct edit){ changes[i].member, changes[i].what == SET_KNOWN, changes[i].value };
    struct part_block *old = k->parts[column];
    k->parts[column] = part_edit(&x->memory, old, edits, n);
    block_drop(old);
    free(edits);
}

static i64 words_now(struct index *x, i64 column)
{
    pthread_mutex_lock(&x->adding);
    i64 n = x->words[column]->n;
    pthread_mutex_unlock(&x->adding);
    return n;
}

/* Members named in the changes lose all words, then get those that follow their last SET_NONE. */
static void settle_sets(struct index *x, struct chunk *k, i64 column, const struct change *changes,
                        i64 n)
{
    struct set_list *old = k->sets[column];
    i64 words = words_now(x, column), old_n = old ? old->n : 0;
    chunk_bits cleared;
    bits_fill(cleared, false);
    u64 **on = zeroed(words, sizeof *on);
    for (i64 i = n - 1; i >= 0;
         i--) { /* backwards: what comes after a member's last SET_NONE counts */
        i64 m = changes[i].member, code = changes[i].value;
        if (cleared[m / 64] >> (m % 64) & 1) continue;
        if (changes[i].what == SET_NONE) {
            cleared[m / 64] |= 1ull << (m % 64);
            continue;
        }
        if (!on[code]) on[code] = zeroed(CHUNK_WORDS, sizeof(u64));
        on[code][m / 64] |= 1ull << (m % 64);
    }
    struct set_list *made = set_list_new(&x->memory, words);
    for (i64 code = 0; code < words; code++) {
        struct set_block *s = code < old_n ? old->at[code] : NULL;
        if (!s && !on[code]) continue;
        chunk_bits before, after;
        set_read(s, before);
        bits_copy(after, before);
        bits_andnot(after, cleared);
        if (on[code]) bits_or(after, on[code]);
        free(on[code]);
        if (memcmp(before, after, sizeof before) == 0) block_take(made->at[code] = s);
        else made->at[code] = set_make(&x->memory, after);
    }
    free(on);
    block_drop(old);
    k->sets[column] = made;
}

static void settle_living(struct chunk *k, const struct change *changes, i64 n)
{
    for (i64 i = 0; i < n; i++) {
        u64 *word = &k->living[changes[i].member / 64], bit = 1ull << (changes[i].member % 64);
        *word = changes[i].what == SET_LIVING ? *word | bit : *word & ~bit;
    }
    k->living_n = bits_count(k->living);
}

/* living first, then by column; within it as they came */
static i64 change_group(const struct change *c)
{
    return c->what >= SET_LIVING ? 0 : c->column + 1;
}

static void settle_changes(struct index *x, struct chunk *k, struct pending *p)
{
    i64 groups = x->schema.columns_n + 1, *at = zeroed(groups + 1, sizeof *at);
    struct change *sorted = zeroed(p->n, sizeof *sorted);
    for (i64 i = 0; i < p->n; i++) at[change_group(&p->changes[i]) + 1]++;
    for (i64 g = 0; g < groups; g++) at[g + 1] += at[g];
    for (i64 i = 0; i < p->n; i++) sorted[at[change_group(&p->changes[i])]++] = p->changes[i];
    for (i64 g = 0, from = 0; g < groups; from = at[g++]) {
        i64 n = at[g] - from;
        if (!n) continue;
        if (g == 0) settle_living(k, sorted + from, n);
        else if (x->schema.columns[g - 1].kind == COLUMN_SET)
            settle_sets(x, k, g - 1, sorted + from, n);
        else settle_part(x, k, g - 1, sorted + from, n);
    }
    free(sorted);
    free(at);
    free(p->changes);
    p->changes = NULL;
    p->n = p->room = 0;
}

static void settle_rows(struct index *x, struct chunk *k, struct pending *p, i64 source)
{
    if (!p->rows[source].n && !p->dropped[source]) return;
    struct rows_pair old = k->rows[source];
    k->rows[source] = rows_apply(&x->memory, old, &x->schema.sources[source], &p->rows[source],
                                 p->dropped[source]);
    block_drop(old.base);
    block_drop(old.patch);
    free(p->rows[source].at);
    p->rows[source] = (struct row_list){ 0 };
    free(p->dropped[source]);
    p->dropped[source] = NULL;
}

void index_settle(struct index *x, i64 chunk)
{
    struct pending *p = chunk < x->pending_n ? x->pending[chunk] : NULL;
    if (!p) return;
    if (!p->settled)
        p->settled = chunk < x->current->chunks_n
                         ? chunk_copy(&x->memory, x->current->chunks[chunk])
                         : chunk_new(&x->memory, &x->schema);
    if (p->n) settle_changes(x, p->settled, p);
    for (i64 s = 0; s < x->schema.sources_n; s++) settle_rows(x, p->settled, p, s);
    forget_seen(x, p);
}

void index_abandon(struct index *x)
{
    for (i64 i = 0; i < x->pending_n; i++) {
        pending_free(x, x->pending[i]);
        x->pending[i] = NULL;
    }
}

/* -- publishing -------------------------------------------------------------------------------- */

static i64 chunks_needed(const struct index *x)
{
    i64 n = x->current->chunks_n;
    for (i64 i = 0; i < x->pending_n; i++)
        if (x->pending[i] && i + 1 > n) n = i + 1;
    return n;
}

static void show(struct index *x, struct view *v)
{
    struct view *old = x->current;
    words_show(x, v);
    v->alive = &x->views;
    atomic_fetch_add(&x->views, 1);
    pthread_mutex_lock(&x->lock);
    x->current = v;
    pthread_mutex_unlock(&x->lock);
    view_release(old);
}

void index_publish(struct index *x, i64 seq)
{
    struct view *old = x->current, *v = view_new(&x->memory, &x->schema, chunks_needed(x));
    v->seq = seq;
    for (i64 i = 0; i < v->chunks_n; i++) {
        index_settle(x, i);
        struct pending *p = i < x->pending_n ? x->pending[i] : NULL;
        if (p) {
            v->chunks[i] = p->settled;
            p->settled = NULL;
            pending_free(x, p);
            x->pending[i] = NULL;
        } else if (i < old->chunks_n) {
            block_take(v->chunks[i] = old->chunks[i]);
        } else {
            v->chunks[i] = chunk_new(&x->memory, &x->schema);
        }
        v->living_n += v->chunks[i]->living_n;
    }
    show(x, v);
}

void index_adopt(struct index *x, struct chunk **chunks, i64 n, i64 seq)
{
    struct view *v = view_new(&x->memory, &x->schema, n);
    v->seq = seq;
    for (i64 i = 0; i < n; i++) {
        v->chunks[i] = chunks[i];
        v->living_n += chunks[i]->living_n;
    }
    show(x, v);
}

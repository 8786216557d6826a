/* view.c -- views and their chunks: made, shared, read, and gone with the last who looks. */
#include <assert.h>

#include "audience/index/inside.h"

/* -- chunks ------------------------------------------------------------------------------------ */

static void chunk_end(void *chunk)
{
    struct chunk *k = chunk;
    for (i64 i = 0; i < k->schema->columns_n; i++) {
        block_drop(k->parts[i]);
        block_drop(k->sets[i]);
    }
    for (i64 i = 0; i < k->schema->sources_n; i++) {
        block_drop(k->rows[i].base);
        block_drop(k->rows[i].patch);
    }
}

struct chunk *chunk_new(_Atomic i64 *memory, const struct index_schema *schema)
{
    i64 head = (sizeof(struct chunk) + 63) / 64 * 64, bits = CHUNK / 8, n = schema->columns_n;
    struct chunk *k = block_new(memory, head + bits + n * 2 * (i64)sizeof(void *) +
                                            schema->sources_n * (i64)sizeof(struct rows_pair));
    k->block.end = chunk_end;
    k->schema = schema;
    k->living = (u64 *)((char *)k + head);
    k->parts = (struct part_block **)((char *)k + head + bits);
    k->sets = (struct set_list **)(k->parts + n);
    k->rows = (struct rows_pair *)(k->sets + n);
    return k;
}

struct chunk *chunk_copy(_Atomic i64 *memory, const struct chunk *old)
{
    struct chunk *k = chunk_new(memory, old->schema);
    bits_copy(k->living, old->living);
    k->living_n = old->living_n;
    for (i64 i = 0; i < old->schema->columns_n; i++) {
        block_take(k->parts[i] = old->parts[i]);
        block_take(k->sets[i] = old->sets[i]);
    }
    for (i64 i = 0; i < old->schema->sources_n; i++) {
        k->rows[i] = old->rows[i];
        block_take(k->rows[i].base);
        block_take(k->rows[i].patch);
    }
    return k;
}

/* -- views ------------------------------------------------------------------------------------- */

static void view_end(void *view)
{
    struct view *v = view;
    for (i64 i = 0; i < v->chunks_n; i++) block_drop(v->chunks[i]);
    for (i64 i = 0; i < v->schema->columns_n; i++) block_drop(v->words[i]);
    for (i64 i = 0; i < v->schema->sources_n; i++) {
        block_drop(v->sources[i].event);
        for (i64 p = 0; p < EVENT_PROPS_MAX; p++) block_drop(v->sources[i].props[p]);
    }
}

struct view *view_new(_Atomic i64 *memory, const struct index_schema *schema, i64 chunks)
{
    struct view *v =
        block_new(memory, (i64)sizeof *v + (chunks + schema->columns_n) * (i64)sizeof(void *) +
                              schema->sources_n * (i64)sizeof(struct source_words));
    v->block.end = view_end;
    v->schema = schema;
    v->chunks_n = chunks;
    v->chunks = (struct chunk **)(v + 1);
    v->words = (struct words **)(v->chunks + chunks);
    v->sources = (struct source_words *)(v->words + schema->columns_n);
    return v;
}

const struct view *view_take(struct index *x)
{
    pthread_mutex_lock(&x->lock);
    struct view *v = x->current;
    block_take(v);
    pthread_mutex_unlock(&x->lock);
    return v;
}

/* Counted when all of its memory is gone: the index may be freed then. */
void view_release(const struct view *v)
{
    _Atomic i64 *alive = v->alive;
    if (block_drop((void *)(uintptr_t)v) && alive) atomic_fetch_sub(alive, 1);
}

/* -- reading ----------------------------------------------------------------------------------- */

const struct index_schema *view_schema(const struct view *v) { return v->schema; }
i64 view_seq(const struct view *v) { return v->seq; }
u64 view_words_mark(const struct view *v) { return v->words_mark; }
i64 view_chunks(const struct view *v) { return v->chunks_n; }
i64 view_members(const struct view *v) { return v->living_n; }

i64 view_column(const struct view *v, str name)
{
    const struct column *columns = v->schema->columns;
    for (i64 i = 0; i < v->schema->columns_n; i++)
        if (columns[i].name.n == name.n && str_eq(columns[i].name, name)) return i;
    return -1;
}

const u64 *view_living(const struct view *v, i64 chunk) { return v->chunks[chunk]->living; }
i64 view_living_n(const struct view *v, i64 chunk) { return v->chunks[chunk]->living_n; }

const struct words *view_words(const struct view *v, i64 column) { return v->words[column]; }
const struct words *view_event_names(const struct view *v, i64 source)
{
    return v->sources[source].event;
}
const struct words *view_prop_words(const struct view *v, i64 source, i64 prop)
{
    return v->sources[source].props[prop];
}

const struct part *view_part(const struct view *v, i64 chunk, i64 column)
{
    const struct part_block *p = v->chunks[chunk]->parts[column];
    return p ? &p->part : NULL;
}

static const struct set_block *set_of(const struct view *v, i64 chunk, i64 column, i64 code)
{
    const struct set_list *l = v->chunks[chunk]->sets[column];
    return l && code >= 0 && code < l->n ? l->at[code] : NULL;
}

i64 view_carriers(const struct view *v, i64 chunk, i64 column, i64 code, chunk_bits out)
{
    set_read(set_of(v, chunk, column, code), out);
    return view_carriers_n(v, chunk, column, code);
}

i64 view_carriers_n(const struct view *v, i64 chunk, i64 column, i64 code)
{
    const struct set_block *s = set_of(v, chunk, column, code);
    return s ? s->n : 0;
}

const u64 *view_carriers_bits(const struct view *v, i64 chunk, i64 column, i64 code,
                              chunk_bits scratch)
{
    const struct set_block *s = set_of(v, chunk, column, code);
    if (s && s->bits) return s->bits;
    set_read(s, scratch);
    return scratch;
}

bool view_carries(const struct view *v, i64 member, i64 column, i64 code)
{
    return set_has(set_of(v, member / CHUNK, column, code), member % CHUNK);
}

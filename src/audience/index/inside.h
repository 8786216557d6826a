/* inside.h -- what the files of the index share: blocks, chunks, views.
 *
 * Invariants
 *   1. A block is immutable once a published view can reach it. Whoever wants another makes a copy.
 *   2. A block counts those who point at it: chunks of views, and the builder while it works.
 *   3. Only the builder makes blocks: one thread at a time, or several, each with chunks of its
 * own; any thread may drop the last pointer.
 *   4. Dictionaries only grow: a code means the same in every view, and every code found in a
 * view's blocks is below the count of that view's dictionary.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "audience/index.h"

/* -- blocks ----------------------------------------------------------------------------------- */

struct block {
    _Atomic i64 refs;
    i64 bytes; /* counted in *memory */
    _Atomic i64 *memory;
    void (*end)(void *block); /* drops what it points at; NULL: nothing */
    bool walked;              /* its memory is a slab's */
};
/* size bytes, zeroed, on a cache line; the struct begins with its struct block. One pointer is
 * counted. */
void *block_new(_Atomic i64 *memory, i64 size);
/* The same for blocks of a few sizes that questions walk through: on huge pages. */
void *block_new_walked(_Atomic i64 *memory, i64 size);
void *slab_take(i64 size); /* slabs.c */
void slab_give(void *at);
void block_take(void *block); /* NULL is allowed, here and below */
bool block_drop(void *block); /* true: it was the last pointer and the memory is gone */

/* -- columns ---------------------------------------------------------------------------------- */

struct part_block {
    struct block block;
    struct part part;
    i64 at_bytes;
    /* floors, known, bands and at follow, or lie in a mapped file */
};
#define FLOORS_BYTES ((BANDS + 1) * 8)
static inline i64 bands_bytes(u8 width) { return width > 1 ? CHUNK : 0; }
/* Values of the members in `known` (others are ignored), as narrow as they fit. NULL when nobody is
 * known. */
struct part_block *part_make(_Atomic i64 *memory, const i64 values[CHUNK], const u64 *known);
void part_read(const struct part *p, i64 values[CHUNK], u64 known[CHUNK_WORDS]);
/* bands.c: the floors that cut the known values into bands of about as many members; n > 0. */
void floors_of(const i64 values[CHUNK], const u64 *known, i64 n, i64 floors[BANDS]);
u8 band_of(const i64 floors[BANDS], i64 value); /* 1 .. BANDS */

struct edit {
    uint16_t member; /* in the chunk */
    bool known;
    i64 value;
};
/* What the part becomes with these edits (later ones win): the same block with one more pointer
 * when nothing changes. */
struct part_block *part_edit(_Atomic i64 *memory, struct part_block *old, const struct edit *edits,
                             i64 n);

/* -- sets ------------------------------------------------------------------------------------- */

/* One word's members of a chunk: plain bits, or below SET_SPARSE of them a rising list. A chunk is
 * just what roaring calls a container, so its list form is all that is needed of it. */
#define SET_SPARSE (CHUNK / 64)
struct set_block {
    struct block block;
    i64 n;
    const u64 *bits; /* NULL: sparse */
    const uint16_t *list;
};
struct set_list { /* of all words of one column in a chunk */
    struct block block;
    i64 n;
    struct set_block *at[]; /* NULL: nobody */
};
struct set_block *set_make(_Atomic i64 *memory, const u64 *bits); /* NULL when empty */
void set_read(const struct set_block *s, chunk_bits out);
bool set_has(const struct set_block *s, i64 member);
struct set_list *set_list_new(_Atomic i64 *memory, i64 n);

/* -- dictionaries ----------------------------------------------------------------------------- */

struct words {
    struct block block;
    i64 n;
    struct word_store *store;
};
struct words *words_new(_Atomic i64 *memory);
/* The builder's side: the code of text in the dictionary it appends to, and what a view sees of it
 * now. */
i64 words_add(struct words *w, str text);
struct words *words_seen(const struct words *w); /* never changes; shares the store */

/* -- rows ------------------------------------------------------------------------------------- */

struct rows_block { /* of one chunk and source: of all its members, or of some (a patch that hides
                       theirs) */
    struct block block;
    i64 members_n;
    const uint16_t *members; /* rising; NULL: all of the chunk */
    i64 rows_n;
    struct run run; /* first 0, n = members_n: cut by view_runs */
    i64 props_n;
};
/* A row on its way in. props are codes + 1, 0: absent. */
struct row {
    i64 order; /* rows of one instant are sorted by it */
    i64 value;
    u32 second;
    u32 event;
    uint16_t member, day, ms;
    u32 props[EVENT_PROPS_MAX];
};
struct row_list {
    struct row *at;
    i64 n, room;
};
/* The two blocks of a chunk's source. */
struct rows_pair {
    struct rows_block *base, *patch;
};
/* What they become with these rows (sorted here) and without the present rows of members in
 * `replaced` (may be NULL). */
struct rows_pair rows_apply(_Atomic i64 *memory, struct rows_pair old,
                            const struct row_source *source, struct row_list *add,
                            const u64 *replaced);

/* -- chunks and views ------------------------------------------------------------------------- */

struct chunk {
    struct block block;
    const struct index_schema *schema;
    u64 *living; /* inside the chunk */
    i64 living_n;
    struct part_block **parts; /* by column; NULL for sets */
    struct set_list **sets;    /* by column; NULL for the others */
    struct rows_pair *rows;    /* by source */
};
struct chunk *chunk_new(_Atomic i64 *memory, const struct index_schema *schema);
struct chunk *chunk_copy(_Atomic i64 *memory, const struct chunk *old);

struct source_words {
    struct words *event;
    struct words *props[EVENT_PROPS_MAX];
};
struct view {
    struct block block;
    const struct index_schema *schema;
    i64 seq, chunks_n, living_n;
    struct chunk **chunks;
    struct words **words; /* by column; NULL for numbers */
    struct source_words *sources;
    _Atomic i64 *alive; /* the index's count of its views; NULL: never shown */
    u64 words_mark;
};
/* Room for so many chunks, all pointers NULL. */
struct view *view_new(_Atomic i64 *memory, const struct index_schema *schema, i64 chunks);

struct pending; /* changes of a chunk that wait for index_publish */
struct index {
    struct index_schema schema; /* own copy, in schema_arena */
    struct arena *schema_arena;
    _Atomic i64 memory;
    _Atomic i64 views;    /* alive */
    u64 number;           /* of the process's indexes */
    pthread_mutex_t lock; /* around `current` only */
    struct view *current;
    /* the builder's */
    pthread_mutex_t adding; /* around the dictionaries, among the builder's threads */
    struct words **words;
    struct source_words *sources;
    struct pending **pending;
    i64 pending_n;
    struct mapping
        *mapping; /* the file the first view came from, if any: stays mapped to the end */
};

/* build.c, for file.c: the first view made of these chunks; dictionaries as they are. */
void index_adopt(struct index *x, struct chunk **chunks, i64 n, i64 seq);
void index_forget_words(struct index *x); /* nothing is published yet */
void mapping_close(struct mapping *m);

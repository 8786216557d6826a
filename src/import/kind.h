/* kind.h -- inside the importer: what the rows of a file become, orders or behaviour: a row each.
 *
 * Reading runs on the run's reading thread, everything else on the writing one.
 */
#pragma once

#include "import/import.h"
#include "import/seen.h"

/* What the writing side of a run needs, and what it counts with. */
struct import_work {
    struct import_run *run;
    struct store *store;
    struct ctx *c;
    struct seen *seen;
    struct arena *cache_arena;
    struct order_cache *cache;          /* products met so far */
    struct key_count *orders, *members; /* where there are no ids: of a dry run, of behaviour */
    i64 number;                         /* of this run among those of behaviour; 0: not taken yet */
};

struct import_kind_row {
    const char *name;
    i64 batch_rows, batch_orders; /* of one write: what takes a tenth of a second */
    /* What the columns and options say of this kind; E_INVALID: what is missing. */
    enum err (*plan)(struct ctx *c, const struct import_choice *choice, struct import_plan *p);
    enum err (*open)(struct ctx *c, struct sheet *s, const struct import_plan *p, void **reader);
    enum err (*read)(struct ctx *c, void *reader, i64 max_rows, i64 max_orders,
                     struct import_batch *b, bool *more);
    str (*unknown_words)(struct arena *a, const void *reader);
    /* One batch in one write, then its counts; b->arena lives until the batch is given back. */
    enum err (*write)(struct import_work *w, struct import_batch *b);
    void (*count)(struct import_work *w, const struct import_batch *b); /* of a dry run */
    /* Adds the first rows as understood to the run's results. */
    void (*show)(struct import_work *w, const struct import_batch *b);
    void (*notes)(struct import_work *w, str unknown_words);
};
extern const struct import_kind_row import_kinds[IMPORT_KINDS];

struct import_reader {
    const struct import_kind_row *kind;
    void *of_kind;
};
void import_note(struct import_work *w, str text);
/* The value as c may see it. */
struct identity identity_shown(struct ctx *c, struct arena *a, const struct identity *id);

/* order_read.c, order_write.c */
enum err order_plan(struct ctx *c, const struct import_choice *choice, struct import_plan *p);
enum err order_reader_open(struct ctx *c, struct sheet *s, const struct import_plan *p,
                           void **reader);
enum err order_read(struct ctx *c, void *reader, i64 max_rows, i64 max_orders,
                    struct import_batch *b, bool *more);
str order_unknown_words(struct arena *a, const void *reader);
enum err order_batch_write(struct import_work *w, struct import_batch *b);
void order_batch_count(struct import_work *w, const struct import_batch *b);
void order_batch_show(struct import_work *w, const struct import_batch *b);
void order_notes(struct import_work *w, str unknown_words);

/* event_read.c, event_write.c */
enum err event_plan(struct ctx *c, const struct import_choice *choice, struct import_plan *p);
enum err event_reader_open(struct ctx *c, struct sheet *s, const struct import_plan *p,
                           void **reader);
enum err event_read(struct ctx *c, void *reader, i64 max_rows, i64 max_orders,
                    struct import_batch *b, bool *more);
str event_unknown_words(struct arena *a, const void *reader);
enum err event_batch_write(struct import_work *w, struct import_batch *b);
void event_batch_count(struct import_work *w, const struct import_batch *b);
void event_batch_show(struct import_work *w, const struct import_batch *b);
void event_shown(struct ctx *c, struct arena *a, const struct import_batch *b, i64 i,
                 struct import_shown *out);
void event_notes(struct import_work *w, str unknown_words);

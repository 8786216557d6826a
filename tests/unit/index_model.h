/* index_model.h -- a small shop of random members beside the index: the naive twin of everything
 * the index holds. */
#pragma once

#include "audience/index.h"
#include "audience/index/build.h"
#include "test.h"

#define MODEL_MEMBERS (2 * CHUNK + 300)
#define MODEL_TAGS    5
#define MODEL_CITIES  40
#define MODEL_EVENTS  6
#define MODEL_ROWS    12 /* at most, for most members */
#define NOT_KNOWN     INT64_MIN

enum { COL_ORDERS, COL_DAY, COL_SPENT, COL_WIDE, COL_CITY, COL_TAGS, COLS };

struct model_row {
    instant at;
    i64 seq, value;
    int event, channel; /* channel -1: absent */
};
struct model {
    bool living[MODEL_MEMBERS];
    i64 number[4][MODEL_MEMBERS];
    int city[MODEL_MEMBERS]; /* -1: unknown */
    u8 tags[MODEL_MEMBERS];
    struct {
        struct model_row *at;
        i64 n;
    } rows[MODEL_MEMBERS]; /* sorted */
    i64 seq;
};

extern const struct index_schema model_schema;
struct model *model_new(struct dice *d); /* freed by model_free */
void model_free(struct model *m);
/* Changes a member in the model and, unless x is NULL, in the index. */
void model_change(struct model *m, struct index *x, struct dice *d, i64 member);
void model_add_row(struct model *m, struct index *x, struct dice *d, i64 member);
struct index *model_index(const struct model *m);                   /* built afresh */
void model_put(const struct model *m, struct index *x, i64 member); /* all of a member */
/* Everything a view answers about columns, sets and rows is the model's. */
void model_check(const struct model *m, const struct view *v);
str model_word(const char *kind, int i);
static inline bool model_bit(const u64 *bits, i64 i) { return bits[i / 64] >> (i % 64) & 1; }

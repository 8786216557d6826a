/* reading.h -- what SQL says of ranges of members, put into the index; and of all of them at once.
 *
 * Promises
 *   - one_state_is_read: all that read_all puts is of one state of the store, also when two threads
 *     read it while others write.
 */
#pragma once

#include "audience/index/build.h"
#include "audience/index/ids.h"
#include "base/field.h"

struct timeline_line;

/* Days of instants: a quarter of an hour of UTC lies in one day in every zone. */
#define DAY_SLOTS 4096
struct day_cache {
    i64 quarter[DAY_SLOTS];
    day day[DAY_SLOTS];
};

struct reading {
    struct ctx *c; /* with a reader; its zone is the index's */
    struct index *x;
    const struct fields *fields;    /* by column */
    const struct row_source *lines; /* as the index keeps them */
    const struct merged *merged;
    struct day_cache *days;
    i64 low, high; /* members, within one chunk */
    chunk_bits living;
    /* of the field being read */
    i64 field;
    chunk_bits seen;
    struct {
        struct pair {
            i64 member;
            str word;
        } * at;
        i64 n;
    } pairs; /* of a SET */
};

/* What a field is kept as. */
enum column_kind column_of(enum field_kind kind);
/* Sets r->living of the range. */
enum err reading_living(struct reading *r);
bool reading_lives(const struct reading *r, i64 member);
/* Needs r->living where the field has `zero`. */
enum err reading_field(struct reading *r, i64 field);
enum err reading_purchases(struct reading *r);
/* Settled lines of these ids up to last_seq that are, by merges, of members of the range. */
enum err reading_lines(struct reading *r, i64 first, i64 last, i64 last_seq);
/* Lines up to last_seq that are not settled: all of them, whatever the range; or of these ids
 * (sorted), whose numbers are gone through once. found: for its memory. */
enum err reading_tail(struct reading *r, i64 last_seq);
enum err reading_tail_of(struct reading *r, const struct id_list *ids, i64 last_seq,
                         struct id_list *found);
void reading_add_line(struct reading *r, const struct timeline_line *line, i64 member);

/* Chunk by chunk, by two threads when the store has a reader for the other. A reading without a
 * range says by what. begin is called once the snapshot is taken, before anything is read. *seq:
 * the last line of that state. */
enum err read_all(const struct reading *like, enum err (*begin)(void *arg, struct ctx *c),
                  void *arg, i64 *seq);

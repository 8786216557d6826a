/* inside.h -- what paths and attribution share: who is asked for, in which days, and which rows an
 * event or a touchpoint means. */
#pragma once

#include "audience/index/gather.h"
#include "insight/path.h"

/* Who, as of when, and the days from..to as seconds: from_s <= second < until_s, all before `at`.
 */
struct path_asked {
    const struct view *view;
    const struct segment_node *tree; /* NULL: everybody */
    instant at;
    struct member_set set;
    day from, to;
    u32 first_s;         /* rows before it have a wrong clock */
    u32 from_s, until_s; /* of the period */
    u32 at_s;            /* rows from here on are not seen */
    i64 began_us;
};
enum err path_asked_read(struct ctx *c, str segment, str at, opt_i64 seq, str from, str to,
                         struct path_asked *out);
void path_say_about(struct ctx *c, const struct path_asked *q, struct buf *out);

/* "7d" as whole seconds, 1 to WITHIN_MAX_S; `field` is the part of the request. */
#define WITHIN_MAX_S ((i64)366 * 86400)
enum err path_duration(struct ctx *c, str text, const char *fallback, const char *field, str *said,
                       i64 *seconds);

/* Codes of a dictionary by their folded texts: same[code] is the first code that folds alike. */
enum err path_same_words(struct ctx *c, const struct words *words, const char *field, u32 **same);

/* Rows that an end of paths means: an event as a funnel takes it, or touchpoint:NAME. */
struct path_end {
    bool given;
    bool touchpoint; /* by touchpoint:NAME */
    str words;       /* as people wrote it */
    struct row_filter rows;
};
enum err path_end_read(struct ctx *c, const struct path_asked *q, str text, const char *field,
                       struct buf *notes, struct path_end *out);

static inline bool path_row_is(const struct row_filter *f, const struct run *r, i64 row)
{
    if (f->event && !f->event[narrow_get(r->event, row)]) return false;
    for (i64 p = 0; p < EVENT_PROPS_MAX; p++)
        if (f->props[p] && !f->props[p][narrow_get(r->props[p], row)]) return false;
    return true;
}

/* Tables by code of the view's event names: any behaviour; kinds in a list of names. */
extern const struct setting path_settings[];

const u8 *path_behaviour(struct ctx *c, const struct view *v);
const u8 *path_kinds(struct ctx *c, const struct view *v, const strs *names);
/* By code + 1, as rows hold it: touchpoints in a list of names. */
const u8 *path_touchpoints(struct ctx *c, const struct view *v, const strs *names);

/* -- ways: one member's path ------------------------------------------------------------------- */

struct way {
    u32 steps[PATH_STEPS_MAX]; /* as walked: of an end alone from the end back */
    u8 n, outcome;
};
struct walk_rule {
    enum path_direction direction;
    i64 steps;
    u32 from_s, until_s; /* where the row it begins with must lie */
    i64 within_s, gap_s; /* gap_s 0: none */
    bool repeats;
};
/* Rows of one member that have a say, by time. */
enum { ROW_STEP = 1, ROW_START = 2, ROW_END = 4 };
struct walk_row {
    u32 second, code;
    u32 start_code, end_code; /* the step it makes as an end of the path */
    u8 is;
};
/* False: he has no path. */
bool walk_member(const struct walk_rule *rule, const struct walk_row *rows, i64 n, struct way *out);

/* -- distinct ways and how many members went each ---------------------------------------------- */

#define WAYS_MAX ((i64)1 << 19)
struct ways {
    struct way_count {
        struct way way;
        i64 members;
    } * at;
    i64 n, room, untold;
    u32 *slots;
    i64 slots_n;
};
void ways_add(struct ways *w, const struct way *way, i64 members); /* past WAYS_MAX: untold */
void ways_free(struct ways *w);

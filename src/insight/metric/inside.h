/* inside.h -- inside metric: the passes over orders as they are kept (facts.h), and what is asked
 * of them. */
#pragma once

#include <pthread.h>

#include "audience/ask.h"
#include "insight/metric.h"
#include "insight/metric/facts.h"

/* Texts by code; code 0: not known. */
struct names {
    const str *at;
    i64 n;
};
/* Codes by text. Arrays once given stay as they are: growth makes new ones in the arena. */
struct dictionary {
    struct {
        str *at;
        i64 n;
    } texts;
    i64 *slots; /* code; 0: free */
    i64 room;
};
struct id_name {
    i64 id, code; /* -1: not asked for yet */
    str name;
};
struct id_names {
    struct arena *arena;
    struct id_name *at;
    i64 n;
};
struct naming {
    struct arena *arena;
    struct dictionary of[OF_KINDS];
    struct id_names by_id[OF_KINDS]; /* names of shops, categories of products */
};
/* Days of instants: a quarter of an hour of UTC lies in one day in every zone. */
#define QUARTERS 4096
struct day_table {
    i64 quarter[QUARTERS];
    uint16_t day[QUARTERS];
};
struct block_ids {
    i64 low, high, id_low, id_high;
};
/* parts: with the categories of what was bought. */
enum err block_read(struct ctx *c, struct naming *names, struct day_table *days, bool parts,
                    struct block_ids ids, struct facts_block **out);
void block_free(struct facts_block *b);

/* What adds up from day to day whoever is asked for, of the days about today: of all orders, of
 * each shop and of each touchpoint (tally.c). Given to many, altered only while nobody has it. */
struct tally;
struct tally *tally_new(day today);
void tally_free(struct tally *t);
i64 tally_users(struct tally *t, i64 more); /* counts them; how many there are now */
struct tally *tally_copy(const struct tally *t);
bool tally_covers(const struct tally *t, day today); /* false: make it anew */
void tally_add(struct tally *t, const struct facts_block *b, int sign);

/* One immutable state of all orders. */
struct facts {
    struct facts_block **at;
    const struct tally *tally; /* NULL: orders apart by category */
    i64 n, seq;
    struct names names[OF_KINDS];
    const uint16_t *met; /* codes of the touchpoints of rows, by 1 + word; NULL: not asked for */
    bool parts;          /* orders apart by category */
    bool kept;           /* from memory */
};
/* With every line of the timeline up to now. parts: orders apart by category. v: whose touchpoints
 * have codes too; NULL: none. */
enum err facts_take(struct ctx *c, bool parts, const struct view *v, struct facts *out);
/* Of the first order or member, at most `latest`. */
day facts_first_day(const struct facts *f, day latest);

/* -- counting ---------------------------------------------------------------------------------- */

#define RANGES_MAX 3
struct range {
    day from, to;
    const uint16_t *slot; /* by day; NULL: 0 */
    i64 slots;            /* the last place, after them, is the whole range */
};
/* What facts are parted by: a code of theirs, or the member; NULL: nothing. */
struct parting {
    int kind;                /* OF_…, or -1: by member */
    const uint16_t *by_code; /* group of each code; those beyond: the last group */
    i64 codes;
    const uint16_t *by_member; /* of each member below members */
    i64 members, newer;        /* group of members beyond; orders without a buyer: the last */
    i64 groups;                /* 1: not parted */
};
static inline i64 group_of_member(const struct parting *p, i64 member)
{
    if (member <= 0) return p->groups - 1;
    return member < p->members ? p->by_member[member] : p->newer;
}
struct counting {
    const struct range *ranges;
    i64 ranges_n;
    struct parting parting;
    const struct member_set *set;  /* NULL: everybody, orders without a buyer too */
    const struct member_set *high; /* members of high value; NULL: not asked for */
    i64 only[OF_KINDS];            /* codes; -1: any */
    day today;
    u64 wanted; /* measures, a bit each; 0: all. Others may be left at 0 */
    i64 *cells; /* MEASURES_N for each group of each slot of each range */
};
i64 counting_cells(const struct counting *n);
/* -1: the day is not in it. */
static inline i64 slot_of(const struct range *r, i64 d)
{
    if (d < r->from || d > r->to) return -1;
    return r->slot ? r->slot[d - r->from] : 0;
}
/* The measures that a tally tells of what is asked for; 0: none. Then they are put into the cells
 * of the steps. */
u64 tally_tells(const struct tally *t, const struct counting *n);
void tally_tell(const struct tally *t, struct counting *n);
/* Where a range begins in cells; then (slot * groups + group) * MEASURES_N. */
i64 counting_base(const struct counting *n, i64 range);
/* Measures before MEASURE_COST. */
void count_facts(struct ctx *c, const struct facts *f, struct counting *n);
/* Whether a measure is asked for. */
static inline bool counting_wants(const struct counting *n, enum measure m)
{
    return !n->wanted || n->wanted >> m & 1;
}
/* MEASURE_REACHED (reach.c). */
void count_reached(struct ctx *c, const struct view *v, const struct facts *f, struct counting *n);
/* Those after it. */
enum err count_behaviour(struct ctx *c, const struct view *v, struct counting *n);
/* Groups of everybody by a field of members with one value, at most `most`, and their labels; the
 * last group is that of the unknown. rest: the place of all other values; -1: there is none. */
enum err parting_by_member(struct ctx *c, const struct view *v, str field, i64 most,
                           struct parting *out, strs *labels, i64 *rest);
/* MEASURE_COST and followers into cells, parted by touchpoint or not at all. */
enum err count_costs(struct ctx *c, const struct names *touchpoints, struct counting *n);
/* MEASURE_POINTS and their value, of the end of each step and range (points.c). */
enum err count_points(struct ctx *c, struct counting *n);
i64 names_find(const struct names *names, str text); /* -1: not there (naming.c) */

/* -- members of high value (high.c) -------------------------------------------------------------
 */

struct high_kept {
    pthread_mutex_t lock;
    const struct store *store;
    u64 rule, *bits; /* NULL: nobody asked yet */
    i64 words;
    instant at, until;
};
/* That of the served book; NULL: there is none. */
struct high_kept *high_served(void);
/* Those for whom `scene = "high_value"` holds now. */
enum err high_members(struct ctx *c, const struct view *v, struct member_set *out);

/* -- asking (ask.c) ---------------------------------------------------------------------------- */

/* Whose and which orders are asked for, and how they are parted. */
struct asking {
    struct facts facts;
    const struct view *view; /* NULL: not needed */
    struct member_set set, high;
    bool has_set, has_high, behaviour, costs, points;
    i64 only[OF_KINDS];
    struct parting parting;
    strs labels;
    i64 rest, unknown; /* group of all other values, of none; -1: there is none */
    day today;
    u64 wanted; /* as in counting */
};
/* How it is parted, and by which days groups are ranked: those of the first, or what changed from
 * the first to the second. */
struct asking_cut {
    const struct metric_cut *cut;
    struct metric_period rank[2];
};
enum err asking_make(struct ctx *c, const struct metric_filter *f, const struct asking_cut *cut,
                     i64 seq, struct asking *out);
/* What only a metric asks for: members of high value, points. */
enum err asking_more(struct ctx *c, const struct metric *m, struct asking *a);
/* parted: by what was asked for, else not at all. */
enum err asking_count(struct ctx *c, const struct asking *a, const struct range *ranges, i64 n,
                      bool parted, struct counting *out);
/* Of a range's whole (slot: its slots), or of a step. */
const struct metric_totals *counted(const struct counting *n, i64 range, i64 slot, i64 group);

/* The first day of the step a day lies in (report.c). */
day step_of(enum metric_step step, day d);

extern const struct migration metric_migrations[]; /* cost.c */

/* plan.h -- what the files of a plan share: a plan is a tree of steps, each a row of functions that
 * narrow a set of members or answer for one.
 *
 * Invariants
 *   1. A step narrows: of the members in the mask those remain for whom it holds. What stands
 * outside the mask is nobody's business, so `not` needs no universe.
 *   2. A step is constant once made, and needs nothing but the view of its plan.
 */
#pragma once

#include "audience/ask.h"
#include "audience/index/gather.h"
#include "audience/language/language.h"

struct step;

/* One chunk being answered, by one thread: room for masks and counts. */
struct running {
    const struct plan *plan;
    u64 *masks; /* CHUNK_WORDS each */
    i64 masks_n;
    void *counts; /* CHUNK numbers of 64 bits; NULL: not needed yet */
};
u64 *running_mask(struct running *r); /* the next free one; given back by masks_n-- */
void *running_counts(struct running *r);

/* How a step is answered: a row. */
struct step_kind {
    const char *zh, *en; /* from what, for people */
    void (*narrow)(const struct step *s, struct running *r, i64 chunk, u64 *mask);
    bool (*holds)(const struct step *s, const struct plan *p, i64 member);
    /* For whom it holds, whoever is asked: where the bits lie, or put into scratch. NULL: it is
     * not had so cheaply. */
    const u64 *(*bits)(const struct step *s, struct running *r, i64 chunk, u64 *scratch);
};
extern const struct step_kind step_all, step_any, step_not, step_everybody, step_nobody;
extern const struct step_kind step_range, step_known, step_word, step_carriers;
extern const struct step_kind step_bought, step_shops, step_did, step_community, step_sql;

/* What of a member's purchases is asked for. */
enum bought_of {
    BOUGHT_COUNT,
    BOUGHT_SUM,
    BOUGHT_FIRST,
    BOUGHT_LAST,
    BOUGHT_DAYS,
    BOUGHT_MEAN,
    BOUGHT_DAY_MEAN,
    BOUGHT_KINDS,
};

struct step {
    const struct step_kind *kind;
    const struct segment_node *node; /* what of the tree it answers; NULL: a part of that */
    struct {
        const struct step **at;
        i64 n;
    } parts;
    f64 cost;  /* of a chunk, microseconds */
    f64 share; /* of members for whom it holds, as far as can be told beforehand */
    i64 column;
    struct segment_ranges ranges;
    bool zero;       /* who has no value has 0, and 0 passes */
    const u8 *table; /* words, by code */
    i64 table_n;
    ints codes;             /* carriers */
    struct row_filter rows; /* did, community: joined, shop */
    enum bought_of of;
    const u64 *bits; /* SQL */
    bool timed;      /* another at another instant */
};

struct rfm_settings {
    bool read; /* when first asked for */
    i64 days;
    bool by_day, mean;
};

struct plan {
    const struct view *view;
    const struct segment_node *tree;
    instant at;
    const struct step *root;                 /* NULL: everybody */
    i64 first_seen, first_order, last_order; /* columns; -1: there is none */
    i64 bought[BOUGHT_KINDS];                /* likewise: what all his purchases come to */
    bool bought_later;                       /* somebody did, at or after `at`: clocks go wrong */
    const struct zone *zone;
    u64 words_mark;
    struct rfm_settings rfm;
    i64 joined, left;  /* events of communities; -1: there are none */
    f64 rows[SOURCES]; /* of a chunk, on average */
    f64 people;        /* living, of the chunks looked at for planning */
    int depth;         /* masks a chunk may need at once */
    bool by_index;
};

/* While it is made. */
struct planning {
    struct ctx *c;
    struct plan *plan;
    i64 sql_us; /* taken by SQL so far */
    const struct step
        *old; /* of the test, before: the dictionaries are the same; NULL: there is none */
};
/* Who asks by the network gets so much of SQL's time for one plan, and the condition that is being
 * answered: then E_TIMEOUT. Tests change it. */
extern i64 plan_sql_most_us;
/* plan_test.c: the settings of RFM, read into the plan once. */
enum err plan_rfm(struct planning *k);
/* One test. */
enum err plan_test(struct planning *k, const struct segment_node *n, const struct step **out);
struct step *step_new(struct planning *k, const struct step_kind *kind);
struct step *step_of_one(struct planning *k, const struct step_kind *kind, const struct step *part);
struct step *step_of_two(struct planning *k, const struct step_kind *kind, const struct step *a,
                         const struct step *b);

/* run.c */
void step_narrow(const struct step *s, struct running *r, i64 chunk, u64 *mask);
bool step_holds(const struct step *s, const struct plan *p, i64 member);
/* Of the members in the mask those for whom the step holds, asked one by one. */
void narrow_one_by_one(const struct step *s, const struct plan *p, i64 chunk, u64 *mask);
/* Members for whom the step holds. On two threads. */
i64 step_count(const struct plan *p, const struct step *s);
/* The step that answers this node; NULL: none. */
const struct step *step_find(const struct step *s, const struct segment_node *node);

/* Chunks looked at for planning: every so many. */
#define LOOKED_AT 8
static inline i64 looked_every(const struct view *v) { return view_chunks(v) / LOOKED_AT + 1; }

static inline bool mask_has(const u64 *bits, i64 i) { return bits[i / 64] >> (i % 64) & 1; }
static inline const struct part *member_part(const struct plan *p, i64 member, i64 column)
{
    return view_part(p->view, member / CHUNK, column);
}
/* Microseconds that asking one member for his rows costs. */
#define ONE_MEMBER_US 0.08

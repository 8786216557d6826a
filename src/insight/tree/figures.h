/* figures.h -- between the files of the GMV tree: what two periods come to, whole and in parts. */
#pragma once

#include "audience/ask.h"
#include "insight/metric.h"
#include "insight/tree.h"

/* Of one period: the whole, or a part. */
struct tree_sums {
    struct tree_base known; /* of known buyers */
    i64 unknown_orders;
    money unknown_gmv;
};
static inline money tree_gmv(const struct tree_sums *s) { return s->known.gmv + s->unknown_gmv; }

struct tree_share {
    str name;
    enum tree_part_kind kind;
    struct tree_sums of[2]; /* before, now */
    bool last;              /* all that are not shown */
};
struct tree_figures {
    struct tree_sums of[2];
    struct tree_share *parts; /* most changed first; none when by nothing */
    i64 n;
};

/* Who is asked for: everybody (set.bits NULL), or a segment's members. */
struct tree_who {
    const struct view *view;
    struct member_set set;
    u8 *part;   /* by segment: the place of a member's, names.n: of none; by member id */
    i64 part_n; /* ids it covers */
    strs names; /* of those segments */
};

enum err tree_figures_read(struct ctx *c, const struct tree_who *who, enum tree_by by,
                           const struct metric_period period[2], struct tree_figures *out);

/* -- words ------------------------------------------------------------------------------------- */

/* beside: what the period compared with is called; absent: as the days tell. */
str tree_sentence(struct ctx *c, const struct gmv_tree *t, str beside);
str tree_definition(struct ctx *c, const struct tree_ask *ask, const struct gmv_tree *t);
void tree_influences(struct ctx *c, const struct gmv_tree *t, struct tree_influence_list *out);

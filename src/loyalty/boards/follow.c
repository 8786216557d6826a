/* follow.c -- scores that no order changes: points that tasks gave, friends who came;
 * who has risen to the tier that takes part. Followed by
 * the timeline; the lines only say whose score to work out anew. */
#include "loyalty/boards/inside.h"

#include "member/member.h"
#include "timeline/timeline.h"

static bool about(const struct timeline_line *l, const struct board_row *b)
{
    enum board_metric metric = b->metric;
    if (b->scope == SCOPE_TIER && str_starts(l->kind, S("tier."))) return true;
    if (metric == BOARD_INVITES)
        return str_eq(l->kind, S("task.invited")) || str_eq(l->kind, S("task.uninvited"));
    return metric == BOARD_POINTS && str_starts(l->kind, S("ledger.")) &&
           str_eq(l->subject, S("unit:point"));
}

static enum err renew(struct scoring *s, const struct board_row *b, const struct timeline_line *l)
{
    i64 living, holder;
    if (l->member <= 0 || !about(l, b)) return OK;
    TRY(member_living(s->t->c, l->member, &living));
    TRY(holder_of(s->t->c, b, living, &holder));
    return holder ? score_renew(s, b, holder) : OK;
}

static enum err follow(struct tx *t, const struct timeline_line *lines, i64 n)
{
    struct scoring s = { .t = t };
    struct board_row_list boards = { 0 };
    TRY(boards_in_play(t->c, &boards));
    for (i64 i = 0; i < boards.n; i++) {
        if (boards.at[i].metric < BOARD_POINTS && boards.at[i].scope != SCOPE_TIER) continue;
        for (i64 k = 0; k < n; k++) TRY(renew(&s, &boards.at[i], &lines[k]));
    }
    return OK;
}

/* Scores are recomputed, never added to: there is nothing to throw away. */
static enum err reset(struct tx *t)
{
    (void)t;
    return OK;
}

const struct follower board_followers[] = { { "boards", follow, reset }, { 0 } };

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
    return metric == BOARD_POINTS && str_starts(l->kind, S("reward.")) &&
           str_starts(l->subject, S("reward:task:"));
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

enum { LINES_AT_ONCE = 500 };

/* Those whose lines wait to be followed, as ids of holders. */
static enum err see_waiting(struct ctx *c, const struct board_row *b,
                            const struct timeline_line_list *lines, struct one_i64_list *out)
{
    for (i64 i = 0; i < lines->n; i++) {
        i64 living, holder;
        if (lines->at[i].member <= 0 || !about(&lines->at[i], b)) continue;
        TRY(member_living(c, lines->at[i].member, &living));
        TRY(holder_of(c, b, living, &holder));
        if (holder) PUSH(c->arena, out)->value = holder;
    }
    return OK;
}

enum err boards_waiting(struct ctx *c, const struct board_row *b, struct one_i64_list *out)
{
    struct timeline_line_list lines;
    i64 seq;
    TRY(follower_cursor(c, &board_followers[0], &seq));
    do {
        TRY(timeline_after(c, seq, LINES_AT_ONCE, &lines));
        TRY(see_waiting(c, b, &lines, out));
        if (lines.n) seq = lines.at[lines.n - 1].seq;
    } while (lines.n == LINES_AT_ONCE);
    return OK;
}

const struct follower board_followers[] = { { "boards", follow, reset }, { 0 } };

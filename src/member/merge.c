/* merge.c -- two members become one, and part again. How it works stands in member_private.h. */
#include "member/member_private.h"

const struct merge_listener *const *merge_listeners;

#define HELD                                                                                   \
    "SELECT member, merged_into, identified, erased_at, own_name, own_first_seen FROM member " \
    "WHERE member = $1"
QUERY_PG(member_held_alone, member_row, HELD, HELD " FOR UPDATE");

CHANGE(merge_insert,
       "INSERT INTO member_merge (member, merge, loser, actor, at) VALUES ($1, $2, $3, $4, $5)");
CHANGE(merged_into_set, "UPDATE member SET merged_into = $2 WHERE member = $1");

CHANGE(identities_move, "UPDATE identity SET member = $2 WHERE member = $1");
CHANGE(tags_move, "UPDATE member_tag SET member = $2 WHERE member = $1");
CHANGE(values_move, "UPDATE member_value SET member = $2 WHERE member = $1");

/* $1 the one who leaves, $2 who held his rows. */
CHANGE(identities_part, IDS_OF_1 "UPDATE identity SET member = $1 WHERE member = $2"
                                 " AND origin IN (SELECT member FROM ids)");
CHANGE(tags_part, IDS_OF_1 "UPDATE member_tag SET member = $1 WHERE member = $2"
                           " AND origin IN (SELECT member FROM ids)");
CHANGE(values_part, IDS_OF_1 "UPDATE member_value SET member = $1 WHERE member = $2"
                             " AND origin IN (SELECT member FROM ids)");
/* Each strong identity of $1 leads to him. */
CHANGE(owners_follow, "UPDATE identity_owner SET member = $1 WHERE (kind, scope, value) IN"
                      " (SELECT kind, scope, value FROM identity WHERE member = $1 AND strong)");

/* Conflicts between ids that are one now are settled, for as long as the merge lasts. */
CHANGE(conflicts_settle,
       IDS_OF_1 "UPDATE identity_conflict SET merge = $2 WHERE merge IS NULL"
                " AND member IN (SELECT member FROM ids) AND other IN (SELECT member FROM ids)");
CHANGE(conflicts_reopen, "UPDATE identity_conflict SET merge = NULL WHERE merge = $1");

#define FIELDS_OF_merge_row(X, N) \
    X(i64, member, ANY, "", N)    \
    X(i64, loser, ANY, "", N)     \
    X(opt_instant, undone_at, ANY, "", N)
SHAPE(merge_row);
SHAPE_DEFINE(merge_row);
QUERY(merge_find, merge_row, "SELECT member, loser, undone_at FROM member_merge WHERE merge = $1");
QUERY(merge_of_loser, one_i64,
      "SELECT merge AS value FROM member_merge WHERE loser = $1 AND undone_at IS NULL");
CHANGE(merge_undone,
       "UPDATE member_merge SET undone_at = $3, undone_by = $4 WHERE member = $1 AND merge = $2");

CHANGE(note_insert, "INSERT INTO merge_note (merge, room, row_id) VALUES ($1, $2, $3)"
                    " ON CONFLICT (merge, room, row_id) DO NOTHING");
QUERY(notes_of, one_i64,
      "SELECT row_id AS value FROM merge_note WHERE merge = $1 AND room = $2 ORDER BY row_id");

SHAPE_DEFINE(merge_view);
QUERY(merges_newest, merge_view,
      "SELECT g.merge AS id, g.member AS winner, w.name AS winner_name, g.loser AS loser,"
      " l.name AS loser_name, g.actor AS by, g.at AS at, g.undone_at AS undone_at,"
      " g.undone_by AS undone_by FROM member_merge g JOIN member w ON w.member = g.member"
      " JOIN member l ON l.member = g.loser WHERE g.merge < $1 ORDER BY g.merge DESC LIMIT $2");

enum err merge_list(struct ctx *c, i64 below, i64 limit, struct merge_view_list *out)
{
    return db_all(c, &merges_newest, out, ARGS(below, limit));
}

enum err merge_note(struct tx *t, i64 merge, const char *room, i64 row_id)
{
    return tx_change(t, &note_insert, ARGS(merge, str_of(room), row_id));
}

/* Both living members, locked in the order of their ids so that two merges never wait for each
 * other. */
static enum err hold_both(struct tx *t, i64 *winner, i64 *loser)
{
    struct member_row row[2];
    for (;;) {
        TRY(member_living(t->c, *winner, winner));
        TRY(member_living(t->c, *loser, loser));
        if (*winner == *loser)
            return fail(t->c, E_CONFLICT, "这两个编号已经是同一位会员（%lld）",
                        "these two are one member already (%lld)", (long long)*winner);
        i64 low = *winner < *loser ? *winner : *loser, high = *winner < *loser ? *loser : *winner;
        TRY(db_get(t->c, &member_held_alone, &row[0], ARGS(low)));
        TRY(db_get(t->c, &member_held_alone, &row[1], ARGS(high)));
        if (!row[0].merged_into.has && !row[1].merged_into.has) break;
    }
    for (i64 i = 0; i < COUNT(row); i++)
        if (row[i].erased_at.has)
            return fail(t->c, E_CONFLICT, "会员 %lld 的个人信息已被删除，不能合并",
                        "member %lld has been erased and cannot be merged",
                        (long long)row[i].member);
    return OK;
}

static enum err merge_line(struct tx *t, i64 winner, const char *kind, i64 loser, i64 merge)
{
    struct arena *a = t->c->arena;
    return member_line(t, winner, kind, str_fmt(a, "member:%lld", (long long)loser),
                       str_fmt(a, "{\"merge\":%lld}", (long long)merge));
}

enum err member_merge(struct tx *t, i64 winner, i64 loser, str by, i64 *merge)
{
    TRY(hold_both(t, &winner, &loser));
    TRY(tx_take(t, S("member_merge"), 1, merge));
    TRY(tx_change(t, &merge_insert, ARGS(winner, *merge, loser, by, t->c->now)));
    TRY(tx_change(t, &identities_move, ARGS(loser, winner)));
    TRY(tx_change(t, &tags_move, ARGS(loser, winner)));
    TRY(tx_change(t, &values_move, ARGS(loser, winner)));
    TRY(tx_change(t, &merged_into_set, ARGS(loser, SOME(winner))));
    TRY(tx_change(t, &owners_follow, ARGS(winner)));
    TRY(tx_change(t, &conflicts_settle, ARGS(winner, *merge)));
    TRY(tags_settle(t, winner));
    TRY(values_settle(t, winner));
    TRY(member_refresh(t, winner));
    for (i64 i = 0; merge_listeners && merge_listeners[i]; i++)
        if (merge_listeners[i]->moved) TRY(merge_listeners[i]->moved(t, *merge, loser, winner));
    return merge_line(t, winner, "member.merged", loser, *merge);
}

/* -- parting ---------------------------------------------------------------------------------- */

static enum err undoable(struct tx *t, i64 merge, struct merge_row *row)
{
    struct ctx *c = t->c;
    bool found;
    TRY(db_find(c, &merge_find, row, &found, ARGS(merge)));
    if (!found)
        return fail(c, E_NOT_FOUND, "没有编号为 %lld 的合并", "there is no merge %lld",
                    (long long)merge);
    struct member_row winner;
    TRY(db_get(c, &member_held_alone, &winner, ARGS(row->member)));
    TRY(db_get(c, &merge_find, row, ARGS(merge)));
    if (row->undone_at.has)
        return fail(c, E_CONFLICT, "合并 %lld 已经撤销过了", "merge %lld has been undone before",
                    (long long)merge);
    if (winner.erased_at.has)
        return fail(c, E_CONFLICT, "会员 %lld 的个人信息已被删除，合并不能撤销",
                    "member %lld has been erased; the merge cannot be undone",
                    (long long)row->member);
    if (winner.merged_into.has) {
        struct one_i64 later;
        TRY(db_get(c, &merge_of_loser, &later, ARGS(row->member)));
        return fail(c, E_CONFLICT, "会员 %lld 后来又被合并，请先撤销合并 %lld",
                    "member %lld has since been merged himself: undo merge %lld first",
                    (long long)row->member, (long long)later.value);
    }
    return OK;
}

static enum err listeners_part(struct tx *t, i64 merge, i64 loser, i64 winner)
{
    for (i64 i = 0; merge_listeners && merge_listeners[i]; i++) {
        const struct merge_listener *l = merge_listeners[i];
        struct one_i64_list rows;
        if (!l->parted) continue;
        TRY(db_all(t->c, &notes_of, &rows, ARGS(merge, str_of(l->room))));
        ints noted = { NEWS(t->c->arena, i64, rows.n), rows.n };
        for (i64 k = 0; k < rows.n; k++) noted.at[k] = rows.at[k].value;
        TRY(l->parted(t, merge, loser, winner, noted));
    }
    return OK;
}

enum err member_unmerge(struct tx *t, i64 merge)
{
    struct merge_row row;
    TRY(undoable(t, merge, &row));
    i64 winner = row.member, loser = row.loser;
    str by = t->c->actor.n ? t->c->actor : S("system");
    TRY(tx_change(t, &merged_into_set, ARGS(loser, NONE)));
    TRY(tx_change(t, &identities_part, ARGS(loser, winner)));
    TRY(tx_change(t, &tags_part, ARGS(loser, winner)));
    TRY(tx_change(t, &values_part, ARGS(loser, winner)));
    TRY(tx_change(t, &owners_follow, ARGS(loser)));
    TRY(tx_change(t, &conflicts_reopen, ARGS(merge)));
    i64 both[] = { winner, loser };
    for (i64 i = 0; i < COUNT(both); i++) {
        TRY(tags_settle(t, both[i]));
        TRY(values_settle(t, both[i]));
        TRY(member_refresh(t, both[i]));
    }
    TRY(tx_change(t, &merge_undone, ARGS(winner, merge, t->c->now, by)));
    TRY(listeners_part(t, merge, loser, winner));
    return merge_line(t, winner, "member.unmerged", loser, merge);
}

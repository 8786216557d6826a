/* conflict.c -- two identified members seen with one identity: listed, until people merge or
 * dismiss them. */
#include "member/member_private.h"

SHAPE_DEFINE(conflict_view);

QUERY(conflict_find, one_i64,
      "SELECT conflict AS value FROM identity_conflict"
      " WHERE member = $1 AND other = $2");
CHANGE(
    conflict_insert,
    "INSERT INTO identity_conflict (member, other, kind, scope, value, conflict, owner, source, at)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
    " ON CONFLICT (member, other) DO NOTHING");
QUERY(
    conflicts_open, conflict_view,
    "SELECT x.conflict AS id, x.member AS member, a.name AS member_name, x.other AS other,"
    " b.name AS other_name, x.kind AS kind, x.value AS value, x.owner AS owner, x.source AS source,"
    " x.at AS at FROM identity_conflict x JOIN member a ON a.member = x.member"
    " JOIN member b ON b.member = x.other"
    " WHERE x.conflict < $1 AND x.merge IS NULL AND x.dismissed_at IS NULL"
    " ORDER BY x.conflict DESC LIMIT $2");
CHANGE(
    conflict_dismissed,
    "UPDATE identity_conflict SET dismissed_at = $2 WHERE conflict = $1 AND dismissed_at IS NULL");

enum err conflict_record(struct tx *t, i64 chosen, i64 other, const struct identity *id, str source)
{
    i64 low = chosen < other ? chosen : other, high = chosen < other ? other : chosen;
    str kind = choice_name(&identity_kind_choice, id->kind);
    struct one_i64 known;
    bool found;
    TRY(db_find(t->c, &conflict_find, &known, &found, ARGS(low, high)));
    if (found) return OK;
    i64 number;
    TRY(tx_take(t, S("identity_conflict"), 1, &number));
    TRY(tx_change(t, &conflict_insert,
                  ARGS(low, high, kind, str_or(id->scope, S("")), id->value, number, other, source,
                       t->c->now)));
    return member_line(t, chosen, "member.conflicted",
                       str_fmt(t->c->arena, "member:%lld", (long long)other),
                       str_fmt(t->c->arena, "{\"kind\":\"" STR_FMT "\"}", STR_ARG(kind)));
}

enum err conflict_list(struct ctx *c, i64 below, i64 limit, struct conflict_view_list *out)
{
    return db_all(c, &conflicts_open, out, ARGS(below, limit));
}

enum err conflict_dismiss(struct tx *t, i64 conflict)
{
    i64 rows;
    TRY(tx_change_rows(t, &conflict_dismissed, &rows, ARGS(conflict, t->c->now)));
    if (rows == 0)
        return fail(t->c, E_NOT_FOUND, "没有编号为 %lld 的待处理身份冲突",
                    "there is no open identity conflict %lld", (long long)conflict);
    return OK;
}

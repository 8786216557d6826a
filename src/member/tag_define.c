/* tag_define.c -- the list of tags and of their groups: what operators set up before they tag. */
#include "member/tag.h"

SHAPE_DEFINE(tag_view);
SHAPE_DEFINE(tag_group_view);

QUERY(tags_all, tag_view,
      "SELECT t.tag AS id, t.name AS name, g.name AS \"group\", t.created_at AS created_at,"
      " (SELECT COUNT(*) FROM member_tag m WHERE m.tag = t.tag AND m.shown) AS members"
      " FROM tag t LEFT JOIN tag_group g ON g.tag_group = t.tag_group"
      " WHERE CAST($1 AS TEXT) IS NULL OR g.folded = $1 ORDER BY g.name, t.name");
QUERY(groups_all, tag_group_view,
      "SELECT g.tag_group AS id, g.name AS name, g.exclusive AS exclusive,"
      " (SELECT COUNT(*) FROM tag t WHERE t.tag_group = g.tag_group) AS tags,"
      " g.created_at AS created_at FROM tag_group g ORDER BY g.name");
QUERY(group_by_name, one_i64, "SELECT tag_group AS value FROM tag_group WHERE folded = $1");
CHANGE(group_insert, "INSERT INTO tag_group (tag_group, name, folded, exclusive, created_at)"
                     " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (folded) DO NOTHING");

enum err tag_list(struct ctx *c, str group, struct tag_view_list *out)
{
    str folded = group.n ? str_fold(c->arena, str_trim(group)) : NO_STR;
    return db_all(c, &tags_all, out, ARGS(folded));
}

enum err tag_group_list(struct ctx *c, struct tag_group_view_list *out)
{
    return db_all(c, &groups_all, out, NO_ARGS);
}

enum err tag_group_find(struct ctx *c, str name, i64 *id)
{
    struct one_i64 row = { 0 };
    bool found;
    TRY(db_find(c, &group_by_name, &row, &found, ARGS(str_fold(c->arena, str_trim(name)))));
    *id = found ? row.value : 0;
    return OK;
}

enum err tag_group_define(struct tx *t, str name, bool exclusive, i64 *id)
{
    TRY(tag_name_check(t->c, &name));
    TRY(tx_take(t, S("tag_group"), 1, id));
    i64 rows;
    TRY(tx_change_rows(t, &group_insert, &rows,
                       ARGS(*id, name, str_fold(t->c->arena, name), exclusive, t->c->now)));
    if (rows == 0)
        return fail_at(t->c, E_CONFLICT, S("name"), "已有同名标签组",
                       "there is a tag group of this name");
    return OK;
}

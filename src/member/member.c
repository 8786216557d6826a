/* member.c -- the tables of the room, and the small things all its files need: living ids, derived
 * columns, lines. */
#include "member/member_private.h"

#include <assert.h>

#include "base/num.h"

SHAPE_DEFINE(member_row);

const struct migration member_migrations[] = {
    { "0001 members",
      "CREATE TABLE member ("
      "  member int64 NOT NULL,"
      "  created_at int64 NOT NULL,"
      "  merged_into int64,"
      "  erased_at int64,"
      "  identified flag NOT NULL,"
      "  own_name text,"
      "  own_folded text,"
      "  own_touchpoint text,"
      "  own_first_seen int64 NOT NULL,"
      "  name text,"
      "  folded text,"
      "  phone text,"
      "  province text,"
      "  city text,"
      "  touchpoint text,"
      "  first_seen int64 NOT NULL,"
      "  PRIMARY KEY (member)"
      ");"
      "CREATE INDEX member_folded ON member (folded, member);"
      "CREATE INDEX member_city ON member (city, member);"
      "CREATE INDEX member_merged_into ON member (merged_into) WHERE merged_into IS NOT NULL;"

      /* Who a strong identity belongs to: asked without knowing the member, so it is not keyed by
         him. */
      "CREATE TABLE identity_owner ("
      "  kind text NOT NULL,"
      "  scope text NOT NULL,"
      "  value text NOT NULL,"
      "  member int64 NOT NULL,"
      "  PRIMARY KEY (kind, scope, value)"
      ") clustered;"

      "CREATE TABLE identity ("
      "  member int64 NOT NULL,"
      "  kind text NOT NULL,"
      "  scope text NOT NULL,"
      "  value text NOT NULL,"
      "  origin int64 NOT NULL,"
      "  strong flag NOT NULL,"
      "  source text,"
      "  seen_at int64 NOT NULL,"
      "  PRIMARY KEY (member, kind, scope, value, origin)"
      ") clustered;"
      "CREATE INDEX identity_value ON identity (value, kind);"

      /* One for each two members, whatever they share: people decide about the two. */
      "CREATE TABLE identity_conflict ("
      "  member int64 NOT NULL,"
      "  other int64 NOT NULL,"
      "  kind text NOT NULL,"
      "  scope text NOT NULL,"
      "  value text NOT NULL,"
      "  conflict int64 NOT NULL,"
      "  owner int64 NOT NULL,"
      "  source text,"
      "  at int64 NOT NULL,"
      "  merge int64,"
      "  dismissed_at int64,"
      "  PRIMARY KEY (member, other)"
      ") clustered;"
      "CREATE INDEX identity_conflict_number ON identity_conflict (conflict);"

      "CREATE TABLE member_merge ("
      "  member int64 NOT NULL,"
      "  merge int64 NOT NULL,"
      "  loser int64 NOT NULL,"
      "  actor text NOT NULL,"
      "  at int64 NOT NULL,"
      "  undone_at int64,"
      "  undone_by text,"
      "  PRIMARY KEY (member, merge)"
      ") clustered;"
      "CREATE INDEX member_merge_number ON member_merge (merge);"
      "CREATE INDEX member_merge_loser ON member_merge (loser);"

      "CREATE TABLE merge_note ("
      "  merge int64 NOT NULL,"
      "  room text NOT NULL,"
      "  row_id int64 NOT NULL,"
      "  PRIMARY KEY (merge, room, row_id)"
      ") clustered;" },

    { "0002 tags",
      "CREATE TABLE tag_group ("
      "  tag_group int64 NOT NULL,"
      "  name text NOT NULL,"
      "  folded text NOT NULL,"
      "  exclusive flag NOT NULL,"
      "  created_at int64 NOT NULL,"
      "  PRIMARY KEY (tag_group)"
      ");"
      "CREATE UNIQUE INDEX tag_group_folded ON tag_group (folded);"
      "CREATE TABLE tag ("
      "  tag int64 NOT NULL,"
      "  name text NOT NULL,"
      "  folded text NOT NULL,"
      "  tag_group int64,"
      "  created_at int64 NOT NULL,"
      "  PRIMARY KEY (tag)"
      ");"
      "CREATE UNIQUE INDEX tag_folded ON tag (folded);"
      "CREATE TABLE member_tag ("
      "  member int64 NOT NULL,"
      "  tag int64 NOT NULL,"
      "  origin int64 NOT NULL,"
      "  source text NOT NULL,"
      "  put_at int64 NOT NULL,"
      "  expires_at int64,"
      "  shown flag NOT NULL,"
      "  PRIMARY KEY (member, tag, origin)"
      ") clustered;"
      "CREATE INDEX member_tag_tag ON member_tag (tag, member);"
      "CREATE INDEX member_tag_expiry ON member_tag (expires_at) WHERE expires_at IS NOT NULL;" },

    { "0003 fields",
      "CREATE TABLE field ("
      "  name text NOT NULL,"
      "  zh text NOT NULL,"
      "  en text NOT NULL,"
      "  type text NOT NULL,"
      "  choices text,"
      "  personal flag NOT NULL,"
      "  built_in flag NOT NULL,"
      "  created_at int64 NOT NULL,"
      "  PRIMARY KEY (name)"
      ") clustered;"
      "INSERT INTO field (name, zh, en, type, choices, personal, built_in, created_at) VALUES"
      " ('gender', '性别', 'Gender', 'choice', '女\n男\n其他', FALSE, TRUE, 0),"
      " ('birthday', '生日', 'Birthday', 'date', NULL, TRUE, TRUE, 0),"
      " ('age', '年龄', 'Age', 'number', NULL, FALSE, TRUE, 0),"
      " ('life_stage', '人生阶段', 'Life stage', 'choice',"
      "  '学生\n单身\n恋爱\n已婚\n备孕\n孕期\n有孩子\n退休', FALSE, TRUE, 0),"
      " ('occupation', '职业', 'Occupation', 'text', NULL, FALSE, TRUE, 0),"
      " ('province', '省份', 'Province', 'text', NULL, FALSE, TRUE, 0),"
      " ('city', '城市', 'City', 'text', NULL, FALSE, TRUE, 0),"
      " ('hobbies', '兴趣爱好', 'Hobbies', 'choices',"
      "  "
      "'美妆\n护肤\n穿搭\n母婴\n美食\n旅行\n运动\n摄影\n音乐\n影视\n阅读\n游戏\n数码\n家居\n宠物\n"
      "汽车\n园艺\n手工',"
      "  FALSE, TRUE, 0),"
      " ('skin_type', '肤质', 'Skin type', 'choice', '干性\n油性\n混合\n中性\n敏感', FALSE, TRUE, "
      "0);"
      "CREATE TABLE member_value ("
      "  member int64 NOT NULL,"
      "  field text NOT NULL,"
      "  origin int64 NOT NULL,"
      "  value text NOT NULL,"
      "  source text NOT NULL,"
      "  at int64 NOT NULL,"
      "  shown flag NOT NULL,"
      "  PRIMARY KEY (member, field, origin)"
      ") clustered;" },

    { "0004 erasure", "CREATE TABLE suppressed ("
                      "  hash text NOT NULL,"
                      "  member int64 NOT NULL,"
                      "  at int64 NOT NULL,"
                      "  PRIMARY KEY (hash)"
                      ") clustered;"
                      "CREATE TABLE suppression_key ("
                      "  id int64 NOT NULL,"
                      "  secret text NOT NULL,"
                      "  PRIMARY KEY (id)"
                      ") clustered;" },

    { "0005 indexes",
      /* Counting and listing the carriers of a tag never leaves the index. */
      "DROP INDEX member_tag_tag;"
      "CREATE INDEX member_tag_shown ON member_tag (tag, member) WHERE shown;"
      "CREATE INDEX identity_conflict_merge ON identity_conflict (merge)"
      " WHERE merge IS NOT NULL;" },
    { "0006 conflicts of either", "CREATE INDEX identity_conflict_other ON identity_conflict"
                                  " (other);" },
    { NULL, NULL },
};

/* -- living ids ------------------------------------------------------------------------------- */

#define MEMBER_ROW                                                                            \
    "SELECT member, merged_into, identified, erased_at, own_name, own_first_seen FROM member" \
    " WHERE member = $1"
QUERY(member_read, member_row, MEMBER_ROW);
QUERY_PG(member_read_held, member_row, MEMBER_ROW, MEMBER_ROW " FOR NO KEY UPDATE");
QUERY(ids_of, one_i64, IDS_OF_1 "SELECT member AS value FROM ids ORDER BY member");

static enum err no_member(struct ctx *c, i64 id)
{
    return fail(c, E_NOT_FOUND, "没有编号为 %lld 的会员", "there is no member %lld", (long long)id);
}

/* Follows merged_into to its end: chains are as long as merges were nested. */
static enum err living_row(struct ctx *c, struct query *q, i64 id, struct member_row *row)
{
    for (i64 at = id;;) {
        bool found;
        TRY(db_find(c, q, row, &found, ARGS(at)));
        if (!found) return no_member(c, id);
        if (!row->merged_into.has) return OK;
        at = row->merged_into.value;
    }
}

enum err member_living(struct ctx *c, i64 id, i64 *living)
{
    struct member_row row;
    TRY(living_row(c, &member_read, id, &row));
    *living = row.member;
    return OK;
}

enum err member_ids(struct ctx *c, i64 living, ints *out)
{
    struct one_i64_list rows;
    TRY(db_all(c, &ids_of, &rows, ARGS(living)));
    *out = (ints){ NEWS(c->arena, i64, rows.n), 0 };
    out->at[out->n++] = living;
    for (i64 i = 0; i < rows.n; i++)
        if (rows.at[i].value != living) out->at[out->n++] = rows.at[i].value;
    return OK;
}

enum err member_hold(struct tx *t, i64 id, i64 *living)
{
    struct member_row row;
    TRY(living_row(t->c, &member_read_held, id, &row));
    *living = row.member;
    return OK;
}

enum err member_hold_writable(struct tx *t, i64 id, i64 *living)
{
    struct member_row row;
    TRY(living_row(t->c, &member_read_held, id, &row));
    *living = row.member;
    if (row.erased_at.has)
        return fail(t->c, E_CONFLICT, "会员 %lld 的个人信息已被删除，不能再修改",
                    "member %lld has been erased and takes no changes", (long long)id);
    return OK;
}

/* -- derived columns -------------------------------------------------------------------------- */

/* Of several names a whole one beats a masked one, the member's own beats those that came with
 * merges. */
#define BEST_NAME(COLUMN)                                                           \
    "(SELECT n." COLUMN " FROM member n WHERE n.member IN (SELECT member FROM ids)" \
    " AND n.own_name IS NOT NULL"                                                   \
    " ORDER BY CASE WHEN n.own_name LIKE '%*%' THEN 1 ELSE 0 END,"                  \
    " CASE WHEN n.member = $1 THEN 0 ELSE 1 END, n.own_first_seen, n.member LIMIT 1)"
#define SHOWN_VALUE(FIELD)                                                                   \
    "(SELECT v.value FROM member_value v WHERE v.member = $1 AND v.field = '" FIELD "' AND " \
    "v.shown)"

CHANGE(
    member_refreshed, IDS_OF_1
    "UPDATE member SET"
    " name = " BEST_NAME(
        "own_name") ","
                    " folded = " BEST_NAME(
                        "own_folded") ","
                                      " phone = (SELECT i.value FROM identity i WHERE i.member = $1"
                                      "  AND i.kind IN ('phone', 'masked_phone')"
                                      "  AND i.value NOT LIKE '$$%'"
                                      "  ORDER BY CASE WHEN i.kind = 'phone' THEN 0 ELSE 1 END, "
                                      "i.seen_at DESC, i.value LIMIT 1),"
                                      " province = " SHOWN_VALUE(
                                          "province") ","
                                                      " city = " SHOWN_VALUE(
                                                          "city") ","
                                                                  " touchpoint = (SELECT "
                                                                  "p.own_touchpoint FROM member p "
                                                                  "WHERE p.member IN (SELECT "
                                                                  "member FROM ids)"
                                                                  "  ORDER BY p.own_first_seen, "
                                                                  "p.member LIMIT 1),"
                                                                  " first_seen = (SELECT "
                                                                  "MIN(f.own_first_seen) FROM "
                                                                  "member f"
                                                                  "  WHERE f.member IN (SELECT "
                                                                  "member FROM ids)),"
                                                                  " identified = EXISTS (SELECT 1 "
                                                                  "FROM identity i WHERE i.member "
                                                                  "= $1 AND i.strong"
                                                                  "  AND i.kind <> 'anonymous_id')"
                                                                  " WHERE member = $1");

enum err member_refresh(struct tx *t, i64 living)
{
    return tx_change(t, &member_refreshed, ARGS(living));
}

enum err member_line(struct tx *t, i64 member, const char *kind, str subject, json props)
{
    struct timeline_line line = {
        .at = t->c->now, .member = member, .kind = str_of(kind), .subject = subject, .props = props
    };
    return timeline_append(t, &line);
}

CHANGE(name_set, "UPDATE member SET own_name = $2, own_folded = $3 WHERE member = $1");

enum err member_rename(struct tx *t, i64 member, str name)
{
    i64 living;
    name = str_trim(name);
    if (name.n > 200 || !str_is_utf8(name))
        return fail_at(t->c, E_INVALID, S("name"), "姓名太长", "the name is too long");
    TRY(member_hold_writable(t, member, &living));
    str kept = name.n ? name : NO_STR, folded = name.n ? str_fold(t->c->arena, name) : NO_STR;
    TRY(tx_change(t, &name_set, ARGS(living, kept, folded)));
    TRY(member_refresh(t, living));
    return member_line(t, living, "member.named", NO_STR, NO_STR);
}

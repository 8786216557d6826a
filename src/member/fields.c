/* fields.c -- what segments may ask of a member: identity, profile, tags. */
#include "base/field.h"
#include "member/profile.h"
#include "store/composed.h"

QUERY(profile_rows, field_word,
      "SELECT member, value FROM member_value"
      " WHERE member >= $1 AND member <= $2 AND field = $3 AND shown");
SQL_PART(tags_now,
         "SELECT m.member AS member, t.name AS value FROM member_tag m JOIN tag t ON t.tag = m.tag"
         " WHERE m.member >= $1 AND m.member <= $2 AND m.shown");
/* Of each tag the last line of any id he has had. */
SQL_PART(tags_then,
         "SELECT x.member AS member, SUBSTR(x.subject, 5) AS value FROM ("
         "SELECT COALESCE(g.living, t.member) AS member, t.kind AS kind, t.subject AS subject,"
         " ROW_NUMBER() OVER (PARTITION BY COALESCE(g.living, t.member), t.subject"
         " ORDER BY t.at DESC, t.seq DESC) AS place FROM timeline t LEFT JOIN " MEMBERS_GONE
         " g ON g.id = t.member"
         " WHERE t.kind IN ('member.tagged', 'member.untagged', 'member.tag_expired')"
         " AND t.member > 0 AND t.at < $3 AND COALESCE(g.living, t.member) >= $1"
         " AND COALESCE(g.living, t.member) <= $2) x"
         " WHERE x.place = 1 AND x.kind = 'member.tagged'");

/* What he carries now stands in a table; what he carried once, on the timeline. */
static enum err tag_rows(struct ctx *c, i64 first, i64 last, instant at, struct composed *out)
{
    if (at > c->now) composed_add(out, &tags_now, ARGS(first, last));
    else composed_add(out, &tags_then, ARGS(first, last, at));
    return OK;
}

QUERY(touchpoint_rows, field_word,
      "SELECT member, touchpoint AS value FROM member WHERE member >= $1 AND member <= $2"
      " AND merged_into IS NULL AND touchpoint IS NOT NULL");
QUERY(first_seen_rows, field_number,
      "SELECT member, first_seen AS value FROM member WHERE member >= $1 AND member <= $2"
      " AND first_seen < $3 AND merged_into IS NULL");
QUERY(identity_rows, field_number,
      "SELECT DISTINCT member, CAST(1 AS BIGINT) AS value FROM identity"
      " WHERE member >= $1 AND member <= $2 AND kind = $3");

static const char *const on_values[] = { "member.field_set", "member.merged", "member.unmerged",
                                         "member.erased", NULL };
static const char *const on_tags[] = { "member.tagged",
                                       "member.untagged",
                                       "member.tag_expired",
                                       "member.merged",
                                       "member.unmerged",
                                       "member.erased",
                                       NULL };
static const char *const on_member[] = { "member.*", "identity.*", NULL };

#define PROFILE_OF(PLACE, NAME, KIND, ZH, EN, EXAMPLE)                                           \
    {                                                                                            \
        .name = NAME, .kind = KIND, .sql = &profile_rows, .third = FIELD_KEY, .key = NAME,       \
        .split = (KIND) == FIELD_IS_SET ? ',' : 0, .place = PLACE, .stale = on_values, .zh = ZH, \
        .en = EN, .example = EXAMPLE                                                             \
    }
#define PROFILE(...) PROFILE_OF(false, __VA_ARGS__)

static const struct field rows[] = {
    PROFILE("gender", FIELD_IS_CHOICE, "性别", "Gender", "gender = \"女\""),
    PROFILE("birthday", FIELD_IS_DATE, "生日", "Birthday", "birthday within next 7d"),
    PROFILE("age", FIELD_IS_NUMBER, "年龄", "Age", "age between 25 and 35"),
    PROFILE("life_stage", FIELD_IS_CHOICE, "人生阶段", "Life stage",
            "life_stage in (\"备孕\", \"孕期\")"),
    PROFILE_OF(true, "province", FIELD_IS_TEXT, "省份", "Province", "province = \"浙江\""),
    PROFILE_OF(true, "city", FIELD_IS_TEXT, "城市", "City", "city in (\"上海\", \"杭州\")"),
    PROFILE("skin_type", FIELD_IS_CHOICE, "肤质", "Skin type", "skin_type = \"敏感\""),
    PROFILE("hobbies", FIELD_IS_SET, "兴趣爱好", "Hobbies", "hobbies = \"护肤\""),
    PROFILE("occupation", FIELD_IS_TEXT, "职业", "Occupation", "occupation contains \"教师\""),
    { .name = "tag",
      .kind = FIELD_IS_SET,
      .compose = tag_rows,
      .third = FIELD_AT,
      .stale = on_tags,
      .zh = "标签",
      .en = "Tags",
      .example = "tag = \"敏感肌\"" },
    { .name = "touchpoint",
      .kind = FIELD_IS_TEXT,
      .sql = &touchpoint_rows,
      .stale = on_member,
      .zh = "首次接触的触点",
      .en = "Where he was first seen",
      .example = "touchpoint = \"抖音\"" },
    { .name = "first_seen",
      .kind = FIELD_IS_AGE,
      .sql = &first_seen_rows,
      .third = FIELD_AT,
      .stale = on_member,
      .zh = "首次出现",
      .en = "First seen",
      .example = "first_seen <= 30d" },
    { .name = "phone",
      .kind = FIELD_IS_KNOWN,
      .sql = &identity_rows,
      .third = FIELD_KEY,
      .key = "phone",
      .stale = on_member,
      .zh = "手机号",
      .en = "Phone",
      .example = "phone is known" },
    { .name = "email",
      .kind = FIELD_IS_KNOWN,
      .sql = &identity_rows,
      .third = FIELD_KEY,
      .key = "email",
      .stale = on_member,
      .zh = "电子邮箱",
      .en = "E-mail",
      .example = "email is unknown" },
    { 0 },
};

/* Fields that people defined: typed as they said. */
static enum err defined(struct ctx *c, struct fields *out)
{
    static const enum field_kind kind_of[] = {
        [FIELD_TEXT] = FIELD_IS_TEXT,     [FIELD_NUMBER] = FIELD_IS_NUMBER,
        [FIELD_DATE] = FIELD_IS_DATE,     [FIELD_FLAG] = FIELD_IS_FLAG,
        [FIELD_CHOICE] = FIELD_IS_CHOICE, [FIELD_CHOICES] = FIELD_IS_SET,
    };
    struct field_row_list list;
    TRY(field_list(c, &list));
    for (i64 i = 0; i < list.n; i++) {
        const struct field_row *row = &list.at[i];
        const char *name = str_z(c->arena, row->name);
        *PUSH(c->arena, out) = (struct field)PROFILE(
            name, kind_of[row->type], str_z(c->arena, row->zh), str_z(c->arena, row->en), NULL);
    }
    return OK;
}

const struct field_table member_fields = { rows, defined };

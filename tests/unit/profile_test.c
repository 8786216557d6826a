/* profile_test.c -- profile fields: their types, which source counts, and what merges make of them.
 */
#include "test.h"

#include "member/profile.h"

struct put_job {
    i64 member;
    str field, value, source;
    instant at;
};
static enum err put_it(struct tx *t, void *arg)
{
    struct put_job *p = arg;
    return profile_put(t, p->member, p->field, p->value, p->source, p->at);
}
static enum err try_put(i64 member, const char *field, const char *value, const char *source,
                        instant at)
{
    struct put_job p = { member, str_of(field), str_of(value), str_of(source), at };
    return store_write(test_store(), test_reader(), put_it, &p);
}
static void put(i64 member, const char *field, const char *value, const char *source, instant at)
{
    CHECK_OK(test_ctx(), try_put(member, field, value, source, at));
}

static enum err make_member(struct tx *t, void *arg)
{
    struct member_sighting in = { .name = S("某人"), .source = S("test") };
    bool created;
    return member_resolve(t, &in, arg, &created);
}
static i64 somebody(void)
{
    i64 member;
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), make_member, &member));
    return member;
}

static struct value_view value_of(i64 member, const char *field)
{
    struct value_view_list values;
    CHECK_OK(test_ctx(), member_values(test_reader(), member, true, &values));
    for (i64 i = 0; i < values.n; i++)
        if (str_eq(values.at[i].field, str_of(field))) return values.at[i];
    return (struct value_view){ 0 };
}

TEST(a_field_knows_its_source)
{
    i64 a = somebody();
    put(a, "occupation", "教师", "import", 5000);
    CHECK_STR(value_of(a, "occupation").value, "教师");
    CHECK_STR(value_of(a, "occupation").source, "import");
    CHECK_I64(value_of(a, "occupation").at, 5000);
    put(a, "occupation", "医生", "behaviour", 9000); /* weaker */
    CHECK_STR(value_of(a, "occupation").value, "教师");
    put(a, "occupation", "医生", "import", 4000); /* older */
    CHECK_STR(value_of(a, "occupation").value, "教师");
    put(a, "occupation", "医生", "import", 6000);
    CHECK_STR(value_of(a, "occupation").value, "医生");
    put(a, "occupation", "学生", "buyer_show", 1000); /* better, though older */
    CHECK_STR(value_of(a, "occupation").value, "学生");
    put(a, "occupation", "律师", "hand", 500);
    put(a, "occupation", "厨师", "import", 99999);
    CHECK_STR(value_of(a, "occupation").value, "律师");
    put(a, "occupation", "", "hand", 99999);
    CHECK_STR(value_of(a, "occupation").value, NULL);
}

TEST(the_same_value_seen_later_counts_as_of_then)
{
    i64 a = somebody();
    put(a, "city", "上海", "import", 1000);
    put(a, "city", "上海", "import", 3000);
    put(a, "city", "北京", "import", 2000);
    CHECK_STR(value_of(a, "city").value, "上海");
    struct timeline_line_list lines;
    CHECK_OK(test_ctx(), timeline_of_member(test_reader(), (ints){ &a, 1 }, 0, 100, &lines));
    CHECK_I64(lines.n, 2); /* created, city once */
}

TEST(values_fit_their_types)
{
    i64 a = somebody();
    static const struct {
        const char *field, *in, *out;
    } rows[] = {
        { "birthday", "1995年8月20日", "1995-08-20" },
        { "birthday", "1995/8/20", "1995-08-20" },
        { "birthday", "yesterday", NULL },
        { "age", "28", "28" },
        { "age", "２９", "29" },
        { "age", "old", NULL },
        { "gender", "女", "女" },
        { "gender", "X", NULL },
        { "hobbies", "旅行、美妆，旅行", "美妆,旅行" },
        { "hobbies", "旅行,睡觉", NULL },
        { "occupation", " 教师 ", "教师" },
        { "occupation", "\xff", NULL },
    };
    for (i64 i = 0; i < COUNT(rows); i++) {
        enum err err = try_put(a, rows[i].field, rows[i].in, "hand", 1000 + i);
        CHECK_ERR(test_ctx(), err, rows[i].out ? OK : E_INVALID);
        if (rows[i].out) CHECK_STR(value_of(a, rows[i].field).value, rows[i].out);
    }
    CHECK_ERR(test_ctx(), try_put(a, "nothing", "x", "hand", 1), E_NOT_FOUND);
    CHECK_ERR(test_ctx(), try_put(a, "age", "1", "rumour", 1), E_INVALID);
    CHECK_ERR(test_ctx(), try_put(99, "age", "1", "hand", 1), E_NOT_FOUND);
}

static str choices_at[] = { { "S", 1 }, { "M", 1 }, { "L", 1 } };
static enum err define_it(struct tx *t, void *arg)
{
    const char *name = arg;
    return field_define(t, str_of(name), S("尺码"), S("Size"), FIELD_CHOICE,
                        (strs){ choices_at, 3 }, false);
}
static enum err define_without(struct tx *t, void *arg)
{
    (void)arg;
    return field_define(t, S("empty"), NO_STR, NO_STR, FIELD_CHOICE, (strs){ 0 }, false);
}
static enum err define(char *name)
{
    return store_write(test_store(), test_reader(), define_it, name);
}

TEST(fields_of_ones_own)
{
    char size[] = "size", bad[] = "尺码", city[] = "city";
    CHECK_OK(test_ctx(), define(size));
    CHECK_ERR(test_ctx(), define(size), E_CONFLICT);
    CHECK_ERR(test_ctx(), define(city), E_CONFLICT);
    CHECK_ERR(test_ctx(), define(bad), E_INVALID);
    CHECK_ERR(test_ctx(), store_write(test_store(), test_reader(), define_without, NULL),
              E_INVALID);
    i64 a = somebody();
    put(a, "size", "m", "hand", 1);
    CHECK_STR(value_of(a, "size").value, "M");
    CHECK_ERR(test_ctx(), try_put(a, "size", "XL", "hand", 2), E_INVALID);
    struct field_row_list fields;
    CHECK_OK(test_ctx(), field_list(test_reader(), &fields));
    CHECK_I64(fields.n, 10);
    CHECK_STR(fields.at[9].name, "size");
}

TEST(place_stands_in_the_brief_view)
{
    i64 a = somebody();
    put(a, "province", "浙江", "import", 1);
    put(a, "city", "杭州", "import", 1);
    struct member_brief brief;
    CHECK_OK(test_ctx(), member_show(test_reader(), a, true, &brief));
    CHECK_STR(brief.province, "浙江");
    CHECK_STR(brief.city, "杭州");
}

TEST(personal_fields_are_masked)
{
    i64 a = somebody();
    put(a, "birthday", "1995-08-20", "hand", 1);
    put(a, "gender", "女", "hand", 1);
    struct value_view_list values;
    CHECK_OK(test_ctx(), member_values(test_reader(), a, false, &values));
    CHECK_I64(values.n, 2);
    CHECK_STR(values.at[0].value, "****");
    CHECK_STR(values.at[1].value, "女");
}

struct merge_job {
    i64 winner, loser, merge;
};
static enum err merge_it(struct tx *t, void *arg)
{
    struct merge_job *m = arg;
    return member_merge(t, m->winner, m->loser, S("hand"), &m->merge);
}
static enum err unmerge_it(struct tx *t, void *arg) { return member_unmerge(t, *(i64 *)arg); }

TEST(merged_members_share_values_and_part_with_their_own)
{
    i64 a = somebody(), b = somebody();
    put(a, "city", "上海", "import", 5000);
    put(a, "age", "30", "hand", 1000);
    put(b, "city", "北京", "buyer_show", 1000);
    put(b, "age", "31", "import", 9000);
    put(b, "gender", "女", "import", 1000);
    struct merge_job m = { a, b, 0 };
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), merge_it, &m));
    CHECK_STR(value_of(a, "city").value, "北京");
    CHECK_STR(value_of(a, "age").value, "30");
    CHECK_STR(value_of(a, "gender").value, "女");
    /* Not better than what came along: kept for the day they part. */
    put(a, "city", "广州", "import", 7000);
    CHECK_STR(value_of(a, "city").value, "北京");
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), unmerge_it, &m.merge));
    CHECK_STR(value_of(a, "city").value, "广州");
    CHECK_STR(value_of(a, "gender").value, NULL);
    CHECK_STR(value_of(b, "city").value, "北京");
    CHECK_STR(value_of(b, "age").value, "31");
    struct member_brief brief;
    CHECK_OK(test_ctx(), member_show(test_reader(), a, true, &brief));
    CHECK_STR(brief.city, "广州");
}

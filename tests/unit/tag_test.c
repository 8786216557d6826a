/* tag_test.c -- tags: put, dropped, exclusive, expiring, counted; and what merges make of them. */
#include "test.h"

#include "member/tag.h"

enum what { PUT, DROP, DEFINE, GROUP, MERGE, UNMERGE };

/* One change, with its result. */
struct change {
    enum what what;
    i64 member, other, number;
    str tag, source;
    opt_i64 expires_at;
    bool exclusive;
};

static enum err change_it(struct tx *t, void *arg)
{
    struct change *x = arg;
    switch (x->what) {
    case PUT:
        return tag_put(t, x->member, x->tag, x->source.n ? x->source : S("hand"), x->expires_at);
    case DROP: return tag_drop(t, x->member, x->tag);
    case DEFINE: return tag_define(t, x->tag, x->other ? SOME(x->other) : NONE, &x->number);
    case GROUP: return tag_group_define(t, x->tag, x->exclusive, &x->number);
    case MERGE: return member_merge(t, x->member, x->other, S("hand"), &x->number);
    case UNMERGE: return member_unmerge(t, x->number);
    }
    return E_INTERNAL;
}

static enum err change(struct change *x)
{
    return store_write(test_store(), test_reader(), change_it, x);
}
static i64 done(struct change x)
{
    CHECK_OK(test_ctx(), change(&x));
    return x.number;
}
static void put(i64 member, const char *tag)
{
    done((struct change){ PUT, .member = member, .tag = str_of(tag) });
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

/* Names of the tags that count, apart by blanks, in order of the name. */
static str carried(i64 member)
{
    struct member_brief brief;
    CHECK_OK(test_ctx(), member_show(test_reader(), member, true, &brief));
    return str_join(test_ctx()->arena, brief.tags, S(" "));
}

static i64 lines(i64 member, const char *kind)
{
    struct timeline_line_list out;
    CHECK_OK(test_ctx(), timeline_of_member(test_reader(), (ints){ &member, 1 }, 0, 1000, &out));
    i64 n = 0;
    for (i64 i = 0; i < out.n; i++) n += str_eq(out.at[i].kind, str_of(kind));
    return n;
}

TEST(a_tag_is_defined_by_its_first_use)
{
    i64 a = somebody(), b = somebody();
    put(a, " VIP ");
    put(b, "ｖｉｐ");
    put(b, "敏感肌");
    CHECK_STR(carried(a), "VIP");
    CHECK_STR(carried(b), "VIP 敏感肌");
    struct tag_view_list tags;
    CHECK_OK(test_ctx(), tag_list(test_reader(), NO_STR, &tags));
    CHECK_I64(tags.n, 2);
    CHECK_STR(tags.at[0].name, "VIP");
    CHECK_I64(tags.at[0].members, 2);
    CHECK_I64(tags.at[1].members, 1);
    struct change again = { DEFINE, .tag = S("Vip") };
    CHECK_ERR(test_ctx(), change(&again), E_CONFLICT);
}

TEST(putting_what_is_there_changes_nothing)
{
    i64 a = somebody();
    put(a, "VIP");
    put(a, "VIP");
    CHECK_I64(lines(a, "member.tagged"), 1);
    done((struct change){ PUT, .member = a, .tag = S("VIP"),
                          .expires_at = SOME(test_ctx()->now + 1000) });
    CHECK_I64(lines(a, "member.tagged"), 2);
    done((struct change){ DROP, .member = a, .tag = S("vip") });
    CHECK_STR(carried(a), "");
    done((struct change){ DROP, .member = a, .tag = S("vip") });
    CHECK_I64(lines(a, "member.untagged"), 1);
    struct change unknown = { DROP, .member = a, .tag = S("没有的") };
    CHECK_ERR(test_ctx(), change(&unknown), E_NOT_FOUND);
}

TEST(names_that_cannot_be_are_refused)
{
    i64 a = somebody();
    static const char *const bad[] = {
        "", "  ", "a\nb", "0123456789012345678901234567890123456789012345678901234567890"
    };
    for (i64 i = 0; i < COUNT(bad); i++) {
        struct change x = { PUT, .member = a, .tag = str_of(bad[i]) };
        CHECK_ERR(test_ctx(), change(&x), E_INVALID);
    }
    struct change nobody = { PUT, .member = 99, .tag = S("VIP") };
    CHECK_ERR(test_ctx(), change(&nobody), E_NOT_FOUND);
    struct change past = { PUT, .member = a, .tag = S("VIP"), .expires_at = SOME(test_ctx()->now) };
    CHECK_ERR(test_ctx(), change(&past), E_INVALID);
}

TEST(exclusive_groups_hold_one)
{
    i64 group = done((struct change){ GROUP, .tag = S("生命周期"), .exclusive = true });
    i64 loose = done((struct change){ GROUP, .tag = S("兴趣") });
    static const char *const cycle[] = { "新客", "老客", "沉睡" }, *const likes[] = { "猫", "狗" };
    for (i64 i = 0; i < COUNT(cycle); i++)
        done((struct change){ DEFINE, .tag = str_of(cycle[i]), .other = group });
    for (i64 i = 0; i < COUNT(likes); i++)
        done((struct change){ DEFINE, .tag = str_of(likes[i]), .other = loose });
    i64 a = somebody();
    put(a, "新客"), put(a, "猫"), put(a, "狗"), put(a, "老客");
    CHECK_STR(carried(a), "狗 猫 老客");
    put(a, "沉睡");
    CHECK_STR(carried(a), "沉睡 狗 猫");
    struct change twice = { GROUP, .tag = S("生命周期") };
    CHECK_ERR(test_ctx(), change(&twice), E_CONFLICT);
}

TEST(tags_end_when_their_time_is_over)
{
    struct ctx *c = test_reader();
    i64 a = somebody(), b = somebody();
    put(a, "常客");
    done((struct change){ PUT, .member = a, .tag = S("活动"), .expires_at = SOME(c->now + 1000) });
    done((struct change){ PUT, .member = b, .tag = S("活动"), .expires_at = SOME(c->now + 2000) });
    i64 n;
    CHECK_OK(c, tag_expire(test_store(), c, &n));
    CHECK_I64(n, 0);
    c->now += 1000;
    CHECK_OK(c, tag_expire(test_store(), c, &n));
    CHECK_I64(n, 1);
    CHECK_STR(carried(a), "常客");
    CHECK_STR(carried(b), "活动");
    CHECK_I64(lines(a, "member.tag_expired"), 1);
}

TEST(merged_members_share_tags_and_part_with_their_own)
{
    i64 group = done((struct change){ GROUP, .tag = S("周期"), .exclusive = true });
    done((struct change){ DEFINE, .tag = S("新客"), .other = group });
    done((struct change){ DEFINE, .tag = S("老客"), .other = group });
    i64 a = somebody(), b = somebody();
    put(a, "新客"), put(a, "猫");
    test_ctx()->now += 1000;
    put(b, "老客"), put(b, "猫"), put(b, "狗");
    i64 merge = done((struct change){ MERGE, .member = a, .other = b });
    CHECK_STR(carried(a), "狗 猫 老客"); /* the later of the group counts */
    struct tag_view_list tags;
    i64 cats = 0;
    CHECK_OK(test_ctx(), tag_list(test_reader(), NO_STR, &tags));
    for (i64 i = 0; i < tags.n; i++)
        if (str_eq(tags.at[i].name, S("猫"))) cats = tags.at[i].members;
    CHECK_I64(cats, 1);
    /* b's old id stands for a. */
    put(b, "鱼");
    CHECK_STR(carried(a), "狗 猫 老客 鱼");
    done((struct change){ UNMERGE, .number = merge });
    CHECK_STR(carried(a), "新客 猫 鱼");
    CHECK_STR(carried(b), "狗 猫 老客");
}

static enum err put_many(struct tx *t, void *arg)
{
    i64 members[] = { 1, 2, 3 };
    return tag_put_all(t, (ints){ members, 3 }, S("批量"), S("hand"), NONE, arg);
}
static enum err drop_many(struct tx *t, void *arg)
{
    i64 members[] = { 1, 2 };
    return tag_drop_all(t, (ints){ members, 2 }, S("批量"), arg);
}

TEST(many_at_once)
{
    for (i64 i = 0; i < 3; i++) somebody();
    put(2, "批量");
    i64 changed;
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), put_many, &changed));
    CHECK_I64(changed, 2);
    CHECK_STR(carried(3), "批量");
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), drop_many, &changed));
    CHECK_I64(changed, 2);
    CHECK_STR(carried(1), "");
    CHECK_STR(carried(3), "批量");
    struct member_brief_list found;
    struct member_place end;
    CHECK_OK(test_ctx(), member_search(test_reader(), NO_STR, S("批量"), (struct member_place){ 0 },
                                       10, true, &found, &end));
    CHECK_I64(found.n, 1);
    CHECK_I64(found.at[0].id, 3);
}

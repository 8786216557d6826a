/* identity_test.c -- how values of each kind are cleaned, what becomes weak, what is refused. */
#include "test.h"

#include "member/member.h"

static struct identity tried(enum identity_kind kind, const char *value, enum err want)
{
    struct identity id = { .kind = kind, .scope = S("天猫"), .value = str_of(value) };
    enum err got = identity_normalise(test_ctx(), &id);
    if (got != want) print_message("value: %s\n", value);
    CHECK_ERR(test_ctx(), got, want);
    return id;
}

/* in -> out, and cleaning it again changes nothing. */
static void becomes(enum identity_kind kind, const char *in, enum identity_kind out_kind,
                    const char *out)
{
    struct identity id = tried(kind, in, OK);
    CHECK_STR(id.value, out);
    CHECK_I64(id.kind, out_kind);
    struct identity again = id;
    CHECK_OK(test_ctx(), identity_normalise(test_ctx(), &again));
    CHECK_STR(again.value, out);
    CHECK_I64(again.kind, out_kind);
}

TEST(phones_become_digits_with_country)
{
    static const char *const same[] = {
        "13800138000",       "+8613800138000",          "86-13800138000", "0086 138 0013 8000",
        "17951 13800138000", "+86 17951 138-0013-8000", "'13800138000",   "１３８００１３８０００",
        " 138-0013-8000\t",  "(86)13800138000",         "8613800138000",  "12593+13800138000",
    };
    for (i64 i = 0; i < COUNT(same) - 1; i++) becomes(ID_PHONE, same[i], ID_PHONE, "8613800138000");
    tried(ID_PHONE, same[COUNT(same) - 1], E_INVALID);
    becomes(ID_PHONE, "021-12345678", ID_PHONE, "862112345678");
    becomes(ID_PHONE, "0571-87654321", ID_PHONE, "8657187654321");
    becomes(ID_PHONE, "+86 (0)571 8765 4321", ID_PHONE, "8657187654321");
    becomes(ID_PHONE, "+1 415-555-0123", ID_PHONE, "+14155550123");
    becomes(ID_PHONE, "0044 20 7946 0958", ID_PHONE, "+442079460958");
}

TEST(masked_and_lent_phones_are_weak)
{
    becomes(ID_PHONE, "138****8000", ID_MASKED_PHONE, "138****8000");
    becomes(ID_PHONE, "1******6198", ID_MASKED_PHONE, "1******6198");
    becomes(ID_PHONE, "$$a8Kd", ID_MASKED_PHONE, "$$a8kd");
    becomes(ID_PHONE, "18400000000-1234", ID_MASKED_PHONE, "18400000000-1234");
    becomes(ID_PHONE, "86-18400000000-1234", ID_MASKED_PHONE, "86-18400000000-1234");
    becomes(ID_PHONE, "17012345678转1234", ID_MASKED_PHONE, "17012345678转1234");
    CHECK_STR(tried(ID_PHONE, "138****8000", OK).scope, "天猫");
    CHECK_STR(tried(ID_PHONE, "13800138000", OK).scope, "");
}

TEST(what_is_no_phone_is_refused)
{
    static const char *const bad[] = { "",
                                       "-",
                                       "0",
                                       "1380013800",
                                       "138001380001",
                                       "12345678901",
                                       "1.38E+10",
                                       "abc",
                                       "12345678",
                                       "00000000000",
                                       "+123456",
                                       "+1234567890123456",
                                       "null",
                                       "13800138000 张三",
                                       "400-800-1234",
                                       "\xff\xfe" };
    for (i64 i = 0; i < COUNT(bad); i++) tried(ID_PHONE, bad[i], E_INVALID);
}

TEST(mail_is_lower_case_and_checked)
{
    becomes(ID_EMAIL, " Anna.Smith+x@Mail.Example.COM ", ID_EMAIL, "anna.smith+x@mail.example.com");
    becomes(ID_EMAIL, "a***@x.cn", ID_NICK, "a***@x.cn");
    static const char *const bad[] = { "anna",    "@x.cn",     "a@",        "a@b",     "a b@x.cn",
                                       "a@@x.cn", ".a@x.cn",   "a..b@x.cn", "a@-x.cn", "a@x..cn",
                                       "a@x.c",   "a@1.2.3.4", "a,b@x.cn",  "a@x_y.cn" };
    for (i64 i = 0; i < COUNT(bad); i++) tried(ID_EMAIL, bad[i], E_INVALID);
}

TEST(names_with_stars_are_nicks)
{
    becomes(ID_TAOBAO_NICK, "t**6", ID_NICK, "t**6");
    becomes(ID_TAOBAO_NICK, "小红 2011", ID_TAOBAO_NICK, "小红 2011");
    becomes(ID_SHOP_ACCOUNT, "l***y", ID_NICK, "l***y");
    becomes(ID_DOUYIN_ID, "##8sKd", ID_NICK, "##8sKd");
    /* Random tokens are taken as they are. */
    becomes(ID_ANONYMOUS_ID, "a*b", ID_ANONYMOUS_ID, "a*b");
}

TEST(fillers_never_identify)
{
    static const char *const fillers[] = { "null", "NULL",      "undefined",      "无", "-", "0",
                                           "N/A",  "anonymous", "[object Object]" };
    static const enum identity_kind kinds[] = { ID_USER_ID, ID_SHOP_ACCOUNT, ID_ANONYMOUS_ID,
                                                ID_NICK };
    for (i64 i = 0; i < COUNT(fillers); i++)
        for (i64 k = 0; k < COUNT(kinds); k++) tried(kinds[k], fillers[i], E_INVALID);
}

TEST(scoped_kinds_need_their_scope)
{
    struct identity id = { .kind = ID_SHOP_ACCOUNT, .value = S("lily") };
    CHECK_ERR(test_ctx(), identity_normalise(test_ctx(), &id), E_INVALID);
    CHECK_STR(str_of(test_ctx()->why.field), "scope");
    id.scope = S(" 天猫 ");
    CHECK_OK(test_ctx(), identity_normalise(test_ctx(), &id));
    CHECK_STR(id.scope, "天猫");
    /* A scope where none belongs is dropped: the same phone in two shops is one phone. */
    id = (struct identity){ .kind = ID_PHONE, .scope = S("天猫"), .value = S("13800138000") };
    CHECK_OK(test_ctx(), identity_normalise(test_ctx(), &id));
    CHECK_STR(id.scope, "");
}

TEST(refusals_do_not_repeat_the_value)
{
    struct identity id = { .kind = ID_PHONE, .value = S("1380013800") };
    CHECK_ERR(test_ctx(), identity_normalise(test_ctx(), &id), E_INVALID);
    CHECK(str_find(str_of(test_ctx()->why.detail), S("1380013800")) < 0);
}

TEST(too_long_values_and_control_characters_are_refused)
{
    char text[300];
    memset(text, 'a', sizeof text);
    text[201] = 0;
    tried(ID_USER_ID, text, E_INVALID);
    text[200] = 0;
    tried(ID_USER_ID, text, OK);
    tried(ID_USER_ID, "a\nb", E_INVALID);
}

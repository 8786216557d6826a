/* mask_test.c -- personal data as those see it who may not see it. */
#include "test.h"

#include "member/member.h"

static struct arena *a(void) { return test_ctx()->arena; }

TEST(phones)
{
    CHECK_STR(mask_phone(a(), S("8613800138000")), "138****8000");
    CHECK_STR(mask_phone(a(), S("13800138000")), "138****8000");
    CHECK_STR(mask_phone(a(), S("+14155550123")), "+14****0123");
    CHECK_STR(mask_phone(a(), S("862112345678")), "021****5678");
    CHECK_STR(mask_phone(a(), S("138****8000")), "138****8000");
    CHECK_STR(mask_phone(a(), S("1234")), "****");
    CHECK_STR(mask_phone(a(), NO_STR), NULL);
    CHECK_STR(phone_text(a(), S("8613800138000")), "13800138000");
    CHECK_STR(phone_text(a(), S("862112345678")), "02112345678");
    CHECK_STR(phone_text(a(), S("+14155550123")), "+14155550123");
}

TEST(names)
{
    CHECK_STR(mask_name(a(), S("张三丰")), "张**");
    CHECK_STR(mask_name(a(), S("张三")), "张**");
    CHECK_STR(mask_name(a(), S("Anna")), "A**");
    CHECK_STR(mask_name(a(), S("张**")), "张**");
    CHECK_STR(mask_name(a(), NO_STR), NULL);
}

TEST(mail)
{
    CHECK_STR(mask_email(a(), S("anna@x.cn")), "a***@x.cn");
    CHECK_STR(mask_email(a(), S("a***@x.cn")), "a***@x.cn");
    CHECK_STR(mask_email(a(), S("no mail")), "n**");
}

TEST(addresses_to_the_district)
{
    CHECK_STR(mask_address(a(), S("浙江省杭州市余杭区文一西路969号")), "浙江省杭州市余杭区****");
    CHECK_STR(mask_address(a(), S("广西壮族自治区南宁市青秀区民族大道1号")),
              "广西壮族自治区南宁市青秀区****");
    CHECK_STR(mask_address(a(), S("广东省东莞市长安镇振安路")), "广东省东莞市****");
    CHECK_STR(mask_address(a(), S("12 Baker Street")), "****");
}

TEST(identities_by_kind)
{
    CHECK_STR(mask_identity(a(), ID_PHONE, S("8613800138000")), "138****8000");
    CHECK_STR(mask_identity(a(), ID_EMAIL, S("anna@x.cn")), "a***@x.cn");
    CHECK_STR(mask_identity(a(), ID_SHOP_ACCOUNT, S("lily")), "l**y");
    CHECK_STR(mask_identity(a(), ID_TAOBAO_NICK, S("爱吃鱼的小猫")), "爱**猫");
    CHECK_STR(mask_identity(a(), ID_TAOBAO_NICK, S("t**6")), "t**6");
    CHECK_STR(mask_identity(a(), ID_NICK, S("猫")), "猫**");
    CHECK_STR(mask_identity(a(), ID_UNIONID, S("oU1f")), "oU1f"); /* says nothing to people */
    /* People use what is personal as account names. */
    CHECK_STR(mask_identity(a(), ID_JD_PIN, S("13800138000")), "138****8000");
    CHECK_STR(mask_identity(a(), ID_USER_ID, S("anna@x.cn")), "a***@x.cn");
}

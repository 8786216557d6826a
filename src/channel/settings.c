/* settings.c -- what an operator can change about deliveries. */

#include "channel/guard.h"
#include "channel/inside.h"

static enum err allowed_is_fit(struct ctx *c, str value)
{
    strs parts = str_split(c->arena, value, ',');
    for (i64 i = 0; i < parts.n; i++) {
        struct sockaddr_storage one;
        if (!guard_allow_parse(parts.at[i], &one))
            return fail_at(c, E_INVALID, S("value"),
                           "第 %lld 项应是 地址:端口，如 10.0.0.5:25 或 [::1]:8080",
                           "number %lld should be address:port, such as 10.0.0.5:25 or [::1]:8080",
                           (long long)i + 1);
    }
    return OK;
}

static enum err ca_is_fit(struct ctx *c, str value)
{
    if (!value.n || (value.at[0] == '/' && str_is_line(value))) return OK;
    return fail_at(c, E_INVALID, S("value"), "应是服务器上的完整路径，如 /etc/koi/ca.pem",
                   "a full path on the server, such as /etc/koi/ca.pem");
}

static enum err smtp_is_fit(struct ctx *c, str value)
{
    bool scheme = str_starts(value, S("smtp://")) || str_starts(value, S("smtps://"));
    if (!value.n || (scheme && str_is_line(value) && !str_has(value, '@') && !str_has(value, ' ')))
        return OK;
    return fail_at(
        c, E_INVALID, S("value"),
        "应如 smtp://mail.example.com:587 或 smtps://mail.example.com，不带用户名",
        "such as smtp://mail.example.com:587 or smtps://mail.example.com, without a user");
}

static enum err line_is_fit(struct ctx *c, str value)
{
    if (!value.n || str_is_line(value)) return OK;
    return fail_at(c, E_INVALID, S("value"), "须写成一行", "one line");
}

static enum err from_is_fit(struct ctx *c, str value)
{
    if (!value.n || endpoint_address_is_fit(value)) return OK;
    return fail_at(c, E_INVALID, S("value"), "应是邮箱地址，如 koi@example.com",
                   "a mail address, such as koi@example.com");
}

const struct setting channel_settings[] = {
    { .name = "channel.smtp_url",
      .kind = SETTING_TEXT,
      .fallback = "",
      .check = smtp_is_fit,
      .zh = "发邮件的服务器，如 smtp://mail.example.com:587 或 "
            "smtps://mail.example.com；空：不发邮件",
      .en = "The mail server, such as smtp://mail.example.com:587 or smtps://…; empty: no mails" },
    { .name = "channel.smtp_tls",
      .kind = SETTING_CHOICE,
      .fallback = "required",
      .choices = "required optional",
      .zh = "smtp:// 是否必须用 STARTTLS 加密",
      .en = "Whether smtp:// must be encrypted by STARTTLS" },
    { .name = "channel.smtp_user",
      .kind = SETTING_TEXT,
      .fallback = "",
      .check = line_is_fit,
      .zh = "邮件服务器的用户名；空：不登录",
      .en = "User at the mail server; empty: no sign-in" },
    { .name = "channel.smtp_password",
      .kind = SETTING_SECRET,
      .fallback = "",
      .check = line_is_fit,
      .zh = "邮件服务器的密码（只写，不显示）",
      .en = "Password at the mail server (written, never shown)" },
    { .name = "channel.mail_from",
      .kind = SETTING_TEXT,
      .fallback = "",
      .check = from_is_fit,
      .zh = "邮件的发件地址，如 koi@example.com",
      .en = "The sender of mails, such as koi@example.com" },
    { .name = "channel.mail_name",
      .kind = SETTING_TEXT,
      .fallback = "锦鲤",
      .max = 60,
      .check = line_is_fit,
      .zh = "邮件的发件人名称",
      .en = "The sender's name" },
    { .name = "channel.ca_file",
      .kind = SETTING_TEXT,
      .fallback = "",
      .check = ca_is_fit,
      .zh = "自建证书机构的证书文件（服务器上的 PEM 文件，如 "
            "/etc/koi/ca.pem），在系统信任的机构之外另"
            "认；空：只认系统的",
      .en = "Certificates of authorities of your own, a PEM file on the server such as "
            "/etc/koi/ca.pem, trusted besides the system's; empty: the system's alone" },
    { .name = "channel.allow_http",
      .kind = SETTING_FLAG,
      .fallback = "false",
      .zh = "Webhook 也可以用不加密的 http://",
      .en = "Webhooks may also be http://, unencrypted" },
    { .name = "channel.allow_private",
      .kind = SETTING_TEXT,
      .fallback = "",
      .check = allowed_is_fit,
      .zh = "允许访问的内部地址，地址:端口，逗号分开，如 10.0.0.5:25；此外的内部地址一律拒绝",
      .en = "Inside addresses that may be called, address:port with commas between; all others are "
            "refused" },
    { .name = "channel.per_hour",
      .kind = SETTING_I64,
      .fallback = "60",
      .min = 1,
      .max = 10000,
      .zh = "每个推送地址每小时最多几条，超出的拦下并汇总告知",
      .en =
          "Messages an endpoint gets in an hour at most; the rest are held back, and told in one" },
    { .name = "channel.off_after_hours",
      .kind = SETTING_I64,
      .fallback = "72",
      .min = 1,
      .max = 720,
      .zh = "连续失败多少小时后停用推送地址",
      .en = "Hours without a success after which an endpoint is switched off" },
    { .name = "channel.rotation_hours",
      .kind = SETTING_I64,
      .fallback = "24",
      .min = 0,
      .max = 720,
      .zh = "更换签名密钥后，旧密钥继续有效的小时数",
      .en = "Hours the old secret still signs after a rotation" },
    { .name = "channel.keep_days",
      .kind = SETTING_I64,
      .fallback = "30",
      .min = 7,
      .max = 400,
      .zh = "推送记录和附件保留的天数",
      .en = "Days deliveries and their files are kept" },
    { 0 },
};

/* inside.h -- what the files of this room share. */
#pragma once

#include "base/room.h"
#include "channel/delivery.h"
#include "store/setting.h"
#include "store/store.h"

extern const struct migration channel_migrations[];
extern const struct topic channel_topics[];

/* -- faults: what can go wrong with a try, and how it is said (fault.c) -------------------------
 */

#define FAULTS(X)                                                                                \
    X(NONE, "", "", "")                                                                          \
    X(STATUS, "status", "对方回答 HTTP %s", "the other side answered HTTP %s")                   \
    X(REDIRECT, "redirect", "对方要求跳转（HTTP %s）；跳转不被跟随，请填写最终地址",             \
      "the other side redirects (HTTP %s); redirects are not followed: write the final address") \
    X(GONE, "gone", "对方回答 410：这个地址不再接收，已停用",                                    \
      "the other side answered 410: it no longer wants messages; switched off")                  \
    X(TIMEOUT, "timeout", "%s 秒内没有回答", "no answer within %s seconds")                      \
    X(CLOSED, "closed", "地址解析到 %s，不允许访问（见设置 channel.allow_private）",             \
      "the name leads to %s, which must not be called (setting channel.allow_private)")          \
    X(NAME, "name", "域名无法解析：%s", "the name cannot be resolved: %s")                       \
    X(CONNECT, "connect", "连接不上：%s", "cannot connect: %s")                                  \
    X(TLS, "tls", "加密连接失败：%s", "the encrypted connection failed: %s")                     \
    X(EXPIRED, "expired", "对方的证书已过期，或还没有到生效时间：请对方更换证书",                \
      "the other side's certificate has expired or is not valid yet: it has to be replaced")     \
    X(MISNAMED, "misnamed", "对方的证书不是发给 %s 的：请核对地址",                              \
      "the other side's certificate is not for %s: check the address")                           \
    X(UNTRUSTED, "untrusted",                                                                    \
      "对方的证书不是可信机构签发的（%s）；自建机构的证书文件写在设置 channel.ca_file",          \
      "the other side's certificate is not of an authority that is trusted (%s); the file of "   \
      "authorities of your own is the setting channel.ca_file")                                  \
    X(CA_FILE, "ca_file", "读不出设置 channel.ca_file 的证书文件 %s，没有发送",                  \
      "the certificates of the setting channel.ca_file cannot be read (%s): nothing was sent")   \
    X(URL, "url", "地址不符合要求：%s", "the address will not do: %s")                           \
    X(LATER, "later", "邮件服务器暂时拒绝：%s", "the mail server refused for now: %s")           \
    X(REFUSED, "refused", "邮件服务器拒绝：%s", "the mail server refused: %s")                   \
    X(LOGIN, "login", "邮件服务器不接受用户名或密码：%s",                                        \
      "the mail server does not accept user or password: %s")                                    \
    X(STARTTLS, "starttls", "邮件服务器不支持 STARTTLS；未加密的邮件不发送",                     \
      "the mail server offers no STARTTLS; mails are not sent unencrypted")                      \
    X(UNSET, "unset", "还没有设置 %s", "the setting %s is missing")                              \
    X(OFF, "off", "推送地址已停用", "the endpoint is off")                                       \
    X(OLD, "old", "太久没有送达", "it did not arrive for too long")                              \
    X(SHARE, "share", "超过每小时上限，已拦下", "held back: over the share of the hour")         \
    X(OTHER, "other", "发送失败：%s", "sending failed: %s")

enum fault {
#define X(id, name, zh, en) FAULT_##id,
    FAULTS(X)
#undef X
};
str fault_name(enum fault f);
/* In c's language; name as it is kept. Empty: nothing is wrong. */
str fault_words(const struct ctx *c, str name, str detail);

/* -- endpoints as they are kept (endpoint.c) ----------------------------------------------------
 */

#define FIELDS_OF_endpoint_row(X, N)                   \
    X(i64, id, ANY, "", N)                             \
    X(choice(endpoint_kind), kind, ANY, "", N)         \
    X(str, name, ANY, "", N)                           \
    X(str, target, ANY, "", N)                         \
    X(str, topics, ANY, "", N)                         \
    X(choice(endpoint_language), language, ANY, "", N) \
    X(flag, enabled, ANY, "", N)                       \
    X(str, secret, SECRET, "", N)                      \
    X(str, old_secret, SECRET, "", N)                  \
    X(opt_instant, old_secret_until, ANY, "", N)       \
    X(i64, failures, ANY, "", N)                       \
    X(opt_instant, failing_since, ANY, "", N)          \
    X(instant, paused_until, ANY, "", N)               \
    X(opt_instant, sent_at, ANY, "", N)                \
    X(str, fault, ANY, "", N)                          \
    X(str, detail, ANY, "", N)                         \
    X(instant, created_at, ANY, "", N)
SHAPE(endpoint_row);
enum err endpoint_row_get(struct ctx *c, i64 id, struct endpoint_row *out);
enum err endpoint_rows(struct ctx *c, struct endpoint_row_list *out);
/* What waits for it is given up, for this reason. */
enum err endpoint_drop_waiting(struct tx *t, i64 id, enum fault why);

const struct topic *topic_find(str name);

/* To one endpoint beyond its share: tests, and what tells of the share itself. */
enum err delivery_put_beyond(struct tx *t, const struct delivery *d, i64 *delivery);
bool endpoint_address_is_fit(str address); /* of a mailbox, plain ASCII */
extern const struct setting channel_settings[];

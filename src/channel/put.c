/* put.c -- messages are put for their endpoints, in the transaction of who has something to tell.
 */
#include "base/json.h"
#include "channel/inside.h"
#include "store/setting.h"

#include <assert.h>
#include <sodium.h>

QUERY(message_by_key, one_i64,
      "SELECT id AS value FROM channel_message WHERE topic = $1 AND key = $2");
CHANGE(message_insert,
       "INSERT INTO channel_message (id, code, topic, key, title_zh, title_en, text_zh, text_en,"
       " data, files, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)");
CHANGE(file_insert, "INSERT INTO channel_file (message, n, name, type, content)"
                    " VALUES ($1, $2, $3, $4, $5)");
QUERY(delivery_is_there, one_i64,
      "SELECT id AS value FROM delivery WHERE message = $1 AND endpoint = $2");
CHANGE(delivery_insert,
       "INSERT INTO delivery (id, message, endpoint, state, attempts, due_at, lease_until, fault,"
       " detail, made_at, told, counts) VALUES ($1, $2, $3, $4, 0, $5, 0, $6, '', $5, FALSE, $7)");
QUERY(share_used, one_i64,
      "SELECT COUNT(*) AS value FROM delivery WHERE endpoint = $1 AND made_at > $2 AND counts");

/* -- bounds ------------------------------------------------------------------------------------ */

static enum err too_large(struct ctx *c, const char *zh, const char *en, i64 max)
{
    return fail(c, E_TOO_LARGE, "推送内容：%s不能超过 %lld 字节",
                "a message's %s: at most %lld bytes", c->locale == ZH ? zh : en, (long long)max);
}

static enum err files_check(struct ctx *c, const struct delivery *d)
{
    i64 size = 0;
    if (d->files_n > MESSAGE_FILES_MAX)
        return fail(c, E_TOO_LARGE, "推送最多带 %d 个附件", "a message takes at most %d files",
                    MESSAGE_FILES_MAX);
    for (i64 i = 0; i < d->files_n; i++) {
        const struct delivery_file *f = &d->files[i];
        size += f->content.n;
        if (!f->name.n || f->name.n > 200 || !str_is_line(f->name) || str_has(f->name, '/') ||
            !f->type.n || f->type.n > 100 || !str_is_line(f->type))
            return fail(c, E_INVALID, "附件的文件名和类型须各是一行，不含 /",
                        "a file's name and type are one line each, without /");
    }
    return size > MESSAGE_FILES_BYTES ? too_large(c, "附件", "files", MESSAGE_FILES_BYTES) : OK;
}

static enum err bounds_check(struct ctx *c, const struct delivery *d)
{
    const str titles[] = { d->title_zh, d->title_en }, texts[] = { d->text_zh, d->text_en };
    if (!d->key.n || d->key.n > 200 || !str_is_utf8(d->key))
        return fail(c, E_INVALID, "推送的编号须为 1 到 200 字节",
                    "a message's key takes 1 to 200 bytes");
    for (int i = 0; i < 2; i++) {
        if (!titles[i].n || !str_is_line(titles[i]))
            return fail(c, E_INVALID, "推送的标题须是一行", "a message's title is one line");
        if (titles[i].n > MESSAGE_TITLE_MAX)
            return too_large(c, "标题", "title", MESSAGE_TITLE_MAX);
        if (texts[i].n > MESSAGE_TEXT_MAX) return too_large(c, "正文", "text", MESSAGE_TEXT_MAX);
        if (!str_is_utf8(texts[i]))
            return fail(c, E_INVALID, "推送的正文须是 UTF-8", "a message's text is UTF-8");
    }
    if (d->data.n > MESSAGE_DATA_MAX) return too_large(c, "数据", "data", MESSAGE_DATA_MAX);
    if (d->data.n && !json_valid(d->data))
        return fail(c, E_INVALID, "推送的数据不是 JSON", "a message's data is no JSON");
    return files_check(c, d);
}

/* -- putting ----------------------------------------------------------------------------------- */

static str code_new(struct arena *a)
{
    u8 raw[16];
    if (sodium_init() < 0) assert(!"libsodium does not work");
    randombytes_buf(raw, sizeof raw);
    return str_fmt(a, "msg_" STR_FMT, STR_ARG(str_hex(a, raw, sizeof raw)));
}

static enum err message_of(struct tx *t, const struct delivery *d, i64 *id)
{
    struct ctx *c = t->c;
    struct one_i64 old;
    bool found;
    TRY(db_find(c, &message_by_key, &old, &found, ARGS(d->topic, d->key)));
    *id = old.value;
    if (found) return OK;
    TRY(tx_take(t, S("channel_message"), 1, id));
    TRY(tx_change(t, &message_insert,
                  ARGS(*id, code_new(c->arena), d->topic, d->key, d->title_zh, d->title_en,
                       str_or(d->text_zh, S("")), str_or(d->text_en, S("")), str_or(d->data, S("")),
                       d->files_n, c->now)));
    for (i64 i = 0; i < d->files_n; i++) {
        const struct delivery_file *f = &d->files[i];
        bytes content = f->content.at ? f->content : (bytes){ "", 0 };
        TRY(tx_change(t, &file_insert, ARGS(*id, i, f->name, f->type, content)));
    }
    return OK;
}

static enum err put_one(struct tx *t, i64 message, i64 endpoint, bool beyond, i64 *delivery)
{
    struct ctx *c = t->c;
    struct one_i64 there, used;
    bool found, held = false;
    TRY(db_find(c, &delivery_is_there, &there, &found, ARGS(message, endpoint)));
    if (delivery) *delivery = there.value;
    if (found) return OK;
    if (!beyond) {
        i64 share;
        TRY(setting_i64(c, "channel.per_hour", &share));
        TRY(db_get(c, &share_used, &used, ARGS(endpoint, c->now - HOUR_MS)));
        held = used.value >= share;
    }
    i64 id;
    TRY(tx_take(t, S("delivery"), 1, &id));
    if (delivery) *delivery = id;
    return tx_change(t, &delivery_insert,
                     ARGS(id, message, endpoint, held ? S("held") : S("waiting"), c->now,
                          fault_name(held ? FAULT_SHARE : FAULT_NONE), (bool)(!held && !beyond)));
}

static bool listens(struct arena *a, const struct endpoint_row *e, str topic)
{
    strs topics = str_split(a, e->topics, ' ');
    for (i64 i = 0; i < topics.n; i++)
        if (str_eq(topics.at[i], topic) || str_eq(topics.at[i], S("*"))) return true;
    return false;
}

enum err delivery_send(struct tx *t, const struct delivery *d)
{
    struct ctx *c = t->c;
    struct endpoint_row_list rows;
    i64 message = 0;
    assert(topic_find(d->topic));
    TRY(bounds_check(c, d));
    if (d->endpoint) {
        struct endpoint_row named;
        TRY(endpoint_row_get(c, d->endpoint, &named));
    }
    TRY(endpoint_rows(c, &rows));
    for (i64 i = 0; i < rows.n; i++) {
        const struct endpoint_row *e = &rows.at[i];
        if (!e->enabled) continue;
        if (d->endpoint ? e->id != d->endpoint : !listens(c->arena, e, d->topic)) continue;
        if (!message) TRY(message_of(t, d, &message));
        TRY(put_one(t, message, e->id, false, NULL));
    }
    return OK;
}

enum err delivery_put_beyond(struct tx *t, const struct delivery *d, i64 *delivery)
{
    i64 message;
    assert(topic_find(d->topic) && d->endpoint);
    TRY(bounds_check(t->c, d));
    TRY(message_of(t, d, &message));
    return put_one(t, message, d->endpoint, true, delivery);
}

enum err endpoint_test(struct tx *t, i64 id, i64 *delivery)
{
    struct ctx *c = t->c;
    struct endpoint_row row;
    TRY(endpoint_row_get(c, id, &row));
    if (!row.enabled)
        return fail(c, E_CONFLICT, "推送地址“" STR_FMT "”已停用，请先启用",
                    "the endpoint \"" STR_FMT "\" is off: switch it on first", STR_ARG(row.name));
    str key = str_fmt(c->arena, "%lld:" STR_FMT, (long long)id, STR_ARG(code_new(c->arena)));
    struct delivery d = {
        .topic = S("channel.test"),
        .key = key,
        .title_zh = S("锦鲤测试推送"),
        .title_en = S("A test from Koi"),
        .text_zh = S("收到这条消息，说明推送地址可以使用。"),
        .text_en = S("If you can read this, the endpoint works."),
        .endpoint = id,
    };
    return delivery_put_beyond(t, &d, delivery);
}

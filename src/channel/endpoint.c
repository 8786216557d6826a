/* endpoint.c -- endpoints: made, changed, rotated, removed, read. */
#include "base/num.h"
#include "channel/guard.h"
#include "channel/inside.h"
#include "store/setting.h"

#include <assert.h>
#include <sodium.h>

CHOICE_DEFINE(endpoint_kind, "webhook", "mail");
CHOICE_DEFINE(endpoint_state, "fine", "failing", "off", "dead");
CHOICE_DEFINE(endpoint_language, "zh", "en");
SHAPE_DEFINE(endpoint_view);
SHAPE_DEFINE(endpoint_post);
SHAPE_DEFINE(endpoint_patch);
SHAPE_DEFINE(endpoint_row);

#define NAME_MAX_BYTES 100
#define TOPICS_MAX     50
#define ADDRESS_MAX    254
#define SECRET_BYTES   32

#define ROW_COLUMNS                                                                            \
    "id, kind, name, target, topics, language, enabled, secret, old_secret, old_secret_until," \
    " failures, failing_since, paused_until, sent_at, fault, detail, created_at"
QUERY(endpoint_by_id, endpoint_row,
      "SELECT " ROW_COLUMNS " FROM endpoint WHERE id = $1 AND name <> ''");
QUERY(endpoint_by_name, endpoint_row,
      "SELECT " ROW_COLUMNS " FROM endpoint WHERE name = $1 AND name <> ''");
QUERY(endpoint_all, endpoint_row,
      "SELECT " ROW_COLUMNS " FROM endpoint WHERE name <> '' ORDER BY id");
QUERY(endpoint_count, one_i64, "SELECT COUNT(*) AS value FROM endpoint WHERE name <> ''");
CHANGE(endpoint_insert,
       "INSERT INTO endpoint (id, kind, name, target, topics, language, enabled, secret,"
       " old_secret, failures, paused_until, fault, detail, created_at)"
       " VALUES ($1, $2, $3, $4, $5, $6, TRUE, $7, '', 0, 0, '', '', $8)");
CHANGE(endpoint_update,
       "UPDATE endpoint SET name = $2, target = $3, topics = $4, language = $5 WHERE id = $1");
CHANGE(endpoint_switch,
       "UPDATE endpoint SET enabled = $2, failures = 0, failing_since = NULL, paused_until = 0,"
       " fault = '', detail = '' WHERE id = $1");
CHANGE(endpoint_set_secret,
       "UPDATE endpoint SET secret = $2, old_secret = $3, old_secret_until = $4 WHERE id = $1");
/* Its history keeps the id; secrets and addresses do not stay behind. */
CHANGE(endpoint_forget, "UPDATE endpoint SET name = '', target = '', topics = '', secret = '',"
                        " old_secret = '', enabled = FALSE, detail = '' WHERE id = $1");
CHANGE(endpoint_waiting_drop,
       "UPDATE delivery SET state = 'given_up', fault = $2, detail = '' WHERE endpoint = $1 AND"
       " state IN ('waiting', 'failed', 'held')");

#define FIELDS_OF_waiting_row(X, N) \
    X(i64, endpoint, ANY, "", N)    \
    X(i64, n, ANY, "", N)
SHAPE(waiting_row);
SHAPE_DEFINE(waiting_row);
QUERY(waiting_by_endpoint, waiting_row,
      "SELECT endpoint, COUNT(*) AS n FROM delivery WHERE state IN ('waiting', 'failed')"
      " GROUP BY endpoint");

/* -- what is written --------------------------------------------------------------------------- */

static enum err name_check(struct ctx *c, str name)
{
    if (name.n && name.n <= NAME_MAX_BYTES && str_is_line(name)) return OK;
    return fail_at(c, E_INVALID, S("name"), "名称须为 1 到 %d 字节的一行",
                   "a name takes 1 to %d bytes in one line", NAME_MAX_BYTES);
}

bool endpoint_address_is_fit(str s)
{
    str local, host = str_cut(s, '@', &local);
    if (!local.n || host.n < 3 || s.n > ADDRESS_MAX || str_has(host, '@')) return false;
    if (!str_has(host, '.') || host.at[0] == '.' || str_ends(host, S("."))) return false;
    for (i64 i = 0; i < s.n; i++) {
        char ch = s.at[i];
        bool plain =
            (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9');
        if (!plain && !memchr("@.-_+=~&'/%", ch, 11)) return false;
    }
    return true;
}

static enum err addresses_check(struct ctx *c, str target, str *out)
{
    strs parts = str_split(c->arena, target, ',');
    if (parts.n < 1 || parts.n > ADDRESSES_MAX)
        return fail_at(c, E_INVALID, S("target"), "请写 1 到 %d 个邮箱地址，用逗号分开",
                       "write 1 to %d mail addresses with commas between", ADDRESSES_MAX);
    for (i64 i = 0; i < parts.n; i++)
        if (!endpoint_address_is_fit(parts.at[i]))
            return fail_at(
                c, E_INVALID, S("target"), "第 %lld 个不是邮箱地址，应如 ops@example.com",
                "number %lld is no mail address, such as ops@example.com", (long long)i + 1);
    *out = str_join(c->arena, parts, S(","));
    return OK;
}

static enum err target_check(struct ctx *c, enum endpoint_kind kind, str target, str *out)
{
    if (kind == ENDPOINT_MAIL) return addresses_check(c, target, out);
    struct guard g;
    TRY(guard_read(c, &g));
    return guard_url(c, &g, str_trim(target), out);
}

static enum err topics_check(struct ctx *c, strs topics, str *out)
{
    if (topics.n > TOPICS_MAX)
        return fail_at(c, E_INVALID, S("topics"), "最多 %d 个主题", "at most %d topics",
                       TOPICS_MAX);
    for (i64 i = 0; i < topics.n; i++)
        if (!str_eq(topics.at[i], S("*")) && !topic_find(topics.at[i]))
            return fail_at(c, E_INVALID, S("topics"), "没有主题“" STR_FMT "”",
                           "there is no topic \"" STR_FMT "\"",
                           STR_ARG(str_sub(topics.at[i], 0, 80)));
    *out = str_join(c->arena, topics, S(" "));
    return OK;
}

static enum err name_is_free(struct ctx *c, i64 id, str name)
{
    struct endpoint_row other;
    bool found;
    TRY(db_find(c, &endpoint_by_name, &other, &found, ARGS(name)));
    if (!found || other.id == id) return OK;
    return fail_at(c, E_CONFLICT, S("name"), "已有叫“" STR_FMT "”的推送地址",
                   "there is an endpoint called \"" STR_FMT "\"", STR_ARG(name));
}

static str secret_new(struct arena *a)
{
    u8 raw[SECRET_BYTES];
    char text[sodium_base64_ENCODED_LEN(SECRET_BYTES, sodium_base64_VARIANT_ORIGINAL)];
    if (sodium_init() < 0) assert(!"libsodium does not work");
    randombytes_buf(raw, sizeof raw);
    sodium_bin2base64(text, sizeof text, raw, sizeof raw, sodium_base64_VARIANT_ORIGINAL);
    sodium_memzero(raw, sizeof raw);
    return str_fmt(a, "whsec_%s", text);
}

enum err endpoint_make(struct tx *t, const struct endpoint_post *in, i64 *id, str *secret)
{
    struct ctx *c = t->c;
    str name = str_trim(in->name), target, topics;
    struct one_i64 n;
    TRY(name_check(c, name));
    TRY(target_check(c, in->kind, in->target, &target));
    TRY(topics_check(c, in->topics, &topics));
    TRY(name_is_free(c, 0, name));
    TRY(db_get(c, &endpoint_count, &n, NO_ARGS));
    if (n.value >= ENDPOINTS_MAX)
        return fail(c, E_UNPROCESSABLE, "最多 %d 个推送地址，请先删除不用的",
                    "at most %d endpoints: remove what is not used first", ENDPOINTS_MAX);
    TRY(tx_take(t, S("endpoint"), 1, id));
    *secret = in->kind == ENDPOINT_WEBHOOK ? secret_new(c->arena) : S("");
    return tx_change(t, &endpoint_insert,
                     ARGS(*id, choice_name(&endpoint_kind_choice, (int)in->kind), name, target,
                          topics, choice_name(&endpoint_language_choice, (int)in->language),
                          *secret, c->now));
}

enum err endpoint_change(struct tx *t, const struct endpoint_patch *in, bool topics_given)
{
    struct ctx *c = t->c;
    struct endpoint_row row;
    TRY(endpoint_row_get(c, in->id, &row));
    str language = choice_name(&endpoint_language_choice, (int)row.language);
    if (in->name.at) {
        row.name = str_trim(in->name);
        TRY(name_check(c, row.name));
        TRY(name_is_free(c, in->id, row.name));
    }
    if (in->target.at) TRY(target_check(c, row.kind, in->target, &row.target));
    if (topics_given) TRY(topics_check(c, in->topics, &row.topics));
    if (in->language.at && choice_find(&endpoint_language_choice, in->language) < 0)
        return fail_at(c, E_INVALID, S("language"), "语言只能是 zh 或 en",
                       "a language is zh or en");
    if (in->language.at) language = in->language;
    TRY(tx_change(t, &endpoint_update, ARGS(in->id, row.name, row.target, row.topics, language)));
    if (!in->enabled.has || in->enabled.value == row.enabled) return OK;
    TRY(tx_change(t, &endpoint_switch, ARGS(in->id, (bool)in->enabled.value)));
    return in->enabled.value ? OK : endpoint_drop_waiting(t, in->id, FAULT_OFF);
}

enum err endpoint_drop_waiting(struct tx *t, i64 id, enum fault why)
{
    return tx_change(t, &endpoint_waiting_drop, ARGS(id, fault_name(why)));
}

enum err endpoint_remove(struct tx *t, i64 id)
{
    struct endpoint_row row;
    TRY(endpoint_row_get(t->c, id, &row));
    TRY(endpoint_drop_waiting(t, id, FAULT_OFF));
    return tx_change(t, &endpoint_forget, ARGS(id));
}

enum err endpoint_rotate(struct tx *t, i64 id, str *secret)
{
    struct ctx *c = t->c;
    struct endpoint_row row;
    i64 hours;
    TRY(endpoint_row_get(c, id, &row));
    if (row.kind != ENDPOINT_WEBHOOK)
        return fail(c, E_CONFLICT, "邮件没有签名密钥", "mails have no signing secret");
    TRY(setting_i64(c, "channel.rotation_hours", &hours));
    *secret = secret_new(c->arena);
    return tx_change(t, &endpoint_set_secret,
                     ARGS(id, *secret, row.secret, SOME(c->now + hours * HOUR_MS)));
}

/* -- what is read ------------------------------------------------------------------------------ */

static enum err unknown(struct ctx *c, i64 id)
{
    return fail(c, E_NOT_FOUND, "没有编号为 %lld 的推送地址", "there is no endpoint %lld",
                (long long)id);
}

enum err endpoint_row_get(struct ctx *c, i64 id, struct endpoint_row *out)
{
    bool found;
    TRY(db_find(c, &endpoint_by_id, out, &found, ARGS(id)));
    return found ? OK : unknown(c, id);
}

enum err endpoint_rows(struct ctx *c, struct endpoint_row_list *out)
{
    return db_all(c, &endpoint_all, out, NO_ARGS);
}

static struct endpoint_view view_of(struct ctx *c, const struct endpoint_row *r)
{
    bool dead = !r->enabled && !str_empty(r->fault);
    bool old = r->old_secret_until.has && r->old_secret_until.value > c->now;
    return (struct endpoint_view){
        .id = r->id,
        .kind = r->kind,
        .name = r->name,
        .target = r->target,
        .topics = str_split(c->arena, r->topics, ' '),
        .language = r->language,
        .enabled = r->enabled,
        .state = dead          ? ENDPOINT_DEAD
                 : !r->enabled ? ENDPOINT_OFF
                 : r->failures ? ENDPOINT_FAILING
                               : ENDPOINT_FINE,
        .why = r->enabled && !r->failures ? S("") : fault_words(c, r->fault, r->detail),
        .failures = r->failures,
        .failing_since = r->failing_since,
        .sent_at = r->sent_at,
        .old_secret_until = old ? r->old_secret_until : NONE,
        .created_at = r->created_at,
    };
}

enum err endpoint_list(struct ctx *c, struct endpoint_view_list *out)
{
    struct endpoint_row_list rows;
    struct waiting_row_list waiting;
    *out = (struct endpoint_view_list){ 0 };
    TRY(endpoint_rows(c, &rows));
    TRY(db_all(c, &waiting_by_endpoint, &waiting, NO_ARGS));
    for (i64 i = 0; i < rows.n; i++) {
        struct endpoint_view *view = PUSH(c->arena, out);
        *view = view_of(c, &rows.at[i]);
        for (i64 k = 0; k < waiting.n; k++)
            if (waiting.at[k].endpoint == view->id) view->waiting = waiting.at[k].n;
    }
    return OK;
}

enum err endpoint_get(struct ctx *c, i64 id, struct endpoint_view *out)
{
    struct endpoint_view_list all;
    TRY(endpoint_list(c, &all));
    for (i64 i = 0; i < all.n; i++)
        if (all.at[i].id == id) {
            *out = all.at[i];
            return OK;
        }
    return unknown(c, id);
}

enum err endpoint_named(struct ctx *c, str name, struct endpoint_view *out)
{
    struct endpoint_row row;
    bool found;
    TRY(db_find(c, &endpoint_by_name, &row, &found, ARGS(name)));
    if (found) return endpoint_get(c, row.id, out);
    return fail(c, E_NOT_FOUND, "没有叫“" STR_FMT "”的推送地址",
                "there is no endpoint called \"" STR_FMT "\"",
                STR_ARG(str_sub(name, 0, name.n < 80 ? name.n : 80)));
}

/* code.c -- codes and links: made, ended, looked up; where a link leads, and nowhere else; touches.
 *
 * A target is https and its host is in the setting koc.hosts, now as when it was made; nothing of
 * the request goes into where a link leads.
 */
#include <sodium.h>

#include "base/json.h"
#include "base/num.h"
#include "loyalty/koc/inside.h"
#include "member/member.h"

#define LETTERS "ABCDEFGHJKMNPQRSTUVWXYZ23456789" /* no I, L, O, 0, 1 */
enum { TARGET_MAX = 500, TOUCHES_MAX = 20 };

QUERY(q_code, koc_code_row,
      "SELECT c.code AS code, c.member AS member, k.holder AS holder, c.target AS target,"
      " c.created_at AS created_at, c.ended_at AS ended_at FROM koc_code c"
      " JOIN koc k ON k.member = c.member WHERE c.code = $1");
CHANGE(c_code, "INSERT INTO koc_code (code, member, name, target, created_at, clicks)"
               " VALUES ($1, $2, $3, $4, $5, 0) ON CONFLICT (code) DO NOTHING");
CHANGE(c_end, "UPDATE koc_code SET ended_at = $2 WHERE code = $1 AND ended_at IS NULL");
QUERY(q_in_use, one_i64,
      "SELECT COUNT(*) AS value FROM koc_code c JOIN koc k ON k.member = c.member"
      " WHERE k.holder = $1 AND c.ended_at IS NULL");
QUERY(q_codes, koc_code,
      "SELECT c.code AS code, k.holder AS member, c.name AS name, c.target AS target,"
      " c.created_at AS created_at, c.ended_at AS ended_at, c.clicks AS clicks,"
      " (SELECT COUNT(*) FROM koc_order o WHERE o.code = c.code AND o.counted) AS orders,"
      " (SELECT CAST(COALESCE(SUM(o.net), 0) AS BIGINT) FROM koc_order o WHERE o.code = c.code"
      " AND o.counted) AS amount FROM koc_code c JOIN koc k ON k.member = c.member"
      " WHERE k.holder = $1 ORDER BY c.created_at DESC, c.code LIMIT 500");
CHANGE(c_clicked, "UPDATE koc_code SET clicks = clicks + 1 WHERE code = $1");
CHANGE(c_click, "INSERT INTO koc_click (code, day, clicks) VALUES ($1, $2, 1)"
                " ON CONFLICT (code, day) DO UPDATE SET clicks = koc_click.clicks + 1");
CHANGE(c_touch, "INSERT INTO koc_touch (member, at, code) VALUES ($1, $2, $3)"
                " ON CONFLICT (member, at, code) DO NOTHING");

/* -- where links lead -------------------------------------------------------------------------- */

bool koc_host_fits(str host)
{
    bool dot = false;
    if (host.n < 1 || host.n > 253) return false;
    for (i64 i = 0; i < host.n; i++) {
        char k = host.at[i];
        bool edge = i == 0 || i == host.n - 1 || host.at[i - 1] == '.';
        bool letter = (k >= 'a' && k <= 'z') || (k >= 'A' && k <= 'Z') || (k >= '0' && k <= '9');
        if (!letter && ((k != '-' && k != '.') || edge)) return false;
        dot = dot || k == '.';
    }
    return dot;
}

static enum err host_is_ours(struct ctx *c, str host, bool *ours)
{
    str hosts;
    *ours = false;
    TRY(setting_text(c, "koc.hosts", &hosts));
    for (str rest = hosts, one; rest.n > 0 && !*ours;) {
        rest = str_cut(rest, ',', &one);
        *ours = str_eq_nocase(str_trim(one), host);
    }
    return OK;
}

/* Printable ASCII without what browsers read in two ways; a path or nothing after the host. */
static enum err target_check(struct ctx *c, str url)
{
    str rest, host;
    bool ours = false, plain = url.n <= TARGET_MAX && str_starts(url, S("https://"));
    for (i64 i = 0; i < url.n; i++) plain = plain && url.at[i] > ' ' && url.at[i] < 0x7f;
    for (const char *bad = "\\\"<>^`{|}"; plain && *bad; bad++) plain = !str_has(url, *bad);
    if (!plain || str_find(url, S("utm_")) >= 0)
        return fail_at(c, E_INVALID, S("/target"),
                       "链接须以 https:// 开头，至多 %d 字节，只含网址里的字符，不带 utm 参数",
                       "a target begins with https://, has at most %d bytes, only what an address "
                       "may hold, and no utm parameters",
                       TARGET_MAX);
    rest = str_sub(url, 8, url.n);
    i64 end = 0;
    while (end < rest.n && rest.at[end] != '/' && rest.at[end] != '?' && rest.at[end] != '#') end++;
    host = str_sub(rest, 0, end);
    if (koc_host_fits(host)) TRY(host_is_ours(c, host, &ours));
    if (ours) return OK;
    return fail_at(c, E_INVALID, S("/target"), "链接只能指向自家的域名：请把它加入设置 koc.hosts",
                   "a target leads to the shop's own hosts only: add it to the setting koc.hosts");
}

enum err koc_link(struct ctx *c, str code, str *url)
{
    struct koc_code_row row;
    struct koc_row who;
    bool found;
    TRY(koc_code_find(c, code, &found, &row));
    if (found && !row.ended_at.has && row.target.n) TRY(koc_row_of(c, row.holder, &found, &who));
    else found = false;
    if (!found || who.state != KOC_ACTIVE || target_check(c, row.target) != OK)
        return fail(c, E_NOT_FOUND, "这个链接不存在或已失效", "there is no such link, or it ended");
    str mark, head = str_cut(row.target, '#', &mark); /* head: after the mark */
    bool asks = str_has(mark, '?');
    *url = str_fmt(
        c->arena, STR_FMT "%cutm_source=koc&utm_medium=link&utm_content=" STR_FMT "%s" STR_FMT,
        STR_ARG(mark), asks ? '&' : '?', STR_ARG(row.code), head.at ? "#" : "", STR_ARG(head));
    return OK;
}

enum err koc_click(struct tx *t, str code)
{
    str text = koc_code_text(t->c->arena, code);
    TRY(tx_change(t, &c_clicked, ARGS(text)));
    return tx_change(t, &c_click, ARGS(text, (i64)zone_day(t->c->zone, t->c->now)));
}

/* -- codes ------------------------------------------------------------------------------------- */

str koc_code_text(struct arena *a, str code)
{
    str s = str_copy(a, str_trim(code));
    char *at = (char *)s.at;
    if (s.n < KOC_CODE_MIN || s.n > KOC_CODE_MAX) return NO_STR;
    for (i64 i = 0; i < s.n; i++) {
        if (at[i] >= 'a' && at[i] <= 'z') at[i] = (char)(at[i] - 'a' + 'A');
        if (!(at[i] >= 'A' && at[i] <= 'Z') && !(at[i] >= '0' && at[i] <= '9')) return NO_STR;
    }
    return s;
}

str koc_code_make(struct arena *a)
{
    char *at = NEWS(a, char, KOC_CODE_MADE);
    for (int i = 0; i < KOC_CODE_MADE; i++)
        at[i] = LETTERS[randombytes_uniform(sizeof LETTERS - 1)];
    return (str){ at, KOC_CODE_MADE };
}

enum err koc_code_find(struct ctx *c, str code, bool *found, struct koc_code_row *out)
{
    str text = koc_code_text(c->arena, code);
    *found = false;
    return text.n ? db_find(c, &q_code, out, found, ARGS(text)) : OK;
}

bool koc_code_held(const struct koc_code_row *code, instant at)
{
    return code->created_at <= at && (!code->ended_at.has || at < code->ended_at.value);
}

static enum err may_have_more(struct ctx *c, i64 member, struct koc_row *row)
{
    struct one_i64 in_use;
    bool found;
    i64 most;
    TRY(koc_row_of(c, member, &found, row));
    if (!found || row->state != KOC_ACTIVE)
        return fail(c, E_UNPROCESSABLE, "只有在册的达人才能建推广码",
                    "only an active KOC can have codes");
    TRY(setting_i64(c, "koc.codes_max", &most));
    TRY(db_get(c, &q_in_use, &in_use, ARGS(member)));
    if (in_use.value < most) return OK;
    return fail(c, E_UNPROCESSABLE, "同时使用的推广码至多 %lld 个，请先停用一个",
                "at most %lld codes are in use: end one first", (long long)most);
}

enum err koc_code_put(struct tx *t, const struct koc_code_ask *in, str *code)
{
    struct ctx *c = t->c;
    struct koc_row row;
    i64 rows = 0;
    *code = koc_code_text(c->arena, in->code);
    if (in->code.n && !code->n)
        return fail_at(c, E_INVALID, S("/code"), "推广码须为 %d 至 %d 个字母或数字",
                       "a code has %d to %d letters and digits", KOC_CODE_MIN, KOC_CODE_MAX);
    if (in->name.n && !str_is_line(in->name))
        return fail_at(c, E_INVALID, S("/name"), "名称须为一行文字", "a name is a line of text");
    if (in->target.n) TRY(target_check(c, in->target));
    TRY(koc_lock(t, in->member));
    TRY(may_have_more(c, in->member, &row));
    for (i64 i = 0; !rows && i < (in->code.n ? 1 : COUNT(in->made)); i++) {
        if (!in->code.n) *code = in->made[i];
        TRY(tx_change_rows(t, &c_code, &rows,
                           ARGS(*code, row.member, in->name.n ? in->name : NO_STR,
                                in->target.n ? in->target : NO_STR, c->now)));
    }
    if (!rows)
        return fail_at(c, E_CONFLICT, S("/code"), "推广码 " STR_FMT " 已经有人用过",
                       "the code " STR_FMT " was given before", STR_ARG(*code));
    return koc_line_append(t, in->member, "koc.code",
                           str_fmt(c->arena, "koc_code:" STR_FMT, STR_ARG(*code)), NONE, NO_STR);
}

enum err koc_code_end(struct tx *t, i64 member, str code)
{
    struct ctx *c = t->c;
    struct koc_code_row row;
    bool found;
    i64 rows;
    TRY(koc_code_find(c, code, &found, &row));
    if (!found || row.holder != member)
        return fail(c, E_NOT_FOUND, "没有这个推广码", "he has no such code");
    TRY(tx_change_rows(t, &c_end, &rows, ARGS(row.code, c->now)));
    if (!rows) return OK;
    return koc_line_append(t, member, "koc.code_ended",
                           str_fmt(c->arena, "koc_code:" STR_FMT, STR_ARG(row.code)), NONE, NO_STR);
}

enum err koc_codes(struct ctx *c, i64 member, struct koc_code_list *out)
{
    *out = (struct koc_code_list){ 0 };
    return db_all(c, &q_codes, out, ARGS(member));
}

/* -- touches ----------------------------------------------------------------------------------- */

enum err koc_touched(struct tx *t, i64 member, str code)
{
    struct koc_code_row row;
    bool found;
    TRY(koc_code_find(t->c, code, &found, &row));
    if (!found || row.holder == member || !koc_code_held(&row, t->c->now)) return OK;
    TRY(tx_change(t, &c_touch, ARGS(member, t->c->now, row.code)));
    return koc_line_append(t, member, "koc.touched",
                           str_fmt(t->c->arena, "koc_code:" STR_FMT, STR_ARG(row.code)), NONE,
                           NO_STR);
}

#define FIELDS_OF_koc_touch_row(X, N) \
    X(instant, at, ANY, "", N)        \
    X(str, code, ANY, "", N)          \
    X(str, props, ANY, "", N)
SHAPE(koc_touch_row);
SHAPE_DEFINE(koc_touch_row);
QUERY(q_touches, koc_touch_row,
      "SELECT at, code, CAST(NULL AS TEXT) AS props FROM koc_touch WHERE member = $1 AND at > $2"
      " AND at <= $3 ORDER BY at DESC, code LIMIT 20");
/* What the tracking of a shop's pages saw of a link. */
QUERY(q_tracked, koc_touch_row,
      "SELECT l.at AS at, CAST(NULL AS TEXT) AS code, l.props AS props FROM " TIMELINE_OF(
          "$1") " l WHERE l.at > $2 AND l.at <= $3 AND l.props LIKE '%\"utm_source\":\"koc\"%'"
                " ORDER BY l.at DESC LIMIT 20");

static str code_of_props(str props)
{
    str key = S("\"utm_content\":\"");
    i64 at = str_find(props, key);
    if (at < 0) return NO_STR;
    str code;
    (void)str_cut(str_sub(props, at + key.n, props.n), '"', &code);
    return code;
}

/* The latest that is somebody's, held then, and not the buyer's own. */
static enum err latest(struct ctx *c, const struct koc_touch_row_list *rows, i64 buyer,
                       instant *best, bool *found, struct koc_code_row *out)
{
    for (i64 i = 0; i < rows->n; i++) {
        struct koc_code_row row;
        bool there;
        str code = rows->at[i].code.at ? rows->at[i].code : code_of_props(rows->at[i].props);
        if (*found && rows->at[i].at <= *best) return OK;
        TRY(koc_code_find(c, code, &there, &row));
        if (!there || row.holder == buyer || !koc_code_held(&row, rows->at[i].at)) continue;
        *found = true;
        *best = rows->at[i].at;
        *out = row;
    }
    return OK;
}

enum err koc_last_touch(struct ctx *c, i64 buyer, instant at, bool *found, struct koc_code_row *out)
{
    i64 days;
    ints ids;
    instant best = 0;
    *found = false;
    TRY(setting_i64(c, "koc.touch_days", &days));
    if (!days) return OK;
    TRY(member_ids(c, buyer, &ids));
    for (i64 i = 0; i < ids.n; i++) {
        struct koc_touch_row_list told = { 0 }, seen = { 0 };
        TRY(db_all(c, &q_touches, &told, ARGS(ids.at[i], at - days * DAY_MS, at)));
        TRY(latest(c, &told, buyer, &best, found, out));
        TRY(db_all(c, &q_tracked, &seen, ARGS(ids.at[i], at - days * DAY_MS, at)));
        TRY(latest(c, &seen, buyer, &best, found, out));
    }
    return OK;
}

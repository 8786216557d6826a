/* bind.c -- fills a handler's input from path, query string and body, by its shape. */
#include <assert.h>

#include "base/gzip.h"
#include "http/engine.h"

static int hex(char ch)
{
    if (ch >= '0' && ch <= '9') return ch - '0';
    ch |= 32;
    return ch >= 'a' && ch <= 'f' ? ch - 'a' + 10 : -1;
}

/* False: a broken escape, a zero byte or text that is not UTF-8. */
bool percent_decode(struct arena *a, str raw, bool plus_is_blank, str *out)
{
    bool plain = true;
    for (i64 i = 0; i < raw.n && plain; i++) {
        u8 b = (u8)raw.at[i];
        plain = b != '%' && b < 0x80 && !(plus_is_blank && b == '+');
    }
    if (plain) {
        *out = raw.at ? raw : S("");
        return true;
    }
    char *at = arena_alloc(a, 1, raw.n + 1);
    i64 n = 0;
    for (i64 i = 0; i < raw.n; i++) {
        char ch = raw.at[i];
        if (ch == '%') {
            int high = i + 2 < raw.n ? hex(raw.at[i + 1]) : -1;
            int low = high >= 0 ? hex(raw.at[i + 2]) : -1;
            if (low < 0) return false;
            ch = (char)(high * 16 + low);
            i += 2;
            if (ch == 0) return false;
        } else if (ch == '+' && plus_is_blank) {
            ch = ' ';
        }
        at[n++] = ch;
    }
    *out = (str){ at, n };
    return str_is_utf8(*out);
}

static enum err bad_escape(struct request *r, str where)
{
    return fail_at(
        &r->c, E_INVALID, where, "地址中的编码不正确：百分号后面要跟两位十六进制数，内容须为 UTF-8",
        "a broken escape in the address: two hex digits follow the percent sign, and the text "
        "must be UTF-8");
}

/* `seen` marks the fields that have been given, by number: none may come twice, from wherever. */
static enum err bind_path(struct request *r, void *in, u64 *seen)
{
    const struct entry *e = r->match.entry;
    const struct shape *shape = e->route->handler->in;
    for (int i = 0; i < e->params_n; i++) {
        str name = str_of(e->params[i]->name), value;
        if (!percent_decode(r->c.arena, r->match.params[i], false, &value))
            return bad_escape(r, name);
        *seen |= (u64)1 << (e->params[i] - shape->fields);
        TRY(shape_set_text(&r->c, shape, in, name, value));
    }
    return OK;
}

static enum err bind_query(struct request *r, void *in, u64 *seen)
{
    const struct shape *shape = r->match.entry->route->handler->in;
    for (str rest = r->query; rest.n > 0;) {
        str part, name, value;
        rest = str_cut(rest, '&', &part);
        if (part.n == 0) continue;
        str raw = str_cut(part, '=', &name);
        if (!percent_decode(r->c.arena, name, true, &name)) return bad_escape(r, NO_STR);
        if (!percent_decode(r->c.arena, raw, true, &value)) return bad_escape(r, name);
        const struct shape_field *f = shape_find(shape, name);
        if (!f)
            return fail_at(&r->c, E_INVALID, name, "没有这个参数：" STR_FMT,
                           "there is no such parameter: " STR_FMT, STR_ARG(name));
        u64 bit = (u64)1 << (f - shape->fields);
        if (*seen & bit)
            return fail_at(&r->c, E_INVALID, name, "参数 " STR_FMT " 出现了两次",
                           "parameter " STR_FMT " is given twice", STR_ARG(name));
        if (value.n == 0 && f->kind != K_str && f->kind != K_json) continue; /* "from=" is absent */
        if (value.n == 0 && (f->rules & REQUIRED)) continue;
        *seen |= bit;
        TRY(shape_set_text(&r->c, shape, in, name, value));
    }
    return OK;
}

static bool is_json(str type)
{
    str head;
    str_cut(type, ';', &head);
    head = str_trim(head);
    return head.n == 0 || str_eq_nocase(head, S("application/json")) ||
           (head.n > 5 && str_eq_nocase(str_sub(head, head.n - 5, head.n), S("+json")));
}

static enum err bind_body(struct request *r, void *in, u64 *seen)
{
    str text = buf_str(&r->body), coding = r->headers[H_CONTENT_ENCODING];
    if (text.n == 0) return OK;
    if (!is_json(r->headers[H_CONTENT_TYPE]))
        return fail(&r->c, E_UNSUPPORTED, "请求体须为 JSON（Content-Type: application/json）",
                    "the body must be JSON (Content-Type: application/json)");
    if (coding.n && !str_eq_nocase(coding, S("identity"))) {
        if (!str_eq_nocase(coding, S("gzip")))
            return fail(&r->c, E_UNSUPPORTED, "请求体只支持 gzip 压缩",
                        "the body may be compressed with gzip only");
        TRY(gunzip(&r->c, text, r->body_max, &text));
    }
    return json_read_part(&r->c, r->match.entry->route->handler->in, in, text, seen);
}

enum err bind_request(struct request *r, void *in)
{
    const struct route *route = r->match.entry->route;
    u64 seen = 0;
    if (route->flags & RAW) return OK;
    TRY(bind_path(r, in, &seen));
    TRY(bind_query(r, in, &seen));
    if (route->method != M_GET && route->method != M_DELETE && !(route->flags & UPLOAD))
        TRY(bind_body(r, in, &seen));
    r->given = seen;
    return shape_require(&r->c, route->handler->in, seen);
}

bool request_gives(struct ctx *c, const char *field)
{
    const struct request *r = request_of(c);
    const struct shape *shape = r->match.entry->route->handler->in;
    const struct shape_field *f = shape_find(shape, str_of(field));
    assert(f);
    return r->given >> (f - shape->fields) & 1;
}

/* docs.c -- the API as a page for people, made from the same rows as the OpenAPI document; no
 * scripts. */
#include "http/describe.h"

static void escaped(struct buf *out, const char *z)
{
    for (const char *at = z; at && *at; at++) switch (*at) {
        case '<': buf_add(out, S("&lt;")); break;
        case '>': buf_add(out, S("&gt;")); break;
        case '&': buf_add(out, S("&amp;")); break;
        case '"': buf_add(out, S("&quot;")); break;
        default: buf_byte(out, *at);
        }
}

struct page {
    struct buf *out;
    struct arena *arena;
    enum locale locale;
};

static str in(const struct page *p, str zh, str en) { return p->locale == ZH ? zh : en; }

static const char style[] =
    "body{font:15px/1.6 system-ui,'PingFang SC','Microsoft "
    "YaHei',sans-serif;color:#1f2328;margin:0}"
    "main{max-width:60rem;margin:0 auto;padding:1rem}h1{font-size:1.6rem}"
    "h2{margin-top:2.5rem;border-bottom:1px solid #d1d9e0}nav a{margin-right:1rem}"
    "details{border:1px solid #d1d9e0;border-radius:6px;margin:.5rem 0;padding:.4rem .8rem}"
    "summary{cursor:pointer}code{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:.92em}"
    ".m{display:inline-block;min-width:4.2rem;font-weight:600}.GET{color:#0969da}.POST{color:#"
    "1a7f37}"
    ".PUT,.PATCH{color:#9a6700}.DELETE{color:#cf222e}.s{color:#59636e;float:right}"
    "table{border-collapse:collapse;width:100%;margin:.4rem 0 "
    "1rem}td,th{text-align:left;padding:.2rem "
    ".6rem .2rem 0;border-bottom:1px solid #eaeef2;vertical-align:top}"
    "@media(max-width:40rem){.s{float:none;display:block}}"
    "@media(prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}details,h2,td,th{"
    "border-color:#30363d}a{color:#58a6ff}.s{color:#9198a1}}";

static void write_kind(const struct page *p, const struct shape_field *f)
{
    const struct shape *inner = field_shape(f);
    if (inner) {
        buf_fmt(p->out, "%s <a href=\"#shape-%s\">%s</a>",
                f->kind == K_list ? in(p, S("列表"), S("list of")).at : "", inner->name,
                inner->name);
    } else if (f->kind == K_choice) {
        const struct choice *c = f->of;
        for (int i = 0; i < c->n; i++)
            buf_fmt(p->out, "%s<code>%s</code>", i ? " " : "", c->names[i]);
    } else {
        buf_add(p->out, str_of(shape_kind_name(f)));
    }
}

static void write_fields(const struct page *p, str title, const struct shape *s,
                         const struct route *row, bool path)
{
    bool any = false;
    for (int i = 0; i < s->n; i++) {
        const struct shape_field *f = &s->fields[i];
        if (row && route_in_path(row, f->name) != path) continue;
        if (!any) {
            buf_add(p->out, S("<b>"));
            buf_add(p->out, title);
            buf_add(p->out, S("</b><table>"));
        }
        any = true;
        buf_fmt(p->out, "<tr><td><code>%s</code>%s</td><td>", f->name,
                f->rules & REQUIRED ? " *" : "");
        write_kind(p, f);
        buf_add(p->out, S("</td><td>"));
        escaped(p->out, f->doc);
        buf_add(p->out, S("</td></tr>"));
    }
    if (any) buf_add(p->out, S("</table>"));
}

static void write_errors(const struct page *p, const struct route *row)
{
    struct errs errs = describe_errors(p->arena, row);
    buf_add(p->out, S("<p>"));
    for (i64 i = 0; i < errs.n; i++) {
        const struct err_row *e = err_row(errs.at[i]);
        buf_fmt(p->out, "<code>%d %s</code> ", e->status, e->name);
    }
    buf_add(p->out, S("</p>"));
}

static void write_route(const struct page *p, const struct route *row)
{
    const char *method = method_name(row->method);
    buf_fmt(p->out,
            "<details><summary><span class=\"m %s\">%s</span><code>%s</code><span class=\"s\">",
            method, method, row->path);
    escaped(p->out, p->locale == ZH ? row->zh : row->en);
    buf_add(p->out, S("</span></summary><p>"));
    if (row->flags & PUBLIC) buf_add(p->out, in(p, S("无需登录。"), S("No sign-in needed. ")));
    else if (row->right)
        buf_fmt(p->out, "%s<code>" STR_FMT "</code> ",
                in(p, S("需要权限 "), S("Needs the right ")).at,
                STR_ARG(rights_text(p->arena, row->right, " ")));
    if (row->flags & RAW)
        buf_add(p->out, in(p, S("密钥也可以放在 Basic 认证或内容里；网页可跨站调用。"),
                           S("The key may also come by Basic or in the content; pages of any site "
                             "may call. ")));
    if (row->flags & IDEMPOTENT)
        buf_add(p->out, in(p, S("支持 <code>Idempotency-Key</code>。"),
                           S("Takes an <code>Idempotency-Key</code>. ")));
    if (row->flags & UPLOAD)
        buf_add(p->out, in(p, S("请求体是文件本身。"), S("The body is the file itself. ")));
    buf_add(p->out, S("</p>"));
    write_fields(p, in(p, S("路径"), S("Path")), row->handler->in, row, true);
    write_fields(p,
                 route_has_body(row) ? in(p, S("请求体"), S("Body")) : in(p, S("参数"), S("Query")),
                 row->handler->in, row, false);
    write_fields(p, in(p, S("回复"), S("Reply")), row->handler->out, NULL, false);
    write_errors(p, row);
    buf_add(p->out, S("</details>"));
}

struct names {
    const char **at;
    i64 n;
};

static struct names groups_of(struct arena *a, const struct room *const *rooms)
{
    struct names groups = { 0 };
    struct route_walk w = { .rooms = rooms };
    for (const struct route *row; (row = route_next(&w));) {
        bool known = false;
        for (i64 i = 0; i < groups.n && !known; i++) known = strcmp(groups.at[i], row->group) == 0;
        if (!known) *PUSH(a, &groups) = row->group;
    }
    return groups;
}

static void write_head(const struct page *p, const struct names *groups)
{
    buf_fmt(p->out, "<!doctype html><html lang=\"%s\"><head><meta charset=\"utf-8\">",
            p->locale == ZH ? "zh-CN" : "en");
    buf_add(p->out,
            S("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>"));
    buf_add(p->out, in(p, S("锦鲤接口手册"), S("Koi API")));
    buf_fmt(p->out, "</title><style>%s</style></head><body><main><h1>", style);
    buf_add(p->out, in(p, S("锦鲤接口手册"), S("Koi API")));
    buf_add(p->out, S("</h1><p>"));
    buf_add(p->out,
            in(p,
               S("登录后用 Cookie（修改时带 <code>X-CSRF-Token</code>），或用 <code>Authorization: "
                 "Bearer "
                 "koi_…</code>；<code>/v1/my</code> 只接受会员令牌 <code>koim_…</code>。出错时回复 "
                 "RFC 9457 问题文档；金额是十进制字符串，时间是 "
                 "UTC。机器可读的描述："
                 "<a href=\"/openapi.json\">openapi.json</a>。* 为必填。"),
               S("Sign in and send the cookie (changes carry <code>X-CSRF-Token</code>), or send "
                 "<code>Authorization: Bearer koi_…</code>; <code>/v1/my</code> takes a member's "
                 "token, "
                 "<code>koim_…</code>. Errors are RFC 9457 problem documents; "
                 "money is a "
                 "decimal string, times are UTC. For machines: <a "
                 "href=\"/openapi.json\">openapi.json</a>. "
                 "* must be given.")));
    buf_add(p->out, S("</p><nav>"));
    for (i64 i = 0; i < groups->n; i++)
        buf_fmt(p->out, "<a href=\"#group-%s\">%s</a>", groups->at[i], groups->at[i]);
    buf_add(p->out, S("</nav>"));
}

void docs_write(struct buf *out, const struct room *const *rooms, enum locale locale)
{
    struct page p = { out, out->arena, locale };
    struct names groups = groups_of(p.arena, rooms);
    write_head(&p, &groups);
    for (i64 i = 0; i < groups.n; i++) {
        buf_fmt(out, "<h2 id=\"group-%s\">%s</h2>", groups.at[i], groups.at[i]);
        struct route_walk w = { .rooms = rooms };
        for (const struct route *row; (row = route_next(&w));)
            if (strcmp(row->group, groups.at[i]) == 0) write_route(&p, row);
    }
    buf_fmt(out, "<h2>%s</h2>", in(&p, S("对象"), S("Objects")).at);
    struct shape_refs shapes = describe_shapes(p.arena, rooms);
    for (i64 i = 0; i < shapes.n; i++) {
        if (shapes.at[i] == &nothing_shape) continue;
        buf_fmt(out, "<details id=\"shape-%s\"><summary><code>%s</code></summary>",
                shapes.at[i]->name, shapes.at[i]->name);
        write_fields(&p, S(""), shapes.at[i], NULL, false);
        buf_add(out, S("</details>"));
    }
    buf_add(out, S("</main></body></html>"));
}

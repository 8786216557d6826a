/* local.c -- finds the row of a route, fills its in-struct from path, query and body, and calls its
 * handler. */
#include "cli/local.h"

#include "app/rooms.h"
#include "base/clock.h"

#include <assert.h>

static const char *const method_names[] = {
    [M_GET] = "GET", [M_POST] = "POST", [M_PUT] = "PUT", [M_PATCH] = "PATCH", [M_DELETE] = "DELETE",
};

bool method_parse(str text, enum method *out)
{
    for (i64 i = 0; i < COUNT(method_names); i++) {
        if (!str_eq_nocase(text, str_of(method_names[i]))) continue;
        *out = (enum method)i;
        return true;
    }
    return false;
}

void local_query(struct cli *cli, struct local_call *call, const char *name, str value)
{
    if (!value.at) return;
    struct arena *a = cli->c->arena;
    i64 n = call->query.n;
    call->query.name = arena_grow(a, call->query.name, sizeof(str), n);
    call->query.value = arena_grow(a, call->query.value, sizeof(str), n);
    call->query.name[n] = str_of(name);
    call->query.value[n] = value;
    call->query.n = n + 1;
}

static bool is_parameter(str part) { return str_starts(part, S("{")) && str_ends(part, S("}")); }

static bool path_matches(str pattern, str path)
{
    while (pattern.n || path.n) {
        str want, have;
        pattern = str_cut(pattern, '/', &want);
        path = str_cut(path, '/', &have);
        if (is_parameter(want) ? str_empty(have) : !str_eq(want, have)) return false;
        if (!pattern.at != !path.at) return false;
    }
    return true;
}

/* The next row of a room's tables: a table may go on in another. */
static const struct route *settle(const struct route *r)
{
    while (r && !r->path) r = r->next;
    return r;
}

const struct route *route_find(enum method m, str path, bool *path_known)
{
    const struct route *found = NULL;
    *path_known = false;
    for (const struct room *const *room = rooms; *room; room++) {
        for (const struct route *r = settle((*room)->routes); r; r = settle(r + 1)) {
            if (!path_matches(str_of(r->path), path)) continue;
            *path_known = true;
            if (r->method != m) continue;
            /* A literal path wins over one with parameters. */
            if (!found || !str_has(str_of(r->path), '{')) found = r;
        }
    }
    return found;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

static str percent_decode(struct arena *a, str s)
{
    struct buf out = { .arena = a };
    for (i64 i = 0; i < s.n; i++) {
        if (s.at[i] == '%' && i + 2 < s.n && hex_digit(s.at[i + 1]) >= 0 &&
            hex_digit(s.at[i + 2]) >= 0) {
            buf_byte(&out, (char)(hex_digit(s.at[i + 1]) * 16 + hex_digit(s.at[i + 2])));
            i += 2;
        } else {
            buf_byte(&out, s.at[i] == '+' ? ' ' : s.at[i]);
        }
    }
    return buf_str(&out);
}

static void query_of_path(struct cli *cli, struct local_call *call)
{
    str query = str_cut(call->path, '?', &call->path);
    while (!str_empty(query)) {
        str pair, name;
        query = str_cut(query, '&', &pair);
        str value = str_cut(pair, '=', &name);
        local_query(cli, call, str_z(cli->c->arena, percent_decode(cli->c->arena, name)),
                    percent_decode(cli->c->arena, value.at ? value : S("")));
    }
}

/* One parameter as text; *seen keeps what was set, so that a body cannot set it again. */
static enum err set_text(struct ctx *c, const struct shape *shape, void *in, str name, str text,
                         u64 *seen)
{
    const struct shape_field *f = shape_find(shape, name);
    if (f) *seen |= (u64)1 << (f - shape->fields);
    return shape_set_text(c, shape, in, name, text);
}

static enum err fill(struct cli *cli, const struct route *r, const struct local_call *call,
                     void *in)
{
    struct ctx *c = cli->c;
    const struct shape *shape = r->handler->in;
    u64 seen = 0;
    str pattern = str_of(r->path), path = call->path;
    while (pattern.n) {
        str want, have;
        pattern = str_cut(pattern, '/', &want);
        path = str_cut(path, '/', &have);
        if (!is_parameter(want)) continue;
        TRY(set_text(c, shape, in, str_sub(want, 1, want.n - 1), percent_decode(c->arena, have),
                     &seen));
    }
    for (i64 i = 0; i < call->query.n; i++)
        TRY(set_text(c, shape, in, call->query.name[i], call->query.value[i], &seen));
    if (call->body.at) TRY(json_read_part(c, shape, in, call->body, &seen));
    return shape_require(c, shape, seen);
}

/* The same line that the server writes. */
static struct audit_note audit_note_of(struct arena *a, const struct route *r, str path)
{
    struct buf detail = { .arena = a };
    buf_add(&detail, S("{\"zh\":"));
    json_write_str(&detail, str_of(r->zh));
    buf_add(&detail, S(",\"en\":"));
    json_write_str(&detail, str_of(r->en));
    buf_byte(&detail, '}');
    path = percent_decode(a, path);
    return (struct audit_note){
        .action = str_fmt(a, "%s %s", method_names[r->method], r->path),
        .subject = str_starts(path, S("/v1/")) ? str_sub(path, 4, path.n) : path,
        .detail = buf_str(&detail),
    };
}

static enum err note_done(struct tx *t, void *arg)
{
    const struct audit_note *note = arg;
    return audit_write(t, note->action, note->subject, note->detail);
}

enum err local_run(struct cli *cli, struct local_call *call, struct local_reply *out)
{
    struct ctx *c = cli->c;
    query_of_path(cli, call);
    bool known;
    const struct route *r = route_find(call->method, call->path, &known);
    if (!r)
        return fail(c, known ? E_METHOD : E_NOT_FOUND,
                    "没有接口 %s " STR_FMT "（全部接口见 /openapi.json）",
                    "there is no route %s " STR_FMT " (all routes: /openapi.json)",
                    method_names[call->method], STR_ARG(call->path));
    if (r->flags & (UPLOAD | STREAM))
        return fail(c, E_UNSUPPORTED, "这个接口收发文件：请用 --url 指向运行中的服务",
                    "this route carries files: use --url with a running server");
    if (r->right & MY)
        return fail(c, E_FORBIDDEN, "这个接口只接受会员令牌：请用 --url 和 --key koim_…",
                    "this route takes a member's token only: use --url and --key koim_…");
    void *in = arena_alloc(c->arena, r->handler->in->size, 1);
    void *reply = arena_alloc(c->arena, r->handler->out->size, 1);
    TRY(fill(cli, r, call, in));
    bool audited = ((r->method != M_GET && !(r->flags & READS)) || (r->flags & AUDITED)) &&
                   !(r->flags & (PUBLIC | AUDITS_ITSELF));
    struct audit_note note = audit_note_of(c->arena, r, call->path);
    if (audited && cli->mode != CLI_READS) c->audit = &note;
    enum err e = r->handler->call(c, in, reply);
    c->audit = NULL;
    TRY(e);
    if (audited && cli->mode != CLI_READS && !note.written)
        TRY(store_write(cli->store, c, note_done, &note));
    *out = (struct local_reply){ r, reply };
    return OK;
}

str field_text(struct ctx *c, const struct shape_field *f, const void *in)
{
    const void *at = (const char *)in + f->offset;
    struct arena *a = c->arena;
    switch (f->kind) {
    case K_str:
    case K_json: return *(const str *)at;
    case K_i64: return str_fmt(a, "%lld", (long long)*(const i64 *)at);
    case K_f64: return str_fmt(a, "%.4g", *(const f64 *)at);
    case K_flag: return *(const flag *)at ? say(c, S("是"), S("yes")) : say(c, S("否"), S("no"));
    case K_money: return money_text(a, *(const money *)at);
    case K_instant: return instant_text(a, c->zone, *(const instant *)at);
    case K_day: return day_text(a, *(const day *)at);
    case K_opt_i64: {
        const opt_i64 *v = at;
        return v->has ? str_fmt(a, "%lld", (long long)v->value) : S("-");
    }
    case K_opt_money: {
        const opt_money *v = at;
        return v->has ? money_text(a, v->value) : S("-");
    }
    case K_opt_instant: {
        const opt_instant *v = at;
        return v->has ? instant_text(a, c->zone, v->value) : S("-");
    }
    case K_opt_f64: {
        const opt_f64 *v = at;
        return v->has ? str_fmt(a, "%.4g", v->value) : S("-");
    }
    case K_opt_flag: {
        const opt_flag *v = at;
        return !v->has ? S("-") : v->value ? say(c, S("是"), S("yes")) : say(c, S("否"), S("no"));
    }
    case K_strs: return str_join(a, *(const strs *)at, S(" "));
    case K_ints: {
        const ints *v = at;
        struct buf out = { .arena = a };
        for (i64 i = 0; i < v->n; i++) buf_fmt(&out, "%s%lld", i ? " " : "", (long long)v->at[i]);
        return v->n ? buf_str(&out) : S("-");
    }
    case K_choice: return choice_name(f->of, *(const int *)at);
    default: return S("…"); /* nested values have no place in a cell: --json shows them */
    }
}

/* A list of structs of any shape: { T *at; i64 n; }. */
struct any_list {
    const char *at;
    i64 n;
};

static void print_table(struct cli *cli, const struct shape *shape, const struct any_list *list,
                        const char *columns, int indent)
{
    struct ctx *c = cli->c;
    strs names = str_split(c->arena, str_of(columns), ' ');
    if (!columns)
        for (int i = 0; i < shape->n; i++) *PUSH(c->arena, &names) = str_of(shape->fields[i].name);
    i64 *widths = NEWS(c->arena, i64, names.n);
    str *cells = NEWS(c->arena, str, (list->n + 1) * names.n);
    for (i64 row = 0; row <= list->n; row++) {
        for (i64 i = 0; i < names.n; i++) {
            const struct shape_field *f = shape_find(shape, names.at[i]);
            assert(f);
            str cell =
                row ? field_text(c, f, list->at + (row - 1) * (i64)shape->size) : names.at[i];
            cells[row * names.n + i] = cell;
            i64 width = text_columns(cell);
            if (width > widths[i]) widths[i] = width;
        }
    }
    for (i64 row = 0; row <= list->n; row++) {
        cli_print(cli, "%*s", indent, "");
        for (i64 i = 0; i < names.n; i++) {
            str cell = cells[row * names.n + i];
            if (i + 1 < names.n) cell = cli_pad(c->arena, cell, (int)widths[i] + 2);
            cli_print(cli, STR_FMT, STR_ARG(cell));
        }
        cli_print(cli, "\n");
    }
}

/* One field a line; what has fields or rows of its own stands below its name, further in. */
static void print_fields(struct cli *cli, const struct shape *shape, const void *in, int indent)
{
    for (int i = 0; i < shape->n; i++) {
        const struct shape_field *f = &shape->fields[i];
        const void *at = (const char *)in + f->offset;
        const void *one = f->kind == K_one ? *(const void *const *)at : NULL;
        const struct any_list *list = f->kind == K_list ? at : NULL;
        bool none = (f->kind == K_one && !one) || (list && !list->n);
        cli_print(cli, "%*s", indent, "");
        if (one || (list && list->n)) {
            cli_print(cli, "%s\n", f->name);
            if (one) print_fields(cli, f->of, one, indent + 2);
            if (list) print_table(cli, f->of, list, NULL, indent + 2);
            continue;
        }
        cli_print(cli, STR_FMT STR_FMT "\n",
                  STR_ARG(cli_pad(cli->c->arena, str_of(f->name), 18 - indent)),
                  STR_ARG(none ? S("-") : field_text(cli->c, f, in)));
    }
}

void local_print(struct cli *cli, const struct local_reply *reply, const char *columns)
{
    const struct shape *shape = reply->route->handler->out;
    if (cli->json || shape == &nothing_shape) {
        if (shape != &nothing_shape) cli_answer(cli, shape, reply->out);
        return;
    }
    const struct shape_field *items = shape_find(shape, S("items"));
    if (items && items->kind == K_list) {
        const void *list = (const char *)reply->out + items->offset;
        print_table(cli, items->of, list, columns, 0);
        return;
    }
    print_fields(cli, shape, reply->out, 0);
}

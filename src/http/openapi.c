/* openapi.c -- writes the OpenAPI 3.1 document of all rooms from their rows and shapes. */
#include "http/describe.h"

struct writer {
    struct buf *out;
    enum locale locale;
    bool first; /* nothing written yet at this level: no comma */
};

static void key(struct writer *w, const char *name)
{
    if (!w->first) buf_byte(w->out, ',');
    w->first = false;
    json_write_str(w->out, str_of(name));
    buf_byte(w->out, ':');
}

static void text(struct writer *w, const char *name, const char *value)
{
    key(w, name);
    json_write_str(w->out, str_of(value));
}

static void raw(struct writer *w, const char *name, const char *json_text)
{
    key(w, name);
    buf_add(w->out, str_of(json_text));
}

static void open(struct writer *w, char bracket)
{
    buf_byte(w->out, bracket);
    w->first = true;
}

static void close(struct writer *w, char bracket)
{
    buf_byte(w->out, bracket);
    w->first = false;
}

static void item(struct writer *w)
{
    if (!w->first) buf_byte(w->out, ',');
    w->first = false;
}

static const char *pick(const struct writer *w, const char *zh, const char *en)
{
    return w->locale == ZH ? zh : en;
}

/* -- schemas ---------------------------------------------------------------------------------- */

/* type, format and the like of each kind; a null is added where a value may be absent */
static const struct {
    const char *type, *more;
    bool optional;
} kinds[] = {
    [K_str] = { "string", NULL, false },
    [K_i64] = { "integer", "\"format\":\"int64\"", false },
    [K_f64] = { "number", "\"format\":\"double\"", false },
    [K_flag] = { "boolean", NULL, false },
    [K_money] = { "string", "\"format\":\"decimal\",\"examples\":[\"12.50\"]", false },
    [K_instant] = { "string", "\"format\":\"date-time\"", false },
    [K_day] = { "string", "\"format\":\"date\"", false },
    [K_opt_i64] = { "integer", "\"format\":\"int64\"", true },
    [K_opt_f64] = { "number", "\"format\":\"double\"", true },
    [K_opt_flag] = { "boolean", NULL, true },
    [K_opt_money] = { "string", "\"format\":\"decimal\",\"examples\":[\"12.50\"]", true },
    [K_opt_instant] = { "string", "\"format\":\"date-time\"", true },
    [K_strs] = { "array", "\"items\":{\"type\":\"string\"}", false },
    [K_ints] = { "array", "\"items\":{\"type\":\"integer\",\"format\":\"int64\"}", false },
    [K_choice] = { "string", NULL, false },
    [K_list] = { "array", NULL, false },
    [K_json] = { NULL, NULL, false },
    [K_one] = { NULL, NULL, false },
};

static void write_ref(struct writer *w, const struct shape *s)
{
    buf_add(w->out, S("{\"$ref\":\"#/components/schemas/"));
    buf_add(w->out, str_of(s->name));
    buf_add(w->out, S("\"}"));
}

static void write_limits(struct writer *w, const struct shape_field *f, bool parameter)
{
    bool number =
        f->kind == K_i64 || f->kind == K_f64 || f->kind == K_opt_i64 || f->kind == K_opt_f64;
    if (number && (f->rules & POSITIVE)) raw(w, "exclusiveMinimum", "0");
    if (number && (f->rules & NOT_NEGATIVE)) raw(w, "minimum", "0");
    if (f->kind == K_str && (f->rules & SHORT)) raw(w, "maxLength", "200");
    if (f->kind == K_str && (f->rules & REQUIRED) && !parameter) raw(w, "minLength", "1");
    if (f->rules & SECRET) text(w, "format", "password");
    if (f->rules & PERSONAL) raw(w, "x-personal", "true");
}

/* parameter: a query or path part, which is there or not, but never null */
static void write_field(struct writer *w, const struct shape_field *f, bool parameter)
{
    open(w, '{');
    const char *type = kinds[f->kind].type;
    bool null = !parameter && !(f->rules & REQUIRED) &&
                (kinds[f->kind].optional || f->kind == K_str || f->kind == K_choice);
    if (type) {
        key(w, "type");
        if (null) buf_fmt(w->out, "[\"%s\",\"null\"]", type);
        else buf_fmt(w->out, "\"%s\"", type);
    }
    if (kinds[f->kind].more) {
        item(w);
        buf_add(w->out, str_of(kinds[f->kind].more));
    }
    if (f->kind == K_choice) {
        const struct choice *choice = f->of;
        key(w, "enum");
        open(w, '[');
        for (int i = 0; i < choice->n; i++) {
            item(w);
            json_write_str(w->out, str_of(choice->names[i]));
        }
        if (null) {
            item(w);
            buf_add(w->out, S("null"));
        }
        close(w, ']');
    }
    if (f->kind == K_list) {
        key(w, "items");
        write_ref(w, f->of);
    }
    if (f->kind == K_one) {
        key(w, "anyOf");
        buf_byte(w->out, '[');
        write_ref(w, f->of);
        if (!(f->rules & REQUIRED)) buf_add(w->out, S(",{\"type\":\"null\"}"));
        buf_byte(w->out, ']');
    }
    write_limits(w, f, parameter);
    if (f->doc[0] && !parameter) text(w, "description", f->doc);
    close(w, '}');
}

/* skip: fields that a row's path gives; NULL: none */
static void write_object(struct writer *w, const struct shape *s, const struct route *skip)
{
    open(w, '{');
    text(w, "type", "object");
    key(w, "properties");
    open(w, '{');
    for (int i = 0; i < s->n; i++) {
        if (skip && route_in_path(skip, s->fields[i].name)) continue;
        key(w, s->fields[i].name);
        write_field(w, &s->fields[i], false);
    }
    close(w, '}');
    bool any = false;
    for (int i = 0; i < s->n; i++) {
        if (!(s->fields[i].rules & REQUIRED)) continue;
        if (skip && route_in_path(skip, s->fields[i].name)) continue;
        if (!any) {
            key(w, "required");
            open(w, '[');
        }
        any = true;
        item(w);
        json_write_str(w->out, str_of(s->fields[i].name));
    }
    if (any) close(w, ']');
    close(w, '}');
}

/* -- operations ------------------------------------------------------------------------------- */

static void write_parameter(struct writer *w, const struct shape_field *f, const char *in)
{
    item(w);
    open(w, '{');
    text(w, "name", f->name);
    text(w, "in", in);
    if (in[0] == 'p' || (f->rules & REQUIRED)) raw(w, "required", "true");
    if (f->kind == K_strs || f->kind == K_ints) raw(w, "explode", "false");
    if (f->doc[0]) text(w, "description", f->doc);
    key(w, "schema");
    write_field(w, f, true);
    close(w, '}');
}

static void write_parameters(struct writer *w, const struct route *row)
{
    const struct shape *in = row->handler->in;
    key(w, "parameters");
    open(w, '[');
    for (int i = 0; i < in->n; i++) {
        bool path = route_in_path(row, in->fields[i].name);
        if (path || !route_has_body(row))
            write_parameter(w, &in->fields[i], path ? "path" : "query");
    }
    if (row->flags & IDEMPOTENT) {
        item(w);
        buf_add(w->out, S("{\"$ref\":\"#/components/parameters/IdempotencyKey\"}"));
    }
    close(w, ']');
}

static void write_body(struct writer *w, const struct route *row)
{
    if (row->flags & UPLOAD) {
        raw(w, "requestBody", "{\"required\":true,\"content\":{\"application/octet-stream\":{}}}");
        return;
    }
    const struct shape *in = row->handler->in;
    bool path = strchr(row->path, '{'), required = false;
    int n = 0;
    for (int i = 0; i < in->n; i++) {
        if (route_in_path(row, in->fields[i].name)) continue;
        required |= (in->fields[i].rules & REQUIRED) != 0;
        n++;
    }
    if (!route_has_body(row) || !n) return;
    key(w, "requestBody");
    open(w, '{');
    raw(w, "required", required ? "true" : "false");
    key(w, "content");
    open(w, '{');
    key(w, row->takes ? row->takes : "application/json");
    buf_add(w->out, S("{\"schema\":"));
    if (path) write_object(w, in, row);
    else write_ref(w, in);
    buf_add(w->out, S("}}"));
    close(w, '}');
}

static void write_responses(struct writer *w, struct arena *a, const struct route *row)
{
    const struct shape *out = row->handler->out;
    bool stream = row->flags & STREAM, empty = out == &nothing_shape && !stream;
    key(w, "responses");
    open(w, '{');
    bool created = row->flags & CREATES, leads = row->flags & REDIRECTS;
    key(w, leads ? "302" : empty ? "204" : created ? "201" : "200");
    open(w, '{');
    text(w, "description", pick(w, "成功", "Done"));
    if (stream) {
        raw(w, "content", "{\"*/*\":{}}");
    } else if (!empty) {
        key(w, "content");
        buf_add(w->out, S("{\"application/json\":{\"schema\":"));
        write_ref(w, out);
        buf_add(w->out, S("}}"));
    }
    close(w, '}');
    struct errs errs = describe_errors(a, row);
    for (i64 i = 0; i < errs.n; i++) {
        const struct err_row *e = err_row(errs.at[i]);
        key(w, str_z(a, str_fmt(a, "%d", e->status)));
        open(w, '{');
        text(w, "description", pick(w, e->zh, e->en));
        raw(w, "content",
            "{\"application/problem+json\":{\"schema\":{\"$ref\":\"#/components/schemas/"
            "problem\"}}}");
        close(w, '}');
    }
    close(w, '}');
}

static const char *operation_id(struct arena *a, const struct route *row)
{
    struct buf b = { .arena = a };
    buf_add(&b, str_lower(a, str_of(method_name(row->method))));
    for (const char *at = row->path; *at; at++) {
        bool letter = (*at >= 'a' && *at <= 'z') || (*at >= '0' && *at <= '9');
        if (letter) buf_byte(&b, *at);
        else if (b.at[b.n - 1] != '_' && at[1]) buf_byte(&b, '_');
    }
    return str_z(a, buf_str(&b));
}

static void write_operation(struct writer *w, struct arena *a, const struct route *row)
{
    key(w, str_z(a, str_lower(a, str_of(method_name(row->method)))));
    open(w, '{');
    text(w, "operationId", operation_id(a, row));
    text(w, "summary", pick(w, row->zh, row->en));
    key(w, "tags");
    open(w, '[');
    item(w);
    json_write_str(w->out, str_of(row->group));
    close(w, ']');
    if (row->flags & PUBLIC) raw(w, "security", "[]");
    if (row->right & MY) raw(w, "security", "[{\"member\":[]}]");
    if (row->flags & RAW) raw(w, "security", "[{\"write_key\":[]},{\"key\":[]}]");
    if (!(row->flags & PUBLIC)) {
        key(w, "x-right");
        json_write_str(w->out, rights_text(a, row->right, " "));
    }
    write_parameters(w, row);
    write_body(w, row);
    write_responses(w, a, row);
    close(w, '}');
}

/* Rows of one path stand together in the document, wherever they stand in the tables. */
static void write_paths(struct writer *w, struct arena *a, const struct room *const *rooms)
{
    key(w, "paths");
    open(w, '{');
    struct route_walk w1 = { .rooms = rooms };
    struct {
        const char **at;
        i64 n;
    } seen = { 0 };
    for (const struct route *row; (row = route_next(&w1));) {
        bool before = false;
        for (i64 i = 0; i < seen.n && !before; i++) before = strcmp(seen.at[i], row->path) == 0;
        if (before) continue;
        *PUSH(a, &seen) = row->path;
        key(w, row->path);
        open(w, '{');
        struct route_walk w2 = { .rooms = rooms };
        for (const struct route *same; (same = route_next(&w2));)
            if (strcmp(same->path, row->path) == 0) write_operation(w, a, same);
        close(w, '}');
    }
    close(w, '}');
}

static void write_components(struct writer *w, struct arena *a, const struct room *const *rooms)
{
    key(w, "components");
    open(w, '{');
    key(w, "schemas");
    open(w, '{');
    raw(w, "problem",
        "{\"type\":\"object\",\"required\":[\"type\",\"title\",\"status\"],\"properties\":{"
        "\"type\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},"
        "\"status\":{\"type\":\"integer\"},\"detail\":{\"type\":\"string\"},"
        "\"errors\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{"
        "\"pointer\":{\"type\":\"string\"},\"detail\":{\"type\":\"string\"}}}}}}");
    struct shape_refs shapes = describe_shapes(a, rooms);
    for (i64 i = 0; i < shapes.n; i++) {
        if (shapes.at[i] == &nothing_shape) continue;
        key(w, shapes.at[i]->name);
        write_object(w, shapes.at[i], NULL);
    }
    close(w, '}');
    raw(w, "parameters",
        "{\"IdempotencyKey\":{\"name\":\"Idempotency-Key\",\"in\":\"header\",\"required\":false,"
        "\"schema\":{\"type\":\"string\",\"maxLength\":200},\"description\":"
        "\"The same key with the same request answers the same reply for 24 hours\"}}");
    raw(w, "securitySchemes",
        "{\"session\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"koi_session\","
        "\"description\":"
        "\"Changes carry X-CSRF-Token too\"},"
        "\"key\":{\"type\":\"http\",\"scheme\":\"bearer\",\"description\":\"An API key: koi_…\"},"
        "\"member\":{\"type\":\"http\",\"scheme\":\"bearer\",\"description\":"
        "\"A member's token: koim_…, by POST /v1/members/{id}/token\"},"
        "\"write_key\":{\"type\":\"http\",\"scheme\":\"basic\",\"description\":"
        "\"An API key with track:write as the user name, no password\"}}");
    close(w, '}');
}

void openapi_write(struct buf *out, const struct room *const *rooms, enum locale locale)
{
    struct arena *a = out->arena;
    struct writer w = { .out = out, .locale = locale, .first = true };
    open(&w, '{');
    text(&w, "openapi", "3.1.0");
    raw(&w, "info",
        locale == ZH
            ? "{\"title\":\"锦鲤 Koi\",\"version\":\"1\",\"summary\":\"网店增长引擎\","
              "\"license\":{\"name\":\"Apache-2.0\",\"identifier\":\"Apache-2.0\"}}"
            : "{\"title\":\"Koi\",\"version\":\"1\",\"summary\":\"The growth engine of an online "
              "shop\",\"license\":{\"name\":\"Apache-2.0\",\"identifier\":\"Apache-2.0\"}}");
    raw(&w, "servers", "[{\"url\":\"/\"}]");
    raw(&w, "security", "[{\"session\":[]},{\"key\":[]}]");
    write_paths(&w, a, rooms);
    write_components(&w, a, rooms);
    close(&w, '}');
}

/* json_read.c -- JSON text straight into shaped structs: yajl's events over a stack of open objects
 * and lists. */
#include "base/shape_private.h"

#include <assert.h>
#include <yajl/yajl_parse.h>

#include "base/num.h"

enum { DEPTH_MAX = 32, ITEMS_MAX = 100000 };

struct any_list {
    void *at;
    i64 n;
};

struct frame {
    const struct shape *shape;       /* of an object; NULL: a list, or inside verbatim JSON */
    const struct shape_field *field; /* an object's current member; a list's own row */
    char *base;                      /* the object, or the list struct */
    u64 seen;
};

struct reader {
    struct ctx *c;
    yajl_handle yajl;
    str text;
    enum err err;
    bool done;
    int depth; /* frames in use */
    struct frame frames[DEPTH_MAX + 2];
    const struct shape *top;
    void *out;
    u64 *top_seen;
    int verbatim;     /* open brackets inside a json field, or 0 */
    bool in_verbatim; /* the value of a json field is being passed over */
    i64 verbatim_from;
};

static struct frame *top_frame(struct reader *r)
{
    return r->depth ? &r->frames[r->depth - 1] : NULL;
}

/* Where we are, as a JSON pointer. */
static str pointer(struct reader *r)
{
    struct buf b = { .arena = r->c->arena };
    for (int i = 0; i < r->depth; i++) {
        struct frame *f = &r->frames[i];
        if (f->shape && f->field) buf_fmt(&b, "/%s", f->field->name);
        if (!f->shape) buf_fmt(&b, "/%lld", (long long)((struct any_list *)f->base)->n - 1);
    }
    return buf_str(&b);
}

static int refuse(struct reader *r, enum err e)
{
    r->err = e;
    return 0;
}

static int keep(struct reader *r, enum err e) { return e == OK ? 1 : refuse(r, e); }

static int too_many(struct reader *r)
{
    return refuse(r, fail_at(r->c, E_INVALID, pointer(r), "列表太长：最多 %d 项",
                             "the list is too long: at most %d items", ITEMS_MAX));
}

/* The field a value belongs to and the place it goes to; NULL (with r->err set) when there is none.
 */
static const struct shape_field *place(struct reader *r, void **at)
{
    struct frame *f = top_frame(r);
    if (!f) {
        refuse(r, fail(r->c, E_INVALID, "应为一个 JSON 对象", "a JSON object is expected"));
        return NULL;
    }
    if (f->shape) {
        *at = f->base + f->field->offset;
        return f->field;
    }
    struct any_list *list = (struct any_list *)f->base;
    if (list->n == ITEMS_MAX) {
        too_many(r);
        return NULL;
    }
    if (f->field->kind == K_strs) *at = PUSH(r->c->arena, (strs *)list);
    else if (f->field->kind == K_ints) *at = PUSH(r->c->arena, (ints *)list);
    else {
        const struct shape *of = f->field->of;
        list->at = arena_grow(r->c->arena, list->at, of->size, list->n);
        *at = (char *)list->at + of->size * (size_t)list->n++;
    }
    return f->field;
}

static bool inside_list(struct reader *r) { return r->depth && !top_frame(r)->shape; }

/* Inside a json field every event only moves the brackets; its text is taken whole when it ends. */
static bool verbatim(struct reader *r, int open)
{
    if (!r->in_verbatim) return false;
    r->verbatim += open;
    if (r->verbatim == 0) {
        struct frame *f = top_frame(r);
        i64 to = (i64)yajl_get_bytes_consumed(r->yajl);
        str raw = str_trim(str_sub(r->text, r->verbatim_from, to));
        *(json *)(f->base + f->field->offset) = str_copy(r->c->arena, raw);
        r->in_verbatim = false;
    }
    return true;
}

static int on_null(void *arg)
{
    struct reader *r = arg;
    void *at;
    if (verbatim(r, 0)) return 1;
    const struct shape_field *f = place(r, &at);
    if (!f) return 0;
    if (inside_list(r)) return refuse(r, shape_wrong_kind(r->c, f, pointer(r)));
    return keep(r, shape_put_null(r->c, f, at, pointer(r)));
}

static int on_flag(void *arg, int v)
{
    struct reader *r = arg;
    void *at;
    if (verbatim(r, 0)) return 1;
    const struct shape_field *f = place(r, &at);
    if (!f) return 0;
    if (inside_list(r)) return refuse(r, shape_wrong_kind(r->c, f, pointer(r)));
    return keep(r, shape_put_flag(r->c, f, at, v, pointer(r)));
}

static int on_number(void *arg, const char *digits, size_t n)
{
    struct reader *r = arg;
    str text = { digits, (i64)n };
    void *at;
    i64 i;
    f64 x;
    if (verbatim(r, 0)) return 1;
    const struct shape_field *f = place(r, &at);
    if (!f) return 0;
    if (f->kind == K_ints && inside_list(r)) {
        if (i64_parse(text, at)) return 1;
    } else if (!inside_list(r)) {
        if (f->kind == K_money || f->kind == K_opt_money)
            return keep(r, shape_put_text(r->c, f, at, text, pointer(r)));
        if (i64_parse(text, &i)) return keep(r, shape_put_i64(r->c, f, at, i, pointer(r)));
        if (f64_parse(text, &x)) return keep(r, shape_put_f64(r->c, f, at, x, pointer(r)));
    }
    return refuse(r, shape_wrong_kind(r->c, f, pointer(r)));
}

static int on_string(void *arg, const unsigned char *s, size_t n)
{
    struct reader *r = arg;
    str text = { (const char *)s, (i64)n };
    void *at;
    if (verbatim(r, 0)) return 1;
    const struct shape_field *f = place(r, &at);
    if (!f) return 0;
    if (f->kind == K_strs && inside_list(r)) {
        static const struct shape_field item = { .name = "item", .kind = K_str };
        return keep(r, shape_put_text(r->c, &item, at, text, pointer(r)));
    }
    if (inside_list(r)) return refuse(r, shape_wrong_kind(r->c, f, pointer(r)));
    return keep(r, shape_put_text(r->c, f, at, text, pointer(r)));
}

static int push(struct reader *r, struct frame f)
{
    if (r->depth == DEPTH_MAX)
        return refuse(r, fail_at(r->c, E_INVALID, pointer(r), "嵌套太深：最多 %d 层",
                                 "nested too deep: at most %d levels", DEPTH_MAX));
    r->frames[r->depth++] = f;
    return 1;
}

static int verbatim_deeper(struct reader *r)
{
    verbatim(r, 1);
    if (r->verbatim <= DEPTH_MAX) return 1;
    return refuse(r, fail_at(r->c, E_INVALID, pointer(r), "嵌套太深：最多 %d 层",
                             "nested too deep: at most %d levels", DEPTH_MAX));
}

static int on_map(void *arg)
{
    struct reader *r = arg;
    void *at;
    if (r->in_verbatim) return verbatim_deeper(r);
    if (!r->depth)
        return push(r, (struct frame){ .shape = r->top, .base = r->out, .seen = *r->top_seen });
    const struct shape_field *f = place(r, &at);
    if (!f) return 0;
    if (f->kind == K_list && inside_list(r))
        return push(r, (struct frame){ .shape = f->of, .base = at });
    if (f->kind != K_one || inside_list(r)) return refuse(r, shape_wrong_kind(r->c, f, pointer(r)));
    const struct shape *of = f->of;
    void *object = arena_alloc(r->c->arena, of->size, 1);
    *(void **)at = object;
    return push(r, (struct frame){ .shape = of, .base = object });
}

static int on_key(void *arg, const unsigned char *s, size_t n)
{
    struct reader *r = arg;
    str key = { (const char *)s, (i64)n };
    if (r->in_verbatim) return 1;
    struct frame *f = top_frame(r);
    f->field = NULL;
    const struct shape_field *field = shape_find(f->shape, key);
    if (!field) {
        str at = str_fmt(r->c->arena, STR_FMT "/" STR_FMT, STR_ARG(pointer(r)),
                         STR_ARG(str_sub(key, 0, 60)));
        return refuse(r, fail_at(r->c, E_INVALID, at, "没有名为 " STR_FMT " 的字段",
                                 "there is no field named " STR_FMT, STR_ARG(str_sub(key, 0, 60))));
    }
    u64 bit = (u64)1 << (field - f->shape->fields);
    f->field = field;
    if (f->seen & bit)
        return refuse(r, fail_at(r->c, E_INVALID, pointer(r), "%s 出现了两次", "%s is given twice",
                                 field->name));
    f->seen |= bit;
    if (field->kind == K_json) {
        i64 from = (i64)yajl_get_bytes_consumed(r->yajl);
        while (from < r->text.n && r->text.at[from] != ':') from++;
        r->in_verbatim = true;
        r->verbatim = 0;
        r->verbatim_from = from + 1;
    }
    return 1;
}

static int on_map_end(void *arg)
{
    struct reader *r = arg;
    if (verbatim(r, -1)) return 1;
    struct frame *f = top_frame(r);
    f->field = NULL;
    if (r->depth == 1) *r->top_seen = f->seen;
    else {
        enum err e = shape_require(r->c, f->shape, f->seen);
        if (e != OK) {
            str at = str_fmt(r->c->arena, STR_FMT "%s", STR_ARG(pointer(r)), r->c->why.field);
            str words = str_of(str_z(r->c->arena, str_of(r->c->why.detail)));
            return refuse(r, fail_at(r->c, e, at, STR_FMT, STR_FMT, STR_ARG(words)));
        }
    }
    r->depth--;
    return 1;
}

static int on_array(void *arg)
{
    struct reader *r = arg;
    void *at;
    if (r->in_verbatim) return verbatim_deeper(r);
    const struct shape_field *f = place(r, &at);
    if (!f) return 0;
    bool is_list = f->kind == K_list || f->kind == K_strs || f->kind == K_ints;
    if (!is_list || inside_list(r)) return refuse(r, shape_wrong_kind(r->c, f, pointer(r)));
    return push(r, (struct frame){ .field = f, .base = at });
}

static int on_array_end(void *arg)
{
    struct reader *r = arg;
    if (verbatim(r, -1)) return 1;
    r->depth--;
    return 1;
}

static const yajl_callbacks callbacks = {
    .yajl_null = on_null,
    .yajl_boolean = on_flag,
    .yajl_number = on_number,
    .yajl_string = on_string,
    .yajl_start_map = on_map,
    .yajl_map_key = on_key,
    .yajl_end_map = on_map_end,
    .yajl_start_array = on_array,
    .yajl_end_array = on_array_end,
};

static enum err syntax_error(struct reader *r)
{
    i64 at = (i64)yajl_get_bytes_consumed(r->yajl);
    return fail_at(r->c, E_INVALID, pointer(r), "不是正确的 JSON（第 %lld 字节附近）",
                   "this is not valid JSON (near byte %lld)", (long long)at);
}

/* Where half a surrogate pair stands in an escape, or -1. yajl would make a question mark of it:
 * text that was never sent. */
static i64 lone_surrogate(str text)
{
    for (i64 i = 0; i + 1 < text.n; i++) {
        if (text.at[i] != '\\') continue;
        i64 from = i++; /* whatever is escaped is no backslash of its own */
        if (text.at[i] != 'u' || i + 4 >= text.n) continue;
        bool d = text.at[i + 1] == 'd' || text.at[i + 1] == 'D';
        bool high = d && memchr("89aAbB", text.at[i + 2], 6),
             low = d && memchr("cCdDeEfF", text.at[i + 2], 8);
        if (low) return from;
        if (!high) continue;
        str next = str_sub(text, i + 5, text.n);
        if (next.n < 6 || !str_starts(next, S("\\u")) || !memchr("dD", next.at[2], 2) ||
            !memchr("cCdDeEfF", next.at[3], 8))
            return from;
        i += 10; /* both halves */
    }
    return -1;
}

enum err json_read_part(struct ctx *c, const struct shape *shape, void *out, str text, u64 *seen)
{
    struct reader r = { .c = c, .text = text, .top = shape, .out = out, .top_seen = seen };
    assert(shape->n <= 64);
    if (str_empty(str_trim(text)))
        return fail(c, E_INVALID, "内容是空的：应为一个 JSON 对象",
                    "the body is empty: a JSON object is expected");
    i64 half = lone_surrogate(text);
    if (half >= 0)
        return fail(c, E_INVALID, "第 %lld 字节处是半个字符（单独的 \\uD800 至 \\uDFFF）",
                    "half a character at byte %lld (a \\uD800 to \\uDFFF alone)", (long long)half);
    r.yajl = yajl_alloc(&callbacks, NULL, &r);
    yajl_status status = yajl_parse(r.yajl, (const u8 *)text.at, (size_t)text.n);
    if (status == yajl_status_ok) status = yajl_complete_parse(r.yajl);
    if (r.err == OK && (status != yajl_status_ok || r.depth)) r.err = syntax_error(&r);
    yajl_free(r.yajl);
    return r.err;
}

enum err json_read(struct ctx *c, const struct shape *shape, void *out, str text)
{
    u64 seen = 0;
    TRY(json_read_part(c, shape, out, text, &seen));
    return shape_require(c, shape, seen);
}

bool json_valid(str text)
{
    yajl_handle yajl = yajl_alloc(NULL, NULL, NULL);
    bool valid = !str_empty(str_trim(text)) && lone_surrogate(text) < 0 &&
                 yajl_parse(yajl, (const u8 *)text.at, (size_t)text.n) == yajl_status_ok &&
                 yajl_complete_parse(yajl) == yajl_status_ok;
    yajl_free(yajl);
    return valid;
}

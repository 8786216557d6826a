/* json_write.c -- shaped structs as JSON text. */
#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <utf8proc.h>

#include "base/clock.h"
#include "base/num.h"

static i64 plain_run(str s)
{
    i64 i = 0;
    while (i < s.n && (u8)s.at[i] >= ' ' && s.at[i] != '"' && s.at[i] != '\\' && (u8)s.at[i] < 0x80)
        i++;
    return i;
}

static void escape_one(struct buf *out, char c)
{
    switch (c) {
    case '"': buf_add(out, S("\\\"")); break;
    case '\\': buf_add(out, S("\\\\")); break;
    case '\n': buf_add(out, S("\\n")); break;
    case '\r': buf_add(out, S("\\r")); break;
    case '\t': buf_add(out, S("\\t")); break;
    default: buf_fmt(out, "\\u%04x", (unsigned char)c);
    }
}

void json_write_str(struct buf *out, str s)
{
    buf_byte(out, '"');
    while (s.n) {
        i64 n = plain_run(s);
        buf_add(out, str_sub(s, 0, n));
        s = str_sub(s, n, s.n);
        if (!s.n) break;
        if ((u8)s.at[0] < 0x80) {
            escape_one(out, s.at[0]);
            n = 1;
        } else {
            utf8proc_int32_t point;
            n = utf8proc_iterate((const u8 *)s.at, s.n, &point);
            buf_add(out, n > 0 ? str_sub(s, 0, n) : S("\xEF\xBF\xBD"));
            if (n < 1) n = 1;
        }
        s = str_sub(s, n, s.n);
    }
    buf_byte(out, '"');
}

static void write_f64(struct buf *out, f64 v)
{
    if (!isfinite(v)) {
        buf_add(out, S("null"));
        return;
    }
    f64 back;
    char *at = buf_space(out, 32);
    int n = 0;
    for (int digits = 15; digits <= 17; digits++) {
        n = snprintf(at, 32, "%.*g", digits, v);
        if (f64_parse((str){ at, n }, &back) && back == v) break;
    }
    out->n += n;
}

static void write_money(struct buf *out, money m)
{
    char text[32];
    buf_byte(out, '"');
    buf_add(out, (str){ text, money_write(text, m) });
    buf_byte(out, '"');
}

static void write_instant(struct buf *out, instant t)
{
    buf_byte(out, '"');
    buf_add(out, instant_iso(out->arena, t));
    buf_byte(out, '"');
}

static void write_list(struct buf *out, const struct shape_field *f, const void *at)
{
    const struct {
        const char *at;
        i64 n;
    } *list = at;
    const struct shape *of = f->kind == K_list ? f->of : NULL;
    buf_byte(out, '[');
    for (i64 i = 0; i < list->n; i++) {
        if (i) buf_byte(out, ',');
        if (of) json_write(out, of, list->at + of->size * (size_t)i);
        else if (f->kind == K_strs) json_write_str(out, ((const strs *)at)->at[i]);
        else buf_i64(out, ((const ints *)at)->at[i]);
    }
    buf_byte(out, ']');
}

static bool is_absent(const struct shape_field *f, const void *at)
{
    switch (f->kind) {
    case K_str:
    case K_json: return !((const str *)at)->at;
    case K_opt_i64:
    case K_opt_money:
    case K_opt_instant: return !((const opt_i64 *)at)->has;
    case K_opt_f64: return !((const opt_f64 *)at)->has;
    case K_opt_flag: return !((const opt_flag *)at)->has;
    case K_one: return !*(void *const *)at;
    default: return false;
    }
}

static void write_field(struct buf *out, const struct shape_field *f, const void *at)
{
    if (is_absent(f, at)) {
        buf_add(out, S("null"));
        return;
    }
    switch (f->kind) {
    case K_str: json_write_str(out, *(const str *)at); break;
    case K_json: buf_add(out, *(const str *)at); break;
    case K_i64: buf_i64(out, *(const i64 *)at); break;
    case K_opt_i64: buf_i64(out, ((const opt_i64 *)at)->value); break;
    case K_f64: write_f64(out, *(const f64 *)at); break;
    case K_opt_f64: write_f64(out, ((const opt_f64 *)at)->value); break;
    case K_flag: buf_add(out, *(const flag *)at ? S("true") : S("false")); break;
    case K_opt_flag: buf_add(out, ((const opt_flag *)at)->value ? S("true") : S("false")); break;
    case K_money: write_money(out, *(const money *)at); break;
    case K_opt_money: write_money(out, ((const opt_money *)at)->value); break;
    case K_instant: write_instant(out, *(const instant *)at); break;
    case K_opt_instant: write_instant(out, ((const opt_instant *)at)->value); break;
    case K_day: json_write_str(out, day_text(out->arena, *(const day *)at)); break;
    case K_choice: json_write_str(out, choice_name(f->of, *(const int *)at)); break;
    case K_one: json_write(out, f->of, *(void *const *)at); break;
    case K_strs:
    case K_ints:
    case K_list: write_list(out, f, at); break;
    }
}

void json_write(struct buf *out, const struct shape *shape, const void *in)
{
    buf_byte(out, '{');
    for (int i = 0; i < shape->n; i++) {
        const struct shape_field *f = &shape->fields[i];
        buf_add(out,
                i ? S(",\"") : S("\"")); /* no formatting: this is the hot path of every reply */
        buf_add(out, str_of(f->name));
        buf_add(out, S("\":"));
        write_field(out, f, (const char *)in + f->offset);
    }
    buf_byte(out, '}');
}

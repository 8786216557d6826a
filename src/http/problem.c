/* problem.c -- errors at the door: RFC 9457 problem+json in the caller's language. */
#include "http/engine.h"

const char problem_type[] = "application/problem+json";

/* The first of zh and en that Accept-Language names with the highest weight; Chinese when it names
 * neither. */
enum locale locale_of(str accept)
{
    i64 best = -1;
    enum locale found = ZH;
    for (str rest = accept; rest.n > 0;) {
        str part, tag;
        rest = str_cut(rest, ',', &part);
        str weight = str_trim(str_cut(part, ';', &tag));
        tag = str_trim(tag);
        i64 q = 1000;
        if (str_starts(weight, S("q="))) {
            q = 0;
            i64 digit = 1000;
            for (i64 i = 2; i < weight.n && digit > 0; i++) {
                if (weight.at[i] == '.') continue;
                if (weight.at[i] < '0' || weight.at[i] > '9') break;
                q += (weight.at[i] - '0') * digit;
                digit /= 10;
            }
        }
        str language = str_sub(tag, 0, tag.n < 2 ? tag.n : 2);
        bool zh = str_eq_nocase(language, S("zh")), en = str_eq_nocase(language, S("en"));
        if ((zh || en) && q > best && q > 0) {
            best = q;
            found = zh ? ZH : EN;
        }
    }
    return found;
}

void problem_write(struct buf *out, const struct problem *why, int status, enum locale locale)
{
    const struct err_row *row = err_row(why->err);
    buf_add(out, S("{\"type\":\"urn:koi:problem:"));
    buf_add(out, str_of(row->name));
    buf_add(out, S("\",\"title\":"));
    json_write_str(out, str_of(locale == ZH ? row->zh : row->en));
    buf_add(out, S(",\"status\":"));
    buf_i64(out, status ? status : row->status);
    str detail = str_of(why->detail);
    if (detail.n) {
        buf_add(out, S(",\"detail\":"));
        json_write_str(out, detail);
    }
    if (why->field[0]) {
        buf_add(out, S(",\"errors\":[{\"pointer\":"));
        str field = str_of(why->field);
        char pointer[sizeof why->field + 2];
        if (field.at[0] != '/') {
            pointer[0] = '/';
            memcpy(pointer + 1, field.at, (size_t)field.n);
            field = (str){ pointer, field.n + 1 };
        }
        json_write_str(out, field);
        buf_add(out, S(",\"detail\":"));
        json_write_str(out, detail);
        buf_add(out, S("}]"));
    }
    buf_byte(out, '}');
}

/* Replaces whatever reply was begun. e without words of its own gets the general sentence only. */
void problem_reply(struct request *r, enum err e)
{
    if (r->c.why.err != e) r->c.why = (struct problem){ .err = e };
    struct buf b = { .arena = r->c.arena };
    r->status = r->refused_status ? r->refused_status : err_row(e)->status;
    problem_write(&b, &r->c.why, r->status, r->c.locale);
    r->reply = buf_str(&b);
    r->type = problem_type;
    r->streaming = false;
    reply_header(r, "Cache-Control", S("no-store"));
    reply_header(r, "Content-Language", r->c.locale == ZH ? S("zh-CN") : S("en"));
}

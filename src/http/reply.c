/* reply.c -- what handlers ask of their request, and replies that are not JSON. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/gzip.h"
#include "http/engine.h"

struct request *request_of(struct ctx *c) { return (struct request *)c; }

str request_header(struct request *r, const char *name) { return engine_header(r, name); }
str request_query(struct request *r) { return r->query; }

enum err request_body(struct request *r, i64 max, str *out)
{
    struct ctx *c = &r->c;
    str coding = r->headers[H_CONTENT_ENCODING];
    *out = buf_str(&r->body);
    bool packed = out->n > 2 && (u8)out->at[0] == 0x1f && (u8)out->at[1] == 0x8b;
    if (!packed && coding.n && !str_eq_nocase(coding, S("identity")))
        return fail(c, E_INVALID, "请求体须为原文或 gzip", "the body must be plain or gzip");
    enum err e = packed ? gunzip(c, *out, max, out) : OK;
    if (e == E_TOO_LARGE || (e == OK && out->n > max))
        return fail(c, E_INVALID, "请求体超过上限 %lld 字节",
                    "the body is over its limit of %lld bytes", (long long)max);
    return e;
}

str request_ip(struct request *r) { return r->address; }
void request_settings_changed(struct request *r) { settings_refresh(r->http); }

bool request_secure(struct request *r)
{
    return r->http->options.secure_cookies ||
           str_eq(request_header(r, "X-Forwarded-Proto"), S("https"));
}

str request_cookie(struct request *r, str name)
{
    for (str rest = r->headers[H_COOKIE]; rest.n > 0;) {
        str part, key;
        rest = str_cut(rest, ';', &part);
        str value = str_cut(str_trim(part), '=', &key);
        if (str_eq(key, name)) return value;
    }
    return NO_STR;
}

void reply_header(struct request *r, const char *name, str value)
{
    for (i64 i = 0; i < r->extra.n; i++)
        if (str_eq_nocase(str_of(r->extra.at[i].name), str_of(name)) &&
            !str_eq_nocase(str_of(name), S("Set-Cookie"))) {
            r->extra.at[i].value = value;
            return;
        }
    *PUSH(r->c.arena, &r->extra) = (struct extra_header){ name, value };
}

enum err reply_text(struct request *r, int status, str content_type, str text)
{
    r->replied = true;
    r->status = status;
    r->type = str_z(r->c.arena, content_type);
    r->reply = text;
    return OK;
}

void close_file(struct request *r)
{
    close(r->file_fd);
    r->file_fd = -1;
}

/* RFC 6266: an ASCII name for old clients, the true one in UTF-8 beside it. */
static str disposition(struct arena *a, str name)
{
    struct buf b = { .arena = a };
    buf_add(&b, S("attachment; filename=\""));
    for (i64 i = 0; i < name.n; i++) {
        u8 ch = (u8)name.at[i];
        buf_byte(&b, ch >= 0x20 && ch < 0x7f && ch != '"' && ch != '\\' ? (char)ch : '_');
    }
    buf_add(&b, S("\"; filename*=UTF-8''"));
    for (i64 i = 0; i < name.n; i++) {
        u8 ch = (u8)name.at[i];
        bool plain = (ch >= '0' && ch <= '9') || ((ch | 32) >= 'a' && (ch | 32) <= 'z') ||
                     ch == '.' || ch == '-' || ch == '_';
        if (plain) buf_byte(&b, (char)ch);
        else buf_fmt(&b, "%%%02X", ch);
    }
    return buf_str(&b);
}

enum err reply_file(struct request *r, str path, str download_name, str content_type,
                    bool temporary)
{
    char *at = str_z(r->c.arena, path);
    struct stat info;
    int fd = open(at, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        if (fd >= 0) close(fd);
        return fail(&r->c, E_NOT_FOUND, "文件已不存在", "the file is no longer there");
    }
    if (temporary) unlink(at); /* the open file stays readable until it is sent */
    r->replied = true;
    r->status = 200;
    r->type = str_z(r->c.arena, content_type);
    r->file_fd = fd;
    r->file_n = info.st_size;
    reply_header(r, "Cache-Control", S("no-store"));
    if (download_name.n)
        reply_header(r, "Content-Disposition", disposition(r->c.arena, download_name));
    return OK;
}

/* static.c -- the console's files: from the binary, packed once when it was built, or from a folder
 * (development).
 *
 * Names that hold their hash are kept by browsers for a year; all else is asked for again with its
 * ETag. A path without a file (and without an extension) is the console's own address: it gets
 * index.html.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http/engine.h"

#define FILE_MAX ((i64)64 * 1024 * 1024)

static const struct {
    const char *ending, *type;
} types[] = {
    { ".html", "text/html; charset=utf-8" },
    { ".js", "text/javascript; charset=utf-8" },
    { ".css", "text/css; charset=utf-8" },
    { ".json", "application/json" },
    { ".svg", "image/svg+xml" },
    { ".png", "image/png" },
    { ".ico", "image/x-icon" },
    { ".woff2", "font/woff2" },
    { ".txt", "text/plain; charset=utf-8" },
    { ".webmanifest", "application/manifest+json" },
    { ".map", "application/json" },
    { ".webp", "image/webp" },
};

static const char *type_of(str path)
{
    for (i64 i = 0; i < COUNT(types); i++)
        if (str_ends(path, str_of(types[i].ending))) return types[i].type;
    return "application/octet-stream";
}

/* Assets are sorted by path. */
static const struct asset *find(str path)
{
    i64 low = 0, high = assets_n;
    while (low < high) {
        i64 middle = (low + high) / 2;
        int order = str_cmp(str_of(assets[middle].path), path);
        if (order == 0) return &assets[middle];
        if (order < 0) low = middle + 1;
        else high = middle;
    }
    return NULL;
}

static bool has_extension(str path)
{
    for (i64 i = path.n - 1; i >= 0 && path.at[i] != '/'; i--)
        if (path.at[i] == '.') return true;
    return false;
}

bool static_open(struct http *h, str path)
{
    if (h->options.console_dir.n) return true;
    if (!assets_n) return false;
    return find(path) || !has_extension(path);
}

static bool accepts(struct request *r, str coding)
{
    for (str rest = r->headers[H_ACCEPT_ENCODING]; rest.n > 0;) {
        str part, name;
        rest = str_cut(rest, ',', &part);
        str weight = str_trim(str_cut(part, ';', &name));
        if (!str_eq_nocase(str_trim(name), coding)) continue;
        return !(str_eq(weight, S("q=0")) || str_eq(weight, S("q=0.0")));
    }
    return false;
}

static void page_headers(struct request *r)
{
    reply_header(
        r, "Content-Security-Policy",
        S("default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
          "font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; "
          "form-action 'self'; frame-ancestors 'none'"));
    reply_header(r, "Referrer-Policy", S("same-origin"));
    reply_header(r, "X-Frame-Options", S("DENY"));
}

/* True when the browser has this very file already. */
static bool same_etag(struct request *r, str etag)
{
    for (str rest = r->headers[H_IF_NONE_MATCH]; rest.n > 0;) {
        str one;
        rest = str_cut(rest, ',', &one);
        one = str_trim(one);
        if (str_starts(one, S("W/"))) one = str_sub(one, 2, one.n);
        if (str_eq(one, etag) || str_eq(one, S("*"))) return true;
    }
    return false;
}

static void reply_asset(struct request *r, const struct asset *a)
{
    r->type = a->type;
    r->status = 200;
    str etag = str_of(a->etag);
    if (etag.n && etag.at[0] != '"') etag = str_fmt(r->c.arena, "\"%s\"", a->etag);
    reply_header(r, "ETag", etag);
    reply_header(r, "Cache-Control",
                 a->immutable ? S("public, max-age=31536000, immutable") : S("no-cache"));
    if (a->gzip || a->brotli) reply_header(r, "Vary", S("Accept-Encoding"));
    if (same_etag(r, etag)) {
        r->status = 304;
        r->type = NULL;
        return;
    }
    if (a->brotli && accepts(r, S("br"))) {
        reply_header(r, "Content-Encoding", S("br"));
        r->reply = (str){ a->brotli, a->brotli_n };
    } else if (a->gzip && accepts(r, S("gzip"))) {
        reply_header(r, "Content-Encoding", S("gzip"));
        r->reply = (str){ a->gzip, a->gzip_n };
    } else {
        r->reply = (str){ a->plain, a->plain_n };
    }
}

static int open_below(const char *folder, str path, struct arena *a)
{
    if (str_find(path, S("..")) >= 0) return -1;
    int fd = open(str_z(a, str_fmt(a, "%s" STR_FMT, folder, STR_ARG(path))), O_RDONLY | O_CLOEXEC);
    struct stat info;
    if (fd >= 0 && (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) || info.st_size > FILE_MAX)) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* Development: read anew each time, never kept by the browser. */
static void reply_from_folder(struct request *r, str path)
{
    struct arena *a = r->c.arena;
    const char *folder = str_z(a, r->http->options.console_dir);
    if (str_eq(path, S("/"))) path = S("/index.html");
    int fd = open_below(folder, path, a);
    if (fd < 0 && !has_extension(path)) fd = open_below(folder, path = S("/index.html"), a);
    struct stat info;
    if (fd < 0 || fstat(fd, &info) != 0) {
        problem_reply(r, fail(&r->c, E_NOT_FOUND, "没有这个文件", "there is no such file"));
        return;
    }
    r->status = 200;
    r->type = type_of(path);
    r->file_fd = fd;
    r->file_n = info.st_size;
    reply_header(r, "Cache-Control", S("no-cache"));
}

void static_reply(struct request *r)
{
    str path;
    if (!percent_decode(r->c.arena, r->path, false, &path)) path = r->path;
    page_headers(r);
    if (r->http->options.console_dir.n) {
        reply_from_folder(r, path);
        return;
    }
    const struct asset *a = find(path);
    if (!a) a = find(S("/index.html"));
    if (a) reply_asset(r, a);
    else problem_reply(r, fail(&r->c, E_NOT_FOUND, "没有这个页面", "there is no such page"));
}

/* http_static_test.c -- the console's files as they go out: packed forms, ETags, caching, safety
 * headers. */
#include "test.h"

#include <stdio.h>
#include <sys/stat.h>

#include "support/http_client.h"

#include "access/access.h"
#include "base/room.h"
#include "http/http.h"
#include "job/job.h"

/* A console of three files in place of the built one; sorted by path. */
static const struct asset files[] = {
    { "/assets/app-4f2a.js", "text/javascript; charset=utf-8", "js1", "plain js", "gz", "br", 8, 2,
      2, true },
    { "/favicon.svg", "image/svg+xml", "svg1", "<svg/>", NULL, NULL, 6, 0, 0, false },
    { "/index.html", "text/html; charset=utf-8", "html1", "<html>koi</html>", NULL, NULL, 16, 0, 0,
      false },
};
extern const struct asset *const assets;
extern const i64 assets_n;
const struct asset *const assets = files;
const i64 assets_n = COUNT(files);

static const struct room *const test_rooms[] = { &access_room, &http_room, &job_room, NULL };
static struct http *server;

static void stop(void *arg)
{
    (void)arg;
    http_stop(server);
}

static struct client *serve(str console_dir)
{
    struct ctx *c = test_ctx();
    struct http_options o = { .listen = S("127.0.0.1:0"),
                              .folder = str_of(test_folder()),
                              .console_dir = console_dir };
    CHECK_OK(c, http_start(c, test_store(), test_rooms, o, &server));
    arena_defer(c->arena, stop, NULL);
    return client_new(c, http_port(server));
}

static struct reply get(struct client *k, const char *path, const char *headers)
{
    return client_call(k, "GET", path, headers, NO_STR);
}

TEST(files_go_out_packed_as_the_browser_likes)
{
    struct client *k = serve(NO_STR);
    struct reply r = GET(k, "/assets/app-4f2a.js");
    CHECK_I64(r.status, 200);
    CHECK_STR(r.body, "plain js");
    CHECK(reply_header_of(&r, "Content-Encoding").at == NULL);
    CHECK_STR(reply_header_of(&r, "Vary"), "Accept-Encoding");
    r = get(k, "/assets/app-4f2a.js", "Accept-Encoding: gzip, deflate, br\r\n");
    CHECK_STR(r.body, "br");
    CHECK_STR(reply_header_of(&r, "Content-Encoding"), "br");
    r = get(k, "/assets/app-4f2a.js", "Accept-Encoding: gzip, br;q=0\r\n");
    CHECK_STR(r.body, "gz");
    r = get(k, "/favicon.svg", "Accept-Encoding: gzip, br\r\n");
    CHECK_STR(r.body, "<svg/>");
}

TEST(named_by_hash_is_kept_for_ever_and_the_rest_is_asked_again)
{
    struct client *k = serve(NO_STR);
    struct reply r = GET(k, "/assets/app-4f2a.js");
    CHECK_STR(reply_header_of(&r, "Cache-Control"), "public, max-age=31536000, immutable");
    r = GET(k, "/index.html");
    CHECK_STR(reply_header_of(&r, "Cache-Control"), "no-cache");
    CHECK_STR(reply_header_of(&r, "ETag"), "\"html1\"");
    r = get(k, "/index.html", "If-None-Match: \"html1\"\r\n");
    CHECK_I64(r.status, 304);
    CHECK_I64(r.body.n, 0);
    CHECK_I64(get(k, "/index.html", "If-None-Match: \"other\", W/\"html1\"\r\n").status, 304);
    CHECK_I64(get(k, "/index.html", "If-None-Match: \"other\"\r\n").status, 200);
}

TEST(addresses_of_the_console_get_its_page)
{
    struct client *k = serve(NO_STR);
    const char *pages[] = { "/", "/members", "/members/5?tab=orders", "/%E4%BC%9A%E5%91%98" };
    for (i64 i = 0; i < COUNT(pages); i++) {
        struct reply r = GET(k, pages[i]);
        CHECK_I64(r.status, 200);
        CHECK_STR(r.body, "<html>koi</html>");
    }
    CHECK_I64(GET(k, "/assets/missing-1.js").status, 404);
    CHECK_I64(GET(k, "/v1/members-not").status, 404);
    CHECK_I64(GET(k, "/v1").status, 404);
    CHECK_I64(client_json(k, "POST", "/members", "{}").status, 404);
}

TEST(pages_cannot_be_framed_or_fed_foreign_scripts)
{
    struct client *k = serve(NO_STR);
    struct reply r = GET(k, "/");
    str csp = reply_header_of(&r, "Content-Security-Policy");
    CHECK(str_find(csp, S("default-src 'self'")) >= 0 &&
          str_find(csp, S("frame-ancestors 'none'")) > 0);
    CHECK_STR(reply_header_of(&r, "X-Content-Type-Options"), "nosniff");
    CHECK_STR(reply_header_of(&r, "Referrer-Policy"), "same-origin");
    r = GET(k, "/docs");
    CHECK_I64(r.status, 200);
    CHECK(str_find(reply_header_of(&r, "Content-Security-Policy"), S("frame-ancestors 'none'")) >
          0);
}

TEST(a_folder_may_stand_in_for_the_built_console)
{
    char folder[300], path[400];
    snprintf(folder, sizeof folder, "%s/console", test_folder());
    mkdir(folder, 0700);
    const char *const names[] = { "index.html", "a.js" };
    for (i64 i = 0; i < COUNT(names); i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        FILE *f = fopen(path, "we");
        CHECK(f != NULL);
        fprintf(f, "file %s", names[i]);
        fclose(f);
    }
    snprintf(path, sizeof path, "%s/secret.txt", test_folder());
    FILE *f = fopen(path, "we");
    CHECK(f != NULL);
    fclose(f);
    struct client *k = serve(str_of(folder));
    struct reply r = GET(k, "/a.js");
    CHECK_STR(r.body, "file a.js");
    CHECK_STR(reply_header_of(&r, "Content-Type"), "text/javascript; charset=utf-8");
    r = GET(k, "/some/page");
    CHECK_STR(r.body, "file index.html");
    CHECK_I64(GET(k, "/b.js").status, 404);
    CHECK_I64(GET(k, "/../secret.txt").status, 404);
    CHECK_I64(GET(k, "/%2e%2e/secret.txt").status, 404);
}

/* cli_serve.c -- koi serve and koi version. */
#include "cli/cli.h"

#include "app/rooms.h"
#include "app/serve.h"
#include "base/log.h"

static const struct cli_option serve_options[] = {
    { "listen", "ADDR:PORT", "监听地址，默认 127.0.0.1:8080；端口 0 表示任一空闲端口",
      "where to listen, 127.0.0.1:8080 by default; port 0: any free one", false },
    { "workers", "N", "处理请求的线程数，默认 4", "threads that work on requests, 4 by default",
      false },
    { "rate", "N", "每个地址每秒请求上限，默认 500，-1 不限",
      "requests a second per address, 500 by default, -1: no limit", false },
    { "console", "DIR", "从该目录提供控制台页面（开发用）",
      "serve the console from this folder (development)", false },
    { "secure-cookies", NULL, "位于 HTTPS 之后：Cookie 只走加密连接",
      "behind HTTPS: cookies travel encrypted only", false },
    { 0 },
};

static enum err run_serve(struct cli *cli)
{
    struct serve_options o = { .data = cli->data,
                               .where = cli->where,
                               .listen = str_or(cli_text(cli, "listen"), S("127.0.0.1:8080")),
                               .console_dir = cli_text(cli, "console"),
                               .secure_cookies = cli_has(cli, "secure-cookies") };
    TRY(cli_i64(cli, "workers", 1, 256, &o.workers));
    TRY(cli_i64(cli, "rate", -1, 1000000, &o.rate_per_second));
    if (!cli_has(cli, "log")) log_level_set(LOG_INFO);
    return serve(cli->c, o);
}

#define FIELDS_OF_version_view(X, N) X(str, version, ANY, "Version of Koi", N)
SHAPE(version_view);
SHAPE_DEFINE(version_view);

static enum err run_version(struct cli *cli)
{
    struct version_view v = { .version = S(KOI_VERSION) };
    if (!cli_answered(cli, &version_view_shape, &v)) cli_print(cli, "koi %s\n", KOI_VERSION);
    return OK;
}

const struct verb serve_verbs[] = {
    { "serve", NULL, "启动服务与控制台", "serve the API and the console", serve_options, run_serve,
      0, 0 },
    { "version", NULL, "显示版本", "show the version", NULL, run_version, 0, 0 },
    { 0 },
};

/* cli_api.c -- koi api: calls any route, in this process as owner or on a running server with a
 * key. */
#include "cli/local.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const struct cli_option options[] = {
    { "url", "URL", "运行中的服务，如 http://127.0.0.1:8080；不写则在本进程内以所有者身份执行",
      "a running server such as http://127.0.0.1:8080; else it runs in this process as owner",
      false },
    { "key", "KEY", "API 密钥；也可放在环境变量 KOI_KEY 里",
      "API key; or in the environment as KOI_KEY", false },
    { 0 },
};

enum { BODY_MAX = 64 << 20 };

static enum err read_stdin(struct ctx *c, str *out)
{
    struct buf b = { .arena = c->arena };
    for (;;) {
        ssize_t n = read(STDIN_FILENO, buf_space(&b, 65536), 65536);
        if (n < 0) return fail(c, E_INVALID, "读不了标准输入", "cannot read standard input");
        if (n == 0) break;
        b.n += n;
        if (b.n > BODY_MAX)
            return fail(c, E_TOO_LARGE, "标准输入超过 64 MiB", "standard input is over 64 MiB");
    }
    *out = buf_str(&b);
    return OK;
}

static size_t take_reply(char *data, size_t size, size_t n, void *arg)
{
    buf_add(arg, (str){ data, (i64)(size * n) });
    return size * n;
}

static void free_headers(void *arg) { curl_slist_free_all(arg); }

static enum err call_remote(struct cli *cli, str url, struct local_call *call, const char *method)
{
    struct ctx *c = cli->c;
    CURL *curl = curl_easy_init();
    if (!curl) return fail(c, E_INTERNAL, "libcurl 无法启动", "libcurl did not start");
    arena_defer(c->arena, (void (*)(void *))curl_easy_cleanup, curl);
    struct buf reply = { .arena = c->arena };
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    headers =
        curl_slist_append(headers, c->locale == ZH ? "Accept-Language: zh" : "Accept-Language: en");
    str key = str_or(cli_text(cli, "key"), str_of(getenv("KOI_KEY")));
    if (!str_empty(key))
        headers = curl_slist_append(
            headers,
            str_z(c->arena, str_fmt(c->arena, "Authorization: Bearer " STR_FMT, STR_ARG(key))));
    arena_defer(c->arena, free_headers, headers);
    while (str_ends(url, S("/"))) url.n--;
    str whole = str_fmt(c->arena, STR_FMT STR_FMT, STR_ARG(url), STR_ARG(call->path));
    curl_easy_setopt(curl, CURLOPT_URL, str_z(c->arena, whole));
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_reply);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 120L);
    if (call->body.at) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.n);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call->body.at);
    }
    CURLcode result = curl_easy_perform(curl);
    if (result != CURLE_OK)
        return fail(c, E_BUSY, "连接 " STR_FMT " 失败：%s", "cannot reach " STR_FMT ": %s",
                    STR_ARG(url), curl_easy_strerror(result));
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    fwrite(reply.at, 1, (size_t)reply.n, stdout);
    if (reply.n) fputc('\n', stdout);
    if (status < 400) return OK;
    return fail(c, E_UNPROCESSABLE, "服务回答 %ld", "the server answered %ld", status);
}

static i64 path_length(str path)
{
    i64 query = str_find(path, S("?"));
    return query < 0 ? path.n : query;
}

static enum err run_api(struct cli *cli)
{
    struct ctx *c = cli->c;
    struct local_call call = { .path = cli->args.at[1] };
    if (!method_parse(cli->args.at[0], &call.method))
        return cli_usage(cli, "方法只能是 GET、POST、PUT、PATCH 或 DELETE",
                         "a method is GET, POST, PUT, PATCH or DELETE");
    if (cli->args.n == 3) call.body = cli->args.at[2];
    if (call.body.at && str_eq(call.body, S("-"))) TRY(read_stdin(c, &call.body));
    str url = cli_text(cli, "url");
    const char *method = str_z(c->arena, cli->args.at[0]);
    if (url.at) return call_remote(cli, url, &call, method);
    bool known;
    const struct route *r =
        route_find(call.method, str_sub(call.path, 0, path_length(call.path)), &known);
    bool writes = call.method != M_GET || (r && (r->flags & AUDITED)); /* an export leaves a line */
    TRY(cli_open(cli, !writes ? CLI_READS : call.method == M_GET ? CLI_WRITES : CLI_MAKES));
    struct local_reply reply;
    TRY(local_run(cli, &call, &reply));
    cli->json = true;
    local_print(cli, &reply, NULL);
    return OK;
}

const struct verb api_verbs[] = {
    { "api", "METHOD PATH [JSON|-]", "调用任一接口，如 koi api GET /v1/members",
      "call any route, such as koi api GET /v1/members", options, run_api, 2, 3 },
    { 0 },
};

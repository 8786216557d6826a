/* address_fuzz.c -- the guard beside a second opinion: any address, in any spelling, behind any
 * disguise of a URL. */
#include "target.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "channel/guard.h"
#include "support/address_naive.h"

struct bytes_left {
    const u8 *at;
    size_t n;
};

static i64 next_byte(void *arg, i64 below)
{
    struct bytes_left *left = arg;
    if (!left->n) return 0;
    left->n--;
    return *left->at++ % below;
}

/* Closed: refused, however it stands in the URL; a user before it always is. */
static void check(struct ctx *c, str host, bool closed, struct bytes_left *left)
{
    static const struct {
        const char *before, *behind;
    } forms[] = {
        { "http://", "/" },     { "http://", ":8080/x" },   { "http://", "?a=@8.8.8.8" },
        { "http://", ":80" },   { "HTTP://", "#@8.8.8.8" }, { "http://", "/a/../b" },
        { "https://", "/%2e" },
    };
    struct guard g = { .http = true };
    i64 form = next_byte(left, COUNT(forms));
    str out, url = str_fmt(c->arena, "%s" STR_FMT "%s", forms[form].before, STR_ARG(host),
                           forms[form].behind);
    enum err e = guard_url(c, &g, url, &out);
    if (closed) assert(e != OK && c->why.detail[0]);
    url = str_fmt(c->arena, "http://8.8.8.8@" STR_FMT "/", STR_ARG(host));
    e = guard_url(c, &g, url, &out);
    assert(e != OK);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
    struct ctx *c = fuzz_ctx();
    struct bytes_left left = { data, n };
    struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(443) };
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(443) };
    u8 four[4], sixteen[16];
    naive_address_make(four, 4, next_byte, &left);
    naive_address_make(sixteen, 16, next_byte, &left);
    memcpy(&v4.sin_addr, four, 4);
    memcpy(&v6.sin6_addr, sixteen, 16);
    v6.sin6_scope_id = (uint32_t)next_byte(&left, 256);
    bool closed4 = naive_address_closed(four, 4), closed6 = naive_address_closed(sixteen, 16);
    struct guard g = { 0 };
    assert(guard_may_call(&g, (const struct sockaddr *)&v4) == !closed4);
    assert(guard_may_call(&g, (const struct sockaddr *)&v6) == !closed6);
    check(c, naive_address_spelling(c->arena, four, 4, next_byte, &left), closed4, &left);
    check(c, naive_address_spelling(c->arena, sixteen, 16, next_byte, &left), closed6, &left);
    return 0;
}

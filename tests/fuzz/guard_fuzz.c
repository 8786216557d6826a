/* guard_fuzz.c -- URLs and addresses as others write them: what gets through is a plain URL of an
 * open host. */
#include "target.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "channel/guard.h"

static void check_url(struct ctx *c, str text, bool http)
{
    struct guard g = { .http = http };
    str out;
    if (guard_url(c, &g, text, &out) != OK) {
        assert(c->why.detail[0]);
        return;
    }
    assert(str_is_line(out));
    assert(str_starts(out, S("https://")) || (http && str_starts(out, S("http://"))));
    str host = str_sub(out, str_find(out, S("://")) + 3, out.n);
    i64 n = 0;
    while (n < host.n && !memchr("/?#", host.at[n], 3)) n++;
    assert(n > 0 && !str_has(str_sub(host, 0, n), '@'));
    struct sockaddr_in literal = { .sin_family = AF_INET };
    str address;
    str_cut(str_sub(host, 0, n), ':', &address);
    if (address.n && inet_aton(str_z(c->arena, address), &literal.sin_addr))
        assert(!guard_range((const struct sockaddr *)&literal));
    str again; /* what got through gets through unchanged */
    assert(guard_url(c, &g, out, &again) == OK && str_eq(out, again));
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t n)
{
    struct ctx *c = fuzz_ctx();
    str text = fuzz_text(c, data, n);
    struct sockaddr_storage one;
    check_url(c, text, true);
    check_url(c, text, false);
    if (guard_allow_parse(text, &one)) {
        struct guard g = { .allowed = { &text, 1 } };
        assert(guard_may_call(&g, (const struct sockaddr *)&one));
    }
    return 0;
}

/* guard.h -- which addresses the outside may name: nothing of our own network is ever called.
 *
 * Promises
 *   - only_the_open_internet: loopback, private, link-local, carrier, multicast, unspecified,
 *     reserved, documentation and metadata addresses are closed, also mapped into IPv6, by NAT64 or
 *     6to4; exceptions are named one by one as address:port in `channel.allow_private`.
 *   - hostile_spellings: decimal, octal, hex, short, dotted and internationalised spellings of a
 *     closed address are the address.
 *   - the_address_called_is_the_one_checked: guard_may_call is asked with the socket address that
 *     is connected to, so a name that answers differently the second time gains nothing.
 */
#pragma once

#include <sys/socket.h>

#include "base/ctx.h"

struct guard {
    bool http;    /* http:// is allowed too */
    strs allowed; /* "127.0.0.1:8080", "[::1]:25" */
};
/* From the settings. */
enum err guard_read(struct ctx *c, struct guard *out);

/* Schemes, form, port and a literal address. E_INVALID with words. *out: as it is to be called. */
enum err guard_url(struct ctx *c, const struct guard *g, str url, str *out);

/* NULL: open; else what kind of address it is, in English: "loopback". */
const char *guard_range(const struct sockaddr *address);
bool guard_may_call(const struct guard *g, const struct sockaddr *address);
/* "10.0.0.1", "::1"; for words. */
str guard_address_text(struct arena *a, const struct sockaddr *address);
/* One of `allowed`: an address and a port. */
bool guard_allow_parse(str text, struct sockaddr_storage *out);

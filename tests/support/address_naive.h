/* address_naive.h -- a second opinion on addresses: the registries as they are printed, compared
 * bit by bit, and every spelling of an address that resolvers take.
 *
 * It knows nothing of the guard's tables: what is not globally reachable by the IANA registries of
 * special-purpose addresses (IPv4, IPv6), multicast, and the servers of clouds that tell secrets.
 */
#pragma once

#include "base/str.h"

/* n: 4 or 16 bytes. True: nobody outside may name it. */
bool naive_address_closed(const u8 *at, int n);

/* One spelling of an address as the host of a URL; `next` answers numbers below its argument. */
str naive_address_spelling(struct arena *a, const u8 *at, int n, i64 (*next)(void *arg, i64 below),
                           void *arg);

/* An address near the border of a range, or anywhere: n bytes. */
void naive_address_make(u8 *at, int n, i64 (*next)(void *arg, i64 below), void *arg);

/* page_cache.c -- SQLite's own page cache, without a walk through all of it at a commit.
 *
 * After a commit SQLite drops the pages beyond the end of the file. Its cache looks through all its
 * pages when the highest number it ever saw is beyond that end; and when a tree is balanced a page
 * is given, for a moment, the number of the page at one gigabyte (which holds locks and never
 * data). So nearly every commit of a smaller file walked through the whole cache. Here the highest
 * number is kept without that moment.
 */
#include <assert.h>
#include <stdlib.h>

#include "store/sqlite_private.h"

#define LOCKS_AT 0x40000000

static sqlite3_pcache_methods2 own; /* SQLite's */

struct page_cache {
    sqlite3_pcache *pages;
    unsigned highest, locks; /* page numbers: of any page in it; of the one that never is */
};

static struct page_cache *of(sqlite3_pcache *p) { return (struct page_cache *)p; }

static void saw(struct page_cache *k, unsigned page)
{
    if (page > k->highest && page != k->locks) k->highest = page;
}

static sqlite3_pcache *cache_create(int page_bytes, int extra_bytes, int may_drop)
{
    struct page_cache *k = malloc(sizeof *k);
    assert(k);
    *k = (struct page_cache){ .pages = own.xCreate(page_bytes, extra_bytes, may_drop),
                              .locks = LOCKS_AT / (unsigned)page_bytes + 1 };
    if (k->pages) return (sqlite3_pcache *)k;
    free(k);
    return NULL;
}

static void cache_destroy(sqlite3_pcache *p)
{
    own.xDestroy(of(p)->pages);
    free(p);
}

static sqlite3_pcache_page *cache_fetch(sqlite3_pcache *p, unsigned page, int create)
{
    if (create) saw(of(p), page);
    return own.xFetch(of(p)->pages, page, create);
}

static void cache_rekey(sqlite3_pcache *p, sqlite3_pcache_page *at, unsigned from, unsigned to)
{
    saw(of(p), to);
    own.xRekey(of(p)->pages, at, from, to);
}

static void cache_truncate(sqlite3_pcache *p, unsigned from)
{
    struct page_cache *k = of(p);
    if (from > k->highest) return;
    own.xTruncate(k->pages, from);
    k->highest = from ? from - 1 : 0;
}

static void cache_size(sqlite3_pcache *p, int pages) { own.xCachesize(of(p)->pages, pages); }
static int cache_count(sqlite3_pcache *p) { return own.xPagecount(of(p)->pages); }
static void cache_shrink(sqlite3_pcache *p) { own.xShrink(of(p)->pages); }
static void cache_unpin(sqlite3_pcache *p, sqlite3_pcache_page *at, int drop)
{
    own.xUnpin(of(p)->pages, at, drop);
}

void sqlite_page_cache(void)
{
    if (sqlite3_config(SQLITE_CONFIG_GETPCACHE2, &own) != SQLITE_OK) return;
    sqlite3_pcache_methods2 ours = own;
    ours.xCreate = cache_create;
    ours.xDestroy = cache_destroy;
    ours.xFetch = cache_fetch;
    ours.xUnpin = cache_unpin;
    ours.xRekey = cache_rekey;
    ours.xTruncate = cache_truncate;
    ours.xCachesize = cache_size;
    ours.xPagecount = cache_count;
    ours.xShrink = cache_shrink;
    sqlite3_config(SQLITE_CONFIG_PCACHE2, &ours);
}

/* router.c -- finds the row for a method and a path: a tree of path segments built once from all
 * rows. */
#include <assert.h>

#include "base/room.h"
#include "http/inside.h"

#define METHODS_N 5

struct node {
    str segment; /* its text; absent for a {parameter} */
    struct node *children, *sibling, *parameter;
    struct entry *entries[METHODS_N];
};

struct router {
    struct node root;
    struct entry **entries;
    i64 n;
};

const char *method_name(enum method m)
{
    static const char *const names[METHODS_N] = { "GET", "POST", "PUT", "PATCH", "DELETE" };
    return names[m];
}

const struct route *route_next(struct route_walk *w)
{
    for (;;) {
        while (w->at && !w->at->path) w->at = w->at->next;
        if (w->at) return w->at++;
        if (!w->rooms || !*w->rooms) return NULL;
        w->at = (*w->rooms++)->routes;
    }
}

static struct node *child(struct arena *a, struct node *at, str segment)
{
    bool parameter = segment.n > 2 && segment.at[0] == '{';
    if (parameter) {
        if (!at->parameter) at->parameter = NEW(a, struct node);
        return at->parameter;
    }
    for (struct node *n = at->children; n; n = n->sibling)
        if (str_eq(n->segment, segment)) return n;
    struct node *n = NEW(a, struct node);
    n->segment = segment;
    n->sibling = at->children;
    at->children = n;
    return n;
}

static void add(struct arena *a, struct router *r, const struct route *row)
{
    struct entry *e = NEW(a, struct entry);
    e->route = row;
    struct node *at = &r->root;
    str rest = str_of(row->path);
    assert(rest.n > 0 && rest.at[0] == '/');
    rest = str_sub(rest, 1, rest.n);
    while (rest.at) {
        str segment;
        rest = str_cut(rest, '/', &segment);
        at = child(a, at, segment);
        if (segment.n > 2 && segment.at[0] == '{') {
            assert(e->params_n < PARAMS_MAX);
            str name = str_sub(segment, 1, segment.n - 1);
            const struct shape_field *f = shape_find(row->handler->in, name);
            assert(f && "a path parameter is a field of the handler's input");
            e->params[e->params_n++] = f;
        }
    }
    assert(!at->entries[row->method] && "one row for a method and path");
    assert((!(row->flags & QUICK) || row->method == M_GET) && "only reads are quick");
    assert(!((row->flags & IDEMPOTENT) && (row->flags & PUBLIC)) && "keys belong to a caller");
    e->number = (u64)r->n;
    at->entries[row->method] = e;
    r->entries[r->n++] = e;
}

struct router *router_new(struct arena *a, const struct room *const *rooms)
{
    struct router *r = NEW(a, struct router);
    i64 n = 0;
    struct route_walk count = { .rooms = rooms }, w = count;
    while (route_next(&count)) n++;
    r->entries = NEWS(a, struct entry *, n + 1);
    for (const struct route *row; (row = route_next(&w));) add(a, r, row);
    return r;
}

static bool walk(const struct node *at, str rest, int depth, enum method method, struct match *out)
{
    if (!rest.at) {
        unsigned allowed = 0;
        for (int m = 0; m < METHODS_N; m++)
            if (at->entries[m]) allowed |= 1u << m;
        if (!allowed) return false;
        out->allowed = allowed;
        out->entry = at->entries[method];
        return true;
    }
    const char *slash = memchr(rest.at, '/', (size_t)rest.n);
    str segment = { rest.at, slash ? slash - rest.at : rest.n };
    str next = slash ? (str){ slash + 1, rest.n - segment.n - 1 } : NO_STR;
    for (const struct node *n = at->children; n; n = n->sibling)
        if (n->segment.n == segment.n &&
            memcmp(n->segment.at, segment.at, (size_t)segment.n) == 0) {
            if (walk(n, next, depth, method, out)) return true;
            break;
        }
    if (!at->parameter || segment.n == 0 || depth == PARAMS_MAX) return false;
    out->params[depth] = segment;
    return walk(at->parameter, next, depth + 1, method, out);
}

void router_find(const struct router *r, enum method method, str path, struct match *out)
{
    out->entry = NULL;
    out->allowed = 0;
    if (path.n == 0 || path.at[0] != '/') return;
    walk(&r->root, (str){ path.at + 1, path.n - 1 }, 0, method, out);
}

i64 router_count(const struct router *r) { return r->n; }
struct entry *router_at(const struct router *r, i64 i) { return r->entries[i]; }

/* gather.h -- reading the truth (SQL) into the index: everything at first, afterwards what new
 * lines make stale.
 *
 * Source 0, "timeline": every line of a living member or of an id merged into him; props:
 * touchpoint and, of joining and leaving one, the community (as they are), then the raw JSON values
 * of those that the setting audience.props names. Source 1, "purchases": as trade/trade.h has them,
 * value: net, prop: the shop's name. A published field with `zero` is 0 for living members without
 * a row, so that kernels need not know.
 */
#pragma once

#include "audience/index/build.h"
#include "base/field.h"
#include "store/setting.h"

enum { SOURCE_TIMELINE, SOURCE_PURCHASES, SOURCES };
enum { PROP_TOUCHPOINT, PROP_COMMUNITY, PROP_JSON }; /* from PROP_JSON on: JSON */
#define PROP_SHOP      0                             /* of purchases */
#define PROPS_KEPT_MAX (EVENT_PROPS_MAX - PROP_JSON)
extern const struct setting index_settings[];
/* Properties of lines that rows keep, as the setting says now. */
enum err props_kept(struct ctx *c, strs *out);
/* The place of such a property among those of a view's source 0; -1: it is not kept. */
i64 props_place(const struct view *v, str name);

struct gatherer;
/* Reads what rooms publish now: the columns of the index, in that order. c has a reader. */
enum err gatherer_new(struct ctx *c, struct gatherer **out);
void gatherer_free(struct gatherer *g);
/* Whether rooms still publish just that: people define fields while a server runs. */
enum err gatherer_fits(const struct gatherer *g, struct ctx *c, bool *fits);
const struct index_schema *gatherer_schema(const struct gatherer *g);

/* All members and lines, into an empty index, published. c has a reader, whose snapshot it takes.
 */
enum err gather_all(struct gatherer *g, struct ctx *c, struct index *x);
/* Lines after seq (at most `most`) and the members they make stale, published. *lines: how many; 0:
 * nothing was new. */
enum err gather_new(struct gatherer *g, struct ctx *c, struct index *x, i64 seq, i64 most,
                    i64 *lines);
/* What of a member may have become another, as bits: whether and since when he lives; what he
 * bought; each field and each kind of line has one of its own, shared with few others. */
#define ASPECT_SELF      ((u64)1)
#define ASPECT_PURCHASES ((u64)2)
u64 aspect_of_field(str name);
u64 aspect_of_line(str folded_kind);
struct member_change {
    i64 member;
    u64 aspects;
};
struct member_changes { /* changed.c; at is freed by who added */
    struct member_change *at;
    i64 n, room;
};
void member_changes_add(struct member_changes *c, const struct member_change *at, i64 n);
void member_changes_settle(struct member_changes *c); /* by member, each once */
/* Whom the lines of the last gather_new changed, and in what; lines that tell of segments change
 * nobody. *all: it may be anybody (a setting that fields follow). */
struct member_changes gatherer_changed(struct gatherer *g, bool *all);
/* After loading an index from a file: who is merged into whom. */
enum err gather_resume(struct gatherer *g, struct ctx *c);

/* What the settings are that the gathered values follow. */
u64 gather_settings(const struct gatherer *g);

struct timeline_line;
/* What a row of the timeline keeps of a line under this name: touchpoint, community, or a raw JSON
 * value. */
str line_prop(const struct timeline_line *line, str name);
/* The raw value of a property in a line's JSON object; absent: it has none. */
str props_raw(str props, str name);
/* Of all these names in one pass. out: a place each. */
void props_raw_all(str props, const strs *names, str *out);

/* ask.h -- a segment asked of the index: the tree made ready for one view, its answer a set of
 * members.
 *
 *   const struct view *v;
 *   struct member_set set;
 *   TRY(audience_view(c, 0, &v));
 *   TRY(segment_set(c, v, tree, at, &set));
 *
 * Promises
 *   - answers_agree: index, SQL and naive executor answer the same members, for any tree and at.
 *   - read_your_writes: audience_view(c, seq) has every line up to seq.
 *   - cheap_and_selective_first: parts of `and` / `or` run in rising order of cost by what they
 *     leave to do; a chunk that is decided is not looked at further.
 *   - what_the_index_does_not_keep_is_asked_of_sql: and the explanation says so. That is: fields
 * that time alone moves (scene); of a past `at` also tags and what purchases tell of tastes.
 *   - one_member_as_all: plan_holds answers as the bit of plan_chunk.
 *   - again_as_anew: plan_again answers as plan_make does.
 * Threads  A plan is constant once made: plan_chunk and plan_holds from any thread.
 * Memory   Plans and sets live in c->arena; views are released when that arena ends.
 */
#pragma once

#include "audience/index.h"
#include "audience/segment.h"

/* -- the index this process keeps ------------------------------------------------------------- */

struct audience; /* index/follow.h */
/* What audience_view answers from; app and tests set it, NULL at the end. */
void audience_serve(struct audience *a);
/* Of a command: audience_view opens an index when it is first asked for one, from the file in the
 * folder (a server's, or a former command's), else built, and then left there. Gone with c->arena.
 */
void audience_command(struct ctx *c, str folder);
/* Whether a single question is better asked of the index: there is one, or it is quickly built. */
enum err audience_worth(struct ctx *c, bool *worth);
/* The present view, with every line up to seq (0: whatever it has, but built). Released with
 * c->arena. E_BUSY: it is still being built. E_TIMEOUT: line seq does not come. E_INVALID: there is
 * no such line. */
enum err audience_view(struct ctx *c, i64 seq, const struct view **out);

/* -- plans ------------------------------------------------------------------------------------ */

struct plan;
enum err plan_make(struct ctx *c, const struct view *v, const struct segment_node *tree, instant at,
                   const struct plan **out);
/* Another on the same view and instant, for less: what `before` looked up is not asked again. */
enum err plan_beside(struct ctx *c, const struct plan *before, const struct segment_node *tree,
                     const struct plan **out);
/* The tree of `old` on the view and instant of `before`, for less still: what neither another word
 * nor time alone moves is kept as it stands. `old` must live as long; its view may be gone. */
enum err plan_again(struct ctx *c, const struct plan *before, const struct plan *old,
                    const struct plan **out);
/* Living members of the chunk first seen before `at` for whom the tree holds; out is overwritten.
 */
void plan_chunk(const struct plan *p, i64 chunk, chunk_bits out);
bool plan_holds(const struct plan *p, i64 member);
/* Whether every part is answered by the view alone: then plan_holds of a plan made on a later view
 * is enough to follow a member's changes. */
bool plan_by_index(const struct plan *p);
/* As segment_explain, with what the planner chose, in which order, and from where each part is
 * answered. */
enum err plan_explain(struct ctx *c, const struct plan *p, bool counts, str *out);

/* Rows (of source 0, the timeline) that a did(…) test means, with its window and its conditions on
 * properties; tables live in c->arena. *kept: false when it asks for a property the index does not
 * keep (out is then not usable). */
enum err plan_rows(struct ctx *c, const struct view *v, const struct segment_test *did, instant at,
                   struct row_filter *out, bool *kept);
/* An event as people write it in a funnel: Product Viewed, "Product Viewed", did("Product Viewed",
 * category = "面膜"), or Product Viewed (category = "面膜"): a did test. */
enum err segment_parse_event(struct ctx *c, str text, struct segment_test *out);

/* -- sets ------------------------------------------------------------------------------------- */

struct member_set {
    const struct view *view;
    u64 *bits; /* view_chunks(view) * CHUNK_WORDS */
    i64 n;     /* members in it */
};
static inline const u64 *set_of_chunk(const struct member_set *s, i64 chunk)
{
    return s->bits + chunk * CHUNK_WORDS;
}
/* NULL: everybody, and nobody known too (member 0), who is in no set. */
static inline bool set_holds(const struct member_set *s, i64 member)
{
    if (!s) return true;
    if (member < 1 || member >= view_chunks(s->view) * CHUNK) return false;
    return s->bits[member / 64] >> (member % 64) & 1;
}
/* On two threads. tree NULL: everybody living (first seen before at). */
enum err segment_set(struct ctx *c, const struct view *v, const struct segment_node *tree,
                     instant at, struct member_set *out);
void plan_set(struct arena *a, const struct plan *p, struct member_set *out);
/* Members for whom one part of the plan's tree holds (NULL: the whole). */
i64 plan_count(const struct plan *p, const struct segment_node *part);
/* Everybody living, first seen before the plan's `at`. */
i64 plan_everybody(const struct plan *p);
/* At most `most` ids above `after`, rising, in c->arena. */
ints set_ids(struct arena *a, const struct member_set *s, i64 after, i64 most);

/* -- what the builder offers while somebody types ---------------------------------------------- */

/* q: only values with this in them, compared folded. Most members first. A field without words, a
 * property the index does not keep: none. */
enum err values_of_field(struct ctx *c, const struct view *v, str field, str q, i64 limit,
                         struct segment_value_list *out);
enum err values_of_events(struct ctx *c, const struct view *v, str q, i64 limit,
                          struct segment_value_list *out);
enum err values_of_props(struct ctx *c, str q, struct segment_value_list *out);
enum err values_of_prop(struct ctx *c, const struct view *v, str event, str prop, str q, i64 limit,
                        struct segment_value_list *out);
enum err values_of_groups(struct ctx *c, const struct view *v, str q, i64 limit,
                          struct segment_value_list *out);

struct room;
extern const struct room ask_room; /* ask_api.c */

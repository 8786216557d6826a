/* track.h -- behaviour from outside: what pages, apps and servers tell in their own protocols
 * becomes lines.
 *
 * Two protocols come in unchanged: the Segment HTTP API (segment.c) and that of Sensors Analytics
 * (sensors.c). Both are read into `struct behaviour`, away from the writer; track_keep writes them.
 *
 * Promises
 *   - acknowledged_behaviour_is_on_disk: track_keep answers OK when everything of the batch is
 * durable; else nothing of it is kept.
 *   - a_message_counts_once: the same message id again within 48 h leaves nothing, also after a
 * restart.
 *   - no_personal_data_in_lines: properties that name or look like personal data are left out; who
 * somebody is goes to the member room as identities and profile values.
 *   - names_of_our_own_kinds_are_not_taken: an event called like a kind of this program
 * ("order.paid") is kept as "event:order.paid".
 *   - a_clock_that_is_wrong_is_marked: a time ahead of now or before 2000 is kept as told, with
 * props.clock "ahead" or "behind"; it says nothing about when the member was first seen. Memory
 * What is read lives in c->arena. Threads  Any.
 */
#pragma once

#include "member/member.h"

/* One profile value as told: what to do with it. */
enum trait_change { TRAIT_SET, TRAIT_SET_ONCE, TRAIT_ADD, TRAIT_APPEND, TRAIT_UNSET };
struct trait {
    str field, value;
};

/* One message, ready to be written. */
struct behaviour {
    u64 key;    /* 64 bits of a hash of its id */
    bool keyed; /* it has one */

    struct identity *identities; /* normalised; none: nobody's */
    i64 identities_n;
    bool joins; /* tells that identities belong together: who is who may change */
    bool links; /* says in so many words that a former id and a user id are one person */
    i64 former; /* 1 + place of an identity that is a user's id if one is known by it, else a
                   device's */
    str name;   /* what he is called, if told */

    str kind; /* of the line; absent: it leaves none of its own */
    str subject, touchpoint;
    instant at, seen_at; /* as corrected; and what of it is plausible */
    opt_money value;
    json props;

    enum trait_change change;
    struct {
        struct trait *at;
        i64 n;
    } traits;
};
struct behaviours {
    struct behaviour *at;
    i64 n;
    i64 refused; /* messages that could not be used; c->why has the first reason */
};

#define TRACK_EVENT_MAX  ((i64)32 * 1024)
#define TRACK_BATCH_MAX  ((i64)500 * 1024)
#define TRACK_EVENTS_MAX ((i64)2500)

struct track_kept {
    i64 kept, repeated, created; /* messages, messages, members that were new */
};
/* Writes all in one change. Messages seen before, and repeated within the batch, are left out. */
enum err track_keep(struct store *s, struct ctx *c, const struct behaviours *in,
                    struct track_kept *out);
/* The same within a change of the caller's; messages have no keys, so who calls knows that they
 * are new. source: who tells, as member_sighting has it. */
enum err track_put(struct tx *t, const struct behaviours *in, str source, struct track_kept *out);
/* How many messages were kept, repeated and refused since the start, for /metrics. */
void track_gauges(struct buf *out, void *unused);
/* Forgets ids of messages older than 48 h. */
enum err track_forget(struct store *s, struct ctx *c);

/* The Segment HTTP API. type: what the address says ("track"); NULL: a batch. E_INVALID when the
 * body is no JSON, is over a limit, or nothing in it can be used. write_key: as the body has it, or
 * absent. */
enum err segment_read(struct ctx *c, const char *type, str body, struct behaviours *out,
                      str *write_key);

/* The Sensors Analytics protocol: query and body as they came (key=value pairs). token: absent when
 * none is told. */
enum err sensors_read(struct ctx *c, str query, str body, struct behaviours *out, str *token);
/* The checksum its clients send beside the data: Java's String.hashCode. */
i32 sensors_crc(str text);

/* What an event is called on the timeline: the e-commerce names for all their spellings. */
str event_name(struct arena *a, str told);
/* The same for a name that somebody chose: as it is, but never one of our own kinds. */
str event_name_chosen(struct arena *a, str told);
/* Whether a property of that name may stand on a line: a usable name that is not a person's. */
bool props_may_have(str name);

extern const struct room track_room;

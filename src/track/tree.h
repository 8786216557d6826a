/* tree.h -- JSON of any form, read within bounds: what the files of this room ask of a message. */
#pragma once

#include <jansson.h>

#include "base/json.h"
#include "track/track.h"

#define TREE_DEPTH_MAX  32
#define TREE_VALUES_MAX ((i64)200000)

/* E_INVALID, with the place but nothing of the text, when it is no JSON object or array, nested
 * too deeply or of too many values. */
enum err tree_read(struct ctx *c, str text, const json_t **out);
/* The text of a string that is not empty; absent else. */
str tree_str(const json_t *object, const char *name);
/* The same, and numbers as they are written: ids are often numbers. */
str tree_scalar(struct arena *a, const json_t *value);
str tree_id(struct arena *a, const json_t *object, const char *name);
/* A moment: ISO text, or milliseconds since 1970. */
bool tree_instant(struct ctx *c, const json_t *object, const char *name, instant *out);
/* A number or decimal text as money. */
bool tree_money(const json_t *value, money *out);
i64 tree_size(const json_t *value); /* bytes of its shortest text */

/* -- what both protocols do with what they read ------------------------------------------------ */

/* people.c: identities, name and profile values among told traits. `$` before a name is ignored. */
void people_read(struct ctx *c, const json_t *traits, struct behaviour *b);
/* Adds one identity when it is usable and new to b; false otherwise. */
bool people_identity(struct ctx *c, struct behaviour *b, enum identity_kind kind, str scope,
                     str value);

/* props.c: the properties that are kept, as a JSON object. */
enum { PROPS_MAX = 40 };
struct props {
    struct buf text;
    i64 n;
    bool named; /* `name` is that of a thing: product, page, list */
    strs seen;
};
void props_take(struct props *p, const json_t *object);
void props_text(struct props *p, const char *name, str value);
void props_id(struct props *p, const char *name,
              str value); /* numbers that look like a phone's too */
void props_number(struct props *p, const char *name, money value);
void props_told(struct props *p, str name, str value);       /* of any name, as props_take does */
void props_path(struct props *p, const char *name, str url); /* without its query */
json props_json(const struct props *p);                      /* absent: none kept */

/* commerce.c */
enum value_rule { VALUE_ANY, VALUE_ORDER, VALUE_GOODS };
struct commerce_event {
    const char *name;
    enum value_rule value;
};
const struct commerce_event *commerce_find(str told); /* NULL: none of them */
/* "product:CODE" when a standard event is about one product; absent else. */
str commerce_subject(struct arena *a, const struct commerce_event *event, const json_t *properties);
opt_money commerce_value(const struct commerce_event *event, const json_t *properties);
str library_touchpoint(str library); /* "web", "server", …: where a library runs */

/* The moment on our clock, marked when it cannot be true (people.c); what the message is known by
 * (keep.c). */
bool behaviour_plausible(const struct ctx *c, instant at); /* says when a member was seen */
void behaviour_time(struct ctx *c, struct behaviour *b, struct props *p, instant at);
void behaviour_key(struct behaviour *b, str scope, str id);

/* sensors_form.c: how Sensors data is wrapped: pairs, base64, gzip, checksum. */
struct sensors_form {
    str data; /* JSON of one message, or of a list */
    str token, project;
};
enum err sensors_unwrap(struct ctx *c, str query, str body, struct sensors_form *out);

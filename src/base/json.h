/* json.h -- JSON text to and from shaped structs, strictly, without a tree.
 *
 * Promises
 *   - unknown fields, missing REQUIRED ones, wrong types, numbers out of range, duplicate fields,
 * invalid UTF-8, trailing text, depth over 32 and lists over 100,000 items are refused with
 * E_INVALID, and c->why.field is the JSON pointer of the place ("/lines/2/price").
 *   - json_read_is_all_or_nothing: on error *out is not to be used.
 *   - writing gives valid UTF-8 JSON: invalid bytes become U+FFFD; absent optionals are written as
 * null. Memory   Results live in c->arena.
 */
#pragma once

#include "base/ctx.h"
#include "base/shape.h"

enum err json_read(struct ctx *c, const struct shape *shape, void *out, str text);
/* For requests whose fields come from several places: fields already set are marked in *seen (bit =
 * index of the field) and may not come again; REQUIRED is left to shape_require once all parts are
 * in. */
enum err json_read_part(struct ctx *c, const struct shape *shape, void *out, str text, u64 *seen);
enum err shape_require(struct ctx *c, const struct shape *shape, u64 seen);
void json_write(struct buf *out, const struct shape *shape, const void *in);
void json_write_str(struct buf *out, str s); /* quoted and escaped */

/* Sets one field from plain text (a query parameter, a path part, a CLI option), by the same rules.
 */
enum err shape_set_text(struct ctx *c, const struct shape *shape, void *out, str name, str text);
/* True when text is one valid JSON value; for `json` fields and the store. */
bool json_valid(str text);

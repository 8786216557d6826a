/* request.h -- what a handler of an UPLOAD or STREAM route may do besides filling its out-struct.
 *
 * A ctx of the HTTP door knows its request: request_of(c), for the ctx a handler was given only
 * (not for t->c of a write). Other handlers need none of this.
 */
#pragma once

#include "http/route.h"

struct request;
struct request *request_of(struct ctx *c);

/* The spooled body of an UPLOAD route: a file in the data folder's tmp/, removed after the request
 * unless kept. */
str upload_path(struct request *r);
i64 upload_size(struct request *r);
str upload_keep(struct request *r, str to); /* moves it: the new path; absent when it cannot */

/* Answer with a file: streamed, with Content-Disposition; removed afterwards when `temporary`. */
enum err reply_file(struct request *r, str path, str download_name, str content_type,
                    bool temporary);
/* The path of a fresh, empty file in the data folder's tmp/, for a reply_file that is temporary.
 * E_STORE: it cannot be made. */
enum err reply_place(struct request *r, str *path);
/* Answer with text that is not JSON. */
enum err reply_text(struct request *r, int status, str content_type, str text);
/* Server-sent events: next() is called on a worker whenever the last one went out; it answers false
 * at the end, sets *wait_ms to be called again later. Gone when the client goes: drop is called
 * once. */
struct event_source {
    bool (*next)(void *arg, struct buf *out, i64 *wait_ms); /* writes one JSON object, or nothing */
    void (*drop)(void *arg);
    void *arg;
};
enum err reply_events(struct request *r, struct event_source source);

/* The request names this field of its form, be it null: in a PATCH null empties what may be empty,
 * and what is not named stays. */
bool request_gives(struct ctx *c, const char *field);
/* Of a RAW route: the body as it came, unpacked when it is gzip, whatever its headers say.
 * E_INVALID: over max or broken. */
enum err request_body(struct request *r, i64 max, str *out);
str request_query(struct request *r); /* what follows the question mark, as it came */
str request_header(struct request *r, const char *name);
void reply_header(struct request *r, const char *name, str value);
str request_ip(struct request *r);
bool request_secure(struct request *r); /* cookies get Secure */
str request_cookie(struct request *r, str name);
/* After settings were changed: what the server keeps of them (the time zone) is read anew. */
void request_settings_changed(struct request *r);

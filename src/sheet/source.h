/* source.h -- inside the sheet room: the bytes of a file, unpacked from gzip and decoded to UTF-8,
 * in pieces. */
#pragma once

#include "base/ctx.h"

enum encoding { ENC_ASCII, ENC_UTF8, ENC_GB18030, ENC_UTF16LE, ENC_UTF16BE };

struct source;

/* What the first bytes say; text is everything that is none of the others. */
enum source_kind { SOURCE_TEXT, SOURCE_ZIP, SOURCE_OLD_XLS, SOURCE_EMPTY };

/* Opens a file, gzip or plain. Free with source_close. */
enum err source_open(struct ctx *c, str path, struct source **out);
void source_close(struct source *s);
enum source_kind source_kind(const struct source *s);
bool source_gzip(const struct source *s);
/* Decides the encoding (text only); called once, before the first source_read. */
enum err source_begin_text(struct ctx *c, struct source *s);
enum encoding source_encoding(const struct source *s);
/* Fills up to `room` bytes (at least 16) of whole UTF-8 characters; *n is 0 at the end only. */
enum err source_read(struct ctx *c, struct source *s, char *out, i64 room, i64 *n);
/* Bytes that were not text in the file's encoding so far; each became U+FFFD. */
i64 source_replaced(const struct source *s);
f64 source_progress(const struct source *s);
/* Unpacks what is left, undecoded, into a file of at most max bytes (a gzipped xlsx). */
enum err source_spool(struct ctx *c, struct source *s, int fd, i64 max);

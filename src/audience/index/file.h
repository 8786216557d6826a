/* file.h -- the index on disk: one file a generation, mapped at start.
 *
 * Promises
 *   - a_torn_file_is_discarded: a file that is cut, altered, of another form, schema or machine is
 * refused whole; nothing of it has entered the index then.
 *   - a_generation_is_there_or_not: it is written under another name, synced and renamed: a crash
 * leaves the former one. The form is our own and may change with any version: FILE_FORM is raised,
 * old files are built anew from SQL.
 */
#pragma once

#include "audience/index.h"

struct index_file_head {
    i64 seq;  /* of the view */
    u64 mark; /* what the caller gave: tells whose file it is */
};
/* path ends with a zero. E_FULL, E_STORE. */
enum err index_save(struct ctx *c, const struct view *v, const char *path, u64 mark);
/* Reads the head only; false: no file of ours. */
bool index_file_head(const char *path, struct index_file_head *out);
/* Into an index that is still empty; published when true. */
bool index_load(struct index *x, const char *path);
i64 index_mapped(const struct index *x); /* bytes of the file it came from */
void index_rest(const struct index *x);  /* the file's pages leave memory until they are read */

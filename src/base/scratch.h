/* scratch.h -- files without a name, for what is too large for memory or must be a file for a
 * while.
 *
 * Promises
 *   - a_scratch_file_is_read_whole: as it was written, also by who only takes a path.
 * Nobody else finds it; it is gone with its last descriptor, however the process ends.
 */
#pragma once

#include "base/ctx.h"

/* In $TMPDIR or /tmp; -1 with errno. The caller closes it. */
int scratch_file(void);
/* Where a library that wants a path finds it while it is open. */
str scratch_path(struct arena *a, int fd);
/* All that is in it. E_STORE: it cannot be read. */
enum err scratch_read(struct ctx *c, int fd, str *out);

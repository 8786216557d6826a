/* engine.h -- the seam: what the server asks of the HTTP engine; the engine calls the door_* steps
 * of inside.h. */
#pragma once

#include "http/inside.h"

enum err engine_start(struct ctx *c, struct http *h, int listen_fd, int loops, struct engine **out);
void engine_refuse_new(struct engine *e); /* stops accepting */
void engine_stop(struct engine *e);       /* nothing may be suspended */
void engine_suspend(struct request *r);
void engine_resume(struct request *r);
str engine_header(struct request *r, const char *name);
/* Ends connections that have waited for a whole request since before `limit_us`. */
void engine_close_idle(struct engine *e, i64 limit_us);

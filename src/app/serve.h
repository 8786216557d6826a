/* serve.h -- the server process: one data folder, its lock, its first login, its doors, until a
 * signal ends it.
 *
 * Promises
 *   - one_server_per_folder: a second server on a data folder says who holds it and since when, and
 * stops.
 *   - the_first_login_is_shown_once: an empty shop gets the user "owner" with a made-up password,
 * printed once.
 *   - SIGTERM and SIGINT end it gracefully: requests in work are finished, writes are durable.
 */
#pragma once

#include "base/ctx.h"

struct serve_options {
    str data;        /* the folder; made when absent */
    str where;       /* what store_open takes: the folder or postgresql://… */
    str listen;      /* "127.0.0.1:8080" */
    str console_dir; /* serve the console from here; absent: the one in the binary */
    i64 workers, rate_per_second;
    bool secure_cookies;
};

/* Serves until SIGTERM or SIGINT. Call before any thread is made. */
enum err serve(struct ctx *c, struct serve_options o);

/* Takes data/koi.lock for this process until the arena of c ends; E_CONFLICT names the holder. */
enum err folder_lock(struct ctx *c, str data);
/* A password people can read aloud: 16 letters and digits, 80 bits. */
str secret_make(struct arena *a);

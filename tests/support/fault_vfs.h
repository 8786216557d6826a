/* fault_vfs.h -- a file system for SQLite that fails on demand: fsync of the log, or no room left.
 *
 * Installed once per program, before the first store is opened; harmless while nothing is armed.
 * Threads: any.
 */
#pragma once

enum fault { FAULT_NONE, FAULT_SYNC, FAULT_FULL };

void fault_install(void);
/* After `skip` such calls the next `times` fail (-1: all until disarmed). FULL fails writes that
 * would make a file grow. */
void fault_arm(enum fault fault, int skip, int times);
void fault_disarm(void);
int fault_hits(void); /* calls failed since the last arming */

/* Constants of open(2) and fcntl(2): those of the system, and those that are names only (EINVAL or ENOSYS). */
#pragma once

#include <__typedef_off_t.h>
#include <tabos/open.h>
#include <tabos/rename.h>

#define O_RSYNC O_SYNC
#define O_NDELAY O_NONBLOCK
#define O_LARGEFILE 0
#define O_ASYNC 020000
#define O_DIRECT 040000
#define O_TMPFILE (020000000 | O_DIRECTORY)

#define F_SETOWN 8
#define F_GETOWN 9
#define F_SETSIG 10
#define F_GETSIG 11

#define FALLOC_FL_KEEP_SIZE 1
#define FALLOC_FL_PUNCH_HOLE 2

#ifdef __cplusplus
extern "C" {
#endif
int fallocate(int, int, off_t, off_t);
#ifdef __cplusplus
}
#endif

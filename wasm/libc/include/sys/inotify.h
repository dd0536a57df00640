/* inotify(7). */
#pragma once

#include <bits/fcntl.h>
#include <stdint.h>
#include <tabos/inotify.h>

#ifdef __cplusplus
extern "C" {
#endif

#define IN_CLOEXEC O_CLOEXEC
#define IN_NONBLOCK O_NONBLOCK
#define IN_CLOSE (IN_CLOSE_WRITE | IN_CLOSE_NOWRITE)
#define IN_MOVE (IN_MOVED_FROM | IN_MOVED_TO)

struct inotify_event {
	int wd;
	uint32_t mask, cookie, len;
	char name[];
};

int inotify_init(void);
int inotify_init1(int);
int inotify_add_watch(int, const char *, uint32_t);
int inotify_rm_watch(int, int);

#ifdef __cplusplus
}
#endif

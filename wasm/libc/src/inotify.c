/* Watches: inotify(7). */
#include <sys/inotify.h>
#include "internal.h"

_Static_assert(sizeof(struct inotify_event) == sizeof(struct tabos_inotifyEvent), "struct inotify_event");

int inotify_init(void)
{
	return inotify_init1(0);
}

int inotify_init1(int flags)
{
	return check(tabos_inotify_init1((uint32_t)flags));
}

int inotify_add_watch(int fd, const char *path, uint32_t mask)
{
	return check(tabos_inotify_add_watch(fd, PATH(path), mask));
}

int inotify_rm_watch(int fd, int wd)
{
	return check(tabos_inotify_rm_watch(fd, wd));
}

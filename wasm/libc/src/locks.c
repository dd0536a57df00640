/* Locks on files: fcntl_locking(2), lockf(3), flock(2). `struct flock` is as in the table of layouts. */
#include <stddef.h>
#include <sys/file.h>
#include <unistd.h>
#include "internal.h"

_Static_assert(sizeof(struct flock) == sizeof(struct tabos_flock), "struct flock");
_Static_assert(offsetof(struct flock, l_start) == offsetof(struct tabos_flock, start), "l_start");
_Static_assert(offsetof(struct flock, l_pid) == offsetof(struct tabos_flock, pid), "l_pid");

int __tabos_record_lock(int fd, int command, struct flock *lock)
{
	return check(tabos_lock(fd, command, (struct tabos_flock *)lock, sizeof(*lock)));
}

int flock(int fd, int operation)
{
	return check(tabos_flock(fd, operation));
}

int lockf(int fd, int command, off_t length)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_CUR, .l_len = length};

	switch (command) {
	case F_TEST:
		if (__tabos_record_lock(fd, F_GETLK, &lock) < 0)
			return -1;
		return lock.l_type == F_UNLCK ? 0 : fail(EACCES);
	case F_ULOCK:
		lock.l_type = F_UNLCK;
		return __tabos_record_lock(fd, F_SETLK, &lock);
	case F_TLOCK:
		return __tabos_record_lock(fd, F_SETLK, &lock);
	case F_LOCK:
		return __tabos_record_lock(fd, F_SETLKW, &lock);
	default:
		return fail(EINVAL);
	}
}

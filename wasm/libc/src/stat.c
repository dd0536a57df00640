/* stat(2), and what changes it: chmod(2), chown(2), utimensat(2), umask(2). */
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>
#include <utime.h>
#include "internal.h"

static int give(int32_t result, const struct tabos_stat *from, struct stat *to)
{
	if (check(result) < 0)
		return -1;
	*to = (struct stat){
		.st_dev = from->dev,
		.st_ino = from->ino,
		.st_nlink = from->nlink,
		.st_mode = from->mode,
		.st_uid = from->uid,
		.st_gid = from->gid,
		.st_rdev = from->rdev,
		.st_size = (off_t)from->size,
		.st_blksize = (blksize_t)from->blksize,
		.st_blocks = (blkcnt_t)from->blocks,
		.st_atim = {.tv_sec = from->atimeSec, .tv_nsec = (long)from->atimeNsec},
		.st_mtim = {.tv_sec = from->mtimeSec, .tv_nsec = (long)from->mtimeNsec},
		.st_ctim = {.tv_sec = from->ctimeSec, .tv_nsec = (long)from->ctimeNsec},
	};
	return 0;
}

int fstatat(int dirfd, const char *restrict path, struct stat *restrict status, int flags)
{
	struct tabos_stat answer;

	return give(tabos_stat(dirfd, PATH(path), (uint32_t)flags, OBJECT(&answer)), &answer, status);
}

int fstat(int fd, struct stat *status)
{
	struct tabos_stat answer;

	return give(tabos_fstat(fd, OBJECT(&answer)), &answer, status);
}

int stat(const char *restrict path, struct stat *restrict status)
{
	return fstatat(AT_FDCWD, path, status, 0);
}

int lstat(const char *restrict path, struct stat *restrict status)
{
	return fstatat(AT_FDCWD, path, status, AT_SYMLINK_NOFOLLOW);
}

int fchmodat(int dirfd, const char *path, mode_t mode, int flags)
{
	return check(tabos_chmod(dirfd, PATH(path), mode, (uint32_t)flags));
}

int chmod(const char *path, mode_t mode)
{
	return fchmodat(AT_FDCWD, path, mode, 0);
}

int lchmod(const char *path, mode_t mode)
{
	return fchmodat(AT_FDCWD, path, mode, AT_SYMLINK_NOFOLLOW);
}

int fchmod(int fd, mode_t mode)
{
	return check(tabos_fchmod(fd, mode));
}

mode_t umask(mode_t mask)
{
	return (mode_t)tabos_umask(mask);
}

int fchownat(int dirfd, const char *path, uid_t owner, gid_t group, int flags)
{
	return check(tabos_chown(dirfd, PATH(path), owner, group, (uint32_t)flags));
}

int chown(const char *path, uid_t owner, gid_t group)
{
	return fchownat(AT_FDCWD, path, owner, group, 0);
}

int lchown(const char *path, uid_t owner, gid_t group)
{
	return fchownat(AT_FDCWD, path, owner, group, AT_SYMLINK_NOFOLLOW);
}

int fchown(int fd, uid_t owner, gid_t group)
{
	return check(tabos_fchown(fd, owner, group));
}

/* Access and modification time as four arguments of a call; no times mean now. */
#define TIMES(times)                                                               \
	(times) ? (times)[0].tv_sec : 0, (times) ? (uint32_t)(times)[0].tv_nsec : UTIME_NOW, \
		(times) ? (times)[1].tv_sec : 0, (times) ? (uint32_t)(times)[1].tv_nsec : UTIME_NOW

int utimensat(int dirfd, const char *path, const struct timespec times[2], int flags)
{
	return check(tabos_utimens(dirfd, PATH(path), TIMES(times), (uint32_t)flags));
}

int futimens(int fd, const struct timespec times[2])
{
	return check(tabos_futimens(fd, TIMES(times)));
}

/* From microseconds; NULL for NULL. */
static const struct timespec *precise(const struct timeval times[2], struct timespec result[2])
{
	if (times == NULL)
		return NULL;
	for (int i = 0; i < 2; i++)
		result[i] = (struct timespec){.tv_sec = times[i].tv_sec, .tv_nsec = (long)times[i].tv_usec * 1000};
	return result;
}

int futimesat(int dirfd, const char *path, const struct timeval times[2])
{
	struct timespec exact[2];

	return utimensat(dirfd, path, precise(times, exact), 0);
}

int utimes(const char *path, const struct timeval times[2])
{
	return futimesat(AT_FDCWD, path, times);
}

int lutimes(const char *path, const struct timeval times[2])
{
	struct timespec exact[2];

	return utimensat(AT_FDCWD, path, precise(times, exact), AT_SYMLINK_NOFOLLOW);
}

int futimes(int fd, const struct timeval times[2])
{
	struct timespec exact[2];

	return futimens(fd, precise(times, exact));
}

int utime(const char *path, const struct utimbuf *times)
{
	struct timespec exact[2];

	if (times == NULL)
		return utimensat(AT_FDCWD, path, NULL, 0);
	exact[0] = (struct timespec){.tv_sec = times->actime};
	exact[1] = (struct timespec){.tv_sec = times->modtime};
	return utimensat(AT_FDCWD, path, exact, 0);
}

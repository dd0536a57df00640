/* What the system says about itself: uname(2), gethostname(2), sysconf(3), pathconf(3), statfs(2), statvfs(3). */
#include <limits.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <tabos/limits.h>
#include <tabos/version.h>
#include <unistd.h>
#include "internal.h"

int uname(struct utsname *name)
{
	memset(name, 0, sizeof(*name));
	strcpy(name->sysname, TABOS_SYSNAME);
	strcpy(name->nodename, TABOS_NODENAME);
	strcpy(name->release, TABOS_RELEASE);
	strcpy(name->version, TABOS_VERSION);
	strcpy(name->machine, TABOS_MACHINE);
	return 0;
}

int gethostname(char *buf, size_t size)
{
	if (strlen(TABOS_NODENAME) >= size)
		return fail(ENAMETOOLONG);
	strcpy(buf, TABOS_NODENAME);
	return 0;
}

int sethostname(const char *name, size_t length)
{
	(void)name, (void)length;
	return fail(ENOSYS);
}

static long limit_of(int resource)
{
	struct rlimit limit;

	return getrlimit(resource, &limit) < 0 || limit.rlim_cur > LONG_MAX ? -1 : (long)limit.rlim_cur;
}

long sysconf(int name)
{
	switch (name) {
	case _SC_ARG_MAX:
		return ARG_MAX;
	case _SC_CHILD_MAX:
		return limit_of(RLIMIT_NPROC);
	case _SC_CLK_TCK:
		return 100;
	case _SC_NGROUPS_MAX:
		return NGROUPS_MAX;
	case _SC_OPEN_MAX:
		return limit_of(RLIMIT_NOFILE);
	case _SC_STREAM_MAX:
		return FOPEN_MAX;
	case _SC_PAGESIZE:
		return PAGESIZE;
	case _SC_NPROCESSORS_CONF:
	case _SC_NPROCESSORS_ONLN:
		return 1;
	case _SC_IOV_MAX:
		return IOV_MAX;
	case _SC_LINE_MAX:
		return LINE_MAX;
	case _SC_SYMLOOP_MAX:
		return TABOS_SYMLOOP_MAX;
	case _SC_LOGIN_NAME_MAX:
		return LOGIN_NAME_MAX;
	case _SC_TTY_NAME_MAX:
		return TTY_NAME_MAX;
	case _SC_HOST_NAME_MAX:
		return HOST_NAME_MAX;
	case _SC_GETPW_R_SIZE_MAX:
	case _SC_GETGR_R_SIZE_MAX:
		return 4096;
	case _SC_RE_DUP_MAX:
		return RE_DUP_MAX;
	case _SC_VERSION:
		return _POSIX_VERSION;
	case _SC_JOB_CONTROL:
	case _SC_SAVED_IDS:
	case _SC_SHELL:
	case _SC_REGEXP:
		return 1;
	case _SC_FSYNC:
	case _SC_SPAWN:
	case _SC_MONOTONIC_CLOCK:
		return _POSIX_VERSION;
	case _SC_2_VERSION:
		return _POSIX2_VERSION;
	case _SC_BC_BASE_MAX:
		return _POSIX2_BC_BASE_MAX;
	case _SC_BC_DIM_MAX:
		return _POSIX2_BC_DIM_MAX;
	case _SC_BC_SCALE_MAX:
		return _POSIX2_BC_SCALE_MAX;
	case _SC_BC_STRING_MAX:
		return _POSIX2_BC_STRING_MAX;
	case _SC_COLL_WEIGHTS_MAX:
		return COLL_WEIGHTS_MAX;
	case _SC_EXPR_NEST_MAX:
		return _POSIX2_EXPR_NEST_MAX;
	case _SC_ATEXIT_MAX:
	case _SC_THREADS:
	case _SC_MAPPED_FILES:
	case _SC_ASYNCHRONOUS_IO:
	case _SC_SEMAPHORES:
	case _SC_SHARED_MEMORY_OBJECTS:
	case _SC_MESSAGE_PASSING:
		/* No limit, or no such thing: -1 with errno as it was. */
		return -1;
	default:
		return fail(EINVAL);
	}
}

int getpagesize(void)
{
	return PAGESIZE;
}

long fpathconf(int fd, int name)
{
	(void)fd;
	switch (name) {
	case _PC_LINK_MAX:
		return TABOS_LINK_MAX;
	case _PC_MAX_CANON:
	case _PC_MAX_INPUT:
		return 255;
	case _PC_NAME_MAX:
		return NAME_MAX;
	case _PC_PATH_MAX:
		return PATH_MAX;
	case _PC_PIPE_BUF:
		return PIPE_BUF;
	case _PC_CHOWN_RESTRICTED:
	case _PC_NO_TRUNC:
	case _PC_SYNC_IO:
	case _PC_2_SYMLINKS:
		return 1;
	case _PC_VDISABLE:
		return _POSIX_VDISABLE;
	case _PC_FILESIZEBITS:
		return FILESIZEBITS;
	case _PC_REC_XFER_ALIGN:
	case _PC_ALLOC_SIZE_MIN:
	case _PC_REC_MIN_XFER_SIZE:
		return 4096;
	default:
		return name >= 0 && name <= _PC_2_SYMLINKS ? -1 : fail(EINVAL);
	}
}

long pathconf(const char *path, int name)
{
	(void)path;
	return fpathconf(-1, name);
}

static int give(int32_t result, const struct tabos_statfs *from, struct statfs *to)
{
	if (check(result) < 0)
		return -1;
	*to = (struct statfs){
		.f_type = from->type,
		.f_bsize = from->bsize,
		.f_blocks = from->blocks,
		.f_bfree = from->bfree,
		.f_bavail = from->bavail,
		.f_files = from->files,
		.f_ffree = from->ffree,
		.f_fsid = {{(int)from->fsid, (int)(from->fsid >> 32)}},
		.f_namelen = from->namelen,
		.f_frsize = from->bsize,
		.f_flags = from->flags,
	};
	return 0;
}

int statfs(const char *path, struct statfs *status)
{
	struct tabos_statfs answer;

	return give(tabos_statfs(PATH(path), OBJECT(&answer)), &answer, status);
}

int fstatfs(int fd, struct statfs *status)
{
	struct tabos_statfs answer;

	return give(tabos_fstatfs(fd, OBJECT(&answer)), &answer, status);
}

static int convert(int result, const struct statfs *from, struct statvfs *to)
{
	if (result < 0)
		return -1;
	memset(to, 0, sizeof(*to));
	to->f_bsize = from->f_bsize;
	to->f_frsize = from->f_frsize;
	to->f_blocks = from->f_blocks;
	to->f_bfree = from->f_bfree;
	to->f_bavail = from->f_bavail;
	to->f_files = from->f_files;
	to->f_ffree = to->f_favail = from->f_ffree;
	to->f_fsid = (unsigned long)from->f_fsid.__val[0];
	to->f_flag = from->f_flags;
	to->f_namemax = from->f_namelen;
	return 0;
}

int statvfs(const char *path, struct statvfs *status)
{
	struct statfs answer;

	return convert(statfs(path, &answer), &answer, status);
}

int fstatvfs(int fd, struct statvfs *status)
{
	struct statfs answer;

	return convert(fstatfs(fd, &answer), &answer, status);
}

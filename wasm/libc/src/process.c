/* Process, group, session and user ids. */
#include <grp.h>
#include <limits.h>
#include <unistd.h>
#include "internal.h"

pid_t getpid(void)
{
	return tabos_getpid();
}

pid_t gettid(void)
{
	return tabos_getpid();
}

pid_t getppid(void)
{
	return tabos_getppid();
}

pid_t getpgid(pid_t pid)
{
	return check(tabos_getpgid(pid));
}

pid_t getpgrp(void)
{
	return getpgid(0);
}

int setpgid(pid_t pid, pid_t group)
{
	return check(tabos_setpgid(pid, group));
}

pid_t setpgrp(void)
{
	return setpgid(0, 0);
}

pid_t getsid(pid_t pid)
{
	return check(tabos_getsid(pid));
}

pid_t setsid(void)
{
	return check(tabos_setsid());
}

static struct tabos_ids user_ids(void)
{
	struct tabos_ids ids = {0};

	tabos_getresuid(OBJECT(&ids));
	return ids;
}

static struct tabos_ids group_ids(void)
{
	struct tabos_ids ids = {0};

	tabos_getresgid(OBJECT(&ids));
	return ids;
}

uid_t getuid(void)
{
	return user_ids().real;
}

uid_t geteuid(void)
{
	return user_ids().effective;
}

gid_t getgid(void)
{
	return group_ids().real;
}

gid_t getegid(void)
{
	return group_ids().effective;
}

int getresuid(uid_t *real, uid_t *effective, uid_t *saved)
{
	struct tabos_ids ids = user_ids();

	*real = ids.real, *effective = ids.effective, *saved = ids.saved;
	return 0;
}

int getresgid(gid_t *real, gid_t *effective, gid_t *saved)
{
	struct tabos_ids ids = group_ids();

	*real = ids.real, *effective = ids.effective, *saved = ids.saved;
	return 0;
}

int setresuid(uid_t real, uid_t effective, uid_t saved)
{
	return check(tabos_setresuid(real, effective, saved));
}

int setresgid(gid_t real, gid_t effective, gid_t saved)
{
	return check(tabos_setresgid(real, effective, saved));
}

/* A privileged process sets all three, another only the effective id. */
int setuid(uid_t uid)
{
	return geteuid() == 0 ? setresuid(uid, uid, uid) : setresuid((uid_t)-1, uid, (uid_t)-1);
}

int setgid(gid_t gid)
{
	return geteuid() == 0 ? setresgid(gid, gid, gid) : setresgid((gid_t)-1, gid, (gid_t)-1);
}

int seteuid(uid_t uid)
{
	return setresuid((uid_t)-1, uid, (uid_t)-1);
}

int setegid(gid_t gid)
{
	return setresgid((gid_t)-1, gid, (gid_t)-1);
}

/* The saved id follows the effective one when the real one is set, or the effective one to other than the real. */
int setreuid(uid_t real, uid_t effective)
{
	uid_t none = (uid_t)-1;
	int follows = real != none || (effective != none && effective != getuid());

	return setresuid(real, effective, follows ? (effective != none ? effective : geteuid()) : none);
}

int setregid(gid_t real, gid_t effective)
{
	gid_t none = (gid_t)-1;
	int follows = real != none || (effective != none && effective != getgid());

	return setresgid(real, effective, follows ? (effective != none ? effective : getegid()) : none);
}

/* Processes have no supplementary groups. */
int getgroups(int size, gid_t groups[])
{
	(void)groups;
	return size < 0 ? fail(EINVAL) : 0;
}

int setgroups(size_t count, const gid_t *groups)
{
	(void)groups;
	return count == 0 ? 0 : fail(ENOSYS);
}

int issetugid(void)
{
	struct tabos_ids user = user_ids(), group = group_ids();

	return user.real != user.effective || group.real != group.effective;
}

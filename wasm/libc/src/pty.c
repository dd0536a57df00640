/* Pseudo-terminals: posix_openpt(3), ptsname(3), openpty(3), login_tty(3), forkpty(3). */
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utmp.h>
#include "internal.h"

int posix_openpt(int flags)
{
	return open("/dev/ptmx", flags);
}

int grantpt(int fd)
{
	return check(tabos_ptsnum(fd)) < 0 ? -1 : 0;
}

int unlockpt(int fd)
{
	return grantpt(fd);
}

int ptsname_r(int fd, char *buf, size_t size)
{
	int number = check(tabos_ptsnum(fd));

	if (number < 0)
		return errno;
	return snprintf(buf, size, "/dev/pts/%d", number) < (int)size ? 0 : ERANGE;
}

char *ptsname(int fd)
{
	static char name[24];
	int error = ptsname_r(fd, name, sizeof(name));

	if (error == 0)
		return name;
	errno = error;
	return NULL;
}

int openpty(int *master, int *slave, char *name, const struct termios *attributes, const struct winsize *size)
{
	char path[24];
	int ends[2];

	ends[0] = posix_openpt(O_RDWR | O_NOCTTY);
	if (ends[0] < 0)
		return -1;
	int error = ptsname_r(ends[0], path, sizeof(path));
	ends[1] = error == 0 ? open(path, O_RDWR | O_NOCTTY) : fail(error);
	if (ends[1] < 0) {
		error = errno;
		close(ends[0]);
		return fail(error);
	}
	if (attributes != NULL)
		tcsetattr(ends[1], TCSANOW, attributes);
	if (size != NULL)
		ioctl(ends[1], TIOCSWINSZ, size);
	if (name != NULL)
		strcpy(name, path);
	*master = ends[0];
	*slave = ends[1];
	return 0;
}

int login_tty(int fd)
{
	setsid();
	if (ioctl(fd, TIOCSCTTY, 0) < 0)
		return -1;
	for (int target = 0; target < 3; target++)
		if (dup2(fd, target) < 0)
			return -1;
	if (fd > 2)
		close(fd);
	return 0;
}

pid_t forkpty(int *master, char *name, const struct termios *attributes, const struct winsize *size)
{
	int ours, theirs;

	if (openpty(&ours, &theirs, name, attributes, size) < 0)
		return -1;
	pid_t pid = fork();
	if (pid == 0) {
		close(ours);
		if (login_tty(theirs) < 0)
			_exit(1);
		return 0;
	}
	int error = errno;
	close(theirs);
	if (pid < 0) {
		close(ours);
		return fail(error);
	}
	*master = ours;
	return pid;
}

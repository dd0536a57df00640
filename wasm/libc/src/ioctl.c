/* ioctl(2): the requests of ioctl_tty(2) and those on any descriptor, each in terms of its own call. */
#include <linux/fs.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include "internal.h"

static int set_flag(int fd, int flag, int on)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0)
		return -1;
	return fcntl(fd, F_SETFL, on ? flags | flag : flags & ~flag);
}

/* Requests whose argument is an int by value. */
static int with_number(int fd, int request, int number)
{
	switch (request) {
	case TIOCSCTTY:
		return check(tabos_tcsctty(fd, number));
	case TIOCNOTTY:
		return check(tabos_tcnotty(fd));
	case TCFLSH:
		return tcflush(fd, number);
	case TCXONC:
		return tcflow(fd, number);
	case TCSBRK:
	case TCSBRKP:
		return tcdrain(fd);
	case FICLONE:
		return check(tabos_ficlone(fd, number));
	case FIOCLEX:
		return fcntl(fd, F_SETFD, FD_CLOEXEC);
	case FIONCLEX:
		return fcntl(fd, F_SETFD, 0);
	default:
		return fcntl(fd, F_GETFD) < 0 ? -1 : fail(ENOTTY);
	}
}

static int store(int result, int *target)
{
	if (result < 0)
		return -1;
	*target = result;
	return 0;
}

int ioctl(int fd, int request, ...)
{
	va_list arguments;

	va_start(arguments, request);
	void *argument = va_arg(arguments, void *);
	va_end(arguments);
	switch (request) {
	case TCGETS:
		return tcgetattr(fd, argument);
	case TCSETS:
	case TCSETSW:
	case TCSETSF:
		return tcsetattr(fd, request - TCSETS, argument);
	case TIOCGWINSZ:
		return tcgetwinsize(fd, argument);
	case TIOCSWINSZ:
		return tcsetwinsize(fd, argument);
	case TIOCGPGRP:
		return store(tcgetpgrp(fd), argument);
	case TIOCSPGRP:
		return tcsetpgrp(fd, *(pid_t *)argument);
	case TIOCGSID:
		return store(tcgetsid(fd), argument);
	case TIOCGPTN:
		return store(check(tabos_ptsnum(fd)), argument);
	case TIOCSPTLCK:
		/* Terminals of ours are never locked: unlocking one is done, locking one cannot be. */
		if (check(tabos_ptsnum(fd)) < 0)
			return -1;
		return *(int *)argument == 0 ? 0 : fail(ENOSYS);
	case FIONREAD:
		return store(check(tabos_fionread(fd)), argument);
	case FIONBIO:
		return set_flag(fd, O_NONBLOCK, *(int *)argument);
	default:
		return with_number(fd, request, (int)(intptr_t)argument);
	}
}

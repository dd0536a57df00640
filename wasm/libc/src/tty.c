/* Terminals: termios(3), isatty(3), ttyname(3), the foreground group. */
#include <limits.h>
#include <paths.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>
#include "internal.h"

_Static_assert(sizeof(struct termios) == sizeof(struct tabos_termios), "termios");
_Static_assert(offsetof(struct termios, c_cc) == offsetof(struct tabos_termios, cc), "termios");
_Static_assert(offsetof(struct termios, c_ospeed) == offsetof(struct tabos_termios, ospeed), "termios");
_Static_assert(sizeof(struct winsize) == sizeof(struct tabos_winsize), "winsize");

int tcgetattr(int fd, struct termios *attributes)
{
	return check(tabos_tcgetattr(fd, (struct tabos_termios *)attributes, sizeof(*attributes)));
}

int tcsetattr(int fd, int when, const struct termios *attributes)
{
	return check(tabos_tcsetattr(fd, when, (const struct tabos_termios *)attributes, sizeof(*attributes)));
}

int tcgetwinsize(int fd, struct winsize *size)
{
	return check(tabos_tcgetwinsz(fd, (struct tabos_winsize *)size, sizeof(*size)));
}

int tcsetwinsize(int fd, const struct winsize *size)
{
	return check(tabos_tcsetwinsz(fd, (const struct tabos_winsize *)size, sizeof(*size)));
}

pid_t tcgetpgrp(int fd)
{
	return check(tabos_tcgetpgrp(fd));
}

int tcsetpgrp(int fd, pid_t group)
{
	return check(tabos_tcsetpgrp(fd, group));
}

pid_t tcgetsid(int fd)
{
	return check(tabos_tcgetsid(fd));
}

int tcflush(int fd, int queue)
{
	return check(tabos_tcflush(fd, queue));
}

int tcflow(int fd, int action)
{
	return check(tabos_tcflow(fd, action));
}

int tcdrain(int fd)
{
	return check(tabos_tcdrain(fd));
}

/* A terminal without a line has no break condition to send: nothing happens once the output is out, as on a pty. */
int tcsendbreak(int fd, int duration)
{
	(void)duration;
	return tcdrain(fd);
}

int isatty(int fd)
{
	struct winsize size;

	return tcgetwinsize(fd, &size) == 0;
}

int __isatty(int fd)
{
	return isatty(fd);
}

int ttyname_r(int fd, char *buf, size_t size)
{
	char link[32], name[PATH_MAX];
	struct stat opened, named;

	if (!isatty(fd))
		return errno;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	ssize_t length = readlink(link, name, sizeof(name) - 1);
	if (length < 0)
		return errno;
	name[length] = '\0';
	if ((size_t)length >= size)
		return ERANGE;
	if (fstat(fd, &opened) < 0 || stat(name, &named) < 0 || opened.st_rdev != named.st_rdev)
		return ENODEV;
	memcpy(buf, name, (size_t)length + 1);
	return 0;
}

char *ttyname(int fd)
{
	static char name[TTY_NAME_MAX];
	int error = ttyname_r(fd, name, sizeof(name));

	if (error == 0)
		return name;
	errno = error;
	return NULL;
}

char *ctermid(char *buf)
{
	static char name[] = _PATH_TTY;

	return buf ? strcpy(buf, name) : name;
}

void cfmakeraw(struct termios *attributes)
{
	attributes->c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
	attributes->c_oflag &= ~(tcflag_t)OPOST;
	attributes->c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
	attributes->c_cflag = (attributes->c_cflag & ~(tcflag_t)(CSIZE | PARENB)) | CS8;
	attributes->c_cc[VMIN] = 1;
	attributes->c_cc[VTIME] = 0;
}

speed_t cfgetospeed(const struct termios *attributes)
{
	return attributes->c_cflag & CBAUD;
}

speed_t cfgetispeed(const struct termios *attributes)
{
	return cfgetospeed(attributes);
}

int cfsetospeed(struct termios *attributes, speed_t speed)
{
	if (speed & ~(speed_t)CBAUD)
		return fail(EINVAL);
	attributes->c_cflag = (attributes->c_cflag & ~(tcflag_t)CBAUD) | speed;
	return 0;
}

int cfsetispeed(struct termios *attributes, speed_t speed)
{
	return speed == 0 ? 0 : cfsetospeed(attributes, speed);
}

int cfsetspeed(struct termios *attributes, speed_t speed)
{
	return cfsetospeed(attributes, speed);
}

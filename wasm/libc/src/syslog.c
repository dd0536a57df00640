/*
 * syslog(3). No daemon listens at /dev/log, and as on any Linux without one, a message goes nowhere unless LOG_PERROR asks
 * for a copy on standard error.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

static const char *identity;
static int options, mask = LOG_UPTO(LOG_DEBUG);

void openlog(const char *name, int flags, int facility)
{
	(void)facility;
	identity = name;
	options = flags;
}

void closelog(void)
{
	identity = NULL;
	options = 0;
}

int setlogmask(int wanted)
{
	int before = mask;

	if (wanted != 0)
		mask = wanted;
	return before;
}

void vsyslog(int priority, const char *format, va_list arguments)
{
	char line[1024], number[16] = "";
	int error = errno;

	if (!(options & LOG_PERROR) || !(mask & LOG_MASK(LOG_PRI(priority))))
		return;
	vsnprintf(line, sizeof(line), format, arguments);
	if (options & LOG_PID)
		snprintf(number, sizeof(number), "[%d]", getpid());
	size_t length = strlen(line);
	fprintf(stderr, "%s%s: %s%s", identity ? identity : program_invocation_short_name, number, line,
		length > 0 && line[length - 1] == '\n' ? "" : "\n");
	errno = error;
}

void syslog(int priority, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsyslog(priority, format, arguments);
	va_end(arguments);
}

/* The records of logins (getutxent(3)): there are none. */
#include <errno.h>
#include <stddef.h>
#include <utmpx.h>

void setutxent(void) {}

void endutxent(void) {}

struct utmpx *getutxent(void) {
	return NULL;
}

struct utmpx *getutxid(const struct utmpx *wanted) {
	(void)wanted;
	errno = ESRCH;
	return NULL;
}

struct utmpx *getutxline(const struct utmpx *wanted) {
	(void)wanted;
	errno = ESRCH;
	return NULL;
}

struct utmpx *pututxline(const struct utmpx *record) {
	(void)record;
	errno = ENOTSUP;
	return NULL;
}

void updwtmpx(const char *file, const struct utmpx *record) {
	(void)file;
	(void)record;
}

int utmpxname(const char *file) {
	(void)file;
	errno = ENOTSUP;
	return -1;
}

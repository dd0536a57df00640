/* Records of logins, as on Linux. Nobody logs in, so there are none: a reader finds the end, a writer ENOTSUP (utmp.c). */
#pragma once

#include <sys/time.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct utmpx {
	short ut_type;
	short __ut_pad1;
	pid_t ut_pid;
	char ut_line[32];
	char ut_id[4];
	char ut_user[32];
	char ut_host[256];
	struct {
		short __e_termination;
		short __e_exit;
	} ut_exit;
	int ut_session, __ut_pad2;
	struct timeval ut_tv;
	unsigned ut_addr_v6[4];
	char __unused[20];
};

enum {
	EMPTY,
	RUN_LVL,
	BOOT_TIME,
	NEW_TIME,
	OLD_TIME,
	INIT_PROCESS,
	LOGIN_PROCESS,
	USER_PROCESS,
	DEAD_PROCESS,
};
#define EMPTY EMPTY
#define RUN_LVL RUN_LVL
#define BOOT_TIME BOOT_TIME
#define NEW_TIME NEW_TIME
#define OLD_TIME OLD_TIME
#define INIT_PROCESS INIT_PROCESS
#define LOGIN_PROCESS LOGIN_PROCESS
#define USER_PROCESS USER_PROCESS
#define DEAD_PROCESS DEAD_PROCESS

void setutxent(void);
void endutxent(void);
struct utmpx *getutxent(void);
struct utmpx *getutxid(const struct utmpx *);
struct utmpx *getutxline(const struct utmpx *);
struct utmpx *pututxline(const struct utmpx *);
void updwtmpx(const char *, const struct utmpx *);
int utmpxname(const char *);

#ifdef __cplusplus
}
#endif

/* The older names of utmpx.h, and login_tty. */
#pragma once

#include <utmpx.h>

#define UT_LINESIZE 32
#define UT_NAMESIZE 32
#define UT_HOSTSIZE 256

#define utmp utmpx
#define ut_name ut_user
#define ut_time ut_tv.tv_sec
#define ut_addr ut_addr_v6[0]

#define setutent setutxent
#define endutent endutxent
#define getutent getutxent
#define getutid getutxid
#define getutline getutxline
#define pututline pututxline
#define updwtmp updwtmpx
#define utmpname utmpxname

#define _PATH_UTMP "/var/run/utmp"
#define _PATH_WTMP "/var/log/wtmp"
#define UTMP_FILE _PATH_UTMP
#define WTMP_FILE _PATH_WTMP
#define UTMP_FILENAME _PATH_UTMP
#define WTMP_FILENAME _PATH_WTMP

#ifdef __cplusplus
extern "C" {
#endif

int login_tty(int);

#ifdef __cplusplus
}
#endif

/* The rest: users, clocks and zones, texts of errors and signals, limits, names of the system. */
#include "report.h"
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

static void users(void)
{
	struct passwd *user = getpwnam("root");
	struct group *group = getgrgid(0);
	struct passwd entry, *found;
	char small[4], buf[4096];

	AREA("users");
	HOLDS(user != NULL && user->pw_uid == 0 && strcmp(user->pw_dir, "/root") == 0);
	HOLDS(group != NULL && strcmp(group->gr_name, "root") == 0 && group->gr_mem[0] == NULL);
	HOLDS(getpwnam("nobody-by-that-name") == NULL);
	HOLDS(getpwuid(4711) == NULL);
	SHOW(getpwnam_r("root", &entry, buf, sizeof(buf), &found));
	HOLDS(found == &entry && entry.pw_gid == 0);
	SHOW(getpwnam_r("root", &entry, small, sizeof(small), &found) == ERANGE);
	int count = 0;
	setpwent();
	while (getpwent() != NULL)
		count++;
	endpwent();
	HOLDS(count > 1);
	uid_t real, effective, saved;
	SHOW(getresuid(&real, &effective, &saved));
	HOLDS(real == effective && effective == saved && real == getuid() && real == geteuid());
	SHOW(setuid(0));
	SHOW(setgid(getgid()));
	SHOW(seteuid(getuid()));
}

static void show_time(const char *zone, time_t t)
{
	char text[64];

	setenv("TZ", zone, 1);
	tzset();
	struct tm *local = localtime(&t);
	strftime(text, sizeof(text), "%F %T %z %Z", local);
	struct tm copy = *local;
	printf("%s: %s dst %d, back %d\n", zone, text, local->tm_isdst, mktime(&copy) == t);
}

static void clocks(void)
{
	struct timespec a, b, resolution;
	struct tms used;
	struct rusage usage;

	AREA("clocks");
	SHOW(clock_gettime(CLOCK_MONOTONIC, &a));
	struct timespec moment = {0, 20000000};
	SHOW(nanosleep(&moment, NULL));
	clock_gettime(CLOCK_MONOTONIC, &b);
	long long passed = (b.tv_sec - a.tv_sec) * 1000LL + (b.tv_nsec - a.tv_nsec) / 1000000;
	HOLDS(passed >= 19 && passed < 2000);
	clock_gettime(CLOCK_REALTIME, &a);
	HOLDS(a.tv_sec > 1600000000 && time(NULL) - a.tv_sec <= 1);
	SHOW(clock_gettime(99, &a));
	SHOW(clock_getres(CLOCK_MONOTONIC, &resolution));
	HOLDS(resolution.tv_sec == 0 && resolution.tv_nsec > 0);
	moment.tv_nsec = 1000000000;
	SHOW(nanosleep(&moment, NULL));
	HOLDS(times(&used) != (clock_t)-1);
	SHOW(getrusage(RUSAGE_SELF, &usage));
	SHOW(getrusage(99, &usage));
	SHOW(sysconf(_SC_CLK_TCK));
	show_time("UTC0", 1000000000);
	show_time("CET-1CEST,M3.5.0,M10.5.0/3", 1711846799);
	show_time("CET-1CEST,M3.5.0,M10.5.0/3", 1711846800);
	show_time("CET-1CEST,M3.5.0,M10.5.0/3", 1729990799);
	show_time("NZST-12NZDT,M9.5.0,M4.1.0/3", 1700000000);
	show_time("<+0330>-3:30", 1700000000);
	show_time("AAA3BBB2,J60/0,300", 1709251200);
}

static void texts(void)
{
	static const int errors[] = {0,	     EPERM,  ENOENT, EINTR,  EIO,    EBADF,  EAGAIN,	ENOMEM, EACCES,
				     EEXIST, ENOTDIR, EISDIR, EINVAL, EMFILE, ENOTTY, ENOSPC, ESPIPE, EROFS,
				     EPIPE,  ERANGE, ELOOP,  ENOSYS, ENOTEMPTY, ENAMETOOLONG, EXDEV, ETXTBSY, E2BIG};

	AREA("texts");
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		printf("%s\n", strerror(errors[i]));
	for (int sig = 1; sig < 32; sig++)
		printf("%s\n", strsignal(sig));
	printf("%s\n", strsignal(0));
}

static void kernel(void)
{
	struct utsname name;
	struct statvfs volume;
	char host[256];

	AREA("kernel");
	SHOW(uname(&name));
	SHOW(gethostname(host, sizeof(host)));
	HOLDS(strcmp(host, name.nodename) == 0);
	SHOW(statvfs(".", &volume));
	HOLDS(volume.f_bsize > 0 && volume.f_blocks >= volume.f_bfree && volume.f_namemax == 255);
	SHOW(statvfs("nothing", &volume));
	SHOW(sysconf(9999));
	SHOW(pathconf(".", _PC_NAME_MAX));
	SHOW(pathconf(".", _PC_PIPE_BUF));
	HOLDS(sysconf(_SC_OPEN_MAX) > 16 && sysconf(_SC_PAGESIZE) >= 4096 && sysconf(_SC_NPROCESSORS_ONLN) >= 1);
	char *memory = mmap(NULL, 10000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	HOLDS(memory != MAP_FAILED && memory[0] == 0 && memory[9999] == 0);
	SHOW(munmap(memory, 10000));
	SHOW(isatty(99));
}

int main(void)
{
	users();
	clocks();
	texts();
	kernel();
	return 0;
}

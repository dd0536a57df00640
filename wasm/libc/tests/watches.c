/* Watches: inotify(7). Needs fork. */
#include "report.h"
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int in;
static unsigned cookies[8];
static int cookie_count;

static const struct {
	uint32_t bit;
	const char *name;
} BITS[] = {
	{IN_ACCESS, "ACCESS"},	     {IN_MODIFY, "MODIFY"},	    {IN_ATTRIB, "ATTRIB"},
	{IN_CLOSE_WRITE, "CLOSE_WRITE"}, {IN_CLOSE_NOWRITE, "CLOSE_NOWRITE"}, {IN_OPEN, "OPEN"},
	{IN_MOVED_FROM, "MOVED_FROM"}, {IN_MOVED_TO, "MOVED_TO"},    {IN_CREATE, "CREATE"},
	{IN_DELETE, "DELETE"},	     {IN_DELETE_SELF, "DELETE_SELF"}, {IN_MOVE_SELF, "MOVE_SELF"},
	{IN_UNMOUNT, "UNMOUNT"},     {IN_Q_OVERFLOW, "Q_OVERFLOW"}, {IN_IGNORED, "IGNORED"},
	{IN_ISDIR, "ISDIR"},
};

/* Cookies by the order in which they come. */
static int cookie(unsigned value)
{
	for (int i = 0; i < cookie_count; i++)
		if (cookies[i] == value)
			return i + 1;
	cookies[cookie_count++ & 7] = value;
	return cookie_count;
}

static void show_events(const char *buf, ssize_t size)
{
	for (ssize_t at = 0; at < size;) {
		const struct inotify_event *event = (const void *)(buf + at);
		const char *separator = "";

		printf("  %d ", event->wd);
		for (size_t i = 0; i < sizeof(BITS) / sizeof(*BITS); i++)
			if (event->mask & BITS[i].bit)
				printf("%s%s", separator, BITS[i].name), separator = "|";
		if (event->cookie)
			printf(" (%d)", cookie(event->cookie));
		if (event->len)
			printf(" %s", event->name);
		printf("\n");
		at += (ssize_t)(sizeof(*event) + event->len);
	}
}

/* Everything that waits to be read. */
static void events(const char *what)
{
	static char buf[1 << 16];
	ssize_t size;

	printf("%s:\n", what);
	while ((size = read(in, buf, sizeof(buf))) > 0)
		show_events(buf, size);
	if (errno != EAGAIN)
		perror("read");
	fflush(stdout);
}

static void put(const char *path, const char *text, int flags)
{
	int fd = open(path, O_WRONLY | flags, 0644);

	if (fd < 0)
		perror(path);
	if (write(fd, text, strlen(text)) < 0)
		perror(path);
	close(fd);
}

static void start(void)
{
	in = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
}

static void directories(void)
{
	char byte;

	AREA("directories");
	start();
	mkdir("d", 0755);
	SHOW(inotify_add_watch(in, "d", IN_ALL_EVENTS));
	put("d/f", "text", O_CREAT);
	events("create, write");
	int fd = open("d/f", O_RDONLY);
	read(fd, &byte, 1);
	close(fd);
	events("read");
	put("d/f", "t", O_TRUNC);
	events("truncate, write");
	truncate("d/f", 0);
	events("truncate");
	chmod("d/f", 0600);
	events("chmod");
	utimensat(AT_FDCWD, "d/f", NULL, 0);
	events("touch");
	link("d/f", "d/g");
	events("link");
	rename("d/f", "d/h");
	events("rename");
	rename("d/h", "outside");
	events("rename out");
	rename("outside", "d/h");
	events("rename in");
	rename("d/g", "d/h");
	events("rename to another name of the same file");
	put("d/k", "k", O_CREAT);
	rename("d/k", "d/h");
	events("rename over");
	unlink("d/h");
	unlink("d/g");
	events("unlink");
	mkdir("d/sub", 0755);
	events("mkdir");
	put("d/sub/deep", "x", O_CREAT);
	unlink("d/sub/deep");
	events("below is not seen");
	closedir(opendir("d/sub"));
	events("open a directory");
	rmdir("d/sub");
	events("rmdir");
	symlink("nowhere", "d/s");
	unlink("d/s");
	events("symlink");
	mkfifo("d/p", 0600);
	unlink("d/p");
	events("fifo");
	chmod("d", 0700);
	events("chmod of itself");
	rename("d", "e");
	events("rename of itself");
	rmdir("e");
	events("rmdir of itself");
	SHOW(inotify_rm_watch(in, 1));
	close(in);
}

static void files(void)
{
	AREA("files");
	start();
	put("f", "text", O_CREAT);
	SHOW(inotify_add_watch(in, "f", IN_ALL_EVENTS));
	put("f", "more", O_APPEND);
	events("append");
	link("f", "g");
	events("link");
	unlink("g");
	events("unlink of a link");
	rename("f", "g");
	events("rename");
	int fd = open("g", O_RDWR);
	unlink("g");
	events("unlink while open");
	ftruncate(fd, 0);
	fchmod(fd, 0600);
	events("changed while unlinked");
	close(fd);
	events("last close");

	put("f", "text", O_CREAT);
	put("g", "text", O_CREAT);
	SHOW(inotify_add_watch(in, "f", IN_ALL_EVENTS));
	rename("g", "f");
	events("replaced");
	unlink("f");
	close(in);
}

/* A directory and what is in it, watched by one. */
static void both(void)
{
	AREA("both");
	start();
	mkdir("d", 0755);
	mkdir("d/sub", 0755);
	put("d/f", "text", O_CREAT);
	put("d/g", "text", O_CREAT);
	SHOW(inotify_add_watch(in, "d", IN_ALL_EVENTS));
	SHOW(inotify_add_watch(in, "d/f", IN_ALL_EVENTS));
	SHOW(inotify_add_watch(in, "d/sub", IN_ALL_EVENTS));
	SHOW(inotify_add_watch(in, "d/g", IN_ALL_EVENTS));
	put("d/f", "x", 0);
	events("write");
	chmod("d/sub", 0700);
	events("chmod");
	rename("d/f", "d/sub/f");
	events("rename into the other directory");
	rename("d/sub/f", "d/g");
	events("rename over");
	rename("d/sub", "sub");
	events("rename of a directory");
	rename("sub", "d/sub");
	struct timespec times[2] = {{1, 2}, {0, UTIME_OMIT}};
	utimensat(AT_FDCWD, "d/g", times, 0);
	times[0].tv_nsec = UTIME_OMIT, times[1].tv_nsec = UTIME_NOW;
	utimensat(AT_FDCWD, "d/g", times, 0);
	events("times");
	unlink("d/g");
	events("unlink");
	rmdir("d/sub");
	events("rmdir");
	rmdir("d");
	events("rmdir of itself");
	close(in);
}

static void masks(void)
{
	AREA("masks");
	start();
	mkdir("d", 0755);
	put("d/f", "", O_CREAT);
	symlink("d", "link");
	SHOW(inotify_add_watch(in, "d", IN_CREATE | IN_DELETE));
	SHOW(inotify_add_watch(in, "d/f", IN_MODIFY));
	SHOW(inotify_add_watch(in, "d", IN_MODIFY));
	put("d/g", "x", O_CREAT);
	events("replaced mask");
	SHOW(inotify_add_watch(in, "d", IN_CREATE | IN_MASK_ADD));
	put("d/h", "x", O_CREAT);
	events("added mask");
	SHOW(inotify_add_watch(in, "d", IN_CREATE | IN_MASK_CREATE));
	SHOW(inotify_add_watch(in, "d", IN_CREATE | IN_MASK_CREATE | IN_MASK_ADD));
	SHOW(inotify_add_watch(in, "link", IN_CREATE));
	SHOW(inotify_add_watch(in, "link", IN_CREATE | IN_DONT_FOLLOW));
	SHOW(inotify_add_watch(in, "d/f", IN_CREATE | IN_ONLYDIR));
	SHOW(inotify_add_watch(in, "d/f", IN_MODIFY | IN_ONESHOT));
	put("d/f", "x", 0);
	put("d/f", "x", 0);
	events("one shot");
	SHOW(inotify_add_watch(in, "nothing", IN_CREATE));
	SHOW(inotify_add_watch(in, "d", 0));
	SHOW(inotify_add_watch(in, "d", IN_ONLYDIR));
	SHOW(inotify_add_watch(0, "d", IN_CREATE));
	SHOW(inotify_add_watch(999, "d", IN_CREATE));
	SHOW(inotify_rm_watch(in, 1));
	SHOW(inotify_rm_watch(in, 1));
	SHOW(inotify_rm_watch(in, 99));
	events("removed");
	SHOW(inotify_add_watch(in, "d", IN_ALL_EVENTS | IN_EXCL_UNLINK));
	int fd = open("d/g", O_WRONLY);
	unlink("d/g");
	events("unlinked");
	write(fd, "x", 1);
	close(fd);
	events("not seen any more");
	SHOW(inotify_init1(1));
	chmod("d/h", 0);
	SHOW(inotify_add_watch(in, "d/h", IN_MODIFY));
	close(in);
	unlink("d/f"), unlink("d/h"), rmdir("d"), unlink("link");
}

static void descriptor(void)
{
	char buf[4096];
	int pending;
	struct pollfd poll_in;

	AREA("descriptor");
	start();
	mkdir("d", 0755);
	inotify_add_watch(in, "d", IN_CREATE | IN_MODIFY);
	poll_in = (struct pollfd){.fd = in, .events = POLLIN | POLLOUT};
	SHOW(poll(&poll_in, 1, 0));
	SHOW(read(in, buf, sizeof(buf)));
	put("d/f", "one", O_CREAT);
	put("d/f", "two", 0);
	put("d/f", "three", 0);
	SHOW(poll(&poll_in, 1, 0));
	SHOW(poll_in.revents);
	SHOW(ioctl(in, FIONREAD, &pending));
	SHOW(pending);
	SHOW(read(in, buf, 16));
	SHOW(read(in, buf, 32));
	show_events(buf, 32);
	events("equal events in a row are one");
	SHOW(write(in, buf, 1));
	SHOW(lseek(in, 0, SEEK_SET));
	SHOW(close(in));

	/* Blocking, and for changes of another process. */
	in = inotify_init();
	inotify_add_watch(in, "d", IN_CREATE);
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		put("d/by-the-child", "", O_CREAT);
		_exit(0);
	}
	show_events(buf, read(in, buf, sizeof(buf)));
	waitpid(pid, NULL, 0);
	poll_in.fd = in;
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		put("d/second", "", O_CREAT);
		_exit(0);
	}
	SHOW(poll(&poll_in, 1, -1));
	show_events(buf, read(in, buf, sizeof(buf)));
	waitpid(pid, NULL, 0);
	close(in);
	unlink("d/f"), unlink("d/by-the-child"), unlink("d/second"), rmdir("d");
}

static void overflow(void)
{
	char name[32];
	int count = 0, last = 0;
	static char buf[1 << 16];
	ssize_t size;

	AREA("overflow");
	start();
	mkdir("d", 0755);
	inotify_add_watch(in, "d", IN_CREATE | IN_DELETE);
	for (int i = 0; i < 9000; i++) {
		snprintf(name, sizeof(name), "d/%d", i);
		close(open(name, O_CREAT | O_WRONLY, 0600));
		unlink(name);
	}
	while ((size = read(in, buf, sizeof(buf))) > 0)
		for (ssize_t at = 0; at < size;) {
			const struct inotify_event *event = (const void *)(buf + at);

			last = event->wd == -1 && (event->mask & IN_Q_OVERFLOW);
			count += !last;
			at += (ssize_t)(sizeof(*event) + event->len);
		}
	printf("%d events, the last one %s\n", count, last ? "tells that more are lost" : "is one of them");
	close(in);
	rmdir("d");
}

int main(void)
{
	umask(022);
	directories();
	files();
	both();
	masks();
	descriptor();
	overflow();
	return 0;
}

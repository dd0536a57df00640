/* Files: open, read, write, seek, stat, links, rename, directories, modes and times. */
#include "report.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static void data(void)
{
	char buf[16] = "";
	struct iovec parts[3] = {{"one", 3}, {"", 0}, {"two", 3}};
	struct iovec into[2] = {{buf, 2}, {buf + 8, 4}};

	AREA("data");
	int fd = open("data", O_RDWR | O_CREAT | O_EXCL, 0640);
	HOLDS(fd >= 0);
	SHOW(open("data", O_RDWR | O_CREAT | O_EXCL, 0640));
	SHOW(write(fd, "hello", 5));
	SHOW(lseek(fd, 0, SEEK_CUR));
	SHOW(lseek(fd, 10, SEEK_SET));
	SHOW(write(fd, "!", 1));
	SHOW(lseek(fd, -6, SEEK_END));
	SHOW(read(fd, buf, sizeof(buf)));
	HOLDS(memcmp(buf, "\0\0\0\0\0!", 6) == 0);
	SHOW(read(fd, buf, 1));
	SHOW(lseek(fd, -100, SEEK_CUR));
	SHOW(pwrite(fd, "J", 1, 0));
	SHOW(pread(fd, buf, 5, 0));
	HOLDS(memcmp(buf, "Jello", 5) == 0);
	SHOW(lseek(fd, 0, SEEK_SET));
	SHOW(writev(fd, parts, 3));
	SHOW(lseek(fd, 1, SEEK_SET));
	SHOW(readv(fd, into, 2));
	HOLDS(memcmp(buf, "ne", 2) == 0 && memcmp(buf + 8, "two\0", 4) == 0);
	SHOW(ftruncate(fd, 3));
	SHOW(lseek(fd, 0, SEEK_END));
	SHOW(ftruncate(fd, -1));
	SHOW(close(fd));
	SHOW(close(fd));
	SHOW(read(fd, buf, 1));
	SHOW(truncate("data", 7));
	SHOW(truncate("nothing", 7));

	fd = open("data", O_WRONLY | O_APPEND);
	SHOW(write(fd, "end", 3));
	SHOW(read(fd, buf, 1));
	SHOW(fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND));
	close(fd);
	fd = open("data", O_RDONLY);
	SHOW(write(fd, "x", 1));
	SHOW(lseek(fd, 0, SEEK_END));
	close(fd);
	SHOW(open("data/x", O_RDONLY));
	SHOW(open("nothing", O_RDONLY));
	SHOW(open("", O_RDONLY));
	SHOW(open(".", O_WRONLY));
	SHOW(open("data", O_RDONLY | O_DIRECTORY));
}

static void space(void)
{
	char buf[8] = "";
	off_t from = 65536, to = 10;

	AREA("space");
	int fd = open("space", O_RDWR | O_CREAT | O_EXCL, 0644);
	int copy = open("copy", O_RDWR | O_CREAT | O_EXCL, 0644);
	SHOW(posix_fallocate(fd, 0, 200000));
	SHOW(lseek(fd, 0, SEEK_END));
	HOLDS(posix_fallocate(fd, 0, 0) == EINVAL);
	HOLDS(posix_fallocate(fd, -1, 5) == EINVAL);
	SHOW(fallocate(fd, FALLOC_FL_KEEP_SIZE, 200000, 100000));
	SHOW(lseek(fd, 0, SEEK_END));
	SHOW(pwrite(fd, "middle", 6, 100000));
	SHOW(pwrite(fd, "end", 3, 199997));
	SHOW(fallocate(fd, FALLOC_FL_PUNCH_HOLE, 0, 65536));
	SHOW(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 99000, 1003));
	SHOW(pread(fd, buf, 6, 100000));
	HOLDS(memcmp(buf, "\0\0\0dle", 6) == 0);
	SHOW(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 65536));
	HOLDS(lseek(fd, 0, SEEK_DATA) >= 65536);
	SHOW(lseek(fd, 0, SEEK_HOLE));
	SHOW(lseek(fd, 300000, SEEK_DATA));
	SHOW(lseek(fd, 65536, SEEK_SET));
	SHOW(copy_file_range(fd, NULL, copy, NULL, 1000000, 0));
	SHOW(lseek(fd, 0, SEEK_CUR));
	SHOW(lseek(copy, 0, SEEK_CUR));
	SHOW(pread(copy, buf, 6, 100000 - 65536));
	HOLDS(memcmp(buf, "\0\0\0dle", 6) == 0);
	SHOW(pread(copy, buf, 8, 200000 - 65536 - 3));
	HOLDS(memcmp(buf, "end", 3) == 0);
	SHOW(copy_file_range(fd, &from, copy, &to, 100, 0));
	HOLDS(from == 65636 && to == 110);
	SHOW(copy_file_range(fd, NULL, copy, NULL, 10, 0));
	SHOW(copy_file_range(fd, NULL, copy, NULL, 10, 1));
	SHOW(copy_file_range(fd, &from, fd, &from, 10, 0));
	close(copy);
	copy = open("copy", O_RDONLY);
	SHOW(copy_file_range(fd, &from, copy, &to, 100, 0));
	SHOW(fallocate(copy, 0, 0, 10));
	close(copy);
	close(fd);
}

static void status(void)
{
	struct stat s, t;
	struct timespec times[2] = {{1000000000, 123456789}, {1111111111, 987654321}};
	struct timespec half[2] = {{0, UTIME_OMIT}, {5, 6}};

	AREA("status");
	SHOW(umask(027));
	int fd = open("mode", O_WRONLY | O_CREAT, 0666);
	SHOW(fstat(fd, &s));
	printf("mode %o, links %d, size %lld\n", (unsigned)s.st_mode, (int)s.st_nlink, (long long)s.st_size);
	SHOW(umask(022));
	SHOW(fchmod(fd, 04755));
	SHOW(stat("mode", &s));
	printf("mode %o\n", (unsigned)s.st_mode);
	HOLDS(s.st_uid == getuid() && s.st_gid == getgid());
	SHOW(futimens(fd, times));
	fstat(fd, &s);
	printf("%lld.%09ld %lld.%09ld\n", (long long)s.st_atim.tv_sec, s.st_atim.tv_nsec, (long long)s.st_mtim.tv_sec,
	       s.st_mtim.tv_nsec);
	SHOW(utimensat(AT_FDCWD, "mode", half, 0));
	SHOW(stat("mode", &t));
	HOLDS(t.st_atim.tv_sec == s.st_atim.tv_sec && t.st_mtim.tv_sec == 5 && t.st_mtim.tv_nsec == 6);
	close(fd);
	SHOW(chmod("mode", 0));
	SHOW(access("mode", F_OK));
	SHOW(access("mode", R_OK));
	SHOW(access("mode", X_OK));
	SHOW(open("mode", O_RDONLY));
	SHOW(chmod("nothing", 0));
	SHOW(stat(".", &s));
	HOLDS(S_ISDIR(s.st_mode));
	SHOW(stat("/dev/null", &s));
	HOLDS(S_ISCHR(s.st_mode));
	SHOW(chown("mode", 0, 0));
	SHOW(unlink("mode"));
}

static void names(void)
{
	char buf[64] = "";
	struct stat s;

	AREA("names");
	close(open("a", O_CREAT | O_WRONLY, 0644));
	SHOW(link("a", "b"));
	SHOW(link("a", "b"));
	stat("a", &s);
	printf("links %d\n", (int)s.st_nlink);
	SHOW(symlink("a", "s"));
	SHOW(readlink("s", buf, sizeof(buf)));
	TEXT(buf);
	SHOW(readlink("s", buf, 0));
	SHOW(readlink("a", buf, sizeof(buf)));
	SHOW(lstat("s", &s));
	HOLDS(S_ISLNK(s.st_mode) && s.st_size == 1);
	SHOW(open("s", O_RDONLY | O_NOFOLLOW));
	SHOW(symlink("loop", "loop"));
	SHOW(open("loop", O_RDONLY));
	SHOW(mkdir("d", 0777));
	SHOW(mkdir("d", 0777));
	SHOW(mkdir("x/y", 0777));
	SHOW(rename("a", "d/a"));
	SHOW(rename("a", "d/a"));
	SHOW(rename("d", "d/e"));
	SHOW(rename("d", "b"));
	SHOW(rename("b", "d"));
	SHOW(rmdir("d"));
	SHOW(rmdir("b"));
	SHOW(unlink("d"));
	SHOW(remove("d/a"));
	SHOW(remove("d"));
	SHOW(mkfifo("fifo", 0600));
	SHOW(stat("fifo", &s));
	HOLDS(S_ISFIFO(s.st_mode));
	SHOW(unlink("fifo"));
	SHOW(unlink("loop"));
	SHOW(unlink("s"));
	SHOW(unlink("nothing"));
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void directories(void)
{
	struct dirent **list, *entry;
	char path[300], here[300], there[300];
	int seen = 0, dots = 0;

	AREA("directories");
	mkdir("many", 0755);
	for (int i = 0; i < 300; i++) {
		snprintf(path, sizeof(path), "many/file-with-a-name-%03d", i);
		close(open(path, O_CREAT | O_WRONLY, 0644));
	}
	DIR *dir = opendir("many");
	long third = 0;
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			dots++;
		else
			seen += entry->d_type == DT_REG;
		if (seen + dots == 3)
			third = telldir(dir);
	}
	printf("%d files, %d dots\n", seen, dots);
	seekdir(dir, third);
	for (seen = 0; readdir(dir) != NULL;)
		seen++;
	printf("%d after the third\n", seen);
	rewinddir(dir);
	/* Names that are there all the time are seen once while others go. */
	for (seen = 0; (entry = readdir(dir)) != NULL;) {
		if (entry->d_name[0] == '.')
			continue;
		seen++;
		snprintf(path, sizeof(path), "many/%s", entry->d_name);
		unlink(path);
	}
	printf("%d removed\n", seen);
	closedir(dir);
	SHOW(rmdir("many"));
	HOLDS(opendir("data") == NULL && errno == ENOTDIR);
	mkdir("sorted", 0755);
	close(open("sorted/b", O_CREAT | O_WRONLY, 0644));
	close(open("sorted/a", O_CREAT | O_WRONLY, 0644));
	int count = scandir("sorted", &list, NULL, by_name);
	for (int i = 0; i < count; i++) {
		printf("[%s]", list[i]->d_name);
		free(list[i]);
	}
	free(list);
	printf("\n");
	getcwd(here, sizeof(here));
	int fd = open(".", O_RDONLY);
	SHOW(chdir("sorted"));
	getcwd(there, sizeof(there));
	HOLDS(strncmp(there, here, strlen(here)) == 0 && strcmp(there + strlen(here), "/sorted") == 0);
	SHOW(access("a", F_OK));
	SHOW(fchdir(fd));
	SHOW(chdir("data"));
	HOLDS(getcwd(here, 2) == NULL && errno == ERANGE);
	SHOW(openat(fd, "sorted/nothing", O_RDONLY));
	SHOW(unlinkat(fd, "sorted/a", 0));
	SHOW(unlinkat(fd, "sorted/b", 0));
	SHOW(unlinkat(fd, "sorted", AT_REMOVEDIR));
	close(fd);
	char *real = realpath("/tmp/..//tmp/./", NULL);
	HOLDS(real != NULL && strcmp(real, "/tmp") == 0);
	free(real);
	HOLDS(realpath("/tmp/nothing/x", NULL) == NULL && errno == ENOENT);
}

static void locks(void)
{
	AREA("locks");
	int a = open("data", O_RDWR), b = open("data", O_RDWR);
	SHOW(flock(a, LOCK_SH));
	SHOW(flock(b, LOCK_SH | LOCK_NB));
	SHOW(flock(b, LOCK_EX | LOCK_NB));
	SHOW(flock(a, LOCK_UN));
	SHOW(flock(b, LOCK_EX | LOCK_NB));
	SHOW(flock(a, LOCK_EX | LOCK_NB));
	close(b);
	SHOW(flock(a, LOCK_EX | LOCK_NB));
	SHOW(flock(99, LOCK_EX));
	close(a);
}

static void unlinked(void)
{
	char buf[8] = "";
	struct stat s;

	AREA("open and unlinked");
	int fd = open("gone", O_RDWR | O_CREAT, 0600);
	SHOW(unlink("gone"));
	SHOW(write(fd, "still", 5));
	SHOW(pread(fd, buf, 5, 0));
	TEXT(buf);
	SHOW(fstat(fd, &s));
	printf("links %d\n", (int)s.st_nlink);
	SHOW(fsync(fd));
	close(fd);
	SHOW(access("gone", F_OK));
}

int main(void)
{
	data();
	space();
	status();
	names();
	directories();
	locks();
	unlinked();
	unlink("data");
	return 0;
}

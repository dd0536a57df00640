/*
 * Cases for wasi_snapshot_preview1, each in a directory of its own: `preview1 CASE no-directory sub`. A case says what is
 * wrong, and the program's exit code is the number of complaints. `preview1 list` names the cases.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wasi/api.h>

static int complaints;

#define CHECK(condition) \
	do { \
		if (!(condition)) { \
			printf("line %d: %s\n", __LINE__, #condition); \
			complaints++; \
		} \
	} while (0)

static void expect(int line, const char *what, int got, int wanted, int alternative)
{
	if (got != wanted && got != alternative) {
		printf("line %d: %s gives %d (%s), not %d\n", line, what, got, strerror(got), wanted);
		complaints++;
	}
}

#define EXPECT(errno_, call) expect(__LINE__, #call, call, __WASI_ERRNO_##errno_, -1)
#define EXPECT2(errno_, other, call) expect(__LINE__, #call, call, __WASI_ERRNO_##errno_, __WASI_ERRNO_##other)
#define OK(call) EXPECT(SUCCESS, call)

#define RIGHTS(name) __WASI_RIGHTS_##name
#define FILE_RIGHTS (RIGHTS(FD_READ) | RIGHTS(FD_WRITE) | RIGHTS(FD_SEEK) | RIGHTS(FD_TELL) | RIGHTS(FD_FILESTAT_GET) | \
	RIGHTS(FD_FDSTAT_SET_FLAGS) | RIGHTS(FD_FILESTAT_SET_SIZE) | RIGHTS(FD_FILESTAT_SET_TIMES) | RIGHTS(FD_ALLOCATE) | \
	RIGHTS(FD_ADVISE) | RIGHTS(FD_SYNC) | RIGHTS(FD_DATASYNC) | RIGHTS(POLL_FD_READWRITE))

/* The preopen `/` and `.`, and a directory that the program has opened itself. */
enum { ROOT = 3, HERE = 4 };
static __wasi_fd_t dir;

static __wasi_errno_t open_at(__wasi_fd_t at, const char *path, int lookup, int oflags, uint64_t rights, int flags, __wasi_fd_t *fd)
{
	return __wasi_path_open(at, lookup, path, oflags, rights, ~0ull, flags, fd);
}

static __wasi_fd_t create(const char *path)
{
	__wasi_fd_t fd = 0;

	OK(open_at(dir, path, 0, __WASI_OFLAGS_CREAT, FILE_RIGHTS, 0, &fd));
	CHECK(fd > 2);
	return fd;
}

static void make(const char *path)
{
	OK(__wasi_fd_close(create(path)));
}

static __wasi_errno_t try_open(const char *path, int lookup, int oflags)
{
	__wasi_fd_t fd;
	__wasi_errno_t error = open_at(dir, path, lookup, oflags, 0, 0, &fd);

	if (error == 0)
		OK(__wasi_fd_close(fd));
	return error;
}

static __wasi_errno_t put(__wasi_fd_t fd, const char *text)
{
	__wasi_ciovec_t out = {(const uint8_t *)text, strlen(text)};
	__wasi_size_t n = 0;
	__wasi_errno_t error = __wasi_fd_write(fd, &out, 1, &n);

	if (error == 0)
		CHECK(n == strlen(text));
	return error;
}

static __wasi_errno_t get(__wasi_fd_t fd, char *buffer, size_t size, __wasi_size_t *n)
{
	__wasi_iovec_t in = {(uint8_t *)buffer, size};

	memset(buffer, 0, size);
	return __wasi_fd_read(fd, &in, 1, n);
}

static void preopens(void)
{
	__wasi_prestat_t stat;
	uint8_t name[8] = {0};
	__wasi_fdstat_t fdstat;
	__wasi_fd_t fd;

	OK(__wasi_fd_prestat_get(ROOT, &stat));
	CHECK(stat.tag == __WASI_PREOPENTYPE_DIR && stat.u.dir.pr_name_len == 1);
	OK(__wasi_fd_prestat_dir_name(ROOT, name, sizeof name));
	CHECK(name[0] == '/' && name[1] == 0);
	EXPECT2(NAMETOOLONG, INVAL, __wasi_fd_prestat_dir_name(ROOT, name, 0));
	OK(__wasi_fd_prestat_dir_name(HERE, name, 1));
	CHECK(name[0] == '.');
	/* `sub` is an argument, and a directory here. */
	OK(__wasi_fd_prestat_get(5, &stat));
	OK(__wasi_fd_prestat_dir_name(5, name, stat.u.dir.pr_name_len));
	CHECK(memcmp(name, "sub", stat.u.dir.pr_name_len) == 0);
	OK(open_at(5, "made", 0, __WASI_OFLAGS_CREAT, FILE_RIGHTS, 0, &fd));
	OK(open_at(HERE, "sub/made", 0, 0, FILE_RIGHTS, 0, &fd));
	OK(open_at(5, "../sub/made", 0, 0, FILE_RIGHTS, 0, &fd));
	EXPECT(BADF, __wasi_fd_prestat_get(6, &stat));
	EXPECT(BADF, __wasi_fd_prestat_get(0, &stat));
	OK(__wasi_fd_fdstat_get(HERE, &fdstat));
	CHECK(fdstat.fs_filetype == __WASI_FILETYPE_DIRECTORY && fdstat.fs_flags == 0);
	CHECK((fdstat.fs_rights_base & RIGHTS(FD_SEEK)) == 0);
	CHECK((fdstat.fs_rights_inheriting & FILE_RIGHTS) == FILE_RIGHTS);
	OK(open_at(HERE, ".", 0, 0, fdstat.fs_rights_base, 0, &fd));
	EXPECT(ISDIR, open_at(HERE, ".", 0, __WASI_OFLAGS_DIRECTORY, RIGHTS(FD_READ) | RIGHTS(FD_WRITE), 0, &fd));
	OK(open_at(HERE, "../..", 0, __WASI_OFLAGS_DIRECTORY, 0, 0, &fd));
	OK(open_at(ROOT, "/", 0, __WASI_OFLAGS_DIRECTORY, 0, 0, &fd));
	OK(__wasi_fd_close(ROOT));
	EXPECT(BADF, __wasi_fd_fdstat_get(ROOT, &fdstat));
	OK(__wasi_fd_renumber(fd, HERE));
	EXPECT(BADF, __wasi_fd_prestat_get(HERE, &stat));
	EXPECT(BADF, __wasi_fd_fdstat_get(fd, &fdstat));
}

static void paths(void)
{
	OK(__wasi_path_create_directory(dir, "a"));
	OK(__wasi_path_create_directory(dir, "a/b"));
	make("a/b/file");
	EXPECT2(PERM, NOTCAPABLE, try_open("/a/b/file", 0, 0));
	OK(try_open("a/.//b/../../a/b/../b///./file", 0, 0));
	EXPECT2(NOTDIR, NOENT, try_open("a/b/file/", 0, 0));
	EXPECT2(NOTDIR, NOENT, try_open("a/b/file///", 0, 0));
	OK(try_open("a/b/", 0, 0));
	OK(try_open("a/b///", 0, 0));
	EXPECT2(PERM, NOTCAPABLE, try_open("a/b/../../../scratch/a/b/file", 0, 0));
	EXPECT2(PERM, NOTCAPABLE, try_open("..", 0, 0));
	EXPECT(NOENT, try_open("", 0, 0));
	EXPECT(EXIST, try_open("a/b/file", 0, __WASI_OFLAGS_CREAT | __WASI_OFLAGS_EXCL));
	EXPECT(NOTDIR, try_open("a/b/file", 0, __WASI_OFLAGS_DIRECTORY));
	EXPECT(NOTDIR, __wasi_path_remove_directory(dir, "a/b/file"));
	EXPECT(NOTEMPTY, __wasi_path_remove_directory(dir, "a/b"));
	EXPECT2(ISDIR, PERM, __wasi_path_unlink_file(dir, "a/b"));
	EXPECT(NOTDIR, __wasi_path_unlink_file(dir, "a/b/file/"));
	OK(__wasi_path_unlink_file(dir, "a/b/file"));
	OK(__wasi_path_remove_directory(dir, "a/b/"));
	EXPECT(INVAL, try_open("a", 4, 0));
	EXPECT(INVAL, try_open("a", 0, 64));
}

/* A path with a NUL in it cannot be said through wasi-libc's header, which takes C strings. */
__attribute__((import_module("wasi_snapshot_preview1"), import_name("path_unlink_file"))) int
raw_unlink(int fd, const char *path, size_t length);

static void bad_pointers(void)
{
	__wasi_size_t n;
	__wasi_fd_t fd = create("file");
	__wasi_ciovec_t wild = {(const uint8_t *)0xfffffff0, 100};

	EXPECT2(INVAL, ILSEQ, raw_unlink(dir, "file\0", 5));
	EXPECT(FAULT, raw_unlink(dir, (const char *)0xffffff00, 1000));
	EXPECT(FAULT, __wasi_fd_write(fd, &wild, 1, &n));
	EXPECT(FAULT, __wasi_fd_write(fd, (const __wasi_ciovec_t *)0xfffffff0, 8, &n));
	EXPECT(FAULT, __wasi_random_get((uint8_t *)0xfffffff0, 100));
	EXPECT(FAULT, __wasi_clock_time_get(0, 0, (__wasi_timestamp_t *)0xfffffffc));
}

static void links(void)
{
	uint8_t target[16];
	__wasi_size_t n;
	__wasi_filestat_t one, two;

	make("file");
	OK(__wasi_path_symlink("file", dir, "link"));
	OK(__wasi_path_readlink(dir, "link", target, sizeof target, &n));
	CHECK(n == 4 && memcmp(target, "file", 4) == 0);
	OK(__wasi_path_readlink(dir, "link", target, 2, &n));
	CHECK(n == 2);
	EXPECT(INVAL, __wasi_path_readlink(dir, "file", target, sizeof target, &n));
	EXPECT(LOOP, try_open("link", 0, 0));
	EXPECT2(LOOP, NOTDIR, try_open("link", 0, __WASI_OFLAGS_DIRECTORY));
	OK(try_open("link", __WASI_LOOKUPFLAGS_SYMLINK_FOLLOW, 0));
	EXPECT(NOTDIR, try_open("link", __WASI_LOOKUPFLAGS_SYMLINK_FOLLOW, __WASI_OFLAGS_DIRECTORY));
	OK(__wasi_path_symlink("nowhere", dir, "dangling"));
	EXPECT(LOOP, try_open("dangling", 0, 0));
	EXPECT2(NOTDIR, LOOP, try_open("dangling", 0, __WASI_OFLAGS_DIRECTORY));
	EXPECT(NOENT, try_open("dangling", 1, 0));
	OK(__wasi_path_symlink("loop", dir, "loop"));
	EXPECT(LOOP, try_open("loop", 1, 0));
	EXPECT(NOENT, __wasi_path_symlink("x", dir, "new/"));
	EXPECT(EXIST, __wasi_path_symlink("x", dir, "file"));
	EXPECT2(PERM, NOTCAPABLE, __wasi_path_symlink("/", dir, "absolute"));
	OK(__wasi_path_symlink("/", HERE, "absolute"));

	OK(__wasi_path_link(dir, 0, "file", dir, "hard"));
	OK(__wasi_path_filestat_get(dir, 0, "file", &one));
	OK(__wasi_path_filestat_get(dir, 0, "hard", &two));
	CHECK(one.ino == two.ino && one.dev == two.dev && one.nlink == 2);
	EXPECT(EXIST, __wasi_path_link(dir, 0, "file", dir, "hard"));
	EXPECT(NOENT, __wasi_path_link(dir, 0, "file", dir, "other/"));
	OK(__wasi_path_link(dir, 0, "dangling", dir, "hardlink-of-symlink"));
	EXPECT2(INVAL, NOENT, __wasi_path_link(dir, 1, "dangling", dir, "followed"));
	OK(__wasi_path_create_directory(dir, "sub"));
	EXPECT2(PERM, ACCES, __wasi_path_link(dir, 0, "sub", dir, "sublink"));
	OK(__wasi_path_filestat_get(dir, 0, "link", &one));
	CHECK(one.filetype == __WASI_FILETYPE_SYMBOLIC_LINK);
	OK(__wasi_path_filestat_get(dir, 1, "link", &one));
	CHECK(one.filetype == __WASI_FILETYPE_REGULAR_FILE && one.ino == two.ino);
}

static void renames(void)
{
	OK(__wasi_path_create_directory(dir, "source"));
	OK(__wasi_path_rename(dir, "source", dir, "target"));
	EXPECT(NOENT, try_open("source", 0, __WASI_OFLAGS_DIRECTORY));
	OK(try_open("target", 0, __WASI_OFLAGS_DIRECTORY));
	OK(__wasi_path_create_directory(dir, "source"));
	OK(__wasi_path_rename(dir, "source/", dir, "target/"));
	make("target/file");
	OK(__wasi_path_create_directory(dir, "source"));
	EXPECT(NOTEMPTY, __wasi_path_rename(dir, "source", dir, "target"));
	EXPECT(NOTDIR, __wasi_path_rename(dir, "source", dir, "target/file"));
	make("plain");
	EXPECT(ISDIR, __wasi_path_rename(dir, "plain", dir, "source"));
	OK(__wasi_path_rename(dir, "plain", dir, "target/file"));
	EXPECT(NOENT, try_open("plain", 0, 0));
}

static void reading_and_writing(void)
{
	char buffer[64], other[64];
	__wasi_size_t n;
	__wasi_filesize_t at;
	__wasi_filestat_t stat;
	__wasi_fd_t fd = create("file");
	__wasi_ciovec_t out[3] = {{(const uint8_t *)"one ", 4}, {(const uint8_t *)"", 0}, {(const uint8_t *)"two", 3}};
	__wasi_iovec_t in[2] = {{(uint8_t *)buffer, 3}, {(uint8_t *)other, sizeof other}};

	OK(__wasi_fd_write(fd, out, 3, &n));
	CHECK(n == 7);
	OK(__wasi_fd_tell(fd, &at));
	CHECK(at == 7);
	OK(__wasi_fd_seek(fd, -4, __WASI_WHENCE_END, &at));
	CHECK(at == 3);
	OK(__wasi_fd_seek(fd, 0, __WASI_WHENCE_SET, &at));
	OK(__wasi_fd_read(fd, in, 2, &n));
	CHECK(n == 7 && memcmp(buffer, "one", 3) == 0 && memcmp(other, " two", 4) == 0);
	OK(__wasi_fd_read(fd, in, 2, &n));
	CHECK(n == 0);
	EXPECT(INVAL, __wasi_fd_seek(fd, -1, __WASI_WHENCE_SET, &at));
	EXPECT(INVAL, __wasi_fd_seek(fd, 0, 9, &at));
	OK(__wasi_fd_pread(fd, in, 1, 4, &n));
	CHECK(n == 3 && memcmp(buffer, "two", 3) == 0);
	OK(__wasi_fd_pwrite(fd, out, 1, 10, &n));
	OK(__wasi_fd_filestat_get(fd, &stat));
	CHECK(stat.size == 14 && stat.filetype == __WASI_FILETYPE_REGULAR_FILE && stat.nlink == 1);
	OK(__wasi_fd_filestat_set_size(fd, 5));
	OK(__wasi_fd_filestat_get(fd, &stat));
	CHECK(stat.size == 5);
	OK(__wasi_fd_allocate(fd, 0, 100));
	OK(__wasi_fd_allocate(fd, 10, 10));
	OK(__wasi_fd_filestat_get(fd, &stat));
	CHECK(stat.size == 100);
	OK(__wasi_fd_advise(fd, 10, 50, __WASI_ADVICE_WILLNEED));
	EXPECT(INVAL, __wasi_fd_advise(fd, 0, 0, 77));
	OK(__wasi_fd_sync(fd));
	OK(__wasi_fd_datasync(fd));
	OK(__wasi_fd_close(fd));
	EXPECT(BADF, __wasi_fd_close(fd));
	EXPECT(BADF, put(fd, "x"));
	EXPECT(BADF, __wasi_fd_read(999, in, 1, &n));
}

static void large_transfers(void)
{
	size_t size = 400000;
	uint8_t *data = malloc(size), *back = calloc(1, size);
	__wasi_size_t n;
	__wasi_filesize_t at;
	__wasi_fd_t fd = create("file");

	for (size_t i = 0; i < size; i++)
		data[i] = (uint8_t)(i * 7 + i / 251);
	__wasi_ciovec_t out[3] = {{data, 100}, {data + 100, 299900}, {data + 300000, size - 300000}};
	__wasi_iovec_t in[3] = {{back, 150000}, {back + 150000, 1}, {back + 150001, size - 150001}};
	OK(__wasi_fd_write(fd, out, 3, &n));
	CHECK(n == size);
	OK(__wasi_fd_seek(fd, 0, __WASI_WHENCE_SET, &at));
	OK(__wasi_fd_read(fd, in, 3, &n));
	CHECK(n == size && memcmp(data, back, size) == 0);
	memset(back, 0, size);
	OK(__wasi_fd_pread(fd, in, 3, 0, &n));
	CHECK(n == size && memcmp(data, back, size) == 0);
}

static void flags(void)
{
	char buffer[32];
	__wasi_size_t n;
	__wasi_filesize_t at;
	__wasi_fdstat_t stat;
	__wasi_fd_t fd;

	OK(open_at(dir, "file", 0, __WASI_OFLAGS_CREAT, FILE_RIGHTS, __WASI_FDFLAGS_APPEND | __WASI_FDFLAGS_SYNC, &fd));
	OK(__wasi_fd_fdstat_get(fd, &stat));
	CHECK(stat.fs_flags == (__WASI_FDFLAGS_APPEND | __WASI_FDFLAGS_SYNC));
	OK(put(fd, "one"));
	OK(__wasi_fd_seek(fd, 0, __WASI_WHENCE_SET, &at));
	OK(put(fd, "two"));
	OK(__wasi_fd_fdstat_set_flags(fd, __WASI_FDFLAGS_SYNC));
	OK(__wasi_fd_seek(fd, 0, __WASI_WHENCE_SET, &at));
	OK(put(fd, "ONE"));
	OK(__wasi_fd_seek(fd, 0, __WASI_WHENCE_SET, &at));
	OK(get(fd, buffer, sizeof buffer, &n));
	CHECK(strcmp(buffer, "ONEtwo") == 0);
	OK(__wasi_fd_fdstat_get(fd, &stat));
	CHECK(stat.fs_flags == __WASI_FDFLAGS_SYNC);
	EXPECT(NOTSUP, __wasi_fd_fdstat_set_flags(fd, __WASI_FDFLAGS_DSYNC));
	EXPECT(INVAL, __wasi_fd_fdstat_set_flags(fd, 1 << 9));
	OK(open_at(dir, ".", 0, 0, 0, __WASI_FDFLAGS_NONBLOCK, &fd));
	OK(open_at(dir, "file", 0, __WASI_OFLAGS_TRUNC, 0, 0, &fd));
	OK(__wasi_fd_close(fd));
	OK(open_at(dir, "file", 0, 0, FILE_RIGHTS, 0, &fd));
	OK(get(fd, buffer, sizeof buffer, &n));
	CHECK(n == 0);
}

static void rights(void)
{
	char buffer[8];
	__wasi_size_t n;
	__wasi_filesize_t at;
	__wasi_fdstat_t stat;
	__wasi_fd_t fd = create("file");

	OK(put(fd, "data"));
	OK(__wasi_fd_fdstat_get(fd, &stat));
	CHECK((stat.fs_rights_base & FILE_RIGHTS) == FILE_RIGHTS);
	OK(__wasi_fd_fdstat_set_rights(fd, stat.fs_rights_base & ~(RIGHTS(FD_READ) | RIGHTS(FD_WRITE)), 0));
	EXPECT2(NOTCAPABLE, BADF, put(fd, "x"));
	EXPECT2(NOTCAPABLE, BADF, get(fd, buffer, sizeof buffer, &n));
	OK(__wasi_fd_seek(fd, 0, __WASI_WHENCE_SET, &at));
	EXPECT(NOTCAPABLE, __wasi_fd_fdstat_set_rights(fd, stat.fs_rights_base, 0));
	EXPECT(NOTCAPABLE, __wasi_fd_fdstat_set_rights(fd, 0, RIGHTS(FD_READ)));
	OK(__wasi_fd_close(fd));

	OK(open_at(dir, "file", 0, 0, 0, 0, &fd));
	EXPECT2(NOTCAPABLE, BADF, get(fd, buffer, sizeof buffer, &n));
	OK(__wasi_fd_fdstat_get(fd, &stat));
	CHECK((stat.fs_rights_base & RIGHTS(FD_READ)) == 0);
	OK(__wasi_fd_close(fd));

	OK(__wasi_fd_fdstat_get(dir, &stat));
	CHECK((stat.fs_rights_base & RIGHTS(FD_FILESTAT_SET_SIZE)) == 0);
	CHECK((stat.fs_rights_base & RIGHTS(PATH_FILESTAT_GET)) != 0);
	OK(__wasi_fd_fdstat_set_rights(dir, stat.fs_rights_base & ~RIGHTS(PATH_FILESTAT_SET_SIZE), stat.fs_rights_inheriting & ~RIGHTS(FD_WRITE)));
	EXPECT2(NOTCAPABLE, PERM, open_at(dir, "file", 0, __WASI_OFLAGS_TRUNC, 0, 0, &fd));
	OK(open_at(dir, "file", 0, 0, FILE_RIGHTS, 0, &fd));
	EXPECT2(NOTCAPABLE, BADF, put(fd, "x"));
	OK(get(fd, buffer, sizeof buffer, &n));
	CHECK(n == 4);
}

static void directories(void)
{
	__wasi_filesize_t at;
	__wasi_fdstat_t stat;
	__wasi_fd_t fd;
	char buffer[8];
	__wasi_size_t n;

	OK(open_at(dir, ".", 0, 0, RIGHTS(FD_SEEK), 0, &fd));
	EXPECT2(BADF, NOTCAPABLE, __wasi_fd_seek(fd, 0, __WASI_WHENCE_CUR, &at));
	EXPECT2(BADF, NOTCAPABLE, __wasi_fd_tell(dir, &at));
	OK(__wasi_fd_fdstat_get(fd, &stat));
	CHECK(stat.fs_filetype == __WASI_FILETYPE_DIRECTORY && (stat.fs_rights_base & RIGHTS(FD_SEEK)) == 0);
	EXPECT2(BADF, NOTCAPABLE, put(dir, "x"));
	EXPECT2(ISDIR, NOTCAPABLE, get(dir, buffer, sizeof buffer, &n));
	EXPECT2(BADF, NOTCAPABLE, __wasi_fd_allocate(dir, 0, 1));
	EXPECT2(INVAL, NOTCAPABLE, __wasi_fd_filestat_set_size(dir, 0));
	make("plain");
	OK(open_at(dir, "plain", 0, 0, ~0ull, 0, &fd));
	EXPECT2(NOTDIR, NOTCAPABLE, open_at(fd, "x", 0, __WASI_OFLAGS_CREAT, 0, 0, &fd));
}

/* Reads all of a directory through a buffer of some size; gives the number of entries. */
static int count_entries(__wasi_fd_t fd, size_t size, int *files)
{
	uint8_t buffer[4096];
	__wasi_dircookie_t cookie = 0;
	__wasi_size_t used;
	int count = 0;

	*files = 0;
	for (;;) {
		OK(__wasi_fd_readdir(fd, buffer, size, cookie, &used));
		for (size_t at = 0; at + sizeof(__wasi_dirent_t) <= used;) {
			__wasi_dirent_t entry;
			memcpy(&entry, buffer + at, sizeof entry);
			if (at + sizeof entry + entry.d_namlen > used)
				break;
			count++;
			*files += entry.d_type == __WASI_FILETYPE_REGULAR_FILE;
			cookie = entry.d_next;
			at += sizeof entry + entry.d_namlen;
		}
		if (used < size || count > 10000)
			return count;
	}
}

static void reading_directories(void)
{
	char name[32];
	int files;
	uint8_t buffer[512];
	__wasi_size_t used;
	__wasi_dirent_t first, second;
	__wasi_filestat_t stat;

	CHECK(count_entries(dir, 256, &files) == 2 && files == 0);
	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof name, "file.%d", i);
		make(name);
	}
	CHECK(count_entries(dir, 256, &files) == 302 && files == 300);
	CHECK(count_entries(dir, 100, &files) == 302 && files == 300);
	CHECK(count_entries(dir, 4096, &files) == 302 && files == 300);
	OK(__wasi_fd_readdir(dir, buffer, sizeof buffer, 0, &used));
	CHECK(used == sizeof buffer);
	memcpy(&first, buffer, sizeof first);
	CHECK(first.d_namlen == 1 && buffer[sizeof first] == '.');
	OK(__wasi_fd_filestat_get(dir, &stat));
	CHECK(first.d_ino == stat.ino && first.d_type == __WASI_FILETYPE_DIRECTORY);
	OK(__wasi_fd_readdir(dir, buffer, sizeof buffer, first.d_next, &used));
	memcpy(&second, buffer, sizeof second);
	CHECK(second.d_namlen == 2 && memcmp(buffer + sizeof second, "..", 2) == 0);
	OK(__wasi_fd_readdir(dir, buffer, 0, 0, &used));
	CHECK(used == 0);
	EXPECT(BADF, __wasi_fd_readdir(77, buffer, sizeof buffer, 0, &used));
}

static void times(void)
{
	__wasi_filestat_t before, after;
	__wasi_fd_t fd = create("file");

	OK(__wasi_path_filestat_get(dir, 0, "file", &before));
	OK(__wasi_path_filestat_set_times(dir, 0, "file", 0, before.mtim - 123, __WASI_FSTFLAGS_MTIM));
	OK(__wasi_path_filestat_get(dir, 0, "file", &after));
	CHECK(after.mtim == before.mtim - 123 && after.atim == before.atim);
	EXPECT(INVAL, __wasi_path_filestat_set_times(dir, 0, "file", 0, 0, __WASI_FSTFLAGS_MTIM | __WASI_FSTFLAGS_MTIM_NOW));
	EXPECT(INVAL, __wasi_fd_filestat_set_times(fd, 0, 0, __WASI_FSTFLAGS_ATIM | __WASI_FSTFLAGS_ATIM_NOW));
	OK(__wasi_fd_filestat_set_times(fd, 1000000007, 2000000009, __WASI_FSTFLAGS_ATIM | __WASI_FSTFLAGS_MTIM));
	OK(__wasi_fd_filestat_get(fd, &after));
	CHECK(after.atim == 1000000007 && after.mtim == 2000000009);
	OK(__wasi_fd_filestat_set_times(fd, 0, 0, __WASI_FSTFLAGS_MTIM_NOW));
	OK(__wasi_fd_filestat_get(fd, &after));
	CHECK(after.atim == 1000000007 && after.mtim + 5000000000ull > before.mtim);
	OK(__wasi_path_symlink("file", dir, "link"));
	OK(__wasi_path_filestat_set_times(dir, 0, "link", 0, 5, __WASI_FSTFLAGS_MTIM));
	OK(__wasi_path_filestat_get(dir, 0, "link", &before));
	CHECK(before.mtim == 5);
	OK(__wasi_path_filestat_set_times(dir, 1, "link", 0, 7, __WASI_FSTFLAGS_MTIM));
	OK(__wasi_path_filestat_get(dir, 0, "file", &after));
	CHECK(after.mtim == 7);
}

static void renumber(void)
{
	__wasi_fdstat_t stat;
	char buffer[8];
	__wasi_size_t n;
	__wasi_filesize_t at;
	__wasi_fd_t one = create("one"), two = create("two");

	OK(put(one, "one"));
	OK(__wasi_fd_renumber(one, two));
	EXPECT(BADF, __wasi_fd_close(one));
	OK(__wasi_fd_seek(two, 0, __WASI_WHENCE_SET, &at));
	OK(get(two, buffer, sizeof buffer, &n));
	CHECK(n == 3 && strcmp(buffer, "one") == 0);
	EXPECT(BADF, __wasi_fd_renumber(two, one));
	EXPECT(BADF, __wasi_fd_renumber(one, two));
	OK(__wasi_fd_renumber(two, two));
	OK(__wasi_fd_renumber(dir, HERE));
	OK(__wasi_fd_fdstat_get(HERE, &stat));
	EXPECT(BADF, __wasi_fd_fdstat_get(dir, &stat));
	EXPECT2(PERM, NOTCAPABLE, open_at(HERE, "..", 0, 0, 0, 0, &one));
	OK(__wasi_fd_renumber(0, two));
	EXPECT(BADF, __wasi_fd_fdstat_get(0, &stat));
	OK(__wasi_fd_fdstat_get(two, &stat));
}

static void clocks(void)
{
	__wasi_timestamp_t a, b, resolution;

	for (int id = 0; id < 4; id++) {
		OK(__wasi_clock_res_get(id, &resolution));
		CHECK(resolution > 0);
		OK(__wasi_clock_time_get(id, 1, &a));
		OK(__wasi_clock_time_get(id, 0, &b));
		CHECK(b >= a);
	}
	OK(__wasi_clock_time_get(__WASI_CLOCKID_REALTIME, 0, &a));
	CHECK(a > 1700000000ull * 1000000000ull);
	EXPECT(INVAL, __wasi_clock_time_get(9, 0, &a));
	EXPECT(INVAL, __wasi_clock_res_get(9, &a));
}

static __wasi_subscription_t timer(uint64_t userdata, uint64_t timeout, int flags)
{
	__wasi_subscription_t s = {.userdata = userdata, .u.tag = __WASI_EVENTTYPE_CLOCK};

	s.u.u.clock.id = __WASI_CLOCKID_MONOTONIC;
	s.u.u.clock.timeout = timeout;
	s.u.u.clock.flags = flags;
	return s;
}

static __wasi_subscription_t ready(uint64_t userdata, int type, __wasi_fd_t fd)
{
	__wasi_subscription_t s = {.userdata = userdata, .u.tag = type};

	s.u.u.fd_read.file_descriptor = fd;
	return s;
}

static void polling(void)
{
	__wasi_event_t events[4];
	__wasi_size_t n;
	__wasi_timestamp_t before, after;
	__wasi_subscription_t in[3];
	__wasi_fd_t fd = create("file");

	EXPECT(INVAL, __wasi_poll_oneoff(in, events, 0, &n));
	OK(__wasi_clock_time_get(__WASI_CLOCKID_MONOTONIC, 0, &before));
	in[0] = timer(7, 20000000, 0);
	OK(__wasi_poll_oneoff(in, events, 1, &n));
	OK(__wasi_clock_time_get(__WASI_CLOCKID_MONOTONIC, 0, &after));
	CHECK(n == 1 && events[0].userdata == 7 && events[0].type == __WASI_EVENTTYPE_CLOCK && events[0].error == 0);
	CHECK(after - before >= 20000000 && after - before < 1000000000);
	in[0] = timer(8, after - 1, __WASI_SUBCLOCKFLAGS_SUBSCRIPTION_CLOCK_ABSTIME);
	in[1] = timer(9, 10000000000, 0);
	OK(__wasi_poll_oneoff(in, events, 2, &n));
	CHECK(n == 1 && events[0].userdata == 8);
	in[0] = ready(1, __WASI_EVENTTYPE_FD_WRITE, 1);
	in[1] = ready(2, __WASI_EVENTTYPE_FD_READ, 99);
	in[2] = timer(3, 10000000000, 0);
	OK(__wasi_poll_oneoff(in, events, 3, &n));
	CHECK(n == 2);
	CHECK(events[0].userdata == 2 && events[0].error == __WASI_ERRNO_BADF);
	CHECK(events[1].userdata == 1 && events[1].error == 0 && events[1].type == __WASI_EVENTTYPE_FD_WRITE);
	OK(put(fd, "twelve bytes"));
	OK(__wasi_fd_seek(fd, 2, __WASI_WHENCE_SET, &before));
	in[0] = ready(4, __WASI_EVENTTYPE_FD_READ, fd);
	OK(__wasi_poll_oneoff(in, events, 1, &n));
	CHECK(n == 1 && events[0].userdata == 4 && events[0].fd_readwrite.nbytes == 10);
}

static void others(void)
{
	static uint8_t random[100000];
	int zeros = 0;
	__wasi_fdstat_t stat;
	__wasi_fd_t fd = create("file");
	__wasi_size_t argc, size, n;
	__wasi_roflags_t flags;
	uint8_t byte;
	__wasi_iovec_t in = {&byte, 1};
	__wasi_ciovec_t out = {&byte, 1};

	OK(__wasi_random_get(random, sizeof random));
	for (size_t i = 0; i < sizeof random; i++)
		zeros += random[i] == 0;
	CHECK(zeros > 200 && zeros < 700);
	OK(__wasi_sched_yield());
	EXPECT(NOTSOCK, __wasi_sock_shutdown(fd, __WASI_SDFLAGS_RD));
	EXPECT(BADF, __wasi_sock_shutdown(99, __WASI_SDFLAGS_RD));
	EXPECT(NOTSOCK, __wasi_sock_recv(fd, &in, 1, 0, &n, &flags));
	EXPECT(NOTSOCK, __wasi_sock_send(fd, &out, 1, 0, &n));
	EXPECT(NOTSOCK, __wasi_sock_accept(fd, 0, &fd));
	OK(__wasi_args_sizes_get(&argc, &size));
	CHECK(argc == 4 && size == sizeof "/bin/preview1" + sizeof "others" + sizeof "no-directory" + sizeof "sub");
	CHECK(getenv("NAME") != NULL && strcmp(getenv("NAME"), "va=lue") == 0);
	CHECK(getenv("EMPTY") != NULL && getenv("EMPTY")[0] == 0);
	OK(__wasi_fd_fdstat_get(1, &stat));
	OK(__wasi_fd_close(0));
	OK(open_at(dir, "lowest", 0, __WASI_OFLAGS_CREAT, 0, 0, &fd));
	CHECK(fd == 0);
}

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
	{"preopens", preopens},
	{"paths", paths},
	{"bad_pointers", bad_pointers},
	{"links", links},
	{"renames", renames},
	{"reading_and_writing", reading_and_writing},
	{"large_transfers", large_transfers},
	{"flags", flags},
	{"rights", rights},
	{"directories", directories},
	{"reading_directories", reading_directories},
	{"times", times},
	{"renumber", renumber},
	{"clocks", clocks},
	{"polling", polling},
	{"others", others},
};

int main(int argc, char **argv)
{
	if (argc < 2)
		return 100;
	OK(open_at(HERE, ".", 0, __WASI_OFLAGS_DIRECTORY, ~0ull & ~RIGHTS(FD_WRITE) & ~RIGHTS(FD_ALLOCATE) & ~RIGHTS(FD_FILESTAT_SET_SIZE), 0, &dir));
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		if (!strcmp(argv[1], "list"))
			puts(cases[i].name);
		else if (!strcmp(argv[1], cases[i].name)) {
			cases[i].run();
			return complaints;
		}
	}
	return complaints;
}

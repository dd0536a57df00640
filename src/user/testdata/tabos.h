/* The imports that the test programs use, without the C library of the system. */
#include <stddef.h>
#include <stdint.h>

#define CALL(name) __attribute__((import_module("tabos"), import_name(#name)))
#define EXPORT(name) __attribute__((export_name(#name), used))

CALL(fork) int tabos_fork(void);
CALL(vfork) int tabos_vfork(void);
CALL(exit) int tabos_exit(int status);
CALL(execve)
int tabos_execve(const char *path, size_t length, const char *argv, size_t argc, const char *envp, size_t envc, int dirfd, uint32_t flags);
CALL(wait4) int tabos_wait4(int pid, uint32_t options, void *info, size_t size);
CALL(write) int tabos_write(int fd, const void *bytes, size_t length);
CALL(read) int tabos_read(int fd, void *bytes, size_t length);
CALL(open) int tabos_open(int dirfd, const char *path, size_t length, uint32_t flags, uint32_t mode);
CALL(pread) int tabos_pread(int fd, void *bytes, size_t length, int64_t offset);
CALL(lseek) int64_t tabos_lseek(int fd, int64_t offset, int whence);
CALL(getpid) int tabos_getpid(void);
CALL(kill) int tabos_kill(int pid, int sig);
CALL(sigaction) int tabos_sigaction(int sig, int disposition, uint32_t flags, uint32_t low, uint32_t high);
CALL(sigprocmask) int tabos_sigprocmask(int how, uint32_t low, uint32_t high, void *old, size_t size);
CALL(sigpoll) int tabos_sigpoll(void);
CALL(nanosleep) int tabos_nanosleep(int64_t ns);
CALL(umask) int tabos_umask(uint32_t mask);
CALL(setresuid) int tabos_setresuid(uint32_t real, uint32_t effective, uint32_t saved);

struct waitinfo {
	int32_t status;
	int32_t pad;
	uint64_t utime;
	uint64_t stime;
};

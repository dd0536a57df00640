/*
 * posix_spawn(3) over vfork: the file actions and attributes run in the child, in their order, as ordinary calls.
 */
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "internal.h"

enum action_kind { ACTION_CLOSE, ACTION_DUP2, ACTION_OPEN, ACTION_CHDIR, ACTION_FCHDIR };

struct __spawn_action {
	struct __spawn_action *next;
	enum action_kind kind;
	int fd, newfd, flags;
	mode_t mode;
	char path[];
};

int posix_spawn_file_actions_init(posix_spawn_file_actions_t *actions)
{
	actions->__first = NULL;
	return 0;
}

int posix_spawn_file_actions_destroy(posix_spawn_file_actions_t *actions)
{
	struct __spawn_action *action = actions->__first;

	while (action != NULL) {
		struct __spawn_action *next = action->next;
		free(action);
		action = next;
	}
	actions->__first = NULL;
	return 0;
}

static int append(posix_spawn_file_actions_t *actions, struct __spawn_action settings, const char *path)
{
	size_t size = path ? strlen(path) + 1 : 0;
	struct __spawn_action *action = malloc(sizeof(*action) + size), **end = &actions->__first;

	if (action == NULL)
		return ENOMEM;
	*action = settings;
	memcpy(action->path, path, size);
	while (*end != NULL)
		end = &(*end)->next;
	*end = action;
	return 0;
}

int posix_spawn_file_actions_addclose(posix_spawn_file_actions_t *actions, int fd)
{
	if (fd < 0)
		return EBADF;
	return append(actions, (struct __spawn_action){.kind = ACTION_CLOSE, .fd = fd}, NULL);
}

int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *actions, int fd, int newfd)
{
	if (fd < 0 || newfd < 0)
		return EBADF;
	return append(actions, (struct __spawn_action){.kind = ACTION_DUP2, .fd = fd, .newfd = newfd}, NULL);
}

int posix_spawn_file_actions_addopen(posix_spawn_file_actions_t *restrict actions, int fd, const char *restrict path,
				     int flags, mode_t mode)
{
	struct __spawn_action action = {.kind = ACTION_OPEN, .newfd = fd, .flags = flags, .mode = mode};

	return fd < 0 ? EBADF : append(actions, action, path);
}

int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *restrict actions, const char *restrict path)
{
	return append(actions, (struct __spawn_action){.kind = ACTION_CHDIR}, path);
}

int posix_spawn_file_actions_addfchdir_np(posix_spawn_file_actions_t *actions, int fd)
{
	return fd < 0 ? EBADF : append(actions, (struct __spawn_action){.kind = ACTION_FCHDIR, .fd = fd}, NULL);
}

static int open_onto(const struct __spawn_action *action)
{
	int fd = open(action->path, action->flags, action->mode);

	if (fd < 0 || fd == action->newfd)
		return fd;
	int result = dup2(fd, action->newfd);
	close(fd);
	return result;
}

static int act(const struct __spawn_action *action)
{
	switch (action->kind) {
	case ACTION_CLOSE:
		/* As Linux: closing what is not open is no error. */
		close(action->fd);
		return 0;
	case ACTION_DUP2:
		/* Onto itself: keep it open in the new program. */
		return action->fd == action->newfd ? fcntl(action->fd, F_SETFD, 0) : dup2(action->fd, action->newfd);
	case ACTION_OPEN:
		return open_onto(action);
	case ACTION_CHDIR:
		return chdir(action->path);
	case ACTION_FCHDIR:
		return fchdir(action->fd);
	}
	return fail(EINVAL);
}

static int apply_attributes(const posix_spawnattr_t *attributes)
{
	int flags = attributes->__flags;

	for (int sig = 1; flags & POSIX_SPAWN_SETSIGDEF && sig < _NSIG; sig++)
		if (sigismember(&attributes->__default, sig) && sig != SIGKILL && sig != SIGSTOP)
			signal(sig, SIG_DFL);
	if (flags & POSIX_SPAWN_SETSID && setsid() < 0)
		return -1;
	if (flags & POSIX_SPAWN_SETPGROUP && setpgid(0, attributes->__group) < 0)
		return -1;
	if (flags & POSIX_SPAWN_RESETIDS && (setegid(getgid()) < 0 || seteuid(getuid()) < 0))
		return -1;
	return flags & POSIX_SPAWN_SETSIGMASK ? sigprocmask(SIG_SETMASK, &attributes->__mask, NULL) : 0;
}

static int start(pid_t *restrict result, const char *file, int (*execute)(const char *, char *const[], char *const[]),
		 const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *restrict attributes,
		 char *const argv[], char *const envp[])
{
	volatile int error = 0;
	int saved = errno;
	pid_t pid = vfork();

	if (pid == 0) {
		int ready = attributes ? apply_attributes(attributes) : 0;
		for (const struct __spawn_action *action = actions ? actions->__first : NULL; ready >= 0 && action != NULL;
		     action = action->next)
			ready = act(action);
		if (ready >= 0)
			execute(file, argv, envp);
		error = errno;
		_exit(127);
	}
	if (pid < 0)
		error = errno;
	else if (error != 0)
		waitpid(pid, NULL, 0);
	else if (result != NULL)
		*result = pid;
	errno = saved;
	return error;
}

int posix_spawn(pid_t *restrict pid, const char *restrict path, const posix_spawn_file_actions_t *actions,
		const posix_spawnattr_t *restrict attributes, char *const argv[restrict], char *const envp[restrict])
{
	return start(pid, path, execve, actions, attributes, argv, envp);
}

int posix_spawnp(pid_t *restrict pid, const char *restrict file, const posix_spawn_file_actions_t *actions,
		 const posix_spawnattr_t *restrict attributes, char *const argv[restrict], char *const envp[restrict])
{
	return start(pid, file, execvpe, actions, attributes, argv, envp);
}

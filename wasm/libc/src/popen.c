/* popen(3) and system(3): a command line for the shell. */
#include <paths.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "internal.h"

struct opened {
	struct opened *next;
	FILE *file;
	pid_t pid;
};
static struct opened *all;

static int start_shell(pid_t *pid, const char *command, const posix_spawn_file_actions_t *actions,
		       const posix_spawnattr_t *attributes)
{
	char *argv[] = {"sh", "-c", (char *)command, NULL};

	return posix_spawn(pid, _PATH_BSHELL, actions, attributes, argv, environ);
}

/* The child's end becomes its standard input or output; ends of earlier streams are not for it. */
static int start_with(pid_t *pid, const char *command, int end, int target)
{
	posix_spawn_file_actions_t actions;
	int error;

	posix_spawn_file_actions_init(&actions);
	error = posix_spawn_file_actions_adddup2(&actions, end, target);
	for (struct opened *other = all; error == 0 && other != NULL; other = other->next)
		if (fileno(other->file) != target)
			error = posix_spawn_file_actions_addclose(&actions, fileno(other->file));
	if (error == 0)
		error = start_shell(pid, command, &actions, NULL);
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

FILE *popen(const char *command, const char *mode)
{
	struct opened *entry = NULL;
	int reading = mode[0] == 'r', ends[2];

	if (mode[0] != 'r' && mode[0] != 'w') {
		errno = EINVAL;
		return NULL;
	}
	if (pipe2(ends, O_CLOEXEC) < 0)
		return NULL;
	int ours = ends[!reading], theirs = ends[reading];
	FILE *file = fdopen(ours, reading ? "r" : "w");
	int error = ENOMEM;
	if (file != NULL && (entry = malloc(sizeof(*entry))) != NULL)
		error = start_with(&entry->pid, command, theirs, reading);
	close(theirs);
	if (error != 0) {
		free(entry);
		if (file != NULL)
			fclose(file);
		else
			close(ours);
		errno = error;
		return NULL;
	}
	if (strchr(mode, 'e') == NULL)
		fcntl(ours, F_SETFD, 0);
	entry->file = file;
	entry->next = all;
	all = entry;
	return file;
}

int pclose(FILE *file)
{
	struct opened **link = &all;
	int status;
	pid_t done;

	while (*link != NULL && (*link)->file != file)
		link = &(*link)->next;
	struct opened *entry = *link;
	if (entry == NULL)
		return fail(EINVAL);
	pid_t pid = entry->pid;
	*link = entry->next;
	free(entry);
	fclose(file);
	do
		done = waitpid(pid, &status, 0);
	while (done < 0 && errno == EINTR);
	return done < 0 ? -1 : status;
}

int system(const char *command)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN}, interrupt, quit;
	posix_spawnattr_t attributes;
	sigset_t block, mask, reset;
	int status = -1;
	pid_t pid, done;

	if (command == NULL)
		return access(_PATH_BSHELL, X_OK) == 0;
	sigemptyset(&block);
	sigaddset(&block, SIGCHLD);
	sigprocmask(SIG_BLOCK, &block, &mask);
	sigaction(SIGINT, &ignore, &interrupt);
	sigaction(SIGQUIT, &ignore, &quit);
	sigemptyset(&reset);
	if (interrupt.sa_handler != SIG_IGN)
		sigaddset(&reset, SIGINT);
	if (quit.sa_handler != SIG_IGN)
		sigaddset(&reset, SIGQUIT);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &mask);
	posix_spawnattr_setsigdefault(&attributes, &reset);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	int error = start_shell(&pid, command, NULL, &attributes);
	if (error == 0) {
		do
			done = waitpid(pid, &status, 0);
		while (done < 0 && errno == EINTR);
		if (done < 0)
			error = errno;
	}
	sigaction(SIGINT, &interrupt, NULL);
	sigaction(SIGQUIT, &quit, NULL);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	return error == 0 ? status : fail(error);
}

/* Handlers: run after the call, may make calls, nest, leave by longjmp; a loop without calls polls. */
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include "tabos.h"

enum { SIGUSR1 = 10, SIGUSR2 = 12, SIGTERM = 15, SIG_HANDLER = 2 };

static jmp_buf env;
static volatile int seen, depth, jump;

EXPORT(__tabos_deliver) void deliver(int sig)
{
	printf("handler %d at depth %d\n", sig, depth);
	depth++;
	if (sig == SIGUSR1 && seen++ == 0)
		tabos_kill(tabos_getpid(), SIGUSR2);
	depth--;
	if (sig == SIGTERM)
		longjmp(env, 1);
	if (jump)
		seen = 100;
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	tabos_sigaction(SIGUSR1, SIG_HANDLER, 0, 0, 0);
	tabos_sigaction(SIGUSR2, SIG_HANDLER, 0, 0, 0);
	tabos_sigaction(SIGTERM, SIG_HANDLER, 0, 0, 0);
	printf("kill gives %d\n", tabos_kill(tabos_getpid(), SIGUSR1));
	if (setjmp(env) == 0) {
		tabos_kill(tabos_getpid(), SIGTERM);
		printf("not reached\n");
	} else {
		printf("out of the handler\n");
	}
	jump = 1;
	seen = 0;
	tabos_kill(tabos_getpid(), SIGUSR2);
	while (seen != 100)
		tabos_sigpoll();
	printf("done\n");
	return 0;
}

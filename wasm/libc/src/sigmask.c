/* Signal sets and masks: sigsetops(3), sigprocmask(2), sigpending(2), sigsuspend(2), and jumps that restore the mask. */
#include <setjmp.h>
#include <signal.h>
#include <unistd.h>
#include "internal.h"

int sigemptyset(sigset_t *set)
{
	memset(set, 0, sizeof(*set));
	return 0;
}

int sigfillset(sigset_t *set)
{
	sigemptyset(set);
	set->__bits[0] = set->__bits[1] = ~0ul;
	return 0;
}

static unsigned long *word_of(const sigset_t *set, int sig)
{
	if (sig < 1 || sig >= _NSIG) {
		errno = EINVAL;
		return NULL;
	}
	return (unsigned long *)&set->__bits[(sig - 1) / 32];
}

int sigaddset(sigset_t *set, int sig)
{
	unsigned long *word = word_of(set, sig);

	if (word == NULL)
		return -1;
	*word |= 1ul << ((sig - 1) % 32);
	return 0;
}

int sigdelset(sigset_t *set, int sig)
{
	unsigned long *word = word_of(set, sig);

	if (word == NULL)
		return -1;
	*word &= ~(1ul << ((sig - 1) % 32));
	return 0;
}

int sigismember(const sigset_t *set, int sig)
{
	const unsigned long *word = word_of(set, sig);

	return word == NULL ? -1 : (int)(*word >> ((sig - 1) % 32) & 1);
}

int sigisemptyset(const sigset_t *set)
{
	return set->__bits[0] == 0 && set->__bits[1] == 0;
}

int sigorset(sigset_t *result, const sigset_t *a, const sigset_t *b)
{
	sigset_t set = {{a->__bits[0] | b->__bits[0], a->__bits[1] | b->__bits[1]}};

	*result = set;
	return 0;
}

int sigandset(sigset_t *result, const sigset_t *a, const sigset_t *b)
{
	sigset_t set = {{a->__bits[0] & b->__bits[0], a->__bits[1] & b->__bits[1]}};

	*result = set;
	return 0;
}

static void set_words(sigset_t *set, const struct tabos_sigset *words)
{
	sigemptyset(set);
	set->__bits[0] = words->lo;
	set->__bits[1] = words->hi;
}

int sigprocmask(int how, const sigset_t *restrict set, sigset_t *restrict old)
{
	static const sigset_t none;
	struct tabos_sigset before;
	int asked_how = set ? how : SIG_BLOCK;

	if (set == NULL)
		set = &none;
	if (check(tabos_sigprocmask(asked_how, SET_WORDS(set), OBJECT(&before))) < 0)
		return -1;
	if (old != NULL)
		set_words(old, &before);
	return 0;
}

int pthread_sigmask(int how, const sigset_t *restrict set, sigset_t *restrict old)
{
	return sigprocmask(how, set, old) < 0 ? errno : 0;
}

int sigpending(sigset_t *set)
{
	struct tabos_sigset words;

	if (check(tabos_sigpending(OBJECT(&words))) < 0)
		return -1;
	set_words(set, &words);
	return 0;
}

int sigsuspend(const sigset_t *set)
{
	return check(tabos_sigsuspend(SET_WORDS(set)));
}

int pause(void)
{
	sigset_t current;

	return sigprocmask(SIG_BLOCK, NULL, &current) < 0 ? -1 : sigsuspend(&current);
}

void __tabos_sigsave(struct __jmp_buf_tag *env, int with_mask)
{
	env->__fl = (unsigned long)with_mask;
	if (with_mask)
		sigprocmask(SIG_BLOCK, NULL, (sigset_t *)env->__ss);
}

void __tabos_sigrestore(struct __jmp_buf_tag *env)
{
	if (env->__fl)
		sigprocmask(SIG_SETMASK, (sigset_t *)env->__ss, NULL);
}

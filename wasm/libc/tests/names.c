/* Trees of files, patterns, words as the shell expands them, names of hosts, and sockets on the loopback. */
#include "report.h"
#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <ftw.h>
#include <glob.h>
#include <netdb.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <wordexp.h>

static void make(const char *path)
{
	close(open(path, O_CREAT | O_WRONLY, 0644));
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *lines[32];
static int count;

/* The numbers differ between libraries. */
static const char *type_name(int type)
{
	return type == FTW_F ? "file" : type == FTW_D ? "dir" : type == FTW_DP ? "dir after" : type == FTW_SL ? "link" :
	       type == FTW_SLN ? "broken link" : type == FTW_NS ? "no status" : "unreadable";
}

static int visit(const char *path, const struct stat *status, int type, struct FTW *where)
{
	char line[128];

	snprintf(line, sizeof(line), "%s %s level %d base %d%s", path, type_name(type), where->level, where->base,
		 S_ISDIR(status->st_mode) ? " dir" : "");
	lines[count++] = strdup(line);
	return strcmp(path + where->base, "stop") == 0 ? 17 : 0;
}

static int visit_old(const char *path, const struct stat *status, int type)
{
	(void)status;
	lines[count++] = strdup(path);
	return type == FTW_F || type == FTW_D ? 0 : -1;
}

/* The order within a directory is the file system's. */
static void show_lines(void)
{
	qsort(lines, (size_t)count, sizeof(lines[0]), compare);
	for (int i = 0; i < count; i++)
		puts(lines[i]);
	count = 0;
}

static void show_trees(void)
{
	AREA("ftw");
	mkdir("tree", 0755);
	mkdir("tree/sub", 0755);
	make("tree/a");
	make("tree/sub/b");
	SHOW(symlink("sub", "tree/link"));
	SHOW(symlink("nowhere", "tree/broken"));
	SHOW(nftw("tree", visit, 5, FTW_PHYS));
	show_lines();
	SHOW(nftw("tree", visit, 5, FTW_PHYS | FTW_DEPTH));
	show_lines();
	/* glibc reports a directory once, whichever name of it comes first. */
	unlink("tree/link");
	SHOW(nftw("tree", visit, 5, 0));
	show_lines();
	unlink("tree/broken");
	SHOW(ftw("tree", visit_old, 5));
	show_lines();
	SHOW(nftw("absent", visit, 5, 0));
	make("stop");
	SHOW(nftw("stop", visit, 5, 0));
	show_lines();
}

static void show_words(const char *text, int flags)
{
	wordexp_t words = {0};
	int result = wordexp(text, &words, flags);

	printf("wordexp(%s) = %d:", text, result);
	for (size_t i = 0; result == 0 && i < words.we_wordc; i++)
		printf(" [%s]", words.we_wordv[i]);
	putchar('\n');
	fflush(stdout);
	if (result == 0)
		wordfree(&words);
}

static void show_patterns(void)
{
	glob_t found;

	AREA("glob");
	SHOW(glob("tree/*", 0, NULL, &found));
	for (size_t i = 0; i < found.gl_pathc; i++)
		puts(found.gl_pathv[i]);
	globfree(&found);
	SHOW(glob("absent*", 0, NULL, &found) == GLOB_NOMATCH);
	SHOW(fnmatch("*.[ch]", "x.c", 0));
	SHOW(fnmatch("*/x", ".a/x", FNM_PERIOD) == FNM_NOMATCH);

	AREA("wordexp");
	setenv("NAME", "one two", 1);
	show_words("a b\tc", 0);
	show_words("$NAME \"$NAME\" '$NAME'", 0);
	show_words("tree/s* nothing*", 0);
	show_words("x{1,2} \\$HOME ${NAME}x $((2 + 3))", 0);
	show_words("$(echo hi)", 0);
	show_words("$(echo hi)", WRDE_NOCMD);
	show_words("`echo hi`", WRDE_NOCMD);
	show_words("a | b", 0);
	show_words("a; b", 0);
	show_words("\"open", 0);
	show_words("", 0);
}

static void show_address(const char *host, const char *port, int flags, int family)
{
	struct addrinfo hints = {.ai_family = family, .ai_socktype = SOCK_STREAM, .ai_flags = flags}, *found;
	int result = getaddrinfo(host, port, &hints, &found);
	char name[64], service[16];

	printf("getaddrinfo(%s, %s): %s\n", host ? host : "NULL", port ? port : "NULL", result ? gai_strerror(result) : "ok");
	if (result != 0)
		return;
	for (struct addrinfo *info = found; info != NULL; info = info->ai_next) {
		getnameinfo(info->ai_addr, info->ai_addrlen, name, sizeof(name), service, sizeof(service),
			    NI_NUMERICHOST | NI_NUMERICSERV);
		printf("  %d %d %s %s\n", info->ai_family, info->ai_socktype, name, service);
	}
	freeaddrinfo(found);
}

static void show_hosts(void)
{
	AREA("hosts");
	show_address("127.0.0.1", "80", 0, AF_UNSPEC);
	show_address("::1", "80", AI_NUMERICHOST, AF_UNSPEC);
	show_address("localhost", "8080", 0, AF_INET);
	show_address(NULL, "80", AI_PASSIVE, AF_INET);
	show_address("no.such.host.invalid", "80", AI_NUMERICHOST, AF_UNSPEC);
	show_address("127.0.0.1", "http!", AI_NUMERICSERV, AF_UNSPEC);
	show_address(NULL, NULL, 0, AF_UNSPEC);
	struct hostent *entry = gethostbyname("localhost");
	HOLDS(entry != NULL && entry->h_addrtype == AF_INET && entry->h_addr[0] == 127);
	HOLDS(gethostbyname("1.2.3.4") != NULL);

	AREA("dlopen");
	HOLDS(dlopen("/no/such/library.so", RTLD_NOW) == NULL);
	HOLDS(strstr(dlerror(), "/no/such/library.so") != NULL);
	HOLDS(dlerror() == NULL);
}

static void show_sockets(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_un path = {.sun_family = AF_UNIX, .sun_path = "socket"};
	socklen_t size = sizeof(address);
	char text[16] = "";
	int fds[2], type = 0;

	AREA("sockets");
	SHOW(socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
	SHOW(send(fds[0], "hello", 5, 0));
	SHOW(recv(fds[1], text, sizeof(text), 0));
	TEXT(text);
	size = sizeof(type);
	SHOW(getsockopt(fds[0], SOL_SOCKET, SO_TYPE, &type, &size));
	HOLDS(type == SOCK_STREAM);
	close(fds[0]);
	SHOW(recv(fds[1], text, sizeof(text), 0));
	SHOW(send(fds[1], "x", 1, MSG_NOSIGNAL));
	close(fds[1]);

	int listener = socket(AF_INET, SOCK_STREAM, 0);
	SHOW(bind(listener, (struct sockaddr *)&address, sizeof(address)));
	SHOW(listen(listener, 5));
	size = sizeof(address);
	SHOW(getsockname(listener, (struct sockaddr *)&address, &size));
	HOLDS(size == sizeof(address) && address.sin_port != 0);
	int client = socket(AF_INET, SOCK_STREAM, 0);
	SHOW(connect(client, (struct sockaddr *)&address, sizeof(address)));
	struct sockaddr_in peer;
	size = sizeof(peer);
	int server = accept(listener, (struct sockaddr *)&peer, &size);
	HOLDS(server >= 0 && peer.sin_family == AF_INET);
	SHOW(write(client, "over tcp", 8));
	memset(text, 0, sizeof(text));
	SHOW(read(server, text, sizeof(text)));
	TEXT(text);
	struct iovec parts[2] = {{"two ", 4}, {"parts", 5}};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
	SHOW(sendmsg(server, &message, 0));
	memset(text, 0, sizeof(text));
	struct iovec into[2] = {{text, 3}, {text + 3, 10}};
	message.msg_iov = into;
	SHOW(recvmsg(client, &message, 0));
	TEXT(text);
	close(server), close(client), close(listener);

	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	client = socket(AF_UNIX, SOCK_STREAM, 0);
	SHOW(connect(client, (struct sockaddr *)&path, sizeof(path)));
	SHOW(bind(listener, (struct sockaddr *)&path, sizeof(path)));
	SHOW(bind(client, (struct sockaddr *)&path, sizeof(path)));
	SHOW(listen(listener, 1));
	SHOW(connect(client, (struct sockaddr *)&path, sizeof(path)));
	SHOW(socket(AF_INET, SOCK_STREAM, 99) < 0);
	SHOW(socket(1000, SOCK_STREAM, 0));
	SHOW(bind(0, (struct sockaddr *)&path, sizeof(path)) < 0);
	close(client), close(listener);
}

int main(void)
{
	show_trees();
	show_patterns();
	show_hosts();
	show_sockets();
}

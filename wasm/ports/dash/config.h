/*
 * What configure would find with the C library of TabOS. Without HAVE_FNMATCH: the one of musl takes a backslash between
 * brackets for itself, where the one of glibc, with which Debian builds dash, lets it quote.
 */
#define HAVE_ALIAS_ATTRIBUTE 1
#define HAVE_ALLOCA_H 1
#define HAVE_BSEARCH 1
#define HAVE_DECL_ISBLANK 1
#define HAVE_FACCESSAT 1
#define HAVE_GETPWNAM 1
#define HAVE_GETRLIMIT 1
#define HAVE_ISALPHA 1
#define HAVE_KILLPG 1
#define HAVE_MEMPCPY 1
#define HAVE_PATHS_H 1
#define HAVE_STPCPY 1
#define HAVE_STRCHRNUL 1
#define HAVE_STRSIGNAL 1
#define HAVE_STRTOD 1
#define HAVE_STRTOIMAX 1
#define HAVE_STRTOUMAX 1
#define HAVE_ST_MTIM 1
#define HAVE_SYSCONF 1
#define PACKAGE_NAME "dash"
#define PACKAGE_VERSION "0.5.12"
#define SIZEOF_INTMAX_T 8
#define SIZEOF_LONG_LONG_INT 8
#define SMALL 1
#define WITH_LINENO 1
#define _GNU_SOURCE 1
#define glob64_t glob_t
#define glob64 glob
#define globfree64 globfree

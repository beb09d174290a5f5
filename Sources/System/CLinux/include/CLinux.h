#ifndef CLINUX_H
#define CLINUX_H
// Linux calls that Swift's Glibc module does not export. One function each, next to no logic.
// _GNU_SOURCE is defined in the .c file only: in a public header it clashes with the Glibc module.
#include <stdint.h>
#include <stddef.h>
#include <sys/types.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/timerfd.h>
#include <sys/socket.h>
#include <netinet/in.h>

/// accept4(2) with SOCK_NONBLOCK | SOCK_CLOEXEC. `address` is filled; at least sizeof(struct sockaddr_storage) bytes.
int clinux_accept(int descriptor, void *address, uint32_t *length);
/// socket(2) with SOCK_NONBLOCK | SOCK_CLOEXEC.
int clinux_socket(int domain, int type, int protocol);
/// signalfd(2) over the given signal numbers, which are blocked for the calling thread.
int clinux_signalfd(const int *signals, int count);
/// pthread_setname_np(3) for the calling thread; cut to 15 bytes.
void clinux_thread_name(const char *name);
/// SCHED_FIFO for the calling thread. 0 or an errno.
int clinux_realtime(int priority);
/// Raises the soft limit of open files to the hard one; returns the limit now in force.
long clinux_raise_file_limit(void);
/// memfd_create(2).
int clinux_memfd(const char *name);
/// syncfs(2): 0, or -1 and errno.
int clinux_syncfs(int descriptor);
/// mallopt(3) with M_ARENA_MAX: threads share so many heaps. Before the first thread.
void clinux_limit_heaps(int count);
/// Gives back the pages of the program and its libraries that nobody may write to (dl_iterate_phdr(3), madvise(2)); they
/// are mapped again from their files when they are used. Returns the bytes that were looked at.
size_t clinux_give_back_code(void);
#endif

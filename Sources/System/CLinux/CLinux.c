#define _GNU_SOURCE
#include "CLinux.h"
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>

int clinux_accept(int descriptor, void *address, uint32_t *length) {
  socklen_t n = sizeof(struct sockaddr_storage);
  int fd = accept4(descriptor, (struct sockaddr *)address, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (length) *length = n;
  return fd;
}

int clinux_socket(int domain, int type, int protocol) {
  return socket(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
}

int clinux_signalfd(const int *signals, int count) {
  sigset_t set;
  sigemptyset(&set);
  for (int i = 0; i < count; i++) sigaddset(&set, signals[i]);
  int e = pthread_sigmask(SIG_BLOCK, &set, NULL);
  if (e != 0) { errno = e; return -1; }
  return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

void clinux_thread_name(const char *name) {
  char cut[16];
  strncpy(cut, name, 15);
  cut[15] = 0;
  pthread_setname_np(pthread_self(), cut);
}

int clinux_realtime(int priority) {
  struct sched_param p = {.sched_priority = priority};
  return pthread_setschedparam(pthread_self(), SCHED_FIFO, &p);
}

long clinux_raise_file_limit(void) {
  struct rlimit r;
  if (getrlimit(RLIMIT_NOFILE, &r) != 0) return -1;
  r.rlim_cur = r.rlim_max;
  setrlimit(RLIMIT_NOFILE, &r);
  getrlimit(RLIMIT_NOFILE, &r);
  return (long)r.rlim_cur;
}

int clinux_memfd(const char *name) { return memfd_create(name, MFD_CLOEXEC); }

int clinux_syncfs(int descriptor) { return syncfs(descriptor); }

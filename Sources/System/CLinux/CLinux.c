#define _GNU_SOURCE
#include "CLinux.h"
#include <errno.h>
#include <link.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

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

void clinux_limit_heaps(int count) { mallopt(M_ARENA_MAX, count); }

// Under the loader's lock: nothing is loaded or unloaded meanwhile. Relocations stand in segments that are writable here,
// also where they are protected later; an object with relocations in its code is left alone.
static int give_back(struct dl_phdr_info *object, size_t size, void *total) {
  (void)size;
  for (int i = 0; i < object->dlpi_phnum; i++) {
    if (object->dlpi_phdr[i].p_type != PT_DYNAMIC) continue;
    const ElfW(Dyn) *entry = (const ElfW(Dyn) *)(object->dlpi_addr + object->dlpi_phdr[i].p_vaddr);
    for (; entry->d_tag != DT_NULL; entry++)
      if (entry->d_tag == DT_TEXTREL) return 0;
  }
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  for (int i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr) *part = &object->dlpi_phdr[i];
    if (part->p_type != PT_LOAD || part->p_flags & PF_W) continue;
    uintptr_t from = (object->dlpi_addr + part->p_vaddr) & ~(page - 1);
    uintptr_t to = (object->dlpi_addr + part->p_vaddr + part->p_memsz) & ~(page - 1);
    if (to > from && madvise((void *)from, to - from, MADV_DONTNEED) == 0) *(size_t *)total += to - from;
  }
  return 0;
}

size_t clinux_give_back_code(void) {
  size_t total = 0;
  dl_iterate_phdr(give_back, &total);
  return total;
}

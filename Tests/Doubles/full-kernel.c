// A kernel without memory for sockets, for tests: stands in front of accept4(2) of the real one.
//
// While the file named by FULL_KERNEL exists, accept4 fails with the error whose number is in it, and the file
// "$FULL_KERNEL.calls" grows by a byte at each call.
//
//   gcc -O2 -shared -fPIC -o full-kernel.so full-kernel.c
//   LD_PRELOAD=/abs/full-kernel.so FULL_KERNEL=/abs/full router run
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static int wanted_error(void) {
  const char *name = getenv("FULL_KERNEL");
  char text[16] = "", calls[4096];
  int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return 0;
  ssize_t count = read(file, text, sizeof text - 1);
  close(file);
  snprintf(calls, sizeof calls, "%s.calls", name);
  file = open(calls, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file >= 0) {
    if (write(file, "x", 1) != 1) abort();
    close(file);
  }
  return count > 0 ? atoi(text) : 0;
}

int accept4(int listener, struct sockaddr *address, socklen_t *length, int flags) {
  static int (*real)(int, struct sockaddr *, socklen_t *, int);
  if (!real) real = (int (*)(int, struct sockaddr *, socklen_t *, int))dlsym(RTLD_NEXT, "accept4");
  int error = wanted_error();
  if (error) {
    errno = error;
    return -1;
  }
  return real(listener, address, length, flags);
}

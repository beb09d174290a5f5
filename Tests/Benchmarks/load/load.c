#define _GNU_SOURCE
#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

void samples_add(struct samples *samples, int64_t value) {
  if (samples->count == samples->room) {
    samples->room = samples->room ? samples->room * 2 : 4096;
    samples->values = realloc(samples->values, samples->room * sizeof *samples->values);
    if (!samples->values) fail("realloc");
  }
  samples->values[samples->count++] = value;
}

static int ascending(const void *a, const void *b) {
  int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

void samples_print(const char *name, struct samples *samples) {
  static const double quantiles[] = {0.5, 0.99, 0.999, 1};
  static const char *names[] = {"p50", "p99", "p999", "max"};
  if (samples->count) qsort(samples->values, samples->count, sizeof *samples->values, ascending);
  printf("\"%s\":{\"count\":%zu", name, samples->count);
  for (int i = 0; i < 4 && samples->count; i++) {
    size_t at = (size_t)(quantiles[i] * (double)(samples->count - 1));
    printf(",\"%s\":%.3f", names[i], (double)samples->values[at] / 1e6);
  }
  printf("}");
}

void fail(const char *what) {
  fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
  exit(1);
}

int connect_to(const char *host, int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  if (inet_pton(AF_INET, host, &address.sin_addr) != 1) fail("host is not a numeric IPv4 address");
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) fail("socket");
  struct timeval limit = {.tv_sec = 10};
  int yes = 1;
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) fail("connect");
  return fd;
}

void write_all(int fd, const void *bytes, size_t count) {
  const char *at = bytes;
  while (count > 0) {
    ssize_t n = write(fd, at, count);
    if (n <= 0) fail("write");
    at += n;
    count -= (size_t)n;
  }
}

int read_head(int fd, char *head, size_t room) {
  size_t length = 0;
  while (length + 1 < room) {
    if (read(fd, head + length, 1) != 1) return -1;
    head[++length] = 0;
    if (length >= 4 && memcmp(head + length - 4, "\r\n\r\n", 4) == 0) return (int)length;
  }
  return -1;
}

static void usage(void) {
  fprintf(stderr,
          "usage: load send|listen [--host A] [--ports P,P...|--port-file F] [--path P] [--count N] [--seconds S]\n"
          "  send:   [--ping-every N] [--counter] [--source user:password]\n"
          "  listen: [--frozen N] [--warmup S] [--counter]\n"
          "Prints one line of JSON; times in milliseconds.\n");
  exit(2);
}

static void add_ports(struct options *options, char *text) {
  for (char *at = strtok(text, ", \n"); at; at = strtok(NULL, ", \n")) {
    if (options->port_count < 4096) options->ports[options->port_count++] = atoi(at);
  }
}

static void add_port_file(struct options *options, const char *name) {
  static char text[1 << 16];
  FILE *file = fopen(name, "r");
  if (!file) fail(name);
  text[fread(text, 1, sizeof text - 1, file)] = 0;
  fclose(file);
  add_ports(options, text);
}

static void read_option(struct options *options, const char *name, char *value) {
  if (!strcmp(name, "--host")) options->host = value;
  else if (!strcmp(name, "--ports")) add_ports(options, value);
  else if (!strcmp(name, "--port-file")) add_port_file(options, value);
  else if (!strcmp(name, "--path")) options->path = value;
  else if (!strcmp(name, "--source")) options->source = value;
  else if (!strcmp(name, "--count")) options->count = atoi(value);
  else if (!strcmp(name, "--frozen")) options->frozen = atoi(value);
  else if (!strcmp(name, "--ping-every")) options->ping_every = atoi(value);
  else if (!strcmp(name, "--seconds")) options->seconds = atof(value);
  else if (!strcmp(name, "--warmup")) options->warmup = atof(value);
  else usage();
}

int main(int argc, char **argv) {
  static struct options options = {.host = "127.0.0.1", .count = 1, .seconds = 10, .ping_every = 10};
  if (argc < 2) usage();
  if (!strcmp(argv[1], "floor") && argc == 3) return run_floor(argv[2]);
  if (!strcmp(argv[1], "press") && argc == 5) return run_presses(argv[2], atoi(argv[3]), atoi(argv[4]));
  for (int i = 2; i < argc; i++) {
    if (!strcmp(argv[i], "--counter")) options.counter = true;
    else if (i + 1 < argc) read_option(&options, argv[i], argv[i + 1]), i++;
    else usage();
  }
  if (options.port_count == 0 || options.count < 1) usage();
  struct rlimit files = {.rlim_cur = 65536, .rlim_max = 65536};
  if (setrlimit(RLIMIT_NOFILE, &files) < 0) {
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
  }
  signal(SIGPIPE, SIG_IGN);
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (!strcmp(argv[1], "send")) return run_senders(&options);
  if (!strcmp(argv[1], "listen")) return run_listeners(&options);
  usage();
}

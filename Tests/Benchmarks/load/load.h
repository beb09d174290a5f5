/* A cheap load generator: many WebSocket senders or many HTTP listeners on one thread and one epoll descriptor. */
#ifndef LOAD_H
#define LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PACKET_BYTES = 3840, FRAME_BYTES = 4, PACKETS_PER_SECOND = 50 };

/* What the command line says. Times in seconds. */
struct options {
  const char *host;
  const char *path;
  const char *source; /* "user:password": PUT the sound as an Icecast source instead of a WebSocket */
  int ports[4096];
  int port_count;
  int count;
  int frozen;
  int ping_every; /* packets between two pings of one sender; 0: none */
  double seconds;
  double warmup;
  bool counter; /* the sound is a 32-bit counter per frame, 1, 2, 3 ... */
};

/* Durations in nanoseconds, kept to be sorted at the end. */
struct samples {
  int64_t *values;
  size_t count;
  size_t room;
};

int64_t now_ns(void);
void samples_add(struct samples *samples, int64_t value);
void samples_print(const char *name, struct samples *samples);
void fail(const char *what);
/* A connected TCP socket with TCP_NODELAY; ends the program when the peer refuses. */
int connect_to(const char *host, int port);
void write_all(int fd, const void *bytes, size_t count);
/* Reads up to the empty line that ends an HTTP head; -1 when the peer closes first. Bytes behind it stay unread. */
int read_head(int fd, char *head, size_t room);

int run_senders(const struct options *options);
int run_listeners(const struct options *options);
/* Makes a pty and the link to it, prints "begun", reads a port from stdin, connects the clients to /ws there, and presses. */
int run_presses(const char *link, int clients, int presses);
/* Serves that panel with as little as there can be; prints its port. */
int run_floor(const char *device);

#endif

/* Listeners: each reads an endless HTTP body and accounts for bytes, gaps in time and, with --counter, for frames that
 * are missing or out of order. The first --frozen of them never read after the head. */
#define _GNU_SOURCE
#include "load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { WAV_HEADER = 44 };

struct listener {
  int fd;
  bool closed;
  int skip;          /* bytes of a WAV header still to come */
  int64_t bytes;     /* in the measured time */
  int64_t last;      /* arrival before this one */
  int64_t gap;       /* longest */
  uint32_t expected; /* next counter; 0: none yet */
  int part_length;   /* of a frame cut by a read */
  uint8_t part[FRAME_BYTES];
};

static struct listener *listeners;
static const struct options *options;
static int64_t begin_ns, breaks, closed, lost_frames;
static struct samples gaps, own;
static uint8_t buffer[1 << 18];

static void check_frames(struct listener *listener, const uint8_t *at, size_t count) {
  uint32_t first, last;
  if (count == 0) return;
  memcpy(&first, at, 4);
  memcpy(&last, at + (count - 1) * 4, 4);
  if (first == 0 || last == 0) { /* silence: before the sound or after it */
    listener->expected = 0;
    return;
  }
  if ((listener->expected && first != listener->expected) || last - first != count - 1) {
    breaks++;
    if (listener->expected) lost_frames += (int32_t)(last - (uint32_t)(count - 1) - listener->expected);
  }
  listener->expected = last + 1;
}

static void check(struct listener *listener, const uint8_t *at, size_t count) {
  if (listener->skip > 0) {
    size_t n = count < (size_t)listener->skip ? count : (size_t)listener->skip;
    listener->skip -= (int)n;
    at += n;
    count -= n;
  }
  if (listener->part_length > 0) {
    while (count > 0 && listener->part_length < FRAME_BYTES) {
      listener->part[listener->part_length++] = *at++;
      count--;
    }
    if (listener->part_length < FRAME_BYTES) return;
    check_frames(listener, listener->part, 1);
    listener->part_length = 0;
  }
  check_frames(listener, at, count / FRAME_BYTES);
  listener->part_length = (int)(count % FRAME_BYTES);
  memcpy(listener->part, at + count - (size_t)listener->part_length, (size_t)listener->part_length);
}

static void take(struct listener *listener) {
  ssize_t n = read(listener->fd, buffer, sizeof buffer);
  if (n < 0 && errno == EAGAIN) return;
  if (n <= 0) {
    listener->closed = true;
    closed++;
    close(listener->fd);
    return;
  }
  int64_t now = now_ns();
  if (options->counter) check(listener, buffer, (size_t)n);
  if (now >= begin_ns) {
    listener->bytes += n;
    if (listener->last && now - listener->last > listener->gap) listener->gap = now - listener->last;
    listener->last = now;
  }
}

static void open_listener(struct listener *listener, int port) {
  char head[4096];
  int length = snprintf(head, sizeof head, "GET %s HTTP/1.0\r\nHost: %s:%d\r\n\r\n",
                        options->path ? options->path : "/stream.wav", options->host, port);
  listener->fd = connect_to(options->host, port);
  write_all(listener->fd, head, (size_t)length);
  if (read_head(listener->fd, head, sizeof head) < 0 || !strstr(head, " 200 ")) {
    fprintf(stderr, "load: no sound at port %d: %.60s\n", port, head);
    exit(1);
  }
  listener->skip = options->counter && !options->source ? WAV_HEADER : 0;
  fcntl(listener->fd, F_SETFL, O_NONBLOCK);
}

static int open_all(void) {
  int poller = epoll_create1(EPOLL_CLOEXEC);
  listeners = calloc((size_t)options->count, sizeof *listeners);
  if (!listeners || poller < 0) fail("start");
  for (int i = 0; i < options->count; i++) {
    open_listener(&listeners[i], options->ports[i % options->port_count]);
    if (i < options->frozen) continue;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = &listeners[i]};
    epoll_ctl(poller, EPOLL_CTL_ADD, listeners[i].fd, &event);
    /* who came before must not starve while the rest connect */
    for (int k = options->frozen; k <= i; k++)
      if (!listeners[k].closed && i % 50 == 0) take(&listeners[k]);
  }
  return poller;
}

static void report(void) {
  int64_t least = INT64_MAX, most = 0;
  for (int i = options->frozen; i < options->count; i++) {
    if (listeners[i].bytes < least) least = listeners[i].bytes;
    if (listeners[i].bytes > most) most = listeners[i].bytes;
    samples_add(&gaps, listeners[i].gap);
  }
  printf("{\"listeners\":%d,\"frozen\":%d,\"closed\":%lld,\"breaks\":%lld,\"lostFrames\":%lld,", options->count,
         options->frozen, (long long)closed, (long long)breaks, (long long)lost_frames);
  printf("\"bytesLeast\":%lld,\"bytesMost\":%lld,", (long long)least, (long long)most);
  samples_print("gapMs", &gaps);
  printf(",");
  samples_print("ownLateMs", &own);
  printf("}\n");
}

int run_listeners(const struct options *chosen) {
  static const int64_t TICK = 5000000;
  options = chosen;
  begin_ns = INT64_MAX;
  int poller = open_all();
  int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  struct itimerspec every = {.it_value = {.tv_nsec = TICK}, .it_interval = {.tv_nsec = TICK}};
  struct epoll_event tick = {.events = EPOLLIN, .data.ptr = NULL};
  timerfd_settime(timer, 0, &every, NULL);
  epoll_ctl(poller, EPOLL_CTL_ADD, timer, &tick);
  begin_ns = now_ns() + (int64_t)(options->warmup * 1e9);
  printf("{\"begun\":%d}\n", options->count);

  int64_t end = begin_ns + (int64_t)(options->seconds * 1e9);
  while (now_ns() < end) {
    struct epoll_event events[256];
    int n = epoll_wait(poller, events, 256, 100);
    for (int i = 0; i < n; i++) {
      struct listener *listener = events[i].data.ptr;
      uint64_t ticks = 0;
      if (listener) {
        if (!listener->closed) take(listener);
      } else if (read(timer, &ticks, sizeof ticks) == sizeof ticks && now_ns() > begin_ns) {
        samples_add(&own, (int64_t)(ticks - 1) * TICK);
      }
    }
  }
  report();
  return 0;
}

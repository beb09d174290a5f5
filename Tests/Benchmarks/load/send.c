/* Senders: 3840 bytes 50 times a second each, spread evenly over the 20 ms, on an absolute schedule.
 *
 * How late a server is cannot be seen from what is written, so now and then (--ping-every) a packet of a sender is followed by a
 * ping that carries the time: the server reads in order, so the pong says when the packet before it was read. */
#define _GNU_SOURCE
#include "load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <unistd.h>

enum { BODY_BYTES = 8 + PACKET_BYTES, PING_BYTES = 6 + 8, IN_BYTES = 4096 };
static const int64_t PERIOD = 1000000000LL / PACKETS_PER_SECOND;
/* What is due so soon goes now: setting the timer for it would cost more than sending it. */
static const int64_t TOGETHER = 50000;

struct sender {
  int fd;
  bool dead;
  int64_t sent;          /* packets begun */
  int64_t due;           /* of the packet that waits in `out` */
  size_t out_at;         /* of `body` and then `ping`, what the socket took */
  size_t body_length, ping_length;
  const uint8_t *body;   /* all senders send the same bytes, which stay in the cache of the core; a counter has its own */
  uint8_t ping[PING_BYTES];
  size_t in_length;
  uint8_t in[IN_BYTES];
};

static struct sender *senders;
static const struct options *options;
static struct samples pongs, blocked, own;
static int64_t packets, lost_senders;
static uint32_t counter = 1;
static const uint8_t MASK[4] = {0x37, 0xfa, 0x21, 0x3d};
static uint8_t noise[PACKET_BYTES], masked_noise[BODY_BYTES];

static void open_web_socket(struct sender *sender, int port) {
  char head[4096];
  int length = snprintf(head, sizeof head,
                        "GET %s HTTP/1.1\r\nHost: %s:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
                        options->path ? options->path : "/audio", options->host, port);
  sender->fd = connect_to(options->host, port);
  write_all(sender->fd, head, (size_t)length);
  if (read_head(sender->fd, head, sizeof head) < 0 || !strstr(head, " 101 ")) {
    fprintf(stderr, "load: port %d does not upgrade: %.60s\n", port, head);
    exit(1);
  }
}

static void base64(const char *text, char *out) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  size_t length = strlen(text);
  for (size_t i = 0; i < length; i += 3) {
    uint32_t bits = (uint32_t)(uint8_t)text[i] << 16;
    if (i + 1 < length) bits |= (uint32_t)(uint8_t)text[i + 1] << 8;
    if (i + 2 < length) bits |= (uint8_t)text[i + 2];
    for (int digit = 0; digit < 4; digit++)
      *out++ = (size_t)digit > length - i ? '=' : digits[bits >> (18 - 6 * digit) & 63];
  }
  *out = 0;
}

static void open_source(struct sender *sender, int port) {
  char head[4096], login[256];
  base64(options->source, login);
  int length = snprintf(head, sizeof head,
                        "PUT %s HTTP/1.1\r\nHost: %s:%d\r\nAuthorization: Basic %s\r\nContent-Type: audio/wav\r\n"
                        "Expect: 100-continue\r\n\r\n",
                        options->path, options->host, port, login);
  sender->fd = connect_to(options->host, port);
  write_all(sender->fd, head, (size_t)length);
  if (read_head(sender->fd, head, sizeof head) < 0 || !(strstr(head, " 100 ") || strstr(head, " 200 "))) {
    fprintf(stderr, "load: the source is refused: %.60s\n", head);
    exit(1);
  }
}

static uint8_t *put_masked(uint8_t *at, uint8_t opcode, const uint8_t *payload, size_t length) {
  *at++ = 0x80 | opcode;
  if (length < 126) {
    *at++ = (uint8_t)(0x80 | length);
  } else {
    *at++ = 0x80 | 126;
    *at++ = (uint8_t)(length >> 8);
    *at++ = (uint8_t)length;
  }
  memcpy(at, MASK, 4);
  at += 4;
  for (size_t i = 0; i < length; i++) at[i] = payload[i] ^ MASK[i & 3];
  return at + length;
}

/* A counter is different in every packet: it needs a body of the sender's own, made once and filled again. */
static const uint8_t *count_on(struct sender *sender) {
  static uint32_t numbers[PACKET_BYTES / FRAME_BYTES];
  uint8_t *own_body = sender->body ? (uint8_t *)sender->body : malloc(BODY_BYTES);
  if (!own_body) fail("malloc");
  for (int i = 0; i < PACKET_BYTES / FRAME_BYTES; i++) numbers[i] = counter++;
  if (options->source) memcpy(own_body, numbers, PACKET_BYTES);
  else put_masked(own_body, 2, (const uint8_t *)numbers, PACKET_BYTES);
  return own_body;
}

static void fill(struct sender *sender) {
  sender->out_at = sender->ping_length = 0;
  sender->body_length = options->source ? PACKET_BYTES : BODY_BYTES;
  if (options->counter) sender->body = count_on(sender);
  else sender->body = options->source ? noise : masked_noise;
  if (!options->source && options->ping_every && sender->sent % options->ping_every == options->ping_every - 1) {
    int64_t now = now_ns();
    sender->ping_length = (size_t)(put_masked(sender->ping, 9, (const uint8_t *)&now, sizeof now) - sender->ping);
  }
}

/* Bytes that the socket did not take yet. */
static size_t left(const struct sender *sender) {
  return sender->body_length + sender->ping_length - sender->out_at;
}

static ssize_t write_rest(struct sender *sender) {
  struct iovec parts[2];
  int count = 0;
  if (sender->out_at < sender->body_length)
    parts[count++] = (struct iovec){(void *)(sender->body + sender->out_at), sender->body_length - sender->out_at};
  if (sender->ping_length > 0) {
    size_t at = sender->out_at > sender->body_length ? sender->out_at - sender->body_length : 0;
    parts[count++] = (struct iovec){sender->ping + at, sender->ping_length - at};
  }
  return count == 1 ? write(sender->fd, parts[0].iov_base, parts[0].iov_len) : writev(sender->fd, parts, count);
}

static void bury(struct sender *sender) {
  if (!sender->dead) lost_senders++;
  sender->dead = true;
  close(sender->fd);
}

/* Writes what waits. Returns true when nothing is left. */
static bool flush(struct sender *sender) {
  while (left(sender) > 0) {
    ssize_t n = write_rest(sender);
    if (n < 0 && errno == EAGAIN) return false;
    if (n <= 0) {
      bury(sender);
      return false;
    }
    sender->out_at += (size_t)n;
  }
  return true;
}

static void send_packet(struct sender *sender, int64_t due) {
  if (sender->dead) return;
  if (left(sender) > 0) {
    samples_add(&blocked, now_ns() - sender->due);
    return;
  }
  fill(sender);
  sender->due = due;
  sender->sent++;
  packets++;
  int64_t late = now_ns() - due;
  samples_add(&own, late > 0 ? late : 0);
  flush(sender);
}

static void take(struct sender *sender, const uint8_t *payload, uint8_t opcode, size_t length) {
  int64_t then;
  if (opcode == 8) bury(sender);
  if (opcode != 10 || length != sizeof then) return;
  memcpy(&then, payload, sizeof then);
  samples_add(&pongs, now_ns() - then);
}

static void read_frames(struct sender *sender) {
  for (;;) {
    ssize_t n = read(sender->fd, sender->in + sender->in_length, IN_BYTES - sender->in_length);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) {
      bury(sender);
      return;
    }
    sender->in_length += (size_t)n;
    bool is_all = sender->in_length < IN_BYTES;
    size_t at = 0;
    while (!options->source && sender->in_length - at >= 2) {
      size_t head = 2, length = sender->in[at + 1] & 127;
      if (length == 126) {
        if (sender->in_length - at < 4) break;
        head = 4;
        length = (size_t)sender->in[at + 2] << 8 | sender->in[at + 3];
      }
      if (sender->in_length - at < head + length) break;
      take(sender, sender->in + at + head, sender->in[at] & 15, length);
      if (sender->dead) return;
      at += head + length;
    }
    memmove(sender->in, sender->in + at, sender->in_length - at);
    sender->in_length -= at;
    if (is_all) return; /* the next byte is a new edge */
  }
}

static void set_timer(int timer, int64_t at) {
  struct itimerspec when = {.it_value = {.tv_sec = at / 1000000000LL, .tv_nsec = at % 1000000000LL}};
  timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL);
}

static int open_all(void) {
  int poller = epoll_create1(EPOLL_CLOEXEC);
  senders = calloc((size_t)options->count, sizeof *senders);
  if (!senders || poller < 0) fail("start");
  for (int i = 0; i < options->count; i++) {
    struct sender *sender = &senders[i];
    int port = options->ports[i % options->port_count];
    if (options->source) open_source(sender, port);
    else open_web_socket(sender, port);
    fcntl(sender->fd, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = sender};
    epoll_ctl(poller, EPOLL_CTL_ADD, sender->fd, &event);
  }
  return poller;
}

/* Waits for the timer or for sockets, at most so many milliseconds, and serves them. */
static void turn(int poller, int timer, int limit_ms) {
  struct epoll_event events[256];
  int n = epoll_wait(poller, events, 256, limit_ms);
  for (int i = 0; i < n; i++) {
    struct sender *sender = events[i].data.ptr;
    uint64_t ticks;
    if (!sender) {
      if (read(timer, &ticks, sizeof ticks) < 0 && errno != EAGAIN) fail("timer");
      continue;
    }
    if (!sender->dead && events[i].events & EPOLLIN) read_frames(sender);
    if (!sender->dead && events[i].events & EPOLLOUT) flush(sender);
  }
}

int run_senders(const struct options *chosen) {
  options = chosen;
  srandom(1);
  for (int i = 0; i < PACKET_BYTES; i++) noise[i] = (uint8_t)random();
  put_masked(masked_noise, 2, noise, PACKET_BYTES);
  int poller = open_all();
  int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  struct epoll_event tick = {.events = EPOLLIN, .data.ptr = NULL};
  epoll_ctl(poller, EPOLL_CTL_ADD, timer, &tick);
  printf("{\"begun\":%d}\n", options->count);

  int64_t start = now_ns() + 10000000, end = start + (int64_t)(options->seconds * 1e9), step = 0, due = start;
  while (due < end) {
    set_timer(timer, due);
    turn(poller, timer, -1);
    for (int64_t horizon = now_ns() + TOGETHER; due <= horizon && due < end; step++) {
      send_packet(&senders[step % options->count], due);
      due = start + (step + 1) * PERIOD / options->count;
    }
  }
  for (int64_t last = now_ns() + 300000000; now_ns() < last;) turn(poller, timer, 50);
  printf("{\"senders\":%d,\"lost\":%lld,\"packets\":%lld,", options->count, (long long)lost_senders,
         (long long)packets);
  samples_print("pongMs", &pongs);
  printf(",");
  samples_print("blockedMs", &blocked);
  printf(",");
  samples_print("ownLateMs", &own);
  printf("}\n");
  return 0;
}

/* A panel on a pty and its browsers, on one thread: how long after a press the last of them is told to play. A press that
 * somebody is not told of within a second ends it. Two times are kept: until the last browser's socket has the message,
 * by the kernel's own stamp, which is what the server takes; and until this program has read all of them. */
#define _GNU_SOURCE
#include "load.h"
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { MOST_CLIENTS = 1000, PAUSE_MS = 10 };

static int master;
static char line[256];
static size_t line_length;

/* The firmware's answers. */
static void answer(const char *command) {
  const char *words = "OK\n";
  if (!strcmp(command, "PING")) words = "PONG\n";
  if (!strcmp(command, "VERSION")) words = "FW selection-panel v2.5.1\n";
  if (!strcmp(command, "STATUS")) words = "CURLED 0\nBTNS 10\nLEDS 10\nHEAP 1\nMODE PROTOTYPE\nOK\n";
  write_all(master, words, strlen(words));
}

static void read_commands(void) {
  char bytes[512];
  ssize_t count = read(master, bytes, sizeof bytes);
  for (ssize_t i = 0; i < count; i++) {
    if (bytes[i] != '\n') {
      if (line_length < sizeof line - 1) line[line_length++] = bytes[i];
      continue;
    }
    line[line_length] = 0;
    line_length = 0;
    answer(line);
  }
}

static int browser(int port) {
  char head[2048];
  int fd = connect_to("127.0.0.1", port);
  int length = snprintf(head, sizeof head,
                        "GET /ws HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
                        port);
  write_all(fd, head, (size_t)length);
  if (read_head(fd, head, sizeof head) < 0 || !strstr(head, " 101 ")) fail("the upgrade was refused");
  int on = 1;
  if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on)) fail("SO_TIMESTAMPNS");
  return fd;
}

/* Answers pings as a browser does; what is sent here is short. */
static void answer_pings(int fd, const unsigned char *bytes, size_t count) {
  static const unsigned char pong[] = {0x8a, 0x80, 0, 0, 0, 0};
  for (size_t at = 0; at + 2 <= count;) {
    size_t length = bytes[at + 1];
    if (length == 126 && at + 4 <= count) length = 2 + ((size_t)bytes[at + 2] << 8 | bytes[at + 3]);
    if ((bytes[at] & 15) == 9) write_all(fd, pong, sizeof pong);
    at += 2 + length;
  }
}

static int64_t wall_ns(const struct timespec *time) { return time->tv_sec * 1000000000LL + time->tv_nsec; }

static int64_t wall_now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_REALTIME, &time);
  return wall_ns(&time);
}

/* When the last of a client's bytes came, if they hold the word, by the wall clock; else 0. What it is sent in one press is
 * small and comes whole. */
static int64_t told_at(int fd) {
  char bytes[4096], control[256];
  struct iovec vector = {.iov_base = bytes, .iov_len = sizeof bytes};
  struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  ssize_t count = recvmsg(fd, &message, 0);
  if (count <= 0) fail("a client was closed");
  answer_pings(fd, (const unsigned char *)bytes, (size_t)count);
  if (!memmem(bytes, (size_t)count, "\"play\"", 6)) return 0;
  for (struct cmsghdr *one = CMSG_FIRSTHDR(&message); one; one = CMSG_NXTHDR(&message, one))
    if (one->cmsg_level == SOL_SOCKET && one->cmsg_type == SCM_TIMESTAMPNS) {
      struct timespec time;
      memcpy(&time, CMSG_DATA(one), sizeof time);
      return wall_ns(&time);
    }
  fail("the kernel stamps nothing");
  return 0;
}

struct took {
  int64_t sent, read;
};

static struct took press(struct pollfd *polls, int clients, int slot) {
  bool told[MOST_CLIENTS] = {false};
  char text[16];
  int left = clients;
  int64_t last = 0, began = wall_now_ns();
  write_all(master, text, (size_t)snprintf(text, sizeof text, "PRESS %03d\n", slot));
  /* The panel answers later: eleven bytes take a millisecond at 115,200 baud. */
  while (left > 0) {
    if (poll(polls, (nfds_t)clients, 1000) <= 0) fail("a client was not told");
    for (int i = 0; i < clients; i++) {
      if (!polls[i].revents) continue;
      int64_t at = told_at(polls[i].fd);
      if (!at || told[i]) continue;
      told[i] = true;
      if (at > last) last = at;
      left--;
    }
  }
  return (struct took){.sent = last - began, .read = wall_now_ns() - began};
}

static void rest(struct pollfd *polls, int clients) {
  int64_t until = now_ns() + PAUSE_MS * 1000000LL;
  int64_t wait;
  while ((wait = until - now_ns()) > 0)
    if (poll(&polls[clients], 1, (int)(wait / 1000000) + 1) > 0) read_commands();
}

int run_presses(const char *link, int clients, int presses) {
  int slave, port;
  struct termios raw;
  memset(&raw, 0, sizeof raw);
  cfmakeraw(&raw);
  char name[128];
  if (clients > MOST_CLIENTS || openpty(&master, &slave, name, &raw, NULL) || symlink(name, link)) fail("openpty");
  printf("begun\n");
  fflush(stdout);
  struct pollfd polls[MOST_CLIENTS + 1];
  polls[clients] = (struct pollfd){.fd = master, .events = POLLIN};
  /* The server greets the panel before anybody connects. */
  struct pollfd input = {.fd = 0, .events = POLLIN};
  while (poll(&input, 1, 10) == 0)
    if (poll(&polls[clients], 1, 0) > 0) read_commands();
  if (scanf("%d", &port) != 1) return 2;
  for (int i = 0; i < clients; i++) polls[i] = (struct pollfd){.fd = browser(port), .events = POLLIN};
  struct samples sent = {0}, read = {0};
  for (int i = 0; i < presses; i++) {
    rest(polls, clients);
    struct took took = press(polls, clients, i % 10);
    if (i < 20) continue;
    samples_add(&sent, took.sent);
    samples_add(&read, took.read);
  }
  printf("{");
  samples_print("sent", &sent);
  printf(",");
  samples_print("read", &read);
  printf("}\n");
  return 0;
}

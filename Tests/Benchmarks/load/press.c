/* A panel on a pty and its browsers, on one thread: how long after a press the last of them is told to play. A press that
 * somebody is not told of within a second ends it. */
#define _GNU_SOURCE
#include "load.h"
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
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
  return fd;
}

/* Whether a client's bytes hold the word; what it is sent in one press is small and comes whole. */
static bool is_told(int fd) {
  char bytes[4096];
  ssize_t count = read(fd, bytes, sizeof bytes);
  if (count <= 0) fail("a client was closed");
  return memmem(bytes, (size_t)count, "\"play\"", 6) != NULL;
}

static int64_t press(struct pollfd *polls, int clients, int slot) {
  bool told[MOST_CLIENTS] = {false};
  char text[16];
  int left = clients;
  int64_t began = now_ns();
  write_all(master, text, (size_t)snprintf(text, sizeof text, "PRESS %03d\n", slot));
  while (left > 0) {
    if (poll(polls, (nfds_t)clients + 1, 1000) <= 0) fail("a client was not told");
    for (int i = 0; i < clients; i++)
      if (polls[i].revents && is_told(polls[i].fd) && !told[i]) {
        told[i] = true;
        left--;
      }
    if (polls[clients].revents) read_commands();
  }
  return now_ns() - began;
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
  struct samples times = {0};
  for (int i = 0; i < presses; i++) {
    rest(polls, clients);
    int64_t took = press(polls, clients, i % 10);
    if (i >= 20) samples_add(&times, took);
  }
  printf("{");
  samples_print("ms", &times);
  printf("}\n");
  return 0;
}

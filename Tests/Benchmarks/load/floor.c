/* What a press to fifty browsers costs the machine itself: a panel's server that decides nothing, knows no JSON and answers
 * one key only. Reads lines from the device, writes the light, sends every client the same bytes with one call each. */
#define _GNU_SOURCE
#include "load.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST_FLOOR_CLIENTS = 1000 };

/* The answer to the key of RFC 6455 section 1.3, which the clients here send. */
static const char hello[] =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
static const char word[] = "\x81\x0f{\"type\":\"stop\"}\x81\x18{\"type\":\"play\",\"id\":100}";

static int listening(int *port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, length) || listen(fd, 128)) fail("listen");
  if (getsockname(fd, (struct sockaddr *)&address, &length)) fail("getsockname");
  *port = ntohs(address.sin_port);
  return fd;
}

static int admitted(int listener) {
  char head[2048];
  int on = 1, fd = accept(listener, NULL, NULL);
  if (fd < 0 || setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on)) fail("accept");
  if (read_head(fd, head, sizeof head) < 0) fail("a client left");
  write_all(fd, hello, sizeof hello - 1);
  return fd;
}

int run_floor(const char *device) {
  int clients[MOST_FLOOR_CLIENTS], count = 0, port;
  int panel = open(device, O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (panel < 0) fail(device);
  int listener = listening(&port);
  printf("%d\n", port);
  fflush(stdout);
  struct pollfd polls[2] = {{.fd = panel, .events = POLLIN}, {.fd = listener, .events = POLLIN}};
  while (poll(polls, 2, -1) > 0) {
    char line[256];
    if (polls[1].revents && count < MOST_FLOOR_CLIENTS) clients[count++] = admitted(listener);
    if (!polls[0].revents) continue;
    ssize_t length = read(panel, line, sizeof line);
    if (length <= 0) return 0;
    if (!memmem(line, (size_t)length, "PRESS ", 6)) continue;
    write_all(panel, "LEDSET 001\n", 11);
    for (int i = 0; i < count; i++) write_all(clients[i], word, sizeof word - 1);
  }
  return 0;
}

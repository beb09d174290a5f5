// Changes a JACK graph while a ramp plays through it, and counts what arrives: the edits the router is asked to make.
//
//   edits KIND ORDER COUNT PAUSE_MS     prints one line of JSON
//     none    nothing is changed, for as long
//     beside  a connection that has nothing to do with the ramp is made, then undone
//     link    a client that is already there is put between both ends of the ramp, then taken out
//     node    a client is made and put between both ends, then taken out and closed
//
// JACK knows no transactions, so ORDER matters: "overlap" makes the new way before it takes the old one away (for a
// moment both are heard, which are wrong samples), "break" does it the other way round (silence).
#include <jack/jack.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

// The ramp runs from FIRST up to WRAP and begins again: the sum of two of its values is never one of them.
enum { FIRST = 1 << 22, WRAP = 1 << 23, MOST = 100000 };

typedef struct {
  jack_client_t *client;
  jack_port_t *in, *out;
} Part;

static Part source, sink, gain, other;
static long ramp = FIRST;
static atomic_int counting;
static long heard, lost, repeated, silent, wrong, last;
static atomic_long xruns;
static double times[MOST];

static double now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static void rest(double ms) {
  struct timespec t = {(time_t)(ms / 1000), (long)(fmod(ms, 1000) * 1e6)};
  nanosleep(&t, NULL);
}

static void fail(const char *what) {
  fprintf(stderr, "edits: %s\n", what);
  exit(1);
}

static int give(jack_nframes_t frames, void *part) {
  float *out = jack_port_get_buffer(((Part *)part)->out, frames);
  for (jack_nframes_t i = 0; i < frames; i++) {
    out[i] = (float)ramp;
    ramp = ramp + 1 == WRAP ? FIRST : ramp + 1;
  }
  return 0;
}

static int pass(jack_nframes_t frames, void *part) {
  memcpy(
      jack_port_get_buffer(((Part *)part)->out, frames), jack_port_get_buffer(((Part *)part)->in, frames),
      frames * sizeof(float));
  return 0;
}

static int take(jack_nframes_t frames, void *part) {
  const float *in = jack_port_get_buffer(((Part *)part)->in, frames);
  if (!atomic_load(&counting)) return 0;
  for (jack_nframes_t i = 0; i < frames; i++) {
    long value = (long)in[i];
    if (value == 0) {
      silent += last != 0;
      continue;
    }
    heard++;
    if (value >= WRAP) {
      // Both ways at once: what was heard is twice what was sent.
      wrong++;
      if (last != 0) last = value / 2;
      continue;
    }
    long step = last == 0 ? 1 : value - last;
    if (step < -(FIRST / 2)) step += FIRST;
    if (step > 1) lost += step - 1;
    if (step < 1) repeated += 1 - step;
    last = value;
  }
  return 0;
}

static int late(void *nothing) {
  (void)nothing;
  atomic_fetch_add(&xruns, 1);
  return 0;
}

static Part make(const char *name, JackProcessCallback process, Part *self, int has_in, int has_out) {
  Part part = {jack_client_open(name, JackNoStartServer, NULL), NULL, NULL};
  if (!part.client) fail("no JACK server");
  if (has_in) part.in = jack_port_register(part.client, "in", JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput, 0);
  if (has_out) part.out = jack_port_register(part.client, "out", JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
  *self = part;
  jack_set_process_callback(part.client, process, self);
  jack_set_xrun_callback(part.client, late, NULL);
  if (jack_activate(part.client)) fail("a client cannot be activated");
  return part;
}

static void join(const char *from, const char *to) {
  if (jack_connect(sink.client, from, to)) fail(from);
}

static void part(const char *from, const char *to) {
  if (jack_disconnect(sink.client, from, to)) fail(from);
}

static void change(const char *kind, int joins_first, int is_first) {
  if (!strcmp(kind, "beside")) {
    (is_first ? join : part)("source:out", "other:in");
    return;
  }
  int makes = !strcmp(kind, "node");
  if (is_first) {
    if (makes) make("gain", pass, &gain, 1, 1);
    join("source:out", "gain:in");
    if (!joins_first) part("source:out", "sink:in");
    join("gain:out", "sink:in");
    if (joins_first) part("source:out", "sink:in");
  } else {
    if (joins_first) join("source:out", "sink:in");
    if (makes) {
      jack_client_close(gain.client);
    } else {
      part("gain:out", "sink:in");
      part("source:out", "gain:in");
    }
    if (!joins_first) join("source:out", "sink:in");
  }
}

static int ascending(const void *a, const void *b) {
  double difference = *(const double *)a - *(const double *)b;
  return difference < 0 ? -1 : difference > 0;
}

int main(int count_arguments, char **arguments) {
  if (count_arguments != 5) fail("usage: edits none|beside|link|node overlap|break COUNT PAUSE_MS");
  const char *kind = arguments[1];
  int joins_first = !strcmp(arguments[2], "overlap");
  int count = atoi(arguments[3]), changes = strcmp(kind, "none") != 0;
  double pause = atof(arguments[4]);
  if (count < 1 || count > MOST) fail("COUNT is 1 to 100000");
  make("source", give, &source, 0, 1);
  make("sink", take, &sink, 1, 0);
  make("other", pass, &other, 1, 1);
  if (!strcmp(kind, "link")) make("gain", pass, &gain, 1, 1);
  join("source:out", "sink:in");
  rest(500);
  atomic_store(&counting, 1);
  rest(200);
  for (int turn = 0; turn < count; turn++) {
    double began = now_ms();
    if (changes) change(kind, joins_first, turn % 2 == 0);
    times[turn] = now_ms() - began;
    rest(pause);
  }
  rest(200);
  atomic_store(&counting, 0);
  rest(100);
  qsort(times, (size_t)count, sizeof *times, ascending);
  printf(
      "{\"edits\": %d, \"heard\": %ld, \"lost\": %ld, \"repeated\": %ld, \"silent\": %ld, \"wrong\": %ld, "
      "\"xruns\": %ld, "
      "\"p50\": %.3f, \"p99\": %.3f, \"longest\": %.3f}\n",
      changes ? count : 0, heard, lost, repeated, silent, wrong, atomic_load(&xruns), times[count / 2],
      times[count * 99 / 100], times[count - 1]);
  return 0;
}

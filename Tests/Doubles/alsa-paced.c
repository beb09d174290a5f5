// A sound card made of nothing, for tests: a plugin of the real alsa-lib that plays in real time.
//
// It takes frames at the pace of CLOCK_MONOTONIC, wrong by `ppm`; it runs dry, can be pulled out, can hang, and records
// the frames whose time to be heard has come. Frames that were written but never heard are not in the record.
//
//   gcc -O2 -shared -fPIC -DPIC -o libasound_module_pcm_paced.so alsa-paced.c -lasound
//
//   pcm_type.paced { lib "/abs/libasound_module_pcm_paced.so" }
//   pcm.card { type paced  record "/abs/played.raw"  flags "/abs/flags"  ppm 100  rate 44100  channels 1  format S32_LE }
//
// Opened for recording it gives frames at that pace: frame n of the card's clock, counted from its first start, is
// n mod 16384 on every channel, in the upper 16 bits of wider samples. Frames that nobody reads in time are lost.
//
// asound.conf beside this file makes such cards by name. All keys but `type` are optional, as are 0 and "". `rate`,
// `channels` and `format` are all the card can do; `refuse N` makes every opening fail with errno N; `alone 1` lets the
// record be opened by one at a time, as a real card is: the second is told EBUSY. Files in the folder `flags`:
//   unplugged  the card is gone while the file is there
//   hang       time stands still while the file is there: no progress and no error
//   xrun       the card runs dry, or over, once; the file is removed
// In the same folder the card says in the file `clock` whether it is running or stopped.
#define _GNU_SOURCE
#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

typedef struct {
  snd_pcm_ioplug_t io;
  int timer, record;
  long ppm;
  char flags[512];
  char *ring;  // what was written, at frame number modulo buffer size
  size_t frame_bytes;
  snd_pcm_uframes_t written, heard, recorded, avail_min, boundary;
  int64_t last;      // CLOCK_MONOTONIC of the last look, ns
  double position;   // frames heard, exactly
  int running;
  int64_t origin;    // CLOCK_MONOTONIC of the first start, ns; recording
  snd_pcm_uframes_t base;  // the card's clock at the last start, frames; recording
} Card;

static int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int flag(Card *card, const char *name, int take) {
  char path[640];
  if (card->flags[0] == 0) return 0;
  snprintf(path, sizeof path, "%s/%s", card->flags, name);
  return take ? unlink(path) == 0 : access(path, F_OK) == 0;
}

static int is_gone(Card *card) { return flag(card, "unplugged", 0); }

static void set_timer(Card *card, long nanoseconds) {
  struct itimerspec every = {{0, nanoseconds}, {0, nanoseconds ? 1 : 0}};
  timerfd_settime(card->timer, 0, &every, NULL);
}

// Appends the frames heard since the last look to the record.
static void record_until(Card *card, snd_pcm_uframes_t end) {
  while (card->recorded < end) {
    snd_pcm_uframes_t place = card->recorded % card->io.buffer_size;
    snd_pcm_uframes_t count = end - card->recorded;
    if (count > card->io.buffer_size - place) count = card->io.buffer_size - place;
    if (card->record >= 0) {
      ssize_t done = write(card->record, card->ring + place * card->frame_bytes, count * card->frame_bytes);
      (void)done;
    }
    card->recorded += count;
  }
}

static int is_recording(Card *card) { return card->io.stream == SND_PCM_STREAM_CAPTURE; }

// Moves time on. Returns 0, or -EPIPE when the card asked for frames that were not there, or had no room for more.
static int advance(Card *card) {
  int64_t now = now_ns();
  if (!flag(card, "hang", 0)) card->position += (now - card->last) * 1e-9 * card->io.rate * (1 + card->ppm * 1e-6);
  card->last = now;
  snd_pcm_uframes_t due = (snd_pcm_uframes_t)card->position;
  snd_pcm_uframes_t limit = card->written + (is_recording(card) ? card->io.buffer_size : 0);
  int dry = due > limit || flag(card, "xrun", 1);
  card->heard = due > limit ? limit : due;
  if (!is_recording(card)) record_until(card, card->heard);
  return dry ? -EPIPE : 0;
}

// Tells who watches the folder that the card's clock was started or stopped.
static void tell(Card *card, const char *text) {
  char path[640];
  if (card->flags[0] == 0) return;
  snprintf(path, sizeof path, "%s/clock", card->flags);
  int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return;
  ssize_t done = write(file, text, strlen(text));
  (void)done;
  close(file);
}

static int card_start(snd_pcm_ioplug_t *io) {
  Card *card = io->private_data;
  card->last = now_ns();
  if (!card->origin) card->origin = card->last;
  card->base = (snd_pcm_uframes_t)((card->last - card->origin) * 1e-9 * io->rate * (1 + card->ppm * 1e-6));
  card->running = 1;
  tell(card, "running\n");
  set_timer(card, (long)(1e9 * io->period_size / io->rate / 4));
  return 0;
}

static int card_stop(snd_pcm_ioplug_t *io) {
  Card *card = io->private_data;
  card->running = 0;
  tell(card, "stopped\n");
  set_timer(card, 0);
  return 0;
}

static snd_pcm_sframes_t card_pointer(snd_pcm_ioplug_t *io) {
  Card *card = io->private_data;
  if (is_gone(card)) {
    snd_pcm_ioplug_set_state(io, SND_PCM_STATE_DISCONNECTED);
    return -ENODEV;
  }
  if (card->running && advance(card) < 0) return -EPIPE;
  return card->heard % card->boundary;
}

// Writes frames of the card's clock into `to`.
static void make_frames(Card *card, char *to, snd_pcm_uframes_t count) {
  int width = (int)(card->frame_bytes / card->io.channels);
  for (snd_pcm_uframes_t done = 0; done < count; done++) {
    int value = (int)((card->base + card->written + done) % 16384);
    for (unsigned channel = 0; channel < card->io.channels; channel++, to += width) {
      int16_t narrow = (int16_t)value;
      int32_t wide = value << 16;
      float real = (float)value / 32768;
      if (width == 2) memcpy(to, &narrow, 2);
      else memcpy(to, card->io.format == SND_PCM_FORMAT_FLOAT_LE ? (void *)&real : (void *)&wide, 4);
    }
  }
}

static snd_pcm_sframes_t card_transfer(
    snd_pcm_ioplug_t *io, const snd_pcm_channel_area_t *areas, snd_pcm_uframes_t offset, snd_pcm_uframes_t count) {
  Card *card = io->private_data;
  if (is_gone(card)) return -ENODEV;
  char *from = (char *)areas->addr + (areas->first + areas->step * offset) / 8;
  if (is_recording(card)) {
    make_frames(card, from, count);
    card->written += count;
    return count;
  }
  for (snd_pcm_uframes_t done = 0; done < count; done++) {
    size_t place = (card->written + done) % io->buffer_size;
    memcpy(card->ring + place * card->frame_bytes, from + done * card->frame_bytes, card->frame_bytes);
  }
  card->written += count;
  return count;
}

static int card_sw_params(snd_pcm_ioplug_t *io, snd_pcm_sw_params_t *params) {
  Card *card = io->private_data;
  snd_pcm_sw_params_get_avail_min(params, &card->avail_min);
  snd_pcm_sw_params_get_boundary(params, &card->boundary);
  return 0;
}

static int card_prepare(snd_pcm_ioplug_t *io) {
  Card *card = io->private_data;
  if (is_gone(card)) return -ENODEV;
  card->frame_bytes = snd_pcm_format_physical_width(io->format) / 8 * io->channels;
  free(card->ring);
  card->ring = calloc(io->buffer_size, card->frame_bytes);
  card->written = card->heard = card->recorded = 0;
  card->position = 0;
  card->running = 0;
  set_timer(card, 1000000);  // so that poll() wakes a writer while there is room and nothing runs yet
  return card->ring ? 0 : -ENOMEM;
}

static int card_poll_revents(snd_pcm_ioplug_t *io, struct pollfd *polled, unsigned int count, unsigned short *events) {
  Card *card = io->private_data;
  (void)polled; (void)count;
  unsigned short stir = is_recording(card) ? POLLIN : POLLOUT;
  *events = 0;
  if (is_gone(card)) {
    snd_pcm_ioplug_set_state(io, SND_PCM_STATE_DISCONNECTED);
    *events = POLLERR | stir;
    return 0;
  }
  snd_pcm_sframes_t room = snd_pcm_avail_update(io->pcm);
  if (room < 0) *events = POLLERR | stir;
  else if (room >= (snd_pcm_sframes_t)card->avail_min || !card->running) *events = stir;
  else {
    uint64_t ticks;
    ssize_t done = read(card->timer, &ticks, sizeof ticks);
    (void)done;
  }
  return 0;
}

static int card_delay(snd_pcm_ioplug_t *io, snd_pcm_sframes_t *frames) {
  Card *card = io->private_data;
  if (is_gone(card)) return -ENODEV;
  if (card->running && advance(card) < 0) return -EPIPE;
  *frames = is_recording(card) ? card->heard - card->written : card->written - card->heard;
  return 0;
}

static int card_close(snd_pcm_ioplug_t *io) {
  Card *card = io->private_data;
  if (card->record >= 0) close(card->record);
  close(card->timer);
  free(card->ring);
  free(card);
  return 0;
}

static const snd_pcm_ioplug_callback_t callbacks = {
    .start = card_start, .stop = card_stop, .pointer = card_pointer, .transfer = card_transfer,
    .prepare = card_prepare, .sw_params = card_sw_params, .close = card_close,
    .poll_revents = card_poll_revents, .delay = card_delay};

typedef struct { long ppm, rate, channels, refuse, alone; const char *record, *flags, *format; } Settings;

static int read_settings(snd_config_t *conf, Settings *settings) {
  snd_config_iterator_t i, next;
  snd_config_for_each(i, next, conf) {
    snd_config_t *entry = snd_config_iterator_entry(i);
    const char *key;
    int code = 0;
    if (snd_config_get_id(entry, &key) < 0) continue;
    if (!strcmp(key, "type") || !strcmp(key, "hint") || !strcmp(key, "comment")) continue;
    if (!strcmp(key, "ppm")) code = snd_config_get_integer(entry, &settings->ppm);
    else if (!strcmp(key, "rate")) code = snd_config_get_integer(entry, &settings->rate);
    else if (!strcmp(key, "channels")) code = snd_config_get_integer(entry, &settings->channels);
    else if (!strcmp(key, "alone")) code = snd_config_get_integer(entry, &settings->alone);
    else if (!strcmp(key, "refuse")) code = snd_config_get_integer(entry, &settings->refuse);
    else if (!strcmp(key, "record")) code = snd_config_get_string(entry, &settings->record);
    else if (!strcmp(key, "flags")) code = snd_config_get_string(entry, &settings->flags);
    else if (!strcmp(key, "format")) code = snd_config_get_string(entry, &settings->format);
    else code = -EINVAL;
    if (code < 0) {
      SNDERR("Unknown or wrong field %s", key);
      return code;
    }
  }
  return 0;
}

static void limit(snd_pcm_ioplug_t *io, int what, long only, long lowest, long highest) {
  snd_pcm_ioplug_set_param_minmax(io, what, only ? only : lowest, only ? only : highest);
}

static void constrain(snd_pcm_ioplug_t *io, const Settings *settings) {
  unsigned access[] = {SND_PCM_ACCESS_RW_INTERLEAVED};
  unsigned formats[] = {SND_PCM_FORMAT_S16_LE, SND_PCM_FORMAT_S32_LE, SND_PCM_FORMAT_FLOAT_LE};
  int is_one = settings->format && settings->format[0];
  unsigned one[] = {is_one ? (unsigned)snd_pcm_format_value(settings->format) : 0};
  snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_ACCESS, 1, access);
  snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_FORMAT, is_one ? 1 : 3, is_one ? one : formats);
  limit(io, SND_PCM_IOPLUG_HW_CHANNELS, settings->channels, 1, 8);
  limit(io, SND_PCM_IOPLUG_HW_RATE, settings->rate, 8000, 192000);
  limit(io, SND_PCM_IOPLUG_HW_PERIOD_BYTES, 0, 64, 1 << 17);
  limit(io, SND_PCM_IOPLUG_HW_BUFFER_BYTES, 0, 256, 1 << 20);
  limit(io, SND_PCM_IOPLUG_HW_PERIODS, 0, 2, 1024);
}

SND_PCM_PLUGIN_DEFINE_FUNC(paced) {
  (void)root;
  Settings settings = {0};
  int code = read_settings(conf, &settings);
  if (code < 0) return code;
  if (settings.refuse) return -(int)settings.refuse;
  Card *card = calloc(1, sizeof *card);
  if (!card) return -ENOMEM;
  if (settings.flags) snprintf(card->flags, sizeof card->flags, "%s", settings.flags);
  if (is_gone(card)) {
    free(card);
    return -ENODEV;
  }
  card->ppm = settings.ppm;
  card->boundary = LONG_MAX;
  card->avail_min = 1;
  card->record = settings.record && stream == SND_PCM_STREAM_PLAYBACK ? open(settings.record, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644) : -1;
  if (settings.alone && card->record >= 0 && flock(card->record, LOCK_EX | LOCK_NB) != 0) {
    close(card->record);
    free(card);
    return -EBUSY;
  }
  card->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  card->io.version = SND_PCM_IOPLUG_VERSION;
  card->io.name = "paced test card";
  card->io.flags = SND_PCM_IOPLUG_FLAG_BOUNDARY_WA;
  card->io.callback = &callbacks;
  card->io.private_data = card;
  card->io.poll_fd = card->timer;
  card->io.poll_events = POLLIN;
  code = snd_pcm_ioplug_create(&card->io, name, stream, mode);
  if (code < 0) {
    close(card->timer);
    free(card);
    return code;
  }
  constrain(&card->io, &settings);
  *pcmp = card->io.pcm;
  return 0;
}
SND_PCM_PLUGIN_SYMBOL(paced);

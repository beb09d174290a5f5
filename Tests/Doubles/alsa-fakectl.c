// The mixer of a sound card made of nothing, for tests: a plugin of the real alsa-lib.
//
// It has "Master Playback Volume" (0 to 100, -60 dB to 0 dB) and "Master Playback Switch" (1 is on), kept as text in a
// file: "75 1". Every process that opens it sees the same file, and is told when another one, `amixer` or a test that
// writes the file, changes it. Without the file there is no mixer.
//
//   gcc -O2 -shared -fPIC -DPIC -o libasound_module_ctl_fakectl.so alsa-fakectl.c -lasound
//
//   ctl_type.fakectl { lib "/abs/libasound_module_ctl_fakectl.so" }
//   ctl.card { type fakectl  file "/abs/mixer" }
#define _GNU_SOURCE
#include <alsa/asoundlib.h>
#include <alsa/control_external.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { VOLUME, SWITCH, CONTROLS };
static const char *const names[CONTROLS] = {"Master Playback Volume", "Master Playback Switch"};
static const unsigned decibels[] = {SND_CTL_TLVT_DB_SCALE, 8, (unsigned)-6000, 60};

typedef struct {
  snd_ctl_ext_t ext;
  int timer;
  char file[512];
  long told[CONTROLS];
} Mixer;

static int read_file(Mixer *mixer, long values[CONTROLS]) {
  FILE *file = fopen(mixer->file, "re");
  if (!file) return -ENODEV;
  int count = fscanf(file, "%ld %ld", &values[VOLUME], &values[SWITCH]);
  fclose(file);
  return count == CONTROLS ? 0 : -EAGAIN;
}

static int write_file(Mixer *mixer, const long values[CONTROLS]) {
  char text[32];
  int length = snprintf(text, sizeof text, "%3ld %ld\n", values[VOLUME], values[SWITCH]);
  int file = open(mixer->file, O_WRONLY | O_CLOEXEC);
  if (file < 0) return -ENODEV;
  ssize_t done = pwrite(file, text, length, 0);
  close(file);
  return done == length ? 0 : -EIO;
}

static void mixer_close(snd_ctl_ext_t *ext) {
  Mixer *mixer = ext->private_data;
  close(mixer->timer);
  free(mixer);
}

static int elem_count(snd_ctl_ext_t *ext) {
  (void)ext;
  return CONTROLS;
}

static void name_elem(snd_ctl_elem_id_t *id, unsigned index) {
  snd_ctl_elem_id_set_interface(id, SND_CTL_ELEM_IFACE_MIXER);
  snd_ctl_elem_id_set_name(id, names[index]);
}

static int elem_list(snd_ctl_ext_t *ext, unsigned offset, snd_ctl_elem_id_t *id) {
  (void)ext;
  name_elem(id, offset);
  return 0;
}

static snd_ctl_ext_key_t find_elem(snd_ctl_ext_t *ext, const snd_ctl_elem_id_t *id) {
  (void)ext;
  unsigned number = snd_ctl_elem_id_get_numid(id);
  if (number > 0 && number <= CONTROLS) return number - 1;
  for (unsigned index = 0; index < CONTROLS; index++)
    if (!strcmp(snd_ctl_elem_id_get_name(id), names[index])) return index;
  return SND_CTL_EXT_KEY_NOT_FOUND;
}

static int get_attribute(snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, int *type, unsigned *access, unsigned *count) {
  (void)ext;
  *type = key == VOLUME ? SND_CTL_ELEM_TYPE_INTEGER : SND_CTL_ELEM_TYPE_BOOLEAN;
  *access = SND_CTL_EXT_ACCESS_READWRITE | (key == VOLUME ? SND_CTL_EXT_ACCESS_TLV_READ : 0);
  *count = 1;
  return 0;
}

static int get_integer_info(snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, long *low, long *high, long *step) {
  (void)ext;
  *low = 0;
  *high = key == VOLUME ? 100 : 1;
  *step = 1;
  return 0;
}

static int read_integer(snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, long *value) {
  long values[CONTROLS];
  int code = read_file(ext->private_data, values);
  if (code == 0) *value = values[key];
  return code;
}

static int write_integer(snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, long *value) {
  long values[CONTROLS];
  int code = read_file(ext->private_data, values);
  if (code < 0 || values[key] == *value) return code;
  values[key] = *value;
  code = write_file(ext->private_data, values);
  return code < 0 ? code : 1;
}

static int read_event(snd_ctl_ext_t *ext, snd_ctl_elem_id_t *id, unsigned *mask) {
  Mixer *mixer = ext->private_data;
  long values[CONTROLS];
  int code = read_file(mixer, values);
  for (unsigned index = 0; code == 0 && index < CONTROLS; index++) {
    if (values[index] == mixer->told[index]) continue;
    mixer->told[index] = values[index];
    name_elem(id, index);
    *mask = SND_CTL_EVENT_MASK_VALUE;
    return 1;
  }
  uint64_t ticks;
  ssize_t done = read(mixer->timer, &ticks, sizeof ticks);
  (void)done;
  return code < 0 ? code : -EAGAIN;
}

static const snd_ctl_ext_callback_t callbacks = {
    .close = mixer_close, .elem_count = elem_count, .elem_list = elem_list, .find_elem = find_elem,
    .get_attribute = get_attribute, .get_integer_info = get_integer_info, .read_integer = read_integer,
    .write_integer = write_integer, .read_event = read_event};

SND_CTL_PLUGIN_DEFINE_FUNC(fakectl) {
  (void)root;
  const char *path = NULL;
  snd_config_iterator_t i, next;
  snd_config_for_each(i, next, conf) {
    snd_config_t *entry = snd_config_iterator_entry(i);
    const char *key;
    if (snd_config_get_id(entry, &key) >= 0 && !strcmp(key, "file")) snd_config_get_string(entry, &path);
  }
  Mixer *mixer = calloc(1, sizeof *mixer);
  if (!mixer) return -ENOMEM;
  snprintf(mixer->file, sizeof mixer->file, "%s", path ? path : "");
  int code = read_file(mixer, mixer->told);
  if (code < 0) {
    free(mixer);
    return code;
  }
  mixer->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  struct itimerspec every = {{0, 20000000}, {0, 20000000}};
  timerfd_settime(mixer->timer, 0, &every, NULL);
  mixer->ext.version = SND_CTL_EXT_VERSION;
  mixer->ext.card_idx = -1;
  strcpy(mixer->ext.id, "fakectl");
  strcpy(mixer->ext.driver, "fakectl");
  strcpy(mixer->ext.name, "test mixer");
  strcpy(mixer->ext.longname, "test mixer");
  strcpy(mixer->ext.mixername, "test mixer");
  mixer->ext.poll_fd = mixer->timer;
  mixer->ext.callback = &callbacks;
  mixer->ext.private_data = mixer;
  mixer->ext.tlv.p = decibels;
  code = snd_ctl_ext_create(&mixer->ext, name, mode);
  if (code < 0) {
    close(mixer->timer);
    free(mixer);
    return code;
  }
  *handlep = mixer->ext.handle;
  return 0;
}
SND_CTL_PLUGIN_SYMBOL(fakectl);

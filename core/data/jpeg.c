/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JPEG through libjpeg's classic interface, from memory. Everything a longjmp may cross lives in
 * one struct behind a pointer. */
#include "picture-private.h"

#include <stdio.h>
#include <jpeglib.h>
#include <jerror.h>
#include <setjmp.h>

#define MAX_SCANS 100

typedef struct {
  struct jpeg_decompress_struct jpeg; /* first: callbacks get a pointer to it */
  struct jpeg_error_mgr errors;
  struct jpeg_source_mgr bytes;
  struct jpeg_progress_mgr progress;
  jmp_buf jump;
  uint8_t *rgb;
  int h, w;
  const char *source;
  GError *too_large; /* (nullable) instead of a message */
  char message[JMSG_LENGTH_MAX];
} JpegReader;

static G_NORETURN void
fail (JpegReader *reader, const char *message)
{
  g_strlcpy (reader->message, message, sizeof reader->message);
  longjmp (reader->jump, 1);
}

static void
error_cb (j_common_ptr jpeg)
{
  char text[JMSG_LENGTH_MAX];

  jpeg->err->format_message (jpeg, text);
  fail ((JpegReader *) jpeg, text);
}

static void
message_cb (j_common_ptr jpeg, int level)
{
}

static void
nothing_cb (j_decompress_ptr jpeg)
{
}

/* All bytes were given at the start: asking for more means that the file ends too early. */
static boolean
refill_cb (j_decompress_ptr jpeg)
{
  fail ((JpegReader *) jpeg, _ ("the file ends too early"));
}

static void
skip_cb (j_decompress_ptr jpeg, long n)
{
  if (n <= 0)
    return;
  if ((size_t) n > jpeg->src->bytes_in_buffer)
    fail ((JpegReader *) jpeg, _ ("the file ends too early"));
  jpeg->src->next_input_byte += n;
  jpeg->src->bytes_in_buffer -= (size_t) n;
}

/* A progressive file may hold any number of scans, each of which costs a pass over the picture. */
static void
progress_cb (j_common_ptr jpeg)
{
  if (((j_decompress_ptr) jpeg)->input_scan_number > MAX_SCANS)
    fail ((JpegReader *) jpeg, _ ("more than 100 scans"));
}

static void
reader_init (JpegReader *reader, const uint8_t *bytes, size_t length)
{
  reader->jpeg.err = jpeg_std_error (&reader->errors);
  reader->errors.error_exit = error_cb;
  reader->errors.emit_message = message_cb;
  reader->bytes = (struct jpeg_source_mgr){
      .next_input_byte = bytes,
      .bytes_in_buffer = length,
      .init_source = nothing_cb,
      .fill_input_buffer = refill_cb,
      .skip_input_data = skip_cb,
      .resync_to_restart = jpeg_resync_to_restart,
      .term_source = nothing_cb,
  };
  reader->progress.progress_monitor = progress_cb;
}

static void
check_header (JpegReader *reader)
{
  struct jpeg_decompress_struct *jpeg = &reader->jpeg;

  if (thaw_picture_too_large (jpeg->image_width, jpeg->image_height, reader->source,
                              &reader->too_large))
    longjmp (reader->jump, 1);
  if (jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK)
    fail (reader, _ ("its colours are CMYK, only RGB and grey are read"));
}

/* FALSE with reader->message. */
static gboolean
read_pixels (JpegReader *reader)
{
  struct jpeg_decompress_struct *jpeg = &reader->jpeg;

  if (setjmp (reader->jump))
    return FALSE;
  jpeg_create_decompress (jpeg);
  jpeg->src = &reader->bytes;
  jpeg->progress = &reader->progress;
  jpeg_read_header (jpeg, TRUE);
  check_header (reader);
  jpeg->out_color_space = JCS_RGB;
  jpeg_start_decompress (jpeg);
  reader->w = (int) jpeg->output_width;
  reader->h = (int) jpeg->output_height;
  reader->rgb = g_try_malloc ((size_t) reader->h * reader->w * 3);
  if (reader->rgb == NULL)
    fail (reader, _ ("no memory"));
  while (jpeg->output_scanline < jpeg->output_height) {
    JSAMPROW row = reader->rgb + (size_t) jpeg->output_scanline * reader->w * 3;
    jpeg_read_scanlines (jpeg, &row, 1);
  }
  jpeg_finish_decompress (jpeg);
  return TRUE;
}

gboolean
thaw_jpeg_decode (
    const uint8_t *bytes, size_t length, const char *source, ThawPicture *out, GError **error)
{
  JpegReader *reader = g_new0 (JpegReader, 1);
  gboolean good;

  reader_init (reader, bytes, length);
  reader->source = source;
  good = read_pixels (reader);
  jpeg_destroy_decompress (&reader->jpeg);
  if (good) {
    *out = (ThawPicture){reader->h, reader->w, reader->rgb};
  } else if (reader->too_large != NULL) {
    g_propagate_error (error, reader->too_large);
  } else {
    g_free (reader->rgb);
    g_set_error (error, THAW_DATA_ERROR, THAW_DATA_ERROR_FORMAT,
                 _ ("%s: cannot be read as JPEG: %s"), source, reader->message);
  }
  g_free (reader);
  return good;
}

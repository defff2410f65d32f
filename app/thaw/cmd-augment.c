/* SPDX-License-Identifier: GPL-3.0-or-later */
/* thaw augment: what a recipe's augmentation makes of a few training pictures, as one PNG. */
#include "pictures.h"
#include "session.h"

#include <cairo.h>
#include <stdio.h>
#include <string.h>

#define GAP_PX 4
#define LEAST_CELL_PX 64 /* small pictures are shown larger, by whole pixels */
#define MOST_PX 32000    /* of the grid; cairo's own limit is a little higher */

typedef struct {
  char *preset, *recipe, *data, *output;
  char **set;
  int samples, draws;
  gint64 seed;
} AugmentOptions;

static void
augment_options_clear (AugmentOptions *options)
{
  g_free (options->preset);
  g_free (options->recipe);
  g_free (options->data);
  g_free (options->output);
  g_strfreev (options->set);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AugmentOptions, augment_options_clear)

/* --- The grid: pictures across, the picture itself on top, draws below --- */

typedef struct {
  int size, scale, columns, rows; /* px of a picture; how much larger it is shown */
  cairo_surface_t *surface;
} Grid;

static void
grid_clear (Grid *grid)
{
  g_clear_pointer (&grid->surface, cairo_surface_destroy);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Grid, grid_clear)

/* The pictures themselves stand a little apart. */
static int
row_top (const Grid *grid, int row)
{
  return GAP_PX + row * (grid->size * grid->scale + GAP_PX) + (row > 0 ? 2 * GAP_PX : 0);
}

static int
column_left (const Grid *grid, int column)
{
  return GAP_PX + column * (grid->size * grid->scale + GAP_PX);
}

static bool
grid_open (Grid *grid, int size, int columns, int rows, GError **error)
{
  int width, height;
  cairo_t *cr;

  *grid = (Grid){size, MAX ((LEAST_CELL_PX + size - 1) / size, 1), columns, rows, NULL};
  width = column_left (grid, columns);
  height = row_top (grid, rows);
  if (width > MOST_PX || height > MOST_PX) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                 _ ("the grid would have %d × %d pixels, expected at most %d a side: fewer "
                    "samples or draws"),
                 width, height, MOST_PX);
    return false;
  }
  grid->surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);
  cr = cairo_create (grid->surface);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_paint (cr);
  cairo_destroy (cr);
  cairo_surface_flush (grid->surface);
  if (cairo_surface_status (grid->surface) == CAIRO_STATUS_SUCCESS)
    return true;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                       cairo_status_to_string (cairo_surface_status (grid->surface)));
  return false;
}

/* pixels: [size][size][3] */
static void
grid_put (Grid *grid, int column, int row, const uint8_t *pixels)
{
  uint8_t *out = cairo_image_surface_get_data (grid->surface);
  ptrdiff_t stride = cairo_image_surface_get_stride (grid->surface);
  int side = grid->size * grid->scale;

  out += row_top (grid, row) * stride + column_left (grid, column) * 4;
  for (int y = 0; y < side; y++, out += stride)
    for (int x = 0; x < side; x++) {
      const uint8_t *px = pixels + (y / grid->scale * grid->size + x / grid->scale) * 3;
      uint32_t value = (uint32_t) px[0] << 16 | (uint32_t) px[1] << 8 | px[2];
      memcpy (out + (ptrdiff_t) x * 4, &value, 4);
    }
}

static bool
grid_save (Grid *grid, const char *path, GError **error)
{
  cairo_status_t status;

  cairo_surface_mark_dirty (grid->surface);
  status = cairo_surface_write_to_png (grid->surface, path);
  if (status == CAIRO_STATUS_SUCCESS)
    return true;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, _ ("%s: cannot be written: %s"), path,
               cairo_status_to_string (status));
  return false;
}

/* --- Drawing --- */

typedef struct {
  uint32_t *images, n; /* chosen ones, by number */
  const uint8_t **in;
  uint8_t **out;
} Samples;

static void
samples_clear (Samples *samples)
{
  for (uint32_t i = 0; samples->out != NULL && i < samples->n; i++)
    g_free (samples->out[i]);
  g_free (samples->out);
  g_free (samples->in);
  g_free (samples->images);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Samples, samples_clear)

static void
choose_samples (Samples *samples, const ThawDataset *set, int wanted, uint64_t seed)
{
  uint32_t n_train = thaw_dataset_n_train (set);
  g_autofree uint32_t *all = g_new (uint32_t, MAX (n_train, 1));
  size_t bytes = (size_t) thaw_dataset_size (set) * (size_t) thaw_dataset_size (set) * 3;

  for (uint32_t i = 0; i < n_train; i++)
    all[i] = i;
  samples->n = (uint32_t) wanted;
  samples->images = pictures_choose (set, all, n_train, seed, &samples->n);
  samples->in = g_new (const uint8_t *, MAX (samples->n, 1));
  samples->out = g_new0 (uint8_t *, MAX (samples->n, 1));
  for (uint32_t i = 0; i < samples->n; i++) {
    samples->in[i] = thaw_dataset_image (set, samples->images[i]);
    samples->out[i] = g_malloc (bytes);
  }
}

/* Row k is what epoch k makes of the pictures, as a batch of their own. */
static void
draw_rows (Grid *grid, const ThawPipeline *pipeline, const Samples *samples, uint64_t seed)
{
  for (uint32_t i = 0; i < samples->n; i++)
    grid_put (grid, (int) i, 0, samples->in[i]);
  for (int row = 1; row < grid->rows; row++) {
    thaw_pipeline_preview_batch (pipeline, samples->in, samples->images, (int) samples->n, seed,
                                 (uint64_t) (row - 1), 0, samples->out);
    for (uint32_t i = 0; i < samples->n; i++)
      grid_put (grid, (int) i, row, samples->out[i]);
  }
}

static bool
draw (Session *session, const AugmentOptions *options, GError **error)
{
  const ThawRecipe *recipe;
  g_autoptr (ThawPipeline) pipeline = NULL;
  g_auto (Samples) samples = {0};
  g_auto (Grid) grid = {0};
  uint64_t seed;

  session->recipe =
      session_recipe (options->preset, options->recipe, (const char *const *) options->set, error);
  if (session->recipe == NULL)
    return false;
  recipe = session->recipe;
  pipeline = thaw_pipeline_new (recipe->augment, recipe->n_augment, recipe->mean, recipe->std,
                                recipe->data.size, error);
  if (pipeline == NULL) /* before a data set is read */
    return false;
  g_clear_pointer (&pipeline, thaw_pipeline_free);
  if (!session_read_data (session, options->data, error))
    return false;
  recipe = session->recipe; /* it may name the set now */
  pipeline = thaw_pipeline_new (recipe->augment, recipe->n_augment, recipe->mean, recipe->std,
                                recipe->data.size, error);
  if (pipeline == NULL)
    return false;
  seed = options->seed >= 0 ? (uint64_t) options->seed : recipe->seed;
  choose_samples (&samples, session->set, options->samples, seed);
  if (!grid_open (&grid, recipe->data.size, (int) samples.n, options->draws + 1, error))
    return false;
  draw_rows (&grid, pipeline, &samples, seed);
  if (!grid_save (&grid, options->output, error))
    return false;
  printf (_ ("%s: pictures of %s: %u; draws of each: %d\n"), options->output,
          thaw_dataset_info (session->set)->title, samples.n, options->draws);
  return true;
}

/* --- The command --- */

static int
check_options (const AugmentOptions *options)
{
  if (options->preset != NULL && options->recipe != NULL)
    return cli_fail_usage (_ ("--preset and --recipe exclude each other"));
  if (options->output == NULL || !g_str_has_suffix (options->output, ".png"))
    return cli_fail_usage (_ ("where to? Expected -o FILE that ends in .png"));
  if (options->samples < 1 || options->samples > 256)
    return cli_fail_usage (_ ("--samples is %d, expected a number from 1 to 256"),
                           options->samples);
  if (options->draws < 1 || options->draws > 256)
    return cli_fail_usage (_ ("--draws is %d, expected a number from 1 to 256"), options->draws);
  return CLI_OK;
}

int
cmd_augment (int argc, char **argv)
{
  g_auto (AugmentOptions) options = {.samples = 8, .draws = 5, .seed = -1};
  g_auto (Session) session = {0};
  g_autoptr (GError) error = NULL;
  int status;
  const GOptionEntry entries[] = {
      {"output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output, N_ ("Where to write: a .png file"),
       N_ ("FILE")},
      {"preset", 'p', 0, G_OPTION_ARG_STRING, &options.preset,
       N_ ("Start from a preset (see: thaw presets)"), N_ ("NAME")},
      {"recipe", 'r', 0, G_OPTION_ARG_FILENAME, &options.recipe, N_ ("Start from a recipe file"),
       N_ ("FILE")},
      {"set", 's', 0, G_OPTION_ARG_STRING_ARRAY, &options.set,
       N_ ("Change a field of the recipe, e.g. --set epochs=3; may be repeated"),
       N_ ("KEY.PATH=VALUE")},
      {"data", 'd', 0, G_OPTION_ARG_FILENAME, &options.data,
       N_ ("The data set: an archive or a folder, or 'sample'"), N_ ("PATH")},
      {"samples", 'n', 0, G_OPTION_ARG_INT, &options.samples, N_ ("How many pictures (8)"),
       N_ ("N")},
      {"draws", 'm', 0, G_OPTION_ARG_INT, &options.draws,
       N_ ("How often each of them is drawn (5)"), N_ ("N")},
      {"seed", 0, 0, G_OPTION_ARG_INT64, &options.seed,
       N_ ("Which pictures and which draws (the recipe's seed)"), N_ ("N")},
      {NULL},
  };

  if (!cli_parse (NULL, entries, &argc, &argv, 0, 0, &status))
    return status;
  status = check_options (&options);
  if (status != CLI_OK)
    return status;
  if (options.preset == NULL)
    options.preset = g_strdup ("day44-mobilenet-v3-small");
  return draw (&session, &options, &error) ? CLI_OK : cli_fail (error);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "draw-grid.h"
#include "thaw-augment.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define N_SAMPLES 8
#define N_DRAWS 5 /* below the picture itself */
#define N_ROWS (N_DRAWS + 1)
#define GAP_PX 4
#define LEAST_PX 24
#define MOST_PX 72

struct _ThawDrawGrid {
  GtkWidget parent_instance;

  ThawDraft *draft;
  ThawDataSource *source;
  GPtrArray *textures; /* [N_ROWS][N_SAMPLES] of GdkTexture, NULL where there is none */
  guint64 seed;
  bool held, busy, stale; /* stale: asked for again while busy */
};

G_DEFINE_FINAL_TYPE (ThawDrawGrid, thaw_draw_grid, GTK_TYPE_WIDGET)

/* --- In the thread --- */

typedef struct {
  ThawRecipe *recipe;
  ThawSamples *samples;
  guint64 seed;
} Job;

static void
job_free (void *data)
{
  Job *job = data;

  thaw_recipe_free (job->recipe);
  thaw_samples_unref (job->samples);
  g_free (job);
}

static void
bytes_unref (void *data)
{
  if (data != NULL)
    g_bytes_unref (data);
}

/* The pictures that there are, as a batch. */
typedef struct {
  int n;
  size_t bytes; /* of one */
  guint column[N_SAMPLES];
  uint32_t images[N_SAMPLES];
  const uint8_t *in[N_SAMPLES];
} Batch;

static void
gather (const Job *job, Batch *batch, GPtrArray *pictures)
{
  for (guint k = 0; k < N_SAMPLES; k++) {
    GBytes *in = thaw_samples_mixed (job->samples, k);
    if (in == NULL)
      continue;
    pictures->pdata[k] = g_bytes_ref (in);
    batch->column[batch->n] = batch->images[batch->n] = k;
    batch->in[batch->n++] = g_bytes_get_data (in, &batch->bytes);
  }
}

static void
draw_row (const Job *job,
          const ThawPipeline *pipeline,
          const Batch *batch,
          guint row,
          GPtrArray *pictures)
{
  uint8_t *out[N_SAMPLES];

  for (int i = 0; i < batch->n; i++)
    out[i] = g_malloc (batch->bytes);
  thaw_pipeline_preview_batch (pipeline, batch->in, batch->images, batch->n, job->seed, row, 0,
                               out);
  for (int i = 0; i < batch->n; i++)
    pictures->pdata[row * N_SAMPLES + batch->column[i]] = g_bytes_new_take (out[i], batch->bytes);
}

static void
draw_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancel)
{
  const Job *job = data;
  const ThawRecipe *recipe = job->recipe;
  g_autoptr (ThawPipeline) pipeline = thaw_pipeline_new (
      recipe->augment, recipe->n_augment, recipe->mean, recipe->std, job->samples->size, NULL);
  GPtrArray *pictures = g_ptr_array_new_with_free_func (bytes_unref);
  Batch batch = {0};

  g_ptr_array_set_size (pictures, N_ROWS * N_SAMPLES);
  gather (job, &batch, pictures);
  for (guint row = 1; row < N_ROWS && pipeline != NULL; row++)
    draw_row (job, pipeline, &batch, row, pictures);
  g_task_return_pointer (task, pictures, (GDestroyNotify) g_ptr_array_unref);
}

/* --- In the window --- */

static void redraw (ThawDrawGrid *self);

static void
texture_unref (void *data)
{
  if (data != NULL)
    g_object_unref (data);
}

static GPtrArray *
textures_of (const GPtrArray *pictures, int size)
{
  GPtrArray *textures = g_ptr_array_new_with_free_func (texture_unref);

  for (guint i = 0; i < pictures->len; i++)
    g_ptr_array_add (textures, pictures->pdata[i] == NULL
                                   ? NULL
                                   : gdk_memory_texture_new (size, size, GDK_MEMORY_R8G8B8,
                                                             pictures->pdata[i], (gsize) size * 3));
  return textures;
}

static void
drawn_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  ThawDrawGrid *self = THAW_DRAW_GRID (source);
  const Job *job = g_task_get_task_data (G_TASK (result));
  g_autoptr (GPtrArray) pictures = g_task_propagate_pointer (G_TASK (result), NULL);

  self->busy = false;
  if (self->draft == NULL)
    return;
  g_clear_pointer (&self->textures, g_ptr_array_unref);
  self->textures = textures_of (pictures, job->samples->size);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  if (self->stale)
    redraw (self);
}

static void
redraw (ThawDrawGrid *self)
{
  ThawSamples *samples = thaw_data_source_samples (self->source);
  g_autoptr (GTask) task = NULL;
  Job *job;

  if (samples == NULL) {
    g_clear_pointer (&self->textures, g_ptr_array_unref);
    gtk_widget_queue_draw (GTK_WIDGET (self));
    return;
  }
  self->stale = self->busy;
  if (self->busy)
    return;
  self->busy = true;
  if (!self->held)
    self->seed++;
  job = g_new (Job, 1);
  *job = (Job){thaw_recipe_copy (thaw_draft_recipe (self->draft)), thaw_samples_ref (samples),
               self->seed};
  task = g_task_new (self, NULL, drawn_cb, NULL);
  g_task_set_task_data (task, job, job_free);
  g_task_run_in_thread (task, draw_thread);
}

static void
changed_cb (ThawDrawGrid *self, const char *const *paths)
{
  for (; *paths != NULL; paths++)
    if (g_str_has_prefix (*paths, "augment.") || g_str_has_prefix (*paths, "normalize.")) {
      redraw (self);
      return;
    }
}

void
thaw_draw_grid_set_held (ThawDrawGrid *self, bool held)
{
  self->held = held;
}

void
thaw_draw_grid_draw_anew (ThawDrawGrid *self)
{
  self->seed++;
  redraw (self);
}

bool
thaw_draw_grid_busy (ThawDrawGrid *self)
{
  return self->busy;
}

/* --- Drawing --- */

static int
cell_px (int width)
{
  return CLAMP ((width - (N_SAMPLES - 1) * GAP_PX) / N_SAMPLES, LEAST_PX, MOST_PX);
}

static void
thaw_draw_grid_measure (GtkWidget *widget,
                        GtkOrientation orientation,
                        int for_size,
                        int *minimum,
                        int *natural,
                        int *minimum_baseline,
                        int *natural_baseline)
{
  int least = N_SAMPLES * LEAST_PX + (N_SAMPLES - 1) * GAP_PX;

  *minimum_baseline = *natural_baseline = -1;
  if (orientation == GTK_ORIENTATION_HORIZONTAL) {
    *minimum = least;
    *natural = N_SAMPLES * 44 + (N_SAMPLES - 1) * GAP_PX;
    return;
  }
  *minimum = *natural = N_ROWS * cell_px (for_size < 0 ? least : for_size) + (N_ROWS + 1) * GAP_PX;
}

static GtkSizeRequestMode
thaw_draw_grid_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

/* The pictures themselves stand a little apart from their draws. */
static graphene_rect_t
cell_rect (int width, guint row, guint k)
{
  int cell = cell_px (width), used = N_SAMPLES * cell + (N_SAMPLES - 1) * GAP_PX;
  int left = MAX ((width - used) / 2, 0), top = row > 0 ? 2 * GAP_PX : 0;

  return GRAPHENE_RECT_INIT ((float) (left + (int) k * (cell + GAP_PX)),
                             (float) (top + (int) row * (cell + GAP_PX)), (float) cell,
                             (float) cell);
}

static void
thaw_draw_grid_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  ThawDrawGrid *self = THAW_DRAW_GRID (widget);
  GdkRGBA empty;

  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &empty);
  empty.alpha *= 0.08F;
  for (guint i = 0; i < N_ROWS * N_SAMPLES; i++) {
    GdkTexture *texture = self->textures != NULL ? self->textures->pdata[i] : NULL;
    graphene_rect_t rect = cell_rect (gtk_widget_get_width (widget), i / N_SAMPLES, i % N_SAMPLES);
    GskRoundedRect round;
    gsk_rounded_rect_init_from_rect (&round, &rect, 4);
    gtk_snapshot_push_rounded_clip (snapshot, &round);
    if (texture != NULL)
      gtk_snapshot_append_texture (snapshot, texture, &rect);
    else
      gtk_snapshot_append_color (snapshot, &empty, &rect);
    gtk_snapshot_pop (snapshot);
  }
}

/* --- The object --- */

static void
thaw_draw_grid_dispose (GObject *object)
{
  ThawDrawGrid *self = THAW_DRAW_GRID (object);

  g_clear_pointer (&self->textures, g_ptr_array_unref);
  g_clear_object (&self->draft);
  g_clear_object (&self->source);
  G_OBJECT_CLASS (thaw_draw_grid_parent_class)->dispose (object);
}

static void
thaw_draw_grid_class_init (ThawDrawGridClass *klass)
{
  GtkWidgetClass *widget = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = thaw_draw_grid_dispose;
  widget->measure = thaw_draw_grid_measure;
  widget->get_request_mode = thaw_draw_grid_request_mode;
  widget->snapshot = thaw_draw_grid_snapshot;
  gtk_widget_class_set_css_name (widget, "thaw-draws");
  gtk_widget_class_set_accessible_role (widget, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
thaw_draw_grid_init (ThawDrawGrid *self)
{
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Augmented samples"),
      GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
      _ ("Eight pictures of the data set; below each, five draws of the transforms."), -1);
}

GtkWidget *
thaw_draw_grid_new (ThawDraft *draft, ThawDataSource *source)
{
  ThawDrawGrid *self = g_object_new (THAW_TYPE_DRAW_GRID, NULL);

  self->draft = g_object_ref (draft);
  self->source = g_object_ref (source);
  self->held = true;
  g_signal_connect_object (draft, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (draft, "began", G_CALLBACK (redraw), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (source, "samples", G_CALLBACK (redraw), self, G_CONNECT_SWAPPED);
  redraw (self);
  return GTK_WIDGET (self);
}

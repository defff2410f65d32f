/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The losses that a recipe chooses from: cross-entropy with label smoothing and class weights, and
 * focal loss. All in double, rows in order.
 *   cross-entropy: [(1 - e) sum w[y] (-l[y]) + (e / C) sum sum_c w[c] (-l[c])] / sum w[y]
 *   focal:         (1 / N) sum w[y] (1 - p[y])^g (-l[y])
 * l: log softmax. Source: torch.nn.CrossEntropyLoss; Lin et al. 2017, as a plain mean. */
#include "thaw-nn.h"

#include <math.h>
#include <string.h>

static const ThawParamSpec cross_entropy_params[] = {
    {"label_smoothing", N_ ("Share of the target that is spread over all classes"), THAW_PARAM_REAL,
     0, 0.999999, .count = 1, .def = {0}, .late = true},
};
static const ThawParamSpec focal_params[] = {
    {"gamma", N_ ("How far images that are right already step back; 0 is cross-entropy"),
     THAW_PARAM_REAL, 0, 20, .count = 1, .def = {2}},
};

static const ThawEntry cross_entropy = {
    "CrossEntropyLoss", N_ ("Cross-entropy"),
    N_ ("Mean over the batch of minus the logarithm of the label's probability"),
    cross_entropy_params, G_N_ELEMENTS (cross_entropy_params)};
static const ThawEntry focal = {
    "FocalLoss", N_ ("Focal loss"),
    N_ ("Cross-entropy in which images that are hard weigh more than those that are easy"),
    focal_params, G_N_ELEMENTS (focal_params)};

ThawCatalogue
thaw_losses (void)
{
  static const ThawEntry *const entries[] = {&cross_entropy, &focal, NULL};

  return (ThawCatalogue){entries};
}

struct _ThawLoss {
  bool plain; /* cross-entropy without smoothing or weights */
  bool focal;
  double smoothing, gamma;
  int classes;
  double *weights; /* [classes] */
  double total;    /* their sum */
};

ThawLoss *
thaw_loss_new (const ThawChoice *choice, const double *weights, int classes)
{
  ThawLoss *loss = g_new0 (ThawLoss, 1);

  loss->focal = choice->entry == &focal;
  loss->gamma = loss->focal ? thaw_choice_real (choice, "gamma") : 0;
  loss->smoothing = loss->focal ? 0 : thaw_choice_real (choice, "label_smoothing");
  loss->plain = !loss->focal && loss->smoothing == 0 && weights == NULL;
  loss->classes = classes;
  loss->weights = g_new (double, classes);
  for (int c = 0; c < classes; c++) {
    loss->weights[c] = weights != NULL ? weights[c] : 1;
    loss->total += loss->weights[c];
  }
  return loss;
}

void
thaw_loss_free (ThawLoss *loss)
{
  if (loss == NULL)
    return;
  g_free (loss->weights);
  g_free (loss);
}

/* One row's logits as probabilities. */
typedef struct {
  const float *logits;
  double most, sum; /* the largest logit; the sum of exp (logit - most) */
} Row;

static double
log_p (const Row *row, int c)
{
  return (double) row->logits[c] - row->most - log (row->sum);
}

static double
p (const Row *row, int c)
{
  return exp ((double) row->logits[c] - row->most) / row->sum;
}

/* What a row adds to the sum of a batch, and `share` times its gradient, added to g (nullable). */
static double
cross_entropy_row (const ThawLoss *loss, const Row *row, int label, double share, double *g)
{
  double e = loss->smoothing, spread = e / loss->classes, w = loss->weights[label];
  double value = (1 - e) * w * -log_p (row, label);

  for (int c = 0; spread > 0 && c < loss->classes; c++)
    value += spread * loss->weights[c] * -log_p (row, c);
  for (int c = 0; g != NULL && c < loss->classes; c++)
    g[c] += share * ((1 - e) * w * (p (row, c) - (c == label)) +
                     spread * (p (row, c) * loss->total - loss->weights[c]));
  return value;
}

static double
focal_row (const ThawLoss *loss, const Row *row, int label, double share, double *g)
{
  double gamma = loss->gamma, w = loss->weights[label], l = log_p (row, label), q = 0, k;

  for (int c = 0; c < loss->classes; c++) /* 1 - p without the loss of digits near p = 1 */
    q += c == label ? 0 : p (row, c);
  k = pow (q, gamma);
  if (gamma > 0 && q > 0)
    k -= gamma * exp (l) * pow (q, gamma - 1) * l;
  for (int c = 0; g != NULL && c < loss->classes; c++)
    g[c] += share * w * k * (p (row, c) - (c == label));
  return w * pow (q, gamma) * -l;
}

/* What the sum over a batch is divided by. */
static double
divisor (const ThawLoss *loss, const int *labels, int n)
{
  double sum = 0;

  if (loss->focal)
    return n;
  for (int i = 0; i < n; i++)
    sum += loss->weights[labels[i]];
  return sum;
}

static Row
read_row (const float *logits, int classes, int *best)
{
  Row row = {logits, logits[0], 0};

  *best = 0;
  for (int c = 1; c < classes; c++) {
    if (logits[c] > row.most || isnan (logits[c]))
      row.most = logits[c];
    if (logits[c] > logits[*best])
      *best = c;
  }
  for (int c = 0; c < classes; c++)
    row.sum += exp ((double) logits[c] - row.most);
  return row;
}

double
thaw_loss_mixed (const ThawLoss *loss,
                 const float *logits,
                 const int *labels,
                 const int *others,
                 double share,
                 int n,
                 float *dlogits,
                 int *correct)
{
  double (*const add) (const ThawLoss *, const Row *, int, double, double *) =
      loss->focal ? focal_row : cross_entropy_row;
  int classes = loss->classes, right = 0, best;
  double value = 0, one = share / divisor (loss, labels, n);
  double two = others != NULL ? (1 - share) / divisor (loss, others, n) : 0;
  g_autofree double *g = dlogits != NULL ? g_new (double, classes) : NULL;

  for (int i = 0; i < n; i++) {
    Row row = read_row (logits + (size_t) i * (size_t) classes, classes, &best);
    right += best == labels[i];
    if (g != NULL)
      memset (g, 0, (size_t) classes * sizeof *g);
    value += one * add (loss, &row, labels[i], one, g);
    if (others != NULL)
      value += two * add (loss, &row, others[i], two, g);
    for (int c = 0; g != NULL && c < classes; c++)
      *dlogits++ = (float) g[c];
  }
  if (correct != NULL)
    *correct = right;
  return value;
}

double
thaw_loss_batch (const ThawLoss *loss,
                 const float *logits,
                 const int *labels,
                 int n,
                 float *dlogits,
                 int *correct)
{
  if (loss->plain)
    return thaw_cross_entropy (logits, labels, n, loss->classes, dlogits, correct);
  return thaw_loss_mixed (loss, logits, labels, NULL, 1, n, dlogits, correct);
}

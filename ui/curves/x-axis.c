/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "x-axis.h"

ThawUnit
thaw_x_axis_unit (ThawXKind kind)
{
  switch (kind) {
  case THAW_X_TIME:
    return THAW_UNIT_DURATION;
  case THAW_X_IMAGES:
    return THAW_UNIT_COUNT;
  case THAW_X_PERCENT:
    return THAW_UNIT_PERCENT;
  case THAW_X_STEP:
  case THAW_X_EPOCH:
  case THAW_N_X:
  default:
    return THAW_UNIT_WHOLE;
  }
}

void
thaw_x_axis_apply (ThawChart *chart, ThawXKind kind)
{
  thaw_chart_set_x_unit (chart, thaw_x_axis_unit (kind));
  thaw_chart_set_labels (chart, NULL, thaw_x_label (kind), NULL);
}

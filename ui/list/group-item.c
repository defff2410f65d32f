/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "group-item.h"

struct _ThawGroupItem {
  GObject parent_instance;
  char *title, *detail;
};

G_DEFINE_FINAL_TYPE (ThawGroupItem, thaw_group_item, G_TYPE_OBJECT)

enum { PROP_TITLE = 1, PROP_DETAIL, N_PROPS };
static GParamSpec *props[N_PROPS];

static void
thaw_group_item_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  ThawGroupItem *self = THAW_GROUP_ITEM (object);

  if (id == PROP_TITLE)
    g_value_set_string (value, self->title);
  else if (id == PROP_DETAIL)
    g_value_set_string (value, self->detail);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
}

static void
thaw_group_item_finalize (GObject *object)
{
  ThawGroupItem *self = THAW_GROUP_ITEM (object);

  g_free (self->title);
  g_free (self->detail);
  G_OBJECT_CLASS (thaw_group_item_parent_class)->finalize (object);
}

static void
thaw_group_item_class_init (ThawGroupItemClass *class)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  G_OBJECT_CLASS (class)->get_property = thaw_group_item_get_property;
  G_OBJECT_CLASS (class)->finalize = thaw_group_item_finalize;
  props[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  props[PROP_DETAIL] = g_param_spec_string ("detail", NULL, NULL, NULL, flags);
  g_object_class_install_properties (G_OBJECT_CLASS (class), N_PROPS, props);
}

static void
thaw_group_item_init (ThawGroupItem *self)
{
}

ThawGroupItem *
thaw_group_item_new (void)
{
  return g_object_new (THAW_TYPE_GROUP_ITEM, NULL);
}

static void
set_text (ThawGroupItem *self, char **text, const char *value, int prop)
{
  if (g_strcmp0 (*text, value) == 0)
    return;
  g_free (*text);
  *text = g_strdup (value);
  g_object_notify_by_pspec (G_OBJECT (self), props[prop]);
}

void
thaw_group_item_set (ThawGroupItem *self, const char *title, const char *detail)
{
  set_text (self, &self->title, title, PROP_TITLE);
  set_text (self, &self->detail, detail, PROP_DETAIL);
}

const char *
thaw_group_item_title (ThawGroupItem *self)
{
  return self->title;
}

const char *
thaw_group_item_detail (ThawGroupItem *self)
{
  return self->detail;
}

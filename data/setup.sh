# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by run and check: Debian packages that building, running and checking need, and how they are had.

build_packages="gcc libc6-dev meson ninja-build pkg-config gettext libglib2.0-dev libglib2.0-dev-bin libjson-glib-dev
libopenblas-dev libarchive-dev zlib1g-dev libpng-dev libjpeg-dev libsoup-3.0-dev glib-networking libsqlite3-dev
libcairo2-dev libpango1.0-dev libcmark-dev fonts-dejavu-core fonts-noto-cjk libgtk-4-dev
libadwaita-1-dev adwaita-icon-theme librsvg2-common shared-mime-info"
data_packages="dataset-fashion-mnist"
check_packages="python3 git clang-format clang-tidy cppcheck man-db strace
xvfb dbus-daemon openbox xcompmgr xdotool imagemagick at-spi2-core python3-gi x11-utils fonts-cantarell
appstream desktop-file-utils"

# Installs those of its arguments that are missing: through apt when root or sudo can, else says which and ends.
need_packages () {
  local missing="" package as_root=""
  for package in "$@"; do
    dpkg-query -W -f='${Status}\n' "$package" 2>/dev/null | grep -q '^install ok installed$' || missing="$missing $package"
  done
  [ -n "$missing" ] || return 0
  if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
      as_root=sudo
    else
      echo "These Debian packages are missing:$missing" >&2
      echo "Install them as root:  apt-get install$missing" >&2
      return 1
    fi
  fi
  echo "Installing:$missing"
  # shellcheck disable=SC2086
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update >/dev/null &&
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends $missing >/dev/null
}

# Timings and bits must not depend on variables that happen to be inherited.
unset OPENBLAS_CORETYPE OPENBLAS_NUM_THREADS OPENBLAS_L2_SIZE OMP_NUM_THREADS GOTO_NUM_THREADS

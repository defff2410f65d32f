/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "faulty-vfs.h"

#include <errno.h>
#include <sqlite3.h>
#include <string.h>

typedef struct {
  sqlite3_file base;
  sqlite3_file *real; /* right behind this struct */
} FaultyFile;

static sqlite3_vfs faulty;
static sqlite3_vfs *real_vfs;
static int operations, fail_at, fail_result, fail_errno;
static bool fail_for_good;

void
faulty_vfs_fail (int at, bool for_good, int result, int number)
{
  operations = 0;
  fail_at = at;
  fail_for_good = for_good;
  fail_result = result;
  fail_errno = number;
}

int
faulty_vfs_operations (void)
{
  return operations;
}

static int
count (void)
{
  operations++;
  if (fail_at == 0 || operations < fail_at || (operations > fail_at && !fail_for_good))
    return SQLITE_OK;
  errno = fail_errno;
  return fail_result;
}

static sqlite3_file *
real_file (sqlite3_file *file)
{
  return ((FaultyFile *) file)->real;
}

static int
close_file (sqlite3_file *file)
{
  return real_file (file)->pMethods->xClose (real_file (file));
}

static int
read_file (sqlite3_file *file, void *bytes, int n, sqlite3_int64 at)
{
  return real_file (file)->pMethods->xRead (real_file (file), bytes, n, at);
}

static int
write_file (sqlite3_file *file, const void *bytes, int n, sqlite3_int64 at)
{
  int rc = count ();

  return rc != SQLITE_OK ? rc : real_file (file)->pMethods->xWrite (real_file (file), bytes, n, at);
}

static int
truncate_file (sqlite3_file *file, sqlite3_int64 size)
{
  int rc = count ();

  return rc != SQLITE_OK ? rc : real_file (file)->pMethods->xTruncate (real_file (file), size);
}

static int
sync_file (sqlite3_file *file, int flags)
{
  int rc = count ();

  return rc != SQLITE_OK ? rc : real_file (file)->pMethods->xSync (real_file (file), flags);
}

static int
file_size (sqlite3_file *file, sqlite3_int64 *size)
{
  return real_file (file)->pMethods->xFileSize (real_file (file), size);
}

static int
lock_file (sqlite3_file *file, int level)
{
  return real_file (file)->pMethods->xLock (real_file (file), level);
}

static int
unlock_file (sqlite3_file *file, int level)
{
  return real_file (file)->pMethods->xUnlock (real_file (file), level);
}

static int
check_reserved (sqlite3_file *file, int *answer)
{
  return real_file (file)->pMethods->xCheckReservedLock (real_file (file), answer);
}

static int
file_control (sqlite3_file *file, int what, void *argument)
{
  return real_file (file)->pMethods->xFileControl (real_file (file), what, argument);
}

static int
sector_size (sqlite3_file *file)
{
  return real_file (file)->pMethods->xSectorSize (real_file (file));
}

static int
characteristics (sqlite3_file *file)
{
  return real_file (file)->pMethods->xDeviceCharacteristics (real_file (file));
}

static int
shm_map (sqlite3_file *file, int page, int size, int extend, void volatile **bytes)
{
  return real_file (file)->pMethods->xShmMap (real_file (file), page, size, extend, bytes);
}

static int
shm_lock (sqlite3_file *file, int offset, int n, int flags)
{
  return real_file (file)->pMethods->xShmLock (real_file (file), offset, n, flags);
}

static void
shm_barrier (sqlite3_file *file)
{
  real_file (file)->pMethods->xShmBarrier (real_file (file));
}

static int
shm_unmap (sqlite3_file *file, int delete_it)
{
  return real_file (file)->pMethods->xShmUnmap (real_file (file), delete_it);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = close_file,
    .xRead = read_file,
    .xWrite = write_file,
    .xTruncate = truncate_file,
    .xSync = sync_file,
    .xFileSize = file_size,
    .xLock = lock_file,
    .xUnlock = unlock_file,
    .xCheckReservedLock = check_reserved,
    .xFileControl = file_control,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
    .xShmMap = shm_map,
    .xShmLock = shm_lock,
    .xShmBarrier = shm_barrier,
    .xShmUnmap = shm_unmap,
};

static int
open_file (sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
  FaultyFile *mine = (FaultyFile *) file;
  int rc;

  mine->base.pMethods = NULL;
  mine->real = (sqlite3_file *) (void *) &mine[1];
  memset (mine->real, 0, (size_t) real_vfs->szOsFile);
  rc = real_vfs->xOpen (real_vfs, name, mine->real, flags, out_flags);
  if (rc == SQLITE_OK)
    mine->base.pMethods = &methods;
  return rc;
}

static int
last_error (sqlite3_vfs *vfs, int n, char *text)
{
  return errno;
}

void
faulty_vfs_register (void)
{
  real_vfs = sqlite3_vfs_find (NULL);
  faulty = *real_vfs;
  faulty.zName = "faulty";
  faulty.pNext = NULL;
  faulty.szOsFile = (int) sizeof (FaultyFile) + real_vfs->szOsFile;
  faulty.xOpen = open_file;
  faulty.xGetLastError = last_error;
  sqlite3_vfs_register (&faulty, 0);
}

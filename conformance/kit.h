/* SPDX-License-Identifier: Apache-2.0 */
/* Where the kit lies, and what differs between a checkout and an installed one (.ci/install). */
#pragma once

#include <stdbool.h>

/* Folder of this program's binary, where `observe` lies, too; owned by the caller. */
char *program_dir(void);
/* Path of @file of the kit, as in "vm/fetch", which lies beside the fixtures that this program has,
 * or else beside @fixtures; owned by the caller. */
char *kit_file(const char *fixtures, const char *file);
/* --fixtures, or the fixtures of the kit that this is part of; owned by the caller. */
char *fixtures_dir(const char *option);
/* Whether make install put it there: nobody can make a part of it anew, or write beside it. */
bool kit_is_installed(void);
/* What to do where a program of the kit is missing; static. */
const char *kit_remedy(void);
/* Folder for what is written where nobody says: @name beside this program, or of an installed one
 * maskspec-@name in the working directory. Owned by the caller. */
char *kit_default_out(const char *name);
/*
 * The same for what is kept from run to run: cache beside this program. Of an installed one
 * $XDG_CACHE_HOME/maskspec, for root /var/cache/maskspec, $HOME/.cache/maskspec; where none of them
 * is an absolute path, cache in @out.
 */
char *kit_default_cache(const char *out);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The archive of a certificate: POSIX ustar, uncompressed, in the one spelling there is of its
 * members. What two people packed of the same files is the same bytes, and no byte of an archive
 * can be another without being refused here or changing the data of a member.
 *
 *   members   regular files, in the order of the bytes of their names, none twice
 *   name      where it fits in 100 bytes alone; else cut at the last slash that leaves at most 155
 *             bytes for the prefix, as GNU tar does
 *   mode      0644; uid, gid and mtime 0; owner's and group's name empty; device 0, 0
 *   numbers   octal with leading zeros and a NUL, the checksum of six digits, NUL and blank
 *   end       two blocks of zeros, and nothing behind: no record of 10 KiB is filled
 */
#pragma once

#include <stdint.h>

#include "conformance/text.h"

#define USTAR_BYTES_MAX (256u << 20) /* of the archive */
#define USTAR_MEMBERS_MAX 20000	     /* in it */
#define USTAR_MEMBER_MAX (64u << 20) /* bytes of one member */
#define USTAR_DEPTH_MAX 8	     /* components of a name */

struct ustar_limits {
	size_t bytes, members, member_bytes, depth;
};

struct ustar_member {
	char *name; /* owned */
	char *data; /* owned, any bytes; with a NUL behind where ustar_read() made it */
	size_t size;
};

/* Sorted by the bytes of the names whenever it is looked at. */
struct ustar {
	struct ustar_member *list; /* owned */
	size_t n;
	size_t bytes; /* of all members as ustar_write() writes them, without the end */
};

void ustar_free(struct ustar *a);
#define _cleanup_ustar_ _cleanup_(ustar_free)

/* The member called @name, which stays owned by @a, or NULL. */
const struct ustar_member *ustar_find(const struct ustar *a, const char *name);

/*
 * Whether a member @name of @size bytes may be added to @a. 0, or with "NAME: what is wrong" (owned
 * by the caller) -EINVAL: no such name can be; -EEXIST: another has it, or one of the two would
 * have to be a folder; -EFBIG: it is beyond @l. @l NULL: the limits above.
 */
int ustar_check(const struct ustar *a, const char *name, uint64_t size,
		const struct ustar_limits *l, char **ret_error);
/* Adds a member; takes @name and @data over, neither NULL, on an error, too. Errors of
 * ustar_check() within the limits above. */
int ustar_add(struct ustar *a, char *name, char *data, size_t size);

/* Appends the archive. */
void ustar_write(const struct ustar *a, struct text *out);

/*
 * Reads what ustar_write() wrote, and nothing else: every member is written again and compared. 0,
 * or a negative errno and a sentence that begins with the name of a member or with "archive", and
 * is plain ASCII whatever is read (owned by the caller). -EINVAL: it is written otherwise, or
 * damaged; -EEXIST and -EFBIG as ustar_check(). @l NULL: the limits above.
 */
int ustar_read(const char *bytes, size_t size, const struct ustar_limits *l, struct ustar *ret,
	       char **ret_error);
